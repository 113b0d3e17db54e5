/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The result of reach_find() in the making. For the files of reach.h only. */

#include "program/parameters.h"
#include "program/reach-state.h"

/* A feature, and what is needed to prefer another place for it, and for its witness. */
struct found_feature {
        struct reach_feature feature;
        uint32_t link;  /* in state->links: the calls that lead to the place; UINT32_MAX: none */
        uint32_t depth; /* steps from the entry point to the place */
};

enum result_list {
        RESULT_SITES,
        RESULT_LOADS,
        RESULT_LIST_COUNT,
};

struct result_unknown {
        struct origin at;
        const char *what; /* constant */
};

struct reach_result {
        struct reach_state *state;
        VECTOR(struct found_feature) features;
        uint32_t *slots; /* by hash of the feature: its place + 1, or 0 */
        size_t slot_count;
        VECTOR(struct result_unknown) unknown[RESULT_LIST_COUNT];
        VECTOR(struct feature) unknown_selectors;
        bool unknown_symbols; /* some dlsym() asks for a name that is not known */
};

void result_clear(struct reach_result *result);

int result_add_unknown(
        struct reach_result *result, enum result_list list, struct origin at, const char *what);

/* A feature is found at `at`, where `link` leads to. Keeps the place nearest to the entry point. */
int result_add_feature(
        struct reach_result *result, struct feature feature, struct origin at, uint32_t link);

/* Finds the features of everything that is reached. */
int features_find(struct reach_state *state, struct reach_result *result);

/* The call that a value of the site's number means. Returns false where it means none. */
bool site_call(const struct reach_state *state, struct origin at, const struct site *site,
        const struct parameter_value *value, struct feature *ret);

/* The sub-features at a place where the kernel is entered. */
int selectors_find(struct parameters *parameters, struct reach_result *result, struct origin at,
        const struct site *site);

/* Moves the result to where the caller of reach_find() reads it. */
int result_finish(struct reach_result *result, struct reach *reach);

int loads_follow(struct reach_state *state, struct reach_result *result);
int loads_follow_exports(struct reach_state *state, bool unknown_symbols);
