/* SPDX-License-Identifier: BSD-3-Clause */

/* Ways from an entry point to a feature. */

#include <errno.h>

#include "program/reach-state.h"

static const char *arrival_word(enum arrival arrival)
{
        static const char *const words[] = {
                [ARRIVAL_ENTRY] = "entry",
                [ARRIVAL_MAIN] = "entry",
                [ARRIVAL_CONSTRUCTOR] = "constructor",
                [ARRIVAL_DESTRUCTOR] = "destructor",
                [ARRIVAL_RESOLVER] = "ifunc",
                [ARRIVAL_CALL] = "calls",
                [ARRIVAL_TAKE] = "takes the address of",
                [ARRIVAL_DATA] = "refers to data with",
                [ARRIVAL_NAME] = "dlsym",
                [ARRIVAL_EXPORT] = "exports",
                [ARRIVAL_GO] = "linked by Go",
                [ARRIVAL_TAKEN] = "taken before",
        };

        return words[arrival];
}

/* `leads` is relative to the function: the instruction that leads on. */
static int add_step(const struct reach_state *state, struct reach_path *path, struct origin leads,
        const char *how)
{
        const struct summary *summary = state_summary(state, leads.object);
        struct reach_step *step = vector_add(&path->steps);

        if (!step)
                return -ENOMEM;
        *step = (struct reach_step){
                .object = leads.object,
                .function = leads.function,
                .address = summary->functions.items[leads.function].address + leads.address,
                .how = how,
        };
        return 0;
}

static void reverse(struct reach_path *path)
{
        for (size_t i = 0, j = path->steps.count; i + 1 < j; i++) {
                struct reach_step step = path->steps.items[i];

                path->steps.items[i] = path->steps.items[--j];
                path->steps.items[j] = step;
        }
}

/* From an entry point to `at`. */
static int add_path(const struct reach_state *state, struct origin at, struct reach_path *path)
{
        int r = 0;

        while (r == 0 && at.object != NO_OBJECT) {
                const struct reach_node *node = state_node(state, at.object, at.function);

                r = add_step(state, path, at, arrival_word(node->arrival));
                at = node->from;
        }
        reverse(path);
        return r;
}

int reach_witness(const struct reach *reach, const struct feature *feature, struct reach_path *ret)
{
        const struct reach_state *state = reach->state;
        const struct reach_feature *found = NULL;
        struct reach_path path = {};
        struct origin site;
        uint32_t link;
        int r;

        if (reach->features.count > 0)
                found = bsearch(feature, reach->features.items, reach->features.count,
                        sizeof(*reach->features.items), feature_compare);
        if (!found)
                return -ENOENT;
        link = state->feature_links.items[found - reach->features.items];
        site = (struct origin){found->object, found->function,
                found->address - state_summary(state, found->object)
                                         ->functions.items[found->function]
                                         .address};
        r = add_path(state, link == UINT32_MAX ? site : state->links.items[link].call, &path);
        if (r == 0 && link != UINT32_MAX) {
                for (link = state->links.items[link].next; r == 0 && link != UINT32_MAX;
                        link = state->links.items[link].next)
                        r = add_step(state, &path, state->links.items[link].call, "calls");
                if (r == 0)
                        r = add_step(state, &path, site, "calls");
        }
        if (r < 0) {
                vector_clear(&path.steps);
                return r;
        }
        *ret = path;
        return 0;
}
