/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/flow.h"
#include "plan/test-random.h"

#define MOST 7

struct sample {
        flow_amount supplies[MOST], capacities[MOST];
        size_t starts[MOST + 1];
        uint32_t targets[MOST * MOST];
        struct flow_network network;
};

static void make_sample(struct random *random, struct sample *sample, unsigned largest)
{
        size_t sources = random_below(random, MOST + 1), sinks = 1 + random_below(random, MOST);
        unsigned dense = 1 + random_below(random, 4);
        size_t arcs = 0;

        for (size_t source = 0; source < sources; source++) {
                sample->starts[source] = arcs;
                sample->supplies[source] = random_below(random, largest);
                for (uint32_t sink = 0; sink < sinks; sink++)
                        if (random_below(random, 5) < dense)
                                sample->targets[arcs++] = sink;
        }
        sample->starts[sources] = arcs;
        for (size_t sink = 0; sink < sinks; sink++)
                sample->capacities[sink] = random_below(random, largest);
        sample->network = (struct flow_network){
                .source_count = sources,
                .sink_count = sinks,
                .supplies = sample->supplies,
                .capacities = sample->capacities,
                .starts = sample->starts,
                .targets = sample->targets,
        };
}

/* The sinks that a set of sources feeds, as bits. */
static unsigned fed_by(const struct flow_network *network, unsigned sources)
{
        unsigned sinks = 0;

        for (size_t source = 0; source < network->source_count; source++)
                if (sources >> source & 1)
                        for (size_t arc = network->starts[source];
                                arc < network->starts[source + 1]; arc++)
                                sinks |= 1u << network->targets[arc];
        return sinks;
}

static flow_amount sum(const flow_amount *amounts, unsigned set)
{
        flow_amount total = 0;

        for (size_t i = 0; i < MOST; i++)
                if (set >> i & 1)
                        total += amounts[i];
        return total;
}

/* Of the cut that parts these sources and the sinks that they feed from the others. */
static flow_amount cut(const struct flow_network *network, unsigned sources)
{
        unsigned all = (1u << network->source_count) - 1;

        return sum(network->supplies, all & ~sources) +
               sum(network->capacities, fed_by(network, sources));
}

static void check_conserved(const struct flow_network *network, const struct flow *flow)
{
        flow_amount arrived[MOST] = {}, value = 0, left;

        for (size_t source = 0; source < network->source_count; source++) {
                left = 0;
                for (size_t arc = network->starts[source]; arc < network->starts[source + 1];
                        arc++) {
                        left += flow_through(flow, arc);
                        arrived[network->targets[arc]] += flow_through(flow, arc);
                }
                assert_true(left <= network->supplies[source]);
                value += left;
        }
        for (size_t sink = 0; sink < network->sink_count; sink++)
                assert_true(arrived[sink] <= network->capacities[sink]);
        assert_true(value == flow_value(flow));
}

/* Maximum flow is minimum cut, and the cut that is told is the least of them. */
static void check_cut(const struct flow_network *network, const struct flow *flow)
{
        unsigned least = (1u << network->source_count) - 1, told = 0;
        flow_amount minimum = cut(network, 0);

        for (unsigned set = 0; set < 1u << network->source_count; set++)
                if (cut(network, set) < minimum)
                        minimum = cut(network, set);
        assert_true(flow_value(flow) == minimum);
        for (unsigned set = 0; set < 1u << network->source_count; set++)
                if (cut(network, set) == minimum)
                        least &= set;
        for (size_t source = 0; source < network->source_count; source++)
                told |= (unsigned)flow_reaches_source(flow, source) << source;
        for (size_t sink = 0; sink < network->sink_count; sink++)
                assert_int_equal(flow_reaches_sink(flow, sink), fed_by(network, told) >> sink & 1);
        assert_int_equal(told, least);
}

static void test_against_all_cuts(void **state)
{
        struct random random = {1};
        struct sample sample;

        (void)state;
        for (int round = 0; round < 5000; round++) {
                struct flow *flow CLEANUP_FLOW = NULL;

                make_sample(&random, &sample, round % 2 ? 4 : 1000);
                assert_int_equal(flow_maximum(&sample.network, &flow), 0);
                check_conserved(&sample.network, flow);
                check_cut(&sample.network, flow);
        }
}

