/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What figures are made from, loaded and calculated as the options of `loupe plot` ask for it. */

#include "cli/database-arguments.h"
#include "cli/popularity-arguments.h"
#include "plot/figure.h"

struct plot_request {
        const struct figure *figure;
        const struct database_arguments *database;
        const struct selection_arguments *selection;
        const struct popularity_arguments *popularity;
        const char *applications;     /* "redis,nginx", "all"; NULL: all */
        const struct option_list *os; /* profiles, each with more behind commas; empty: a system
                                         that has nothing */
        unsigned strategies; /* bits by enum strategy; 0: greedy, and all of them of a single system
                              */
        bool equivalents;    /* one call may stand for another */
        bool partial_missing; /* what a profile calls partial counts as missing */
        size_t top;           /* see struct figure_input */
        enum figure_axis axis;
};

struct plot_source;

/*
 * Loads what the figure needs. What the user should know of is told on standard error. Owned by
 * the caller. Returns 0 or -errno with a message.
 */
int plot_source_load(
        const struct plot_request *request, struct plot_source **ret, struct error *error);

/* What to make the figure from; belongs to the source. */
const struct figure_input *plot_source_input(const struct plot_source *source);

struct plot_source *plot_source_free(struct plot_source *source);
DEFINE_CLEANUP(struct plot_source *, plot_source_free)
#define CLEANUP_PLOT_SOURCE CLEANUP(plot_source_freep)
