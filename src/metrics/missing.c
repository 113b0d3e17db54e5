/* SPDX-License-Identifier: BSD-3-Clause */

/* The features that an OS lacks, and which datasets that concerns. */

#include <errno.h>

#include "metrics/calculation.h"
#include "profile/coverage.h"

static bool is_excluded(const struct metrics_options *options, uint32_t feature)
{
        for (size_t i = 0; i < options->excluded_count; i++)
                if (options->excluded[i] == feature)
                        return true;
        return false;
}

/* True for a sub-feature of a call that the OS lacks altogether. */
static bool goes_with_its_call(const struct calculation *calculation, uint32_t number)
{
        struct feature feature = catalogue_feature(calculation->collection->catalogue, number);
        struct feature call;
        int found;

        if (feature.kind != FEATURE_SUBFEATURE)
                return false;
        call = feature_call(feature);
        found = catalogue_find(calculation->collection->catalogue, &call);
        return found >= 0 && calculation->lacking[found];
}

/* Room for `count` more, so that they are added without looking. */
static int reserve(uint32_t **items, size_t *capacity, size_t count)
{
        *items = calloc(count + 1, sizeof(**items));
        *capacity = count + 1;
        return *items ? 0 : -ENOMEM;
}

static int add_missing(struct calculation *calculation, const struct importance *importance)
{
        struct feature feature =
                catalogue_feature(calculation->collection->catalogue, importance->feature);
        struct missing_call *missing = vector_add(&calculation->metrics->missing);

        if (!missing)
                return -ENOMEM;
        missing->importance = *importance;
        missing->support = profile_support(calculation->options->profile, &feature);
        if (reserve(&missing->required_in.items, &missing->required_in.capacity,
                    importance->required) < 0 ||
                reserve(&missing->faked_in.items, &missing->faked_in.capacity,
                        importance->fake + importance->either) < 0 ||
                reserve(&missing->stubbed_in.items, &missing->stubbed_in.capacity,
                        importance->stub + importance->either) < 0)
                return -ENOMEM;
        return 0;
}

/* The first `top` of those that are lacking. */
static int choose_missing(struct calculation *calculation)
{
        const struct metrics_options *options = calculation->options;
        struct metrics *metrics = calculation->metrics;
        const struct importance *importance;
        int r = 0;

        vector_for_each(importance, &metrics->importance) {
                if (!calculation->lacking[importance->feature] ||
                        is_excluded(options, importance->feature) ||
                        goes_with_its_call(calculation, importance->feature))
                        continue;
                if (options->top == 0 || metrics->missing_total < options->top)
                        r = add_missing(calculation, importance);
                if (r < 0)
                        return r;
                metrics->missing_total++;
        }
        return 0;
}

static void list_dataset(struct missing_call *missing, uint32_t dataset, enum verdict verdict)
{
        if (verdict == VERDICT_REQUIRED)
                missing->required_in.items[missing->required_in.count++] = dataset;
        if (verdict == VERDICT_FAKE || verdict == VERDICT_EITHER)
                missing->faked_in.items[missing->faked_in.count++] = dataset;
        if (verdict == VERDICT_STUB || verdict == VERDICT_EITHER)
                missing->stubbed_in.items[missing->stubbed_in.count++] = dataset;
}

int calculate_missing(struct calculation *calculation)
{
        /* By feature: its place among the missing ones, from 1 on. */
        CLEANUP_FREE uint32_t *places = calloc(calculation->limit, sizeof(*places));
        const struct collection *collection = calculation->collection;
        struct metrics *metrics = calculation->metrics;
        const struct finding *finding;
        int r;

        if (!places)
                return -ENOMEM;
        if (!calculation->options->profile)
                return 0;
        r = choose_missing(calculation);
        if (r < 0)
                return r;
        for (size_t i = 0; i < metrics->missing.count; i++)
                places[metrics->missing.items[i].importance.feature] = i + 1;
        for (size_t i = 0; i < collection->datasets.count; i++)
                vector_for_each(finding, &collection->datasets.items[i].findings.items)
                        if (places[finding->feature] > 0)
                                list_dataset(&metrics->missing.items[places[finding->feature] - 1],
                                        i, finding->verdict);
        return 0;
}
