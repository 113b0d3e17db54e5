/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "metrics/closure.h"

#define NODES_MAX 32

static void add_node(struct graph *graph)
{
        size_t *first = vector_add(&graph->first);

        assert_non_null(first);
        *first = graph->targets.count;
}

/* An edge from the node added last. */
static void add_edge(struct graph *graph, uint32_t target)
{
        uint32_t *added = vector_add(&graph->targets);

        assert_non_null(added);
        *added = target;
}

static void test_chain(void **state)
{
        CLEANUP(graph_clear) struct graph graph = {};
        uint32_t values[] = {1, 10, 5, 0, 3, 7};

        (void)state;
        /* 0 → 1 → 2 */
        add_node(&graph);
        add_edge(&graph, 1);
        add_node(&graph);
        add_edge(&graph, 2);
        add_node(&graph);
        assert_int_equal(closure_maximum(&graph, values, 2), 0);
        assert_memory_equal(values, ((uint32_t[]){5, 10, 5, 7, 3, 7}), sizeof(values));
}

/* 0 → 1 → 2 → 1, 2 → 3, 3 → 3, and 4 alone. */
static void test_cycle(void **state)
{
        CLEANUP(graph_clear) struct graph graph = {};
        uint32_t values[] = {9, 1, 2, 4, 8};

        (void)state;
        add_node(&graph);
        add_edge(&graph, 1);
        add_node(&graph);
        add_edge(&graph, 2);
        add_node(&graph);
        add_edge(&graph, 1);
        add_edge(&graph, 3);
        add_node(&graph);
        add_edge(&graph, 3);
        add_node(&graph);
        assert_int_equal(closure_maximum(&graph, values, 1), 0);
        assert_memory_equal(values, ((uint32_t[]){9, 4, 4, 4, 8}), sizeof(values));
}

static void test_empty(void **state)
{
        struct graph graph = {};
        uint32_t value = 0;

        (void)state;
        assert_int_equal(closure_maximum(&graph, &value, 1), 0);
}

static uint32_t chance(uint64_t *state, uint32_t limit)
{
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (*state >> 33) % limit;
}

/* The highest value by going through everything from the node on. */
static uint32_t highest(
        const struct graph *graph, const uint32_t *values, uint32_t node, bool *seen)
{
        uint32_t value = values[node], other;

        seen[node] = true;
        for (size_t i = graph_begin(graph, node); i < graph_end(graph, node); i++) {
                if (seen[graph->targets.items[i]])
                        continue;
                other = highest(graph, values, graph->targets.items[i], seen);
                if (other > value)
                        value = other;
        }
        return value;
}

static void test_any_graph(void **state)
{
        uint32_t values[NODES_MAX], raised[NODES_MAX], nodes, edges;
        uint64_t seed = 7;

        (void)state;
        for (unsigned round = 0; round < 3000; round++) {
                CLEANUP(graph_clear) struct graph graph = {};

                nodes = 1 + chance(&seed, NODES_MAX);
                for (uint32_t node = 0; node < nodes; node++) {
                        add_node(&graph);
                        edges = chance(&seed, 1 + round % 4);
                        while (edges-- > 0)
                                add_edge(&graph, chance(&seed, nodes));
                        values[node] = raised[node] = chance(&seed, 100);
                }
                assert_int_equal(closure_maximum(&graph, raised, 1), 0);
                for (uint32_t node = 0; node < nodes; node++) {
                        bool seen[NODES_MAX] = {};

                        assert_int_equal(raised[node], highest(&graph, values, node, seen));
                }
        }
}

/* A chain so long that recursion would not do, closed to a cycle. */
static void test_long_cycle(void **state)
{
        enum { LENGTH = 1000000 };
        CLEANUP(graph_clear) struct graph graph = {};
        CLEANUP_FREE uint32_t *values = calloc(LENGTH, sizeof(*values));
        double begin = clock_seconds();

        (void)state;
        assert_non_null(values);
        for (uint32_t node = 0; node < LENGTH; node++) {
                add_node(&graph);
                add_edge(&graph, (node + 1) % LENGTH);
        }
        values[LENGTH / 2] = 3;
        assert_int_equal(closure_maximum(&graph, values, 1), 0);
        for (uint32_t node = 0; node < LENGTH; node++)
                assert_true(values[node] == 3);
        assert_true(clock_seconds() - begin < 10);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_chain),
                cmocka_unit_test(test_cycle),
                cmocka_unit_test(test_empty),
                cmocka_unit_test(test_any_graph),
                cmocka_unit_test(test_long_cycle),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
