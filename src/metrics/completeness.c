/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * How much of what is wanted works: with what an OS has, and with more and more calls, in the order
 * of their importance. A dataset works from the call on that is the least important of those that
 * it needs; so one pass over the datasets gives the whole curve.
 */

#include <errno.h>
#include <math.h>
#include <string.h>

#include "metrics/calculation.h"

static const char *const names[COMPLETENESS_COUNT] = {
        [COMPLETENESS_REQUIRED] = "required",
        [COMPLETENESS_NOT_STUBBED] = "not-stubbed",
};

const char *completeness_name(enum completeness definition)
{
        return names[definition];
}

bool completeness_needs(enum completeness definition, enum verdict verdict)
{
        return verdict == VERDICT_REQUIRED || verdict == VERDICT_UNTESTED ||
               (definition == COMPLETENESS_NOT_STUBBED && verdict == VERDICT_FAKE);
}

bool calculation_lacks(const struct calculation *calculation, const struct finding *findings,
        size_t count, enum completeness definition)
{
        for (size_t i = 0; i < count; i++)
                if (calculation->lacking[findings[i].feature] &&
                        completeness_needs(
                                definition, findings_meaning(calculation->collection->catalogue,
                                                    findings, count, &findings[i])))
                        return true;
        return false;
}

uint32_t calculation_last_rank(const struct calculation *calculation,
        const struct finding *findings, size_t count, enum completeness definition)
{
        uint32_t last = 0, rank;

        for (size_t i = 0; i < count; i++) {
                rank = calculation->ranks[findings[i].feature];
                if (rank > last && completeness_needs(definition, findings[i].verdict))
                        last = rank;
        }
        return last;
}

/* What is known of a package together with all that it depends on: one row a node of the graph. */
struct reach {
        uint32_t last_rank[COMPLETENESS_COUNT];
        uint32_t lacks[COMPLETENESS_COUNT]; /* 0 or 1 */
};

/* Packages without data need nothing themselves. NULL when out of memory. */
static struct reach *new_reach(const struct calculation *calculation)
{
        const struct package_set *set = &calculation->packages;
        CLEANUP_FREE struct reach *reach = calloc(set->names.words.count + 1, sizeof(*reach));

        if (!reach)
                return NULL;
        for (size_t i = 0; i < set->packages.count; i++) {
                const struct package_data *package = &set->packages.items[i];
                const struct finding *findings = set->findings.items + package->first;

                for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++) {
                        reach[i].last_rank[by] =
                                calculation_last_rank(calculation, findings, package->count, by);
                        reach[i].lacks[by] =
                                calculation_lacks(calculation, findings, package->count, by);
                }
        }
        if (closure_maximum(
                    &set->dependencies, (uint32_t *)reach, sizeof(*reach) / sizeof(uint32_t)) < 0)
                return NULL;
        return steal_pointer(reach);
}

/* What becomes complete with each call: by rank, that of none at 0. */
struct gain {
        size_t datasets[COMPLETENESS_COUNT];
        double shares[COMPLETENESS_COUNT]; /* of packages */
};

static void gain_datasets(const struct calculation *calculation, struct gain *gains)
{
        const struct dataset *dataset;
        uint32_t rank;

        vector_for_each(dataset, &calculation->collection->datasets) {
                for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++) {
                        rank = calculation_last_rank(calculation, dataset->findings.items.items,
                                dataset->findings.items.count, by);
                        gains[rank].datasets[by]++;
                }
        }
}

static void gain_packages(
        const struct calculation *calculation, const struct reach *reach, struct gain *gains)
{
        const struct package_set *set = &calculation->packages;

        for (size_t i = 0; i < set->packages.count; i++)
                for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++)
                        gains[reach[i].last_rank[by]].shares[by] += set->packages.items[i].share;
}

static int add_point(struct calculation *calculation, size_t calls, const struct gain *sum,
        const struct gain *total)
{
        struct metrics *metrics = calculation->metrics;
        struct curve_point *point = vector_add(&metrics->curve);

        if (!point)
                return -ENOMEM;
        point->calls = calls;
        point->feature = calls > 0 ? metrics->importance.items[calls - 1].feature : 0;
        for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++)
                point->completeness[by] = (struct completeness_result){
                        .supported = sum->datasets[by],
                        .datasets = metrics->datasets,
                        .weighted =
                                total->shares[by] > 0 ? sum->shares[by] / total->shares[by] : NAN,
                };
        return 0;
}

static void add_gain(struct gain *sum, const struct gain *gain)
{
        for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++) {
                sum->datasets[by] += gain->datasets[by];
                sum->shares[by] += gain->shares[by];
        }
}

static int draw_curve(struct calculation *calculation, const struct reach *reach)
{
        size_t points = calculation->metrics->used + 1;
        CLEANUP_FREE struct gain *gains = calloc(points, sizeof(*gains));
        struct gain sum = {}, total = {};
        int r = 0;

        if (!gains)
                return -ENOMEM;
        gain_datasets(calculation, gains);
        gain_packages(calculation, reach, gains);
        /* In the same order as below, so that the last point is 1 to the last bit. */
        for (size_t calls = 0; calls < points; calls++)
                add_gain(&total, &gains[calls]);
        for (size_t calls = 0; r == 0 && calls < points; calls++) {
                add_gain(&sum, &gains[calls]);
                r = add_point(calculation, calls, &sum, &total);
        }
        return r;
}

static struct completeness_result complete_by(const struct calculation *calculation,
        const struct reach *reach, enum completeness definition)
{
        struct completeness_result result = {.datasets = calculation->metrics->datasets};
        const struct package_set *set = &calculation->packages;
        const struct dataset *dataset;
        double works = 0, all = 0;

        vector_for_each(dataset, &calculation->collection->datasets)
                result.supported += !calculation_lacks(calculation, dataset->findings.items.items,
                        dataset->findings.items.count, definition);
        for (size_t i = 0; i < set->packages.count; i++) {
                all += set->packages.items[i].share;
                if (!reach[i].lacks[definition])
                        works += set->packages.items[i].share;
        }
        result.weighted = all > 0 ? works / all : NAN;
        return result;
}

int calculate_completeness(struct calculation *calculation)
{
        CLEANUP_FREE struct reach *reach = new_reach(calculation);

        if (!reach)
                return -ENOMEM;
        if (calculation->options->profile)
                for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++)
                        calculation->metrics->completeness[by] =
                                complete_by(calculation, reach, by);
        return draw_curve(calculation, reach);
}
