/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/package-set.h"

#include <errno.h>
#include <string.h>

/* What merging the findings of a package needs; arrays are indexed by the feature's number. */
struct merging {
        const struct catalogue *catalogue; /* of the collection */
        uint32_t *seen;  /* the last package (its number + 1) that uses the feature, */
        size_t *places;  /* and where its finding is */
        uint32_t *order; /* places of datasets, those of one package together */
};

static void merging_clear(struct merging *merging)
{
        free(merging->seen);
        free(merging->places);
        free(merging->order);
}

static int merging_init(struct merging *merging, const struct collection *collection)
{
        unsigned limit = catalogue_limit(collection->catalogue);

        merging->catalogue = collection->catalogue;
        merging->seen = calloc(limit, sizeof(*merging->seen));
        merging->places = calloc(limit, sizeof(*merging->places));
        merging->order = calloc(collection->datasets.count + 1, sizeof(*merging->order));
        return merging->seen && merging->places && merging->order ? 0 : -ENOMEM;
}

void package_set_clear(struct package_set *set)
{
        dictionary_clear(&set->names);
        vector_clear(&set->packages);
        vector_clear(&set->findings);
        graph_clear(&set->dependencies);
}

/* The package of each dataset, into `numbers`. Datasets of one application stand together. */
static int name_packages(const struct collection *collection, const struct popularity *popularity,
        struct package_set *set, uint32_t *numbers)
{
        const char *name, *application = NULL;
        struct package_data *package;
        int number = 0;

        for (size_t i = 0; i < collection->datasets.count; i++) {
                const struct dataset *dataset = &collection->datasets.items[i];

                if (!application || strcmp(application, dataset->application) != 0) {
                        application = dataset->application;
                        name = popularity_package(popularity, application);
                        number = dictionary_add(&set->names, name, strlen(name));
                        if (number < 0)
                                return -ENOMEM;
                }
                numbers[i] = number;
                if (number < set->packages.count)
                        continue;
                package = vector_add(&set->packages);
                if (!package)
                        return -ENOMEM;
                package->share = popularity_share(popularity, dictionary_word(&set->names, number));
        }
        return 0;
}

/* Counting sort: fills `order`, and leaves in `ends` where the datasets of each package end. */
static void sort_by_package(
        const uint32_t *numbers, size_t count, size_t *ends, size_t packages, uint32_t *order)
{
        for (size_t i = 0; i < count; i++)
                ends[numbers[i]]++;
        for (size_t i = 1; i < packages; i++)
                ends[i] += ends[i - 1];
        for (size_t i = count; i-- > 0;)
                order[--ends[numbers[i]]] = i;
        /* What are the starts now become the ends: the next one's start. */
        for (size_t i = 0; i + 1 < packages; i++)
                ends[i] = ends[i + 1];
        if (packages > 0)
                ends[packages - 1] = count;
}

/* Merges one dataset's findings into those of the package, which come last in the set. */
static int merge_dataset(struct package_set *set, struct merging *merging, uint32_t number,
        const struct dataset *dataset)
{
        const struct finding *finding;
        struct finding *merged;

        vector_for_each(finding, &dataset->findings.items) {
                if (merging->seen[finding->feature] == number + 1) {
                        merged = &set->findings.items[merging->places[finding->feature]];
                        merged->verdict = verdict_merge(merged->verdict,
                                findings_meaning(merging->catalogue, dataset->findings.items.items,
                                        dataset->findings.items.count, finding));
                        continue;
                }
                merging->seen[finding->feature] = number + 1;
                merging->places[finding->feature] = set->findings.count;
                merged = vector_add(&set->findings);
                if (!merged)
                        return -ENOMEM;
                *merged = (struct finding){finding->feature,
                        findings_meaning(merging->catalogue, dataset->findings.items.items,
                                dataset->findings.items.count, finding)};
        }
        return 0;
}

static int merge_findings(
        const struct collection *collection, struct package_set *set, const uint32_t *numbers)
{
        CLEANUP_FREE size_t *ends = calloc(set->packages.count + 1, sizeof(*ends));
        CLEANUP(merging_clear) struct merging merging = {};
        size_t next = 0;
        int r;

        if (!ends || merging_init(&merging, collection) < 0)
                return -ENOMEM;
        sort_by_package(
                numbers, collection->datasets.count, ends, set->packages.count, merging.order);
        for (size_t i = 0; i < set->packages.count; i++) {
                set->packages.items[i].first = set->findings.count;
                for (; next < ends[i]; next++) {
                        r = merge_dataset(
                                set, &merging, i, &collection->datasets.items[merging.order[next]]);
                        if (r < 0)
                                return r;
                }
                set->packages.items[i].count = set->findings.count - set->packages.items[i].first;
        }
        return 0;
}

/* Names that are met for the first time come behind the others, and so get their turn. */
static int follow_dependencies(const struct popularity *popularity, struct package_set *set)
{
        const char *const *dependency;
        uint32_t *target;
        size_t *first;
        int number;

        for (size_t node = 0; node < set->names.words.count; node++) {
                first = vector_add(&set->dependencies.first);
                if (!first)
                        return -ENOMEM;
                *first = set->dependencies.targets.count;
                dependency =
                        popularity_dependencies(popularity, dictionary_word(&set->names, node));
                for (; dependency && *dependency; dependency++) {
                        number = dictionary_add(&set->names, *dependency, strlen(*dependency));
                        target = number < 0 ? NULL : vector_add(&set->dependencies.targets);
                        if (!target)
                                return -ENOMEM;
                        *target = number;
                }
        }
        return 0;
}

int package_set_make(const struct collection *collection, const struct popularity *popularity,
        struct package_set *ret)
{
        CLEANUP_FREE uint32_t *numbers = calloc(collection->datasets.count + 1, sizeof(*numbers));
        CLEANUP(package_set_clear) struct package_set set = {};
        int r;

        if (!numbers)
                return -ENOMEM;
        r = name_packages(collection, popularity, &set, numbers);
        if (r == 0)
                r = merge_findings(collection, &set, numbers);
        if (r == 0)
                r = follow_dependencies(popularity, &set);
        if (r < 0)
                return r;
        *ret = set;
        set = (struct package_set){};
        return 0;
}
