/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataset/coverage.h"

#include <errno.h>
#include <stdlib.h>

/* What is known of a feature, by bits. */
enum mark {
        MARK_NAMED = 1, /* by the static result of the dataset at hand */
        MARK_FOUND = 2, /* by any */
        MARK_USED = 4,
        MARK_MISSED = 8,
};

static bool is_call(const struct catalogue *catalogue, uint32_t number)
{
        return catalogue_is_call(number) ||
               catalogue_feature(catalogue, number).kind == FEATURE_SYSCALL;
}

/* Marks what one dataset and its static result say of each feature. */
static void mark(const struct static_set *set, const struct dataset *dataset, unsigned char *marks)
{
        const struct finding *finding;
        const uint32_t *number;

        vector_for_each(number, &set->features.numbers)
                marks[*number] |= MARK_NAMED | MARK_FOUND;
        vector_for_each(finding, &dataset->findings.items)
                marks[finding->feature] |=
                        marks[finding->feature] & MARK_NAMED ? MARK_USED : MARK_USED | MARK_MISSED;
        vector_for_each(number, &set->features.numbers)
                marks[*number] &= ~MARK_NAMED;
}

static int add(struct feature_numbers *numbers, uint32_t number)
{
        uint32_t *added = vector_add(&numbers->numbers);

        if (!added)
                return -ENOMEM;
        *added = number;
        return 0;
}

static int collect(const struct catalogue *catalogue, const unsigned char *marks,
        struct static_coverage *coverage)
{
        const unsigned limit = catalogue_limit(catalogue);
        int r = 0;

        for (uint32_t number = 0; r == 0 && number < limit; number++) {
                if (marks[number] == 0 || !is_call(catalogue, number))
                        continue;
                if (marks[number] & MARK_FOUND)
                        r = add(&coverage->found, number);
                if (r == 0 && marks[number] & MARK_MISSED)
                        r = add(&coverage->missed, number);
                if (r == 0 && !(marks[number] & MARK_USED))
                        r = add(&coverage->unshown, number);
        }
        return r;
}

int static_coverage_find(const struct static_sets *sets, const struct catalogue *catalogue,
        const struct dataset *datasets, size_t count, struct static_coverage *ret)
{
        CLEANUP_STATIC_COVERAGE struct static_coverage coverage = {};
        CLEANUP_FREE unsigned char *marks = NULL;
        int r = 0;

        for (size_t i = 0; i < count; i++) {
                const struct static_set *set = static_sets_find(sets, &datasets[i], STATIC_BINARY);

                if (!set)
                        continue;
                if (!marks)
                        marks = calloc(catalogue_limit(catalogue), 1);
                if (!marks)
                        return -ENOMEM;
                mark(set, &datasets[i], marks);
                coverage.datasets++;
        }
        if (marks)
                r = collect(catalogue, marks, &coverage);
        if (r < 0)
                return r;
        *ret = coverage;
        coverage = (struct static_coverage){};
        return 0;
}

void static_coverage_clear(struct static_coverage *coverage)
{
        vector_clear(&coverage->found.numbers);
        vector_clear(&coverage->missed.numbers);
        vector_clear(&coverage->unshown.numbers);
}

static int compare_numbers(const void *a, const void *b)
{
        const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

        return (left > right) - (left < right);
}

bool feature_numbers_have(const struct feature_numbers *numbers, uint32_t number)
{
        return numbers->numbers.count > 0 &&
               bsearch(&number, numbers->numbers.items, numbers->numbers.count, sizeof(number),
                       compare_numbers);
}

void feature_numbers_clear(struct feature_numbers *numbers)
{
        vector_clear(&numbers->numbers);
}
