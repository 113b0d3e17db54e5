/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataset/dataset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"

void findings_clear(struct findings *findings)
{
        vector_clear(&findings->items);
}

int findings_add(struct findings *findings, unsigned feature, enum verdict verdict)
{
        struct finding *finding = vector_add(&findings->items);

        if (!finding)
                return -ENOMEM;
        *finding = (struct finding){feature, verdict};
        return 0;
}

/* Makes room for `count` findings in an empty list; 0 or -ENOMEM. */
static int findings_reserve(struct findings *findings, size_t count)
{
        if (count == 0)
                return 0;
        findings->items.items = reallocarray(NULL, count, sizeof(*findings->items.items));
        if (!findings->items.items)
                return -ENOMEM;
        findings->items.capacity = count;
        return 0;
}

int findings_merge(const struct findings *a, const struct findings *b, struct findings *ret)
{
        const struct finding *left = a->items.items, *left_end = left + a->items.count;
        const struct finding *right = b->items.items, *right_end = right + b->items.count;
        struct findings merged = {};
        struct finding *out;

        if (findings_reserve(&merged, a->items.count + b->items.count) < 0)
                return -ENOMEM;
        out = merged.items.items;
        while (left < left_end || right < right_end) {
                if (right == right_end || (left < left_end && left->feature < right->feature)) {
                        *out++ = *left++;
                } else if (left == left_end || right->feature < left->feature) {
                        *out++ = *right++;
                } else {
                        *out++ = (struct finding){
                                left->feature, verdict_merge(left->verdict, right->verdict)};
                        left++;
                        right++;
                }
        }
        merged.items.count = out - merged.items.items;
        *ret = merged;
        return 0;
}

enum verdict findings_meaning(const struct catalogue *catalogue, const struct finding *findings,
        size_t count, const struct finding *finding)
{
        struct feature feature;
        enum verdict verdict;
        int call;

        if (finding->verdict != VERDICT_UNTESTED)
                return finding->verdict;
        feature = catalogue_feature(catalogue, finding->feature);
        if (feature.kind != FEATURE_SUBFEATURE)
                return VERDICT_UNTESTED;
        feature = feature_call(feature);
        call = catalogue_find(catalogue, &feature);
        for (size_t i = 0; call >= 0 && i < count; i++) {
                if (findings[i].feature != (unsigned)call)
                        continue;
                verdict = findings[i].verdict;
                return verdict == VERDICT_REQUIRED ? VERDICT_UNTESTED : verdict;
        }
        return VERDICT_UNTESTED;
}

static int compare_finding(const void *key, const void *item)
{
        const unsigned *feature = key;
        const struct finding *finding = item;

        return *feature < finding->feature ? -1 : *feature > finding->feature;
}

const struct finding *findings_find(const struct findings *findings, unsigned feature)
{
        if (findings->items.count == 0)
                return NULL;
        return bsearch(&feature, findings->items.items, findings->items.count,
                sizeof(*findings->items.items), compare_finding);
}

bool findings_tell(
        const struct catalogue *catalogue, const struct findings *findings, enum feature_kind kind)
{
        const struct finding *finding;

        vector_for_each(finding, &findings->items) {
                enum feature_kind about =
                        catalogue_is_call(finding->feature)
                                ? FEATURE_SYSCALL
                                : catalogue_feature(catalogue, finding->feature).kind;

                if (about == kind)
                        return true;
        }
        return false;
}

size_t findings_count(const struct findings *findings, enum verdict verdict)
{
        const struct finding *finding;
        size_t count = 0;

        vector_for_each(finding, &findings->items)
                count += finding->verdict == verdict;
        return count;
}

void dataset_clear(struct dataset *dataset)
{
        struct feature_numbers *conflict;

        free(dataset->application);
        free(dataset->workload);
        free(dataset->run);
        free(dataset->version);
        free(dataset->libc);
        free(dataset->executable_digest);
        free(dataset->digest);
        free(dataset->origin);
        findings_clear(&dataset->findings);
        vector_for_each(conflict, &dataset->conflicts)
                vector_clear(&conflict->numbers);
        vector_clear(&dataset->conflicts);
        *dataset = (struct dataset){};
}

/* strcmp() that puts NULL first. */
static int compare_text(const char *a, const char *b)
{
        if (!a || !b)
                return !b - !a;
        return strcmp(a, b);
}

int dataset_compare(const void *a, const void *b)
{
        const struct dataset *left = a, *right = b;
        int order;

        order = compare_text(left->application, right->application);
        if (order != 0)
                return order;
        if (left->kind != right->kind)
                return left->kind < right->kind ? -1 : 1;
        if (left->measured != right->measured)
                return left->measured < right->measured ? -1 : 1;
        order = compare_text(left->workload, right->workload);
        if (order == 0)
                order = compare_text(left->run, right->run);
        return order != 0 ? order : compare_text(left->digest, right->digest);
}

struct collection *collection_new(void)
{
        CLEANUP_COLLECTION struct collection *collection = calloc(1, sizeof(*collection));

        if (!collection)
                return NULL;
        collection->catalogue = catalogue_new();
        collection->applications = calloc(1, sizeof(*collection->applications));
        if (!collection->catalogue || !collection->applications)
                return NULL;
        return steal_pointer(collection);
}

struct collection *collection_free(struct collection *collection)
{
        struct dataset *dataset;

        if (!collection)
                return NULL;
        vector_for_each(dataset, &collection->datasets)
                dataset_clear(dataset);
        vector_clear(&collection->datasets);
        if (!collection->borrowed)
                catalogue_free(collection->catalogue);
        strings_free(collection->applications);
        free(collection);
        return NULL;
}

const char *dataset_kind_key(enum workload_kind kind)
{
        static const char *const keys[WORKLOAD_KIND_COUNT] = {
                [WORKLOAD_HEALTH] = "health",
                [WORKLOAD_BENCHMARK] = "bench",
                [WORKLOAD_SUITE] = "suite",
        };

        return keys[kind];
}

static bool is_kind_key(const char *word)
{
        for (enum workload_kind kind = 0; kind < WORKLOAD_KIND_COUNT; kind++)
                if (strcmp(word, dataset_kind_key(kind)) == 0)
                        return true;
        return false;
}

/* A kind's key stands for the kind alone: workloads that nobody named are called "health", too. */
bool dataset_has_workload(const struct dataset *dataset, const char *word)
{
        return is_kind_key(word) ? strcmp(word, dataset_kind_key(dataset->kind)) == 0
                                 : string_equal(word, dataset->workload);
}

/* Both lists are sorted by name, so one walk along them does. */
int collection_without_data(
        const struct collection *collection, const char *workload, const char ***ret)
{
        const struct dataset *dataset = collection->datasets.items;
        const struct dataset *const end = dataset + collection->datasets.count;
        const char **names = calloc(strings_count(collection->applications) + 1, sizeof(*names));
        size_t count = 0;

        if (!names)
                return -ENOMEM;
        for (char **name = collection->applications; *name; name++) {
                bool found = false;

                while (dataset < end && strcmp(dataset->application, *name) < 0)
                        dataset++;
                for (; dataset < end && strcmp(dataset->application, *name) == 0; dataset++)
                        found = found || !workload || dataset_has_workload(dataset, workload);
                if (!found)
                        names[count++] = *name;
        }
        *ret = names;
        return 0;
}
