/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataset/lesson.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void lesson_clear(struct lesson *lesson)
{
        free(lesson->application);
        vector_clear(&lesson->parts);
        *lesson = (struct lesson){};
}

bool lesson_equal(const struct lesson *a, const struct lesson *b)
{
        if (strcmp(a->application, b->application) != 0 || a->parts.count != b->parts.count)
                return false;
        for (size_t i = 0; i < a->parts.count; i++)
                if (a->parts.items[i].faked != b->parts.items[i].faked ||
                        !feature_equal(a->parts.items[i].feature, b->parts.items[i].feature))
                        return false;
        return true;
}

/* The finding about a feature; where there is none, one with that verdict is made. */
static struct finding *finding_of(
        struct findings *findings, unsigned feature, enum verdict verdict, bool *ret_new)
{
        struct finding *items;
        size_t place = vector_position(&findings->items, item, item->feature < feature);

        *ret_new =
                place == findings->items.count || findings->items.items[place].feature != feature;
        if (*ret_new) {
                if (!vector_add(&findings->items))
                        return NULL;
                items = findings->items.items;
                memmove(items + place + 1, items + place,
                        (findings->items.count - 1 - place) * sizeof(*items));
                items[place] = (struct finding){feature, verdict};
        }
        return &findings->items.items[place];
}

/* What is left of a verdict when one mode turns out not to work. */
static enum verdict without(enum verdict verdict, bool faked)
{
        if (verdict == VERDICT_EITHER)
                return faked ? VERDICT_STUB : VERDICT_FAKE;
        if (verdict == VERDICT_STUB && faked)
                return VERDICT_STUB;
        if (verdict == VERDICT_FAKE && !faked)
                return VERDICT_FAKE;
        return VERDICT_REQUIRED;
}

static int learn_one(
        struct dataset *dataset, struct catalogue *catalogue, const struct lesson_part *part)
{
        int number = catalogue_add(catalogue, &part->feature);
        struct finding *finding;
        enum verdict before;
        bool is_new;

        if (number < 0)
                return number;
        finding = finding_of(&dataset->findings, number, VERDICT_REQUIRED, &is_new);
        if (!finding)
                return -ENOMEM;
        before = finding->verdict;
        finding->verdict = without(before, part->faked);
        return is_new || finding->verdict != before;
}

static int compare_numbers(const void *a, const void *b)
{
        uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

        return (left > right) - (left < right);
}

static bool has_conflict(const struct dataset *dataset, const uint32_t *numbers, size_t count)
{
        const struct feature_numbers *conflict;

        vector_for_each(conflict, &dataset->conflicts)
                if (conflict->numbers.count == count &&
                        memcmp(conflict->numbers.items, numbers, count * sizeof(*numbers)) == 0)
                        return true;
        return false;
}

static int add_conflict(struct dataset *dataset, const uint32_t *numbers, size_t count)
{
        struct feature_numbers *conflict = vector_add(&dataset->conflicts);

        for (size_t i = 0; conflict && i < count; i++) {
                uint32_t *number = vector_add(&conflict->numbers);

                if (!number)
                        return -ENOMEM;
                *number = numbers[i];
        }
        return conflict ? 1 : -ENOMEM;
}

static int learn_several(
        struct dataset *dataset, struct catalogue *catalogue, const struct lesson *lesson)
{
        CLEANUP_FREE uint32_t *numbers = calloc(lesson->parts.count, sizeof(*numbers));
        const struct lesson_part *part;
        size_t count = 0;
        bool is_new;

        if (!numbers)
                return -ENOMEM;
        vector_for_each(part, &lesson->parts) {
                int number = catalogue_add(catalogue, &part->feature);

                if (number < 0 || !finding_of(&dataset->findings, number,
                                          part->faked ? VERDICT_FAKE : VERDICT_STUB, &is_new))
                        return -ENOMEM;
                numbers[count++] = number;
        }
        qsort(numbers, count, sizeof(*numbers), compare_numbers);
        return has_conflict(dataset, numbers, count) ? 0 : add_conflict(dataset, numbers, count);
}

int dataset_learn(struct dataset *dataset, struct catalogue *catalogue, const struct lesson *lesson)
{
        return lesson->parts.count == 1 ? learn_one(dataset, catalogue, &lesson->parts.items[0])
                                        : learn_several(dataset, catalogue, lesson);
}
