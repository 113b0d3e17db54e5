/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/closure.h"

/*
 * A closure of the highest weight minus ratio times cost is a minimum cut (Picard 1976): what feeds
 * the network are the groups, by their weight, what takes are the features, by ratio times cost,
 * and arcs without limit lead from each group to what it needs. The ratio being weight W by cost P
 * of the whole part, all is multiplied by P, so that the calculation is one in whole numbers and
 * exact. Taking the ratio of a part, and going on with the closure that is found and with the rest,
 * is Dinkelbach's iteration (1967) for the densest closure and for all that follow it at once.
 *
 * How large the numbers are: a supply is a weight times P, so all together are W·P, and so are the
 * capacities. With W and P below 2^62 that is below 2^124.
 */

#include <errno.h>

#include "plan/divisor.h"
#include "plan/flow.h"

#define ABSENT UINT32_MAX

struct closure_search {
        flow_amount *supplies, *capacities;
        size_t *starts;
        uint32_t *targets;
        uint32_t *places; /* by feature of the needs: its place in the part, else ABSENT */
};

struct closure_search *closure_search_free(struct closure_search *search)
{
        if (!search)
                return NULL;
        free(search->supplies);
        free(search->capacities);
        free(search->starts);
        free(search->targets);
        free(search->places);
        free(search);
        return NULL;
}

int closure_search_new(const struct needs *needs, struct closure_search **ret)
{
        struct closure_search *search CLEANUP_CLOSURE_SEARCH = calloc(1, sizeof(*search));

        if (!search)
                return -ENOMEM;
        search->supplies = calloc(needs->group_count + 1, sizeof(*search->supplies));
        search->capacities = calloc(needs->feature_count + 1, sizeof(*search->capacities));
        search->starts = calloc(needs->group_count + 1, sizeof(*search->starts));
        search->targets = calloc(needs->starts[needs->group_count] + 1, sizeof(*search->targets));
        search->places = calloc(needs->feature_count + 1, sizeof(*search->places));
        if (!search->supplies || !search->capacities || !search->starts || !search->targets ||
                !search->places)
                return -ENOMEM;
        for (size_t i = 0; i < needs->feature_count; i++)
                search->places[i] = ABSENT;
        *ret = steal_pointer(search);
        return 0;
}

/* Weights times the part's cost, and costs times its weight. */
static void set_amounts(struct closure_search *search, const struct closure_part *part)
{
        const struct needs *needs = part->needs;
        uint64_t weight = 0, cost = 0, divisor;

        for (size_t i = 0; i < part->group_count; i++)
                weight += needs->weights[part->groups[i]];
        for (size_t i = 0; i < part->feature_count; i++)
                cost += needs->costs[part->features[i]];
        divisor = common_divisor(weight, cost);
        for (size_t i = 0; i < part->group_count; i++)
                search->supplies[i] =
                        (flow_amount)needs->weights[part->groups[i]] * (cost / divisor);
        for (size_t i = 0; i < part->feature_count; i++)
                search->capacities[i] =
                        (flow_amount)needs->costs[part->features[i]] * (weight / divisor);
}

static void set_arcs(struct closure_search *search, const struct closure_part *part)
{
        const struct needs *needs = part->needs;
        size_t arcs = 0;
        uint32_t place;

        for (size_t i = 0; i < part->feature_count; i++)
                search->places[part->features[i]] = (uint32_t)i;
        for (size_t i = 0; i < part->group_count; i++) {
                search->starts[i] = arcs;
                for (size_t j = needs->starts[part->groups[i]];
                        j < needs->starts[part->groups[i] + 1]; j++) {
                        place = search->places[needs->features[j]];
                        if (place != ABSENT)
                                search->targets[arcs++] = place;
                }
        }
        search->starts[part->group_count] = arcs;
        for (size_t i = 0; i < part->feature_count; i++)
                search->places[part->features[i]] = ABSENT;
}

static flow_amount total(const flow_amount *amounts, size_t count)
{
        flow_amount sum = 0;

        for (size_t i = 0; i < count; i++)
                sum += amounts[i];
        return sum;
}

ssize_t closure_divide(struct closure_search *search, const struct closure_part *part,
        uint32_t *group_pieces, uint32_t *feature_pieces, bool *ret_even)
{
        struct flow *flow CLEANUP_FLOW = NULL;
        struct flow_network network;
        int r;

        set_amounts(search, part);
        set_arcs(search, part);
        network = (struct flow_network){
                .source_count = part->group_count,
                .sink_count = part->feature_count,
                .supplies = search->supplies,
                .capacities = search->capacities,
                .starts = search->starts,
                .targets = search->targets,
        };
        r = flow_maximum(&network, &flow);
        if (r < 0)
                return r;
        *ret_even = flow_value(flow) == total(search->supplies, part->group_count);
        if (*ret_even)
                return flow_components(flow, group_pieces, feature_pieces);
        for (size_t i = 0; i < part->group_count; i++)
                group_pieces[i] = !flow_reaches_source(flow, i);
        for (size_t i = 0; i < part->feature_count; i++)
                feature_pieces[i] = !flow_reaches_sink(flow, i);
        return 2;
}
