/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The functions of the figures' table, a file each, and what several of them use. */

#include "plot/figure.h"

#define DECLARE_FIGURE(name)                                                        \
        int name##_make(const struct figure_input *input, struct figure_data *data, \
                char **ret_note, struct error *error);                              \
        void name##_draw(const struct figure_data *data, enum plot_format format, FILE *stream)

DECLARE_FIGURE(cumulative);
DECLARE_FIGURE(histogram);
DECLARE_FIGURE(heatmap);
DECLARE_FIGURE(timeline);
DECLARE_FIGURE(steps);
DECLARE_FIGURE(completeness);

/* How the legend calls a verdict: "stub only". */
const char *verdict_label(enum verdict verdict);

/* "#rrggbb", the same in all figures. */
const char *verdict_color(enum verdict verdict);

/* Findings about calls of the native ABI. */
struct call_counts {
        size_t used;
        size_t by_verdict[VERDICT_COUNT];
};

struct call_counts count_calls(const struct findings *findings);

struct ranked_dataset {
        const struct dataset *dataset; /* belongs to the collection */
        struct call_counts counts;
};

/* Datasets that require many calls first, then those that use many, then as in the collection. */
struct ranking {
        VECTOR(struct ranked_dataset) items;
};

/*
 * Ranks the datasets and keeps the first ones, as many as the input or else the figure says. Of
 * what is left out `*ret_note` tells. The ranking is to be cleared by the caller (vector_clear).
 * Returns 0 or -errno.
 */
int ranking_init(struct ranking *ranking, const struct figure_input *input, size_t top,
        char **ret_note, struct error *error);

/* The columns "application", "workload" and "kind", and the cells for them. */
#define IDENTITY_COLUMNS "application", "workload", "kind"
void add_identity(struct figure_data *data, const struct dataset *dataset);

/*
 * Adds the cell that says how the figure calls the dataset: its application, and as much of
 * workload and run as tells it from its neighbours in the collection.
 */
void add_label(struct figure_data *data, const struct collection *collection,
        const struct dataset *dataset);

/* How many characters the longest label of a column has, as it is shown. */
size_t longest_label(const struct figure_data *data, const char *column);

/* The highest number of a column, 0 where it has none. */
double highest_number(const struct figure_data *data, const char *column);

/*
 * Pixels that a text of so many characters takes in the font of the figures, with something to
 * spare.
 */
static inline unsigned text_pixels(size_t characters)
{
        return 8 * characters + 10;
}
