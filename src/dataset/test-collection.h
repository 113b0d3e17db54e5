/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Collections for tests, in a few words each. Include it behind cmocka.h. */

#include <stdlib.h>
#include <string.h>

#include "dataset/dataset.h"

/* Adds a dataset behind the others; the collection is still to be sorted. */
static inline struct dataset *sample_dataset(struct collection *collection, const char *application,
        enum workload_kind kind, const char *workload, const char *run, int64_t measured)
{
        struct dataset *dataset = vector_add(&collection->datasets);

        assert_non_null(dataset);
        *dataset = (struct dataset){
                .application = strdup(application),
                .workload = strdup(workload),
                .kind = kind,
                .run = strdup(run),
                .origin = strdup("analysis"),
                .measured = measured,
        };
        return dataset;
}

static inline int sample_compare(const void *a, const void *b)
{
        const struct finding *left = a, *right = b;

        return left->feature < right->feature ? -1 : left->feature > right->feature;
}

/* Adds the findings of a line such as "read=required write=stub file:/proc/stat=fake". */
static inline void sample_findings(
        struct collection *collection, struct findings *findings, const char *line)
{
        char *copy = strdup(line), *rest = copy, *word, *equals;

        assert_non_null(copy);
        while ((word = strtok_r(rest, " ", &rest))) {
                struct feature feature;
                enum verdict verdict;

                equals = strrchr(word, '=');
                assert_non_null(equals);
                *equals = '\0';
                assert_int_equal(feature_parse(word, &feature, NULL), 0);
                assert_int_equal(verdict_parse(equals + 1, &verdict, NULL), 0);
                assert_int_equal(findings_add(findings,
                                         catalogue_add(collection->catalogue, &feature), verdict),
                        0);
        }
        free(copy);
        if (findings->items.count > 0)
                qsort(findings->items.items, findings->items.count, sizeof(*findings->items.items),
                        sample_compare);
}

static inline void sample_sort(struct collection *collection)
{
        if (collection->datasets.count > 0)
                qsort(collection->datasets.items, collection->datasets.count,
                        sizeof(*collection->datasets.items), dataset_compare);
}
