/* SPDX-License-Identifier: BSD-3-Clause */

/* The figures of each dataset, and their means. */

#include <errno.h>
#include <math.h>
#include <string.h>

#include "metrics/calculation.h"

static bool is_call(const struct calculation *calculation, uint32_t number)
{
        return catalogue_is_call(number) ||
               catalogue_feature(calculation->collection->catalogue, number).kind ==
                       FEATURE_SYSCALL;
}

static size_t count_calls(
        const struct calculation *calculation, const struct feature_numbers *features)
{
        const uint32_t *number;
        size_t calls = 0;

        vector_for_each(number, &features->numbers)
                calls += is_call(calculation, *number);
        return calls;
}

static void count_statics(const struct calculation *calculation, const struct dataset *dataset,
        struct dataset_figures *figures)
{
        const struct static_sets *statics = calculation->options->statics;
        const struct static_set *set;

        for (enum static_method method = 0; method < STATIC_COUNT; method++) {
                set = statics ? static_sets_find(statics, dataset, method) : NULL;
                figures->statics[method] =
                        set ? count_calls(calculation, &set->features) : SIZE_MAX;
        }
}

static double mean(double sum, size_t count)
{
        return count > 0 ? sum / count : NAN;
}

static void compare_statics(struct calculation *calculation, enum static_method method)
{
        struct static_comparison *comparison = &calculation->metrics->statics[method];
        const struct dataset_figures *figures;

        vector_for_each(figures, &calculation->metrics->figures) {
                if (figures->statics[method] == SIZE_MAX)
                        continue;
                comparison->datasets++;
                comparison->found += figures->statics[method];
                comparison->used += figures->used;
                comparison->required += figures->verdicts[VERDICT_REQUIRED];
        }
        comparison->found = mean(comparison->found, comparison->datasets);
        comparison->used = mean(comparison->used, comparison->datasets);
        comparison->required = mean(comparison->required, comparison->datasets);
}

static double mean_avoidable(const struct metrics *metrics)
{
        const struct dataset_figures *figures;
        size_t datasets = 0, avoidable;
        double sum = 0;

        vector_for_each(figures, &metrics->figures) {
                if (figures->used == 0)
                        continue;
                avoidable = figures->verdicts[VERDICT_STUB] + figures->verdicts[VERDICT_FAKE] +
                            figures->verdicts[VERDICT_EITHER];
                sum += (double)avoidable / figures->used;
                datasets++;
        }
        return mean(sum, datasets);
}

int calculate_figures(struct calculation *calculation)
{
        struct metrics *metrics = calculation->metrics;
        const char *application = NULL;
        const struct dataset *dataset;
        const struct finding *finding;
        struct dataset_figures *figures;

        vector_for_each(dataset, &calculation->collection->datasets) {
                figures = vector_add(&metrics->figures);
                if (!figures)
                        return -ENOMEM;
                vector_for_each(finding, &dataset->findings.items) {
                        if (!is_call(calculation, finding->feature))
                                continue;
                        figures->used++;
                        figures->verdicts[finding->verdict]++;
                }
                count_statics(calculation, dataset, figures);
                if (!application || strcmp(application, dataset->application) != 0)
                        metrics->applications++;
                application = dataset->application;
        }
        metrics->datasets = metrics->figures.count;
        metrics->avoidable = mean_avoidable(metrics);
        for (enum static_method method = 0; method < STATIC_COUNT; method++)
                compare_statics(calculation, method);
        return 0;
}
