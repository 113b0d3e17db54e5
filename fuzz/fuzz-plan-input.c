/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The files that weigh a plan, from any text: they must not crash; what they refuse they have to
 * refuse with one line that says where; what they accept lies within its limits.
 */

#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "fuzz/fuzz.h"
#include "fuzz/message.h"
#include "plan/input.h"
#include "plan/plan.h"

static void add(struct collection *collection, const char *name)
{
        struct dataset *dataset = vector_add(&collection->datasets);

        if (!dataset)
                abort();
        dataset->application = strdup(name);
        if (!dataset->application || findings_add(&dataset->findings, 0, VERDICT_REQUIRED) < 0)
                abort();
}

static void try_weights(const char *text, size_t size, const struct known_applications *known)
{
        CLEANUP_FREE uint64_t *weights = NULL;
        struct error error = {};

        if (weights_parse("weights", text, size, known, &weights, &error) < 0)
                require_place(error.message, "weights");
        else if (weights[0] > PLAN_WEIGHT_MAX || weights[1] > PLAN_WEIGHT_MAX)
                abort();
}

static void try_costs(const char *text, size_t size, const struct catalogue *catalogue)
{
        CLEANUP_FREE uint64_t *costs = NULL;
        struct error error = {};

        if (costs_parse("costs", text, size, catalogue, &costs, &error) < 0) {
                require_place(error.message, "costs");
                return;
        }
        for (unsigned number = 0; number < catalogue_limit(catalogue); number++)
                if (costs[number] < 1 || costs[number] > PLAN_COST_MAX)
                        abort();
}

static void try_order(const char *text, size_t size, const struct known_applications *known)
{
        CLEANUP_STRINGS char **order = NULL;
        struct error error = {};

        if (order_parse("order", text, size, known, &order, &error) < 0)
                require_place(error.message, "order");
        else if (strings_count(order) > 2)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        const struct known_applications known = {.collection = collection};

        if (!collection)
                abort();
        add(collection, "nginx");
        add(collection, "redis");
        if (strings_add(&collection->applications, "redis-sentinel") < 0)
                abort();
        try_weights((const char *)data, size, &known);
        try_costs((const char *)data, size, collection->catalogue);
        try_order((const char *)data, size, &known);
        return 0;
}
