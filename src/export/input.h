/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What an export is made of: what is known of each of several programs, from the database or from
 * files of results, all by the numbers of one catalogue.
 */

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"
#include "dataset/dataset.h"
#include "dataset/statics.h"

/* One application, or one file. */
struct export_input {
        char *name;
        struct findings findings;                 /* of a static analysis: all untested */
        VECTOR(struct feature_numbers) conflicts; /* minimal sets that cannot all be left out */
        bool is_static;
        bool incomplete; /* of a static analysis: the program could make other calls as well */
        bool partial;    /* only some features were looked at: what else is used is not told */
        bool divided;    /* sub-features were looked for, and those that are used are findings */
        struct feature_numbers open; /* calls that can have other values than those, all the same */
};

struct export_inputs {
        struct catalogue *catalogue;
        VECTOR(struct export_input) items;
};

/* Returns 0 or -ENOMEM. Due in either case: export_inputs_clear(). */
int export_inputs_init(struct export_inputs *inputs);
void export_inputs_clear(struct export_inputs *inputs);
#define CLEANUP_EXPORT_INPUTS CLEANUP(export_inputs_clear)

/* Adds each application of the collection: all its datasets merged. Returns 0 or -ENOMEM. */
int export_inputs_add_results(struct export_inputs *inputs, const struct collection *collection);

/* Adds the last static analysis of each application's binary; `catalogue` is what they are numbered
 * by. Returns 0 or -ENOMEM. */
int export_inputs_add_statics(struct export_inputs *inputs, const struct catalogue *catalogue,
        const struct static_sets *statics);

/*
 * Adds what a file says: JSON of schema loupe/analysis/1, or of loupe/static/1, which may have
 * several results. Returns 0, or -errno with a message that names the file and what of it is wrong.
 */
int export_inputs_read(struct export_inputs *inputs, const char *path, struct error *error);

/* True where the sub-features that the input names are all that it uses of the call. */
bool export_input_divides(const struct export_input *input, unsigned call);
