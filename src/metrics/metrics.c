/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/metrics.h"

#include <errno.h>

#include "metrics/calculation.h"
#include "profile/coverage.h"

static void calculation_clear(struct calculation *calculation)
{
        free(calculation->ranks);
        free(calculation->lacking);
        package_set_clear(&calculation->packages);
}

static int calculation_init(struct calculation *calculation)
{
        calculation->ranks = calloc(calculation->limit, sizeof(*calculation->ranks));
        calculation->lacking = calloc(calculation->limit, sizeof(*calculation->lacking));
        return calculation->ranks && calculation->lacking ? 0 : -ENOMEM;
}

static int count_packages(struct calculation *calculation)
{
        const struct popularity *popularity = calculation->options->popularity;
        struct package_set *set = &calculation->packages;
        struct metrics *metrics = calculation->metrics;
        const struct package_data *package;

        if (!popularity)
                return 0;
        if (package_set_make(calculation->collection, popularity, set) < 0)
                return -ENOMEM;
        metrics->has_popularity = true;
        metrics->packages = set->packages.count;
        metrics->dependencies = set->names.words.count - set->packages.count;
        vector_for_each(package, &set->packages)
                metrics->packages_unpopular += package->share == 0;
        return 0;
}

/* What is used and the OS lacks. */
static void find_lacking(struct calculation *calculation)
{
        const struct metrics_options *options = calculation->options;
        enum support enough = options->partial_is_missing ? SUPPORT_FULL : SUPPORT_PARTIAL;
        const struct importance *importance;
        struct feature feature;

        if (!options->profile)
                return;
        calculation->metrics->has_profile = true;
        vector_for_each(importance, &calculation->metrics->importance) {
                feature =
                        catalogue_feature(calculation->collection->catalogue, importance->feature);
                calculation->lacking[importance->feature] =
                        profile_support(options->profile, &feature) < enough;
        }
}

int metrics_calculate(const struct collection *collection, const struct metrics_options *options,
        struct metrics **ret)
{
        CLEANUP_METRICS struct metrics *metrics = calloc(1, sizeof(*metrics));
        CLEANUP(calculation_clear)
        struct calculation calculation = {
                .collection = collection,
                .options = options,
                .metrics = metrics,
                .limit = catalogue_limit(collection->catalogue),
        };
        int r;

        if (!metrics || calculation_init(&calculation) < 0)
                return -ENOMEM;
        r = calculate_figures(&calculation);
        if (r == 0)
                r = count_packages(&calculation);
        if (r == 0)
                r = calculate_importance(&calculation);
        if (r < 0)
                return r;
        find_lacking(&calculation);
        r = calculate_completeness(&calculation);
        if (r == 0)
                r = calculate_missing(&calculation);
        if (r < 0)
                return r;
        *ret = steal_pointer(metrics);
        return 0;
}

struct metrics *metrics_free(struct metrics *metrics)
{
        struct missing_call *missing;

        if (!metrics)
                return NULL;
        vector_for_each(missing, &metrics->missing) {
                vector_clear(&missing->required_in);
                vector_clear(&missing->faked_in);
                vector_clear(&missing->stubbed_in);
        }
        vector_clear(&metrics->missing);
        vector_clear(&metrics->figures);
        vector_clear(&metrics->importance);
        vector_clear(&metrics->curve);
        free(metrics);
        return NULL;
}
