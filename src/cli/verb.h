/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A verb is one command of loupe: `loupe VERB …`. Each has a file of its own, cli/verb-NAME.c,
 * which exports its row; a new verb also gets a line in verb.c. Parsing, help, messages and exit
 * statuses are common to all. Verbs about one thing have names of two words, `loupe db import …`,
 * and their first word in common: a family, which shares a file.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "cli/option.h"

struct verb {
        const char *name;         /* "analyze", "db import" */
        const char *summary;      /* one line, no capital at its start, no full stop */
        const char *const *usage; /* what follows "loupe NAME", a string a form; ended by NULL */
        const char *description;  /* paragraphs, separated by empty lines */
        const struct option_group *groups; /* ended by a row without options */
        const void *defaults;              /* the options' struct at the start; NULL: all zero */
        size_t options_size;               /* of that struct; 0 where there are no options */
        int failure; /* exit status where the verb itself fails, wrong usage included */
        /*
         * `options` is the verb's struct. Returns the exit status, or -errno, which becomes
         * `failure`. A message that it leaves in `error` is printed in either case.
         */
        int (*main)(const void *options, const struct operands *operands, struct error *error);
};

extern const struct verb verb_analyze;
extern const struct verb verb_trace;
extern const struct verb verb_run;
extern const struct verb verb_explain;
extern const struct verb verb_static;
extern const struct verb verb_show;
extern const struct verb verb_diff;
extern const struct verb verb_check;
extern const struct verb verb_metrics;
extern const struct verb verb_plan;
extern const struct verb verb_prove;
extern const struct verb verb_export;
extern const struct verb verb_plot_cumulative;
extern const struct verb verb_plot_histogram;
extern const struct verb verb_plot_heatmap;
extern const struct verb verb_plot_timeline;
extern const struct verb verb_plot_plan;
extern const struct verb verb_plot_completeness;
extern const struct verb verb_os_import;
extern const struct verb verb_os_list;
extern const struct verb verb_os_show;
extern const struct verb verb_db_init;
extern const struct verb verb_db_import;
extern const struct verb verb_db_export;
extern const struct verb verb_db_merge;
extern const struct verb verb_db_verify;
extern const struct verb verb_db_list;
extern const struct verb verb_completion;
extern const struct verb verb_help;

/* All of them in the order of the help, ended by NULL. */
extern const struct verb *const verbs[];

/*
 * The verb that the words begin with, and how many of them are its name. `words` is ended by NULL
 * and holds one at least. Returns 0, or -EINVAL with a message that suggests the nearest, or lists
 * the family where only the first word is there.
 */
int verb_find(char *const *words, const struct verb **ret, size_t *ret_count, struct error *error);

/* True where the verb is one of the family: where `family` and a blank are what its name begins
 * with. */
bool verb_in_family(const struct verb *verb, const char *family);

/* True where any verb is of that family. */
bool verb_is_family(const char *word);

/* Length of the verb's first word. */
size_t verb_family_length(const struct verb *verb);

/* True where the verb is the first in the table with its first word. */
bool verb_begins_family(const struct verb *const *verb);

/* The whole of loupe: returns the exit status. `argv` is as main() gets it; it is reordered. */
int cli_main(char **argv);
