/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The figures: each makes its data from what was measured, and a script of gnuplot's from its data
 * alone. They are those of the paper (ASPLOS'24, Figures 2 to 8) for any selection. Only calls of
 * the native ABI are in them.
 */

#include <stdbool.h>

#include "base/error.h"
#include "dataset/dataset.h"
#include "dataset/statics.h"
#include "metrics/metrics.h"
#include "plan/plan.h"
#include "plot/data.h"
#include "plot/script.h"

/* A plan, and what the legend calls it. */
struct figure_plan {
        const char *system; /* the operating system; NULL: one that has nothing */
        const struct plan_problem *problem;
        const struct plan *plan;
};

/* The order of a timeline. */
enum figure_axis {
        FIGURE_AXIS_AUTO, /* by date where all dates are known and not all the same, else by version
                           */
        FIGURE_AXIS_DATE,
        FIGURE_AXIS_VERSION,
        FIGURE_AXIS_COUNT,
};

/* "auto", "date", "version" */
const char *figure_axis_name(enum figure_axis axis);

/* What figures are made from. All belongs to the caller. */
struct figure_input {
        const struct collection *collection;
        const struct metrics *metrics;     /* of the collection */
        const struct static_sets *statics; /* NULL: none */
        const struct figure_plan *plans;   /* a line each */
        size_t plan_count;
        size_t top;            /* rows at most, of figures with a row a dataset; 0: as many as can
                                  be read */
        enum figure_axis axis; /* of the timeline */
};

/* What of struct figure_input a figure needs. */
enum figure_need {
        FIGURE_NEEDS_METRICS = 1,
        FIGURE_NEEDS_STATICS = 2,
        FIGURE_NEEDS_PLANS = 4,
        FIGURE_NEEDS_HISTORY = 8, /* all results, not only the last of each workload */
};

struct figure {
        const char *name;
        unsigned needs; /* of enum figure_need, ored; besides the collection */
        size_t top;     /* rows that can be read where nothing else is said; 0: no rows */
        /*
         * Fills data. A note that the reader must know (what was left out) is put into `*ret_note`,
         * owned by the caller; else it is not touched. Returns 0, or -errno with a message:
         * -ENODATA where there is nothing to be drawn.
         */
        int (*make)(const struct figure_input *input, struct figure_data *data, char **ret_note,
                struct error *error);
        /* Writes the script that draws the data, which has a row at least. */
        void (*draw)(const struct figure_data *data, enum plot_format format, FILE *stream);
};

enum figure_name {
        FIGURE_CUMULATIVE,
        FIGURE_HISTOGRAM,
        FIGURE_HEATMAP,
        FIGURE_TIMELINE,
        FIGURE_PLAN,
        FIGURE_COMPLETENESS,
        FIGURE_COUNT,
};

extern const struct figure figures[FIGURE_COUNT];

/* Rows at most that --top may ask for: so a picture stays within what its format can hold. */
#define FIGURE_TOP_MAX 2000

/* Makes the data of a figure, owned by the caller. Otherwise as struct figure's `make`. */
int figure_make(const struct figure *figure, const struct figure_input *input,
        struct figure_data **ret, char **ret_note, struct error *error);

/* The script for gnuplot, owned by the caller, `*ret_size` bytes. Returns 0 or -ENOMEM. */
int figure_script(const struct figure *figure, const struct figure_data *data,
        enum plot_format format, char **ret, size_t *ret_size);
