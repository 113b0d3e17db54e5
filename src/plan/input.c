/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/input.h"

#include <errno.h>
#include <string.h>

#include "base/csv.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/strings.h"
#include "plan/plan.h"

#define DEFAULT_VALUE 1000

/* What reading a file needs from row to row. */
struct reading {
        const struct known_applications *known;
        const struct catalogue *catalogue;
        uint64_t *values; /* by place or feature */
        bool *seen;       /* the same */
        char **order;
        const char *title; /* of the first column */
        bool begun;        /* a row was there that is no comment */
};

/* True for comments, and for the titles in the first row that is none. */
static bool is_aside(struct reading *reading, const struct csv_row *row)
{
        bool first = !reading->begun;

        if (row->fields[0][0] == '#')
                return true;
        reading->begun = true;
        return first && strcmp(row->fields[0], reading->title) == 0;
}

static int compare_name(const void *name, const void *dataset)
{
        return strcmp(name, ((const struct dataset *)dataset)->application);
}

static bool is_among(char *const *names, const char *name)
{
        for (; names && *names; names++)
                if (strcmp(*names, name) == 0)
                        return true;
        return false;
}

static int refuse_application(const struct reading *reading, const struct csv_row *row,
        const char *name, struct error *error)
{
        struct nearest nearest = {.wanted = name};
        const struct dataset *dataset;

        if (!*name)
                return csv_refuse(row, error, "the name of an application is missing");
        vector_for_each(dataset, &reading->known->collection->datasets)
                nearest_consider(&nearest, dataset->application);
        for (char *const *other = reading->known->others; other && *other; other++)
                nearest_consider(&nearest, *other);
        if (nearest.word)
                return csv_refuse(row, error, "there is no application '%s': did you mean '%s'?",
                        name, nearest.word);
        return csv_refuse(row, error, "there is no application '%s'", name);
}

/* Leaves the place of the application in `*ret`; returns 1 for one that plays no part here. */
static int find_application(
        const struct reading *reading, const struct csv_row *row, size_t *ret, struct error *error)
{
        const struct collection *collection = reading->known->collection;
        const char *name = row->fields[0];
        const struct dataset *found = NULL;

        if (collection->datasets.count > 0)
                found = bsearch(name, collection->datasets.items, collection->datasets.count,
                        sizeof(*found), compare_name);
        if (!found) {
                if (is_among(collection->applications, name) ||
                        is_among(reading->known->others, name))
                        return 1;
                return refuse_application(reading, row, name, error);
        }
        *ret = found - collection->datasets.items;
        if (reading->seen[*ret])
                return csv_refuse(row, error, "'%s' stands here a second time", name);
        reading->seen[*ret] = true;
        return 0;
}

/* "PATH:LINE: …" for a value that is no number from `minimum` (in thousandths) to the maximum. */
static int read_value(const struct csv_row *row, uint64_t minimum, uint64_t maximum, uint64_t *ret,
        struct error *error)
{
        uint64_t value;

        if (decimal_parse(row->fields[1], maximum, &value) == 0 && value >= minimum) {
                *ret = value;
                return 0;
        }
        return csv_refuse(row, error,
                "'%s' is no number from %s to %llu with at most three digits behind the point",
                row->fields[1], minimum > 0 ? "0.001" : "0", (unsigned long long)maximum / 1000);
}

static int weights_row(void *context, const struct csv_row *row, struct error *error)
{
        struct reading *reading = context;
        uint64_t weight;
        size_t place;
        int r;

        if (is_aside(reading, row))
                return 0;
        if (row->count != 2)
                return csv_refuse(
                        row, error, "%zu columns, wanted are application,weight", row->count);
        r = read_value(row, 0, PLAN_WEIGHT_MAX, &weight, error);
        if (r == 0)
                r = find_application(reading, row, &place, error);
        if (r == 0)
                reading->values[place] = weight;
        return r < 0 ? r : 0;
}

static int costs_row(void *context, const struct csv_row *row, struct error *error)
{
        struct reading *reading = context;
        struct feature feature;
        struct error reason;
        uint64_t cost;
        int number, r;

        if (is_aside(reading, row))
                return 0;
        if (row->count != 2)
                return csv_refuse(row, error, "%zu columns, wanted are call,cost", row->count);
        if (feature_parse(row->fields[0], &feature, &reason) < 0)
                return csv_refuse(row, error, "%s", reason.message);
        r = read_value(row, 1, PLAN_COST_MAX, &cost, error);
        if (r < 0)
                return r;
        number = catalogue_find(reading->catalogue, &feature);
        if (number < 0)
                return 0;
        if (reading->seen[number])
                return csv_refuse(row, error, "'%s' stands here a second time", row->fields[0]);
        reading->seen[number] = true;
        reading->values[number] = cost;
        return 0;
}

static int order_row(void *context, const struct csv_row *row, struct error *error)
{
        struct reading *reading = context;
        size_t place;
        int r;

        if (is_aside(reading, row))
                return 0;
        if (row->count != 1)
                return csv_refuse(row, error, "%zu columns, wanted is the name of one application",
                        row->count);
        r = find_application(reading, row, &place, error);
        if (r == 0)
                r = strings_add(&reading->order, row->fields[0]);
        return r < 0 ? r : 0;
}

static void reading_clear(struct reading *reading)
{
        free(reading->values);
        free(reading->seen);
        strings_free(reading->order);
}

/* Makes room for `count` values. */
static int reading_init(struct reading *reading, size_t count)
{
        reading->values = calloc(count + 1, sizeof(*reading->values));
        reading->seen = calloc(count + 1, sizeof(*reading->seen));
        if (!reading->values || !reading->seen)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                reading->values[i] = DEFAULT_VALUE;
        return 0;
}

int weights_parse(const char *path, const char *text, size_t size,
        const struct known_applications *known, uint64_t **ret, struct error *error)
{
        CLEANUP(reading_clear)
        struct reading reading = {.known = known, .title = "application"};
        int r;

        r = reading_init(&reading, known->collection->datasets.count);
        if (r == 0)
                r = csv_read(path, text, size, weights_row, &reading, error);
        if (r == 0)
                *ret = steal_pointer(reading.values);
        return r;
}

int costs_parse(const char *path, const char *text, size_t size, const struct catalogue *catalogue,
        uint64_t **ret, struct error *error)
{
        CLEANUP(reading_clear) struct reading reading = {.catalogue = catalogue, .title = "call"};
        int r;

        r = reading_init(&reading, catalogue_limit(catalogue));
        if (r == 0)
                r = csv_read(path, text, size, costs_row, &reading, error);
        if (r == 0)
                *ret = steal_pointer(reading.values);
        return r;
}

int order_parse(const char *path, const char *text, size_t size,
        const struct known_applications *known, char ***ret, struct error *error)
{
        CLEANUP(reading_clear)
        struct reading reading = {.known = known, .title = "application"};
        int r;

        r = reading_init(&reading, known->collection->datasets.count);
        if (r == 0)
                r = csv_read(path, text, size, order_row, &reading, error);
        if (r == 0 && !reading.order) {
                reading.order = strings_copy(NULL);
                r = reading.order ? 0 : -ENOMEM;
        }
        if (r == 0)
                *ret = steal_pointer(reading.order);
        return r;
}
