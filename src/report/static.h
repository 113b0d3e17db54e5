/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What static analysis says of programs: what `loupe static` tells. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/vector.h"
#include "feature/feature.h"
#include "program/reach.h"
#include "report/feature-words.h"
#include "report/json-stream.h"
#include "report/report.h"

/* A function on the way to a feature, by the names that people know. */
struct static_step {
        char *object;     /* name of its file */
        char *function;   /* summary_place_name(): never NULL */
        uint64_t address; /* as in struct reach_step */
        const char *how;  /* constant: how the step before led here */
};

struct static_feature {
        struct feature feature;
        bool vdso;
        VECTOR(struct static_step) via; /* from the entry point to the site */
};

struct static_unknown {
        char *object, *function;
        uint64_t address;
        char *what;
};

struct static_object {
        char *path;
        char *identity;
        enum load_reason reason;
        char *by; /* name of the object that wants it; NULL: nobody does */
        size_t functions, reached;
};

struct static_missing {
        char *name, *problem;
        enum load_reason reason;
        char *by; /* as above */
};

/*
 * The result for one program, which holds nothing of the program any more: many may be kept until
 * they are written. Owns everything.
 */
struct static_result {
        char *binary;                 /* as it was named */
        char *application, *workload; /* whose executable it is, where it was told; or NULL */
        enum object_kind kind;
        bool post_init;     /* what is done before main() is left out */
        bool with_features; /* sub-features and files were looked for */
        bool complete;
        VECTOR(struct static_feature) features; /* by feature_compare() */
        VECTOR(struct static_unknown) unknown_sites;
        VECTOR(struct static_unknown) unknown_loads;
        VECTOR(struct feature) unknown_selectors; /* calls */
        VECTOR(struct static_missing) missing;
        VECTOR(struct static_object) objects; /* the program itself is the first */
        size_t functions, reached;
        double seconds; /* that it took */
};

/*
 * Takes down what `reach` found in `program`; `options` are those of reach_find(). With `witnesses`
 * each feature gets its `via`. Returns 0 or -ENOMEM.
 */
int static_result_new(const struct program *program, const struct reach *reach,
        const struct reach_options *options, bool witnesses, const char *binary,
        struct static_result **ret);

/* Accepts NULL, returns NULL. */
struct static_result *static_result_free(struct static_result *result);
DEFINE_CLEANUP(struct static_result *, static_result_free)
#define CLEANUP_STATIC_RESULT CLEANUP(static_result_freep)

/* How many features of that kind can be reached. */
size_t static_result_count(const struct static_result *result, enum feature_kind kind);

/* The feature, or NULL: not reachable. */
const struct static_feature *static_result_find(
        const struct static_result *result, const struct feature *feature);

/* "static", "static-pie", "executable", "pie", "shared". */
const char *object_kind_name(enum object_kind kind);

struct static_options {
        enum feature_spelling spelling;
        bool objects;              /* list them */
        const struct feature *why; /* tell the ways to these in place of the result */
        size_t why_count;
        struct text_options text;
};

/* One screen: the calls, what is not known, the figures. Or the ways to features. Returns 0 or
 * -errno. */
int report_static_text(
        const struct static_result *result, const struct static_options *options, FILE *stream);

/* The ways to the features that `options` ask for. Returns 0 or -errno. */
int report_static_why(
        const struct static_result *result, const struct static_options *options, FILE *stream);

/* loupedb's static_binary.csv: "number,used" for every number of the native ABI. Returns 0 or
 * -errno. */
int report_static_csv(const struct static_result *result, FILE *stream);

/* The document of schema loupe/static/1 (data/static.schema.json) for one program. Returns 0 or
 * -errno. */
int report_static_json(const struct static_result *result, FILE *stream);

/* The array `unknown_sites` of that document, owned by the caller; NULL in `*ret` where there are
 * none. Returns 0 or -ENOMEM. */
int static_result_unknown_sites(const struct static_result *result, char **ret);

/*
 * The same for many: a document whose `results` has them in lines of their own. What is known of
 * one is made by static_result_line(), which any thread may do, and added when its turn has come.
 */
int static_result_line(const struct static_result *result, char **ret, size_t *ret_length);

/* A program that there is no result for. */
struct static_refusal {
        char *binary;
        char *problem; /* one line */
};

/* A line of the table of many. */
struct static_line {
        char *binary;
        enum object_kind kind;
        size_t calls, objects;
        size_t unknown; /* sites, loads, missing objects */
        bool complete;
        double seconds;
};

/* What is told of many together. Owns everything. */
struct static_overview {
        VECTOR(struct static_line) rows;
        VECTOR(struct static_refusal) refusals;
        size_t skipped;  /* files of folders that are no ELF files */
        size_t repeated; /* further names of the same files */
};

/* Returns 0 or -ENOMEM. */
int static_overview_add(struct static_overview *overview, const struct static_result *result);
int static_overview_refuse(
        struct static_overview *overview, const char *binary, const char *problem);
void static_overview_clear(struct static_overview *overview);
#define CLEANUP_STATIC_OVERVIEW CLEANUP(static_overview_clear)

/* Calls of those that are programs, not libraries. */
struct static_figures {
        size_t programs, libraries;
        size_t complete; /* programs and libraries */
        double mean, median;
        size_t least, most;
};

/* Returns 0 or -ENOMEM. */
int static_overview_figures(const struct static_overview *overview, struct static_figures *ret);

/* A table with a line for each, and the figures. Returns 0 or -errno. */
int report_static_table(
        const struct static_overview *overview, const struct text_options *options, FILE *stream);

void report_static_json_begin(struct json_stream *json, FILE *stream);
void report_static_json_add(struct json_stream *json, const char *line, size_t length);
/* Ends the document. Returns 0 or -errno. */
int report_static_json_end(struct json_stream *json, const struct static_overview *overview);
