/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Options of the verbs that work with the database: where it is, and what of it they are about. */

#include <stdbool.h>

#include "cli/option.h"
#include "dataset/selection.h"
#include "dataset/statics.h"
#include "store/store.h"

struct database_arguments {
        const char *path; /* what --db was given, or NULL */
};

/* Rows for a group with the title "Database", whose struct is struct database_arguments. */
extern const struct option database_options[];

/* Opens the database that the options name: store_path(), store_open(). Returns 0 or -errno. */
int database_open(const struct database_arguments *arguments, enum store_mode mode,
        struct store **ret, struct error *error);

struct selection_arguments {
        const char *workload;
        const char *version;
        const char *libc;
        const char *run;
        bool every;
        bool quiet; /* no notes on which of several results was taken */
};

/* Rows for a group with the title "Selection", whose struct is struct selection_arguments. */
extern const struct option selection_options[];

/*
 * The applications that the operands name: lists with commas in between, one or several, as one
 * list in `*ret`; NULL there where nothing is named. Refuses a program behind `--`. Owned by the
 * caller. Returns 0 or -errno.
 */
int applications_from_operands(const struct operands *operands, char **ret, struct error *error);

/*
 * What the options and the list of applications ("redis,nginx", "all", NULL for all) ask for. `ret`
 * is to be cleared by the caller (CLEANUP_SELECTION). Returns 0 or -errno.
 */
int selection_from_arguments(const struct selection_arguments *arguments, const char *applications,
        struct selection *ret, struct error *error);

/* Tells on standard error which of several results were taken (selection_choose()), of the side of
 * that name or, where it is NULL, of all. The first few; others are counted. */
void tell_choices(const char *side, char *const *notes);

/* Says why no result fits what was `asked` for (NULL: by options): none is there, a workload is
 * misspelt, or what there is of the same applications. Returns -errno. */
int refuse_selection(struct store *store, const struct selection *selection, const char *asked,
        struct error *error);

/*
 * Tells on standard error which applications (ended by NULL; none is no note) have no result of
 * that workload or, where it is NULL, none that fits: "no result that fits for amg and blender:
 * left out of the plan". The first few; others are counted. `consequence` may be NULL.
 */
void tell_without_result(const char *workload, const char *const *names, const char *consequence);

/* The same of something else than results: "no static result for redis: left out". */
void tell_missing(const char *what, const char *const *names, const char *consequence);

/*
 * Loads what is asked for from a store that is open. Which of several measurements was taken is
 * told on standard error, unless the options say not to. Nothing that fits is an error that says
 * what there is; owned by the caller. Returns 0 or -errno.
 */
int collection_from_store(struct store *store, const struct selection_arguments *arguments,
        const char *applications, struct collection **ret, struct error *error);

/* The same, and what static analysis knows of the applications. Where nothing but applications was
 * asked for and no run of them is known, the collection has no datasets, if only that knows any.
 * `ret_statics` is to be cleared by the caller. */
int collection_and_statics_from_store(struct store *store,
        const struct selection_arguments *arguments, const char *applications,
        struct collection **ret, struct static_sets *ret_statics, struct error *error);