/* How many unions of the components are full cuts, and how many sets of sources. */
static void check_components(const struct flow_network *network, const struct flow *flow)
{
        uint32_t of_source[MOST], of_sink[MOST];
        ssize_t count = flow_components(flow, of_source, of_sink);
        unsigned before = 0, upto = 0, sinks = 0;

        assert_true(count > 0);
        for (uint32_t component = 0; component < count; component++) {
                for (size_t source = 0; source < network->source_count; source++)
                        upto |= (unsigned)(of_source[source] == component) << source;
                for (size_t sink = 0; sink < network->sink_count; sink++)
                        sinks |= (unsigned)(of_sink[sink] == component) << sink;
                assert_int_equal(fed_by(network, upto) & ~sinks, 0);
                assert_true(sum(network->supplies, upto) == sum(network->capacities, sinks));
                for (unsigned set = 0; set < 1u << network->source_count; set++)
                        if ((set & before) == before && (set & ~upto) == 0 && set != before &&
                                set != upto && cut(network, set) == cut(network, upto))
                                fail_msg("a cut lies between");
                before = upto;
        }
        assert_int_equal(upto, (1u << network->source_count) - 1);
}

/* Capacities that a flow fills: what arrives when each supply goes somewhere. */
static bool fill(struct random *random, struct sample *sample)
{
        const struct flow_network *network = &sample->network;
        size_t first, arcs;

        memset(sample->capacities, 0, sizeof(sample->capacities));
        for (size_t source = 0; source < network->source_count; source++) {
                first = sample->starts[source];
                arcs = sample->starts[source + 1] - first;
                if (!arcs)
                        return false;
                sample->supplies[source]++;
                for (flow_amount i = 0; i < sample->supplies[source]; i++)
                        sample->capacities[sample->targets[first + random_below(random, arcs)]]++;
        }
        for (size_t sink = 0; sink < network->sink_count; sink++)
                if (!sample->capacities[sink])
                        return false;
        return network->source_count > 0;
}

static void test_components(void **state)
{
        struct random random = {2};
        struct sample sample;
        int full = 0;

        (void)state;
        for (int round = 0; round < 20000; round++) {
                struct flow *flow CLEANUP_FLOW = NULL;

                make_sample(&random, &sample, 4);
                if (!fill(&random, &sample))
                        continue;
                full++;
                assert_int_equal(flow_maximum(&sample.network, &flow), 0);
                check_components(&sample.network, flow);
        }
        assert_true(full > 1000);
}

/* Paths that must be turned around all the way, and amounts beyond 64 bits. */
static void test_long_path(void **state)
{
        enum { LENGTH = 2000 };
        flow_amount *supplies CLEANUP_FREE = calloc(LENGTH, sizeof(*supplies));
        flow_amount *capacities CLEANUP_FREE = calloc(LENGTH, sizeof(*capacities));
        size_t *starts CLEANUP_FREE = calloc(LENGTH + 1, sizeof(*starts));
        uint32_t *targets CLEANUP_FREE = calloc(2 * LENGTH, sizeof(*targets));
        struct flow *flow CLEANUP_FLOW = NULL;
        flow_amount one = (flow_amount)1 << 100;
        struct flow_network network = {LENGTH, LENGTH, supplies, capacities, starts, targets};
        size_t arcs = 0;

        (void)state;
        assert_true(supplies && capacities && starts && targets);
        /* Each source would rather use the next one's sink; the last has only its own. */
        for (uint32_t i = 0; i < LENGTH; i++) {
                starts[i] = arcs;
                supplies[i] = capacities[i] = one;
                if (i + 1 < LENGTH)
                        targets[arcs++] = i + 1;
                targets[arcs++] = i;
        }
        starts[LENGTH] = arcs;
        assert_int_equal(flow_maximum(&network, &flow), 0);
        assert_true(flow_value(flow) == LENGTH * one);
        assert_true(flow_through(flow, arcs - 1) == one);
        assert_true(flow_through(flow, 1) == one);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_against_all_cuts),
                cmocka_unit_test(test_components),
                cmocka_unit_test(test_long_path),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
