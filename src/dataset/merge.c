/* SPDX-License-Identifier: BSD-3-Clause */

/* Many datasets as one, and findings of one catalogue among those of another. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "dataset/dataset.h"

static int copy_numbers(const struct feature_numbers *from, struct feature_numbers *to)
{
        const size_t count = from->numbers.count;

        if (count == 0)
                return 0;
        to->numbers.items = reallocarray(NULL, count, sizeof(*to->numbers.items));
        if (!to->numbers.items)
                return -ENOMEM;
        memcpy(to->numbers.items, from->numbers.items, count * sizeof(*to->numbers.items));
        to->numbers.count = to->numbers.capacity = count;
        return 0;
}

static bool numbers_equal(const struct feature_numbers *a, const struct feature_numbers *b)
{
        return a->numbers.count == b->numbers.count &&
               (a->numbers.count == 0 ||
                       memcmp(a->numbers.items, b->numbers.items,
                               a->numbers.count * sizeof(*a->numbers.items)) == 0);
}

/* Adds those conflicts that are not there yet. */
static int add_conflicts(const struct dataset *from, struct dataset *to)
{
        const struct feature_numbers *conflict;

        vector_for_each(conflict, &from->conflicts) {
                struct feature_numbers *there;

                vector_for_each(there, &to->conflicts)
                        if (numbers_equal(there, conflict))
                                break;
                if (there < to->conflicts.items + to->conflicts.count)
                        continue;
                there = vector_add(&to->conflicts);
                if (!there || copy_numbers(conflict, there) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int add_findings(
        const struct catalogue *catalogue, const struct dataset *from, struct dataset *to)
{
        const struct findings none = {};
        CLEANUP_FINDINGS struct findings meant = {};
        struct findings merged;
        size_t count = from->findings.items.count;

        if (findings_merge(&from->findings, &none, &meant) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                meant.items.items[i].verdict = findings_meaning(catalogue,
                        from->findings.items.items, count, &from->findings.items.items[i]);
        if (findings_merge(&meant, &to->findings, &merged) < 0)
                return -ENOMEM;
        findings_clear(&to->findings);
        to->findings = merged;
        return add_conflicts(from, to);
}

/* Copies what describes `from` to an empty dataset, but no findings. What was copied so far is to
 * be cleared where it fails, too. */
static int copy_description(const struct dataset *from, struct dataset *to)
{
        to->kind = from->kind;
        to->measured = from->measured;
        to->id = from->id;
        if (string_copy(from->application, &to->application) < 0 ||
                string_copy(from->workload, &to->workload) < 0 ||
                string_copy(from->run, &to->run) < 0 ||
                string_copy(from->version, &to->version) < 0 ||
                string_copy(from->libc, &to->libc) < 0 ||
                string_copy(from->digest, &to->digest) < 0 ||
                string_copy(from->executable_digest, &to->executable_digest) < 0 ||
                string_copy(from->origin, &to->origin) < 0)
                return -ENOMEM;
        return 0;
}

int collection_merge_applications(const struct collection *collection, struct collection **ret)
{
        CLEANUP_COLLECTION struct collection *merged = calloc(1, sizeof(*merged));
        const struct dataset *dataset;
        struct dataset *application = NULL;

        if (!merged)
                return -ENOMEM;
        merged->catalogue = collection->catalogue;
        merged->borrowed = true;
        merged->applications = strings_copy(collection->applications);
        if (!merged->applications)
                return -ENOMEM;
        vector_for_each(dataset, &collection->datasets) {
                if (!application || strcmp(application->application, dataset->application) != 0) {
                        application = vector_add(&merged->datasets);
                        if (!application || copy_description(dataset, application) < 0)
                                return -ENOMEM;
                }
                application->partial |= dataset->partial;
                if (add_findings(collection->catalogue, dataset, application) < 0)
                        return -ENOMEM;
        }
        *ret = steal_pointer(merged);
        return 0;
}

/*
 * One byte for each number of the catalogue rather than a merged list that grows by each dataset:
 * the time is then that of looking at each finding once.
 */
int collection_merge(const struct collection *collection, struct findings *ret)
{
        enum { UNUSED = VERDICT_COUNT };
        const unsigned limit = catalogue_limit(collection->catalogue);
        CLEANUP_FREE unsigned char *verdicts = malloc(limit);
        unsigned char table[VERDICT_COUNT + 1][VERDICT_COUNT];
        CLEANUP_FINDINGS struct findings merged = {};
        const struct dataset *dataset;

        if (!verdicts)
                return -ENOMEM;
        memset(verdicts, UNUSED, limit);
        for (unsigned a = 0; a <= VERDICT_COUNT; a++)
                for (unsigned b = 0; b < VERDICT_COUNT; b++)
                        table[a][b] = a == UNUSED ? b : verdict_merge(a, b);
        vector_for_each(dataset, &collection->datasets) {
                const struct finding *finding;

                vector_for_each(finding, &dataset->findings.items)
                        verdicts[finding->feature] =
                                table[verdicts[finding->feature]][finding->verdict];
        }
        for (unsigned feature = 0; feature < limit; feature++)
                if (verdicts[feature] != UNUSED &&
                        findings_add(&merged, feature, verdicts[feature]) < 0)
                        return -ENOMEM;
        *ret = merged;
        merged = (struct findings){};
        return 0;
}

static int compare_findings(const void *a, const void *b)
{
        const struct finding *left = a, *right = b;

        return left->feature < right->feature ? -1 : left->feature > right->feature;
}

int findings_renumber(const struct findings *findings, const struct catalogue *from,
        struct catalogue *to, struct findings *ret)
{
        CLEANUP_FINDINGS struct findings renumbered = {};
        const struct finding *finding;

        vector_for_each(finding, &findings->items) {
                const struct feature feature = catalogue_feature(from, finding->feature);
                const int number = catalogue_add(to, &feature);

                if (number < 0 || findings_add(&renumbered, number, finding->verdict) < 0)
                        return -ENOMEM;
        }
        if (renumbered.items.count > 0)
                qsort(renumbered.items.items, renumbered.items.count,
                        sizeof(*renumbered.items.items), compare_findings);
        *ret = renumbered;
        renumbered = (struct findings){};
        return 0;
}
