/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataset/statics.h"

#include <string.h>

#include "base/strings.h"

static const char *const names[STATIC_COUNT] = {
        [STATIC_BINARY] = "binary",
        [STATIC_SOURCES] = "sources",
};

const char *static_method_name(enum static_method method)
{
        return names[method];
}

/* NULL comes first. */
static int compare_text(const char *a, const char *b)
{
        return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

int static_set_compare(const void *a, const void *b)
{
        const struct static_set *x = a, *y = b;
        int order = strcmp(x->application, y->application);

        if (order == 0 && x->method != y->method)
                order = x->method < y->method ? -1 : 1;
        if (order == 0 && x->measured != y->measured)
                order = x->measured < y->measured ? -1 : 1;
        if (order == 0)
                order = compare_text(x->workload, y->workload);
        return order ? order : strcmp(x->run, y->run);
}

/* The first of the application's results; `count` where it has none. */
static size_t find_application(const struct static_sets *sets, const char *application)
{
        return vector_position(&sets->items, set, strcmp(set->application, application) < 0);
}

/* How well the result fits the dataset. */
static unsigned closeness(const struct static_set *set, const struct dataset *dataset)
{
        bool same_kind, same_workload;

        if (set->executable_digest &&
                string_equal(set->executable_digest, dataset->executable_digest))
                return 5;
        if (!set->workload)
                return 2;
        same_kind = set->kind == dataset->kind;
        same_workload = same_kind && strcmp(set->workload, dataset->workload) == 0;
        return 1 + same_kind + same_workload +
               (same_workload && strcmp(set->run, dataset->run) == 0);
}

const struct static_set *static_sets_find(
        const struct static_sets *sets, const struct dataset *dataset, enum static_method method)
{
        const struct static_set *best = NULL, *set;

        for (size_t i = find_application(sets, dataset->application); i < sets->items.count; i++) {
                set = &sets->items.items[i];
                if (strcmp(set->application, dataset->application) != 0)
                        break;
                if (set->method == method &&
                        (!best || closeness(set, dataset) >= closeness(best, dataset)))
                        best = set;
        }
        return best;
}

const struct static_set *static_sets_last(const struct static_sets *sets, enum static_method method,
        const struct static_set *previous)
{
        const struct static_set *set = previous ? previous + 1 : sets->items.items;
        const struct static_set *const end = sets->items.items + sets->items.count;
        const struct static_set *last = NULL;

        for (; set < end; set++) {
                if (set->method != method ||
                        (previous && strcmp(set->application, previous->application) <= 0))
                        continue;
                if (last && strcmp(set->application, last->application) != 0)
                        break;
                last = set;
        }
        return last;
}

void static_sets_clear(struct static_sets *sets)
{
        struct static_set *set;

        vector_for_each(set, &sets->items) {
                free(set->application);
                free(set->workload);
                free(set->run);
                free(set->executable);
                free(set->executable_digest);
                vector_clear(&set->features.numbers);
        }
        vector_clear(&sets->items);
}
