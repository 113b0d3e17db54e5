/* SPDX-License-Identifier: BSD-3-Clause */

/* How important features are: how many datasets use and need them, how many machines. */

#include <errno.h>
#include <math.h>

#include "metrics/calculation.h"

/* A feature on its way into the order of importance. */
struct entry {
        struct importance importance;
        enum feature_kind kind;
        size_t needed;    /* datasets that need it */
        double unpopular; /* logarithms of the products of (1 - p): over packages that use, */
        double unpopular_required; /* require, */
        double unpopular_needed;   /* and need it; as small numbers would vanish beside 1 */
};

/* Of all features; most are used by nobody. */
static struct entry *new_entries(const struct calculation *calculation)
{
        struct entry *entries = calloc(calculation->limit, sizeof(*entries));

        for (unsigned feature = 0; entries && feature < calculation->limit; feature++)
                entries[feature].importance.feature = feature;
        return entries;
}

static void count_verdict(struct importance *importance, enum verdict verdict)
{
        importance->used++;
        importance->required += verdict == VERDICT_REQUIRED;
        importance->stub += verdict == VERDICT_STUB;
        importance->fake += verdict == VERDICT_FAKE;
        importance->either += verdict == VERDICT_EITHER;
}

static void count_datasets(const struct calculation *calculation, struct entry *entries)
{
        const struct dataset *dataset;
        const struct finding *finding;

        vector_for_each(dataset, &calculation->collection->datasets) {
                vector_for_each(finding, &dataset->findings.items) {
                        struct entry *entry = &entries[finding->feature];

                        count_verdict(&entry->importance, finding->verdict);
                        entry->needed += completeness_needs(calculation->options->definition,
                                findings_meaning(calculation->collection->catalogue,
                                        dataset->findings.items.items,
                                        dataset->findings.items.count, finding));
                }
        }
}

static void count_packages(const struct calculation *calculation, struct entry *entries)
{
        const struct package_set *set = &calculation->packages;
        const struct package_data *package;

        vector_for_each(package, &set->packages) {
                double without = log1p(-package->share);

                for (size_t i = 0; i < package->count; i++) {
                        const struct finding *finding = &set->findings.items[package->first + i];
                        struct entry *entry = &entries[finding->feature];

                        entry->unpopular += without;
                        if (finding->verdict == VERDICT_REQUIRED)
                                entry->unpopular_required += without;
                        if (completeness_needs(calculation->options->definition,
                                    findings_meaning(calculation->collection->catalogue,
                                            set->findings.items + package->first, package->count,
                                            finding)))
                                entry->unpopular_needed += without;
                }
        }
}

static int compare(const void *a, const void *b, void *catalogue)
{
        const struct entry *x = a, *y = b;

        if (x->kind != y->kind)
                return x->kind < y->kind ? -1 : 1;
        if (x->unpopular_needed != y->unpopular_needed)
                return x->unpopular_needed < y->unpopular_needed ? -1 : 1;
        if (x->needed != y->needed)
                return x->needed > y->needed ? -1 : 1;
        if (x->importance.used != y->importance.used)
                return x->importance.used > y->importance.used ? -1 : 1;
        return catalogue_compare(catalogue, x->importance.feature, y->importance.feature);
}

/* 1 - product; a difference, lest nothing becomes -0. */
static double popular_share(double logarithm_of_product)
{
        return 0 - expm1(logarithm_of_product);
}

/* Finishes the figures of a feature that is used. */
static void finish(const struct calculation *calculation, struct entry *entry)
{
        bool popular = calculation->metrics->has_popularity;
        struct importance *importance = &entry->importance;
        double datasets = calculation->metrics->datasets;

        entry->kind =
                catalogue_feature(calculation->collection->catalogue, importance->feature).kind;
        importance->used_share = importance->used / datasets;
        importance->required_share = importance->required / datasets;
        importance->popular = popular ? popular_share(entry->unpopular) : NAN;
        importance->popular_required = popular ? popular_share(entry->unpopular_required) : NAN;
}

/* Keeps the entries of what is used, at the front, and returns how many there are. */
static size_t keep_used(const struct calculation *calculation, struct entry *entries)
{
        size_t used = 0;

        for (unsigned feature = 0; feature < calculation->limit; feature++) {
                if (entries[feature].importance.used == 0)
                        continue;
                finish(calculation, &entries[feature]);
                entries[used++] = entries[feature];
        }
        return used;
}

int calculate_importance(struct calculation *calculation)
{
        CLEANUP_FREE struct entry *entries = new_entries(calculation);
        struct metrics *metrics = calculation->metrics;
        struct importance *importance;
        size_t used;

        if (!entries)
                return -ENOMEM;
        count_datasets(calculation, entries);
        count_packages(calculation, entries);
        used = keep_used(calculation, entries);
        qsort_r(entries, used, sizeof(*entries), compare, calculation->collection->catalogue);
        for (size_t i = 0; i < used; i++) {
                importance = vector_add(&metrics->importance);
                if (!importance)
                        return -ENOMEM;
                *importance = entries[i].importance;
                if (entries[i].kind != FEATURE_SYSCALL)
                        continue;
                calculation->ranks[importance->feature] = i + 1;
                metrics->used++;
                metrics->required += importance->required > 0;
        }
        return 0;
}
