/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataset/statics.h"

#include <string.h>

static const char *const names[STATIC_COUNT] = {
        [STATIC_BINARY] = "binary",
        [STATIC_SOURCES] = "sources",
};

const char *static_method_name(enum static_method method)
{
        return names[method];
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
                order = strcmp(x->workload, y->workload);
        return order ? order : strcmp(x->run, y->run);
}

/* The first of the application's results; `count` where it has none. */
static size_t find_application(const struct static_sets *sets, const char *application)
{
        size_t low = 0, high = sets->items.count, middle;

        while (low < high) {
                middle = low + (high - low) / 2;
                if (strcmp(sets->items.items[middle].application, application) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

/* How well the result fits the dataset. */
static unsigned closeness(const struct static_set *set, const struct dataset *dataset)
{
        bool same_kind = set->kind == dataset->kind;
        bool same_workload = same_kind && strcmp(set->workload, dataset->workload) == 0;

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

void static_sets_clear(struct static_sets *sets)
{
        struct static_set *set;

        vector_for_each(set, &sets->items) {
                free(set->application);
                free(set->workload);
                free(set->run);
                vector_clear(&set->features.numbers);
        }
        vector_clear(&sets->items);
}
