/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/statics.h"

#include <errno.h>
#include <string.h>

#include "store/feature-ids.h"

struct load {
        struct store *store;
        const struct collection *collection;
        bool alone; /* whatever was asked for is wanted, and needs no dataset */
        struct feature_numbers_by_id numbers;
        struct static_sets sets;
};

static void load_clear(struct load *load)
{
        feature_numbers_by_id_clear(&load->numbers);
        static_sets_clear(&load->sets);
}

static int out_of_memory(const struct load *load, struct error *error)
{
        return error_errno(error, ENOMEM, "%s", store_name(load->store));
}

static int compare_name(const void *name, const void *dataset)
{
        return strcmp(name, ((const struct dataset *)dataset)->application);
}

/* Where no name was asked for, all are. */
static bool is_asked_for(const struct collection *collection, const char *application)
{
        char **name = collection->applications;

        if (!name || !*name)
                return true;
        while (*name && strcmp(*name, application) != 0)
                name++;
        return *name;
}

static bool is_wanted(const struct load *load, const char *application)
{
        const struct collection *collection = load->collection;

        if (load->alone)
                return is_asked_for(collection, application);
        return collection->datasets.count > 0 &&
               bsearch(application, collection->datasets.items, collection->datasets.count,
                       sizeof(*collection->datasets.items), compare_name);
}

static int compare_numbers(const void *a, const void *b)
{
        uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

        return (x > y) - (x < y);
}

static int load_features(
        struct load *load, int64_t id, struct feature_numbers *features, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(
                load->store, "SELECT feature_id FROM static_feature WHERE static_id = :id", error);
        int64_t feature;
        int32_t known;
        uint32_t *number;
        int r;

        if (!select)
                return -EIO;
        bind_integer(select, ":id", id);
        while ((r = store_step(load->store, select, error)) > 0) {
                feature = sqlite3_column_int64(select, 0);
                known = feature_number_of(&load->numbers, feature);
                if (known < 0)
                        return store_unknown_feature(load->store, feature, error);
                number = vector_add(&features->numbers);
                if (!number)
                        return out_of_memory(load, error);
                *number = known;
        }
        if (features->numbers.count > 1)
                qsort(features->numbers.items, features->numbers.count, sizeof(uint32_t),
                        compare_numbers);
        return r;
}

enum column {
        COLUMN_ID,
        COLUMN_APPLICATION,
        COLUMN_WORKLOAD,
        COLUMN_KIND,
        COLUMN_RUN,
        COLUMN_METHOD,
        COLUMN_MEASURED,
        COLUMN_EXECUTABLE,
        COLUMN_EXECUTABLE_DIGEST,
        COLUMN_COMPLETE,
        COLUMN_UNKNOWN_SITES,
};

static const char select_results[] =
        "SELECT static_result.id, application.name, workload.name, workload.kind, "
        "static_result.run, static_result.method, static_result.measured, "
        "static_result.executable, static_result.executable_digest, static_result.complete, "
        "CASE WHEN json_valid(static_result.unknown) THEN "
        "json_array_length(static_result.unknown) END FROM static_result "
        "CROSS JOIN application ON application.id = static_result.application_id "
        "LEFT JOIN workload ON workload.id = static_result.workload_id";

/* All but the features. */
static int load_columns(sqlite3_stmt *row, struct static_set *set)
{
        const struct {
                enum column column;
                char **text;
        } texts[] = {
                {COLUMN_APPLICATION, &set->application},
                {COLUMN_WORKLOAD, &set->workload},
                {COLUMN_RUN, &set->run},
                {COLUMN_EXECUTABLE, &set->executable},
                {COLUMN_EXECUTABLE_DIGEST, &set->executable_digest},
        };
        const char *method = column_text(row, COLUMN_METHOD);
        int r = 0;

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(texts); i++)
                r = column_copy(row, texts[i].column, texts[i].text);
        set->measured = sqlite3_column_int64(row, COLUMN_MEASURED);
        set->complete = sqlite3_column_type(row, COLUMN_COMPLETE) == SQLITE_NULL
                                ? -1
                                : sqlite3_column_int(row, COLUMN_COMPLETE);
        set->unknown_sites = sqlite3_column_int64(row, COLUMN_UNKNOWN_SITES);
        /* The schema allows no other methods and kinds. */
        while (set->method < STATIC_COUNT - 1 &&
                strcmp(static_method_name(set->method), method) != 0)
                set->method++;
        return r;
}

static int load_result(struct load *load, sqlite3_stmt *row, struct error *error)
{
        struct static_set *set = vector_add(&load->sets.items);

        if (!set || load_columns(row, set) < 0)
                return out_of_memory(load, error);
        if (set->workload &&
                workload_kind_parse(column_text(row, COLUMN_KIND), &set->kind, error) < 0)
                return error_prefix(error, -EUCLEAN, "%s", store_name(load->store));
        return load_features(load, sqlite3_column_int64(row, COLUMN_ID), &set->features, error);
}

static int load_results(struct load *load, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select =
                store_statement(load->store, select_results, error);
        int r;

        if (!select)
                return -EIO;
        while ((r = store_step(load->store, select, error)) > 0) {
                if (is_wanted(load, column_text(select, COLUMN_APPLICATION)))
                        r = load_result(load, select, error);
                if (r < 0)
                        return r;
        }
        if (load->sets.items.count > 1)
                qsort(load->sets.items.items, load->sets.items.count,
                        sizeof(*load->sets.items.items), static_set_compare);
        return r;
}

static int load_statics(struct store *store, struct collection *collection, bool alone,
        struct static_sets *ret, struct error *error)
{
        CLEANUP(load_clear)
        struct load load = {.store = store, .collection = collection, .alone = alone};
        int r;

        r = store_begin_reading(store, error);
        if (r < 0)
                return r;
        r = store_catalogue(store, collection->catalogue, &load.numbers, error);
        if (r == 0)
                r = load_results(&load, error);
        r = store_end(store, r, error);
        if (r < 0)
                return r;
        *ret = load.sets;
        load.sets = (struct static_sets){};
        return 0;
}

int store_load_statics(struct store *store, struct collection *collection, struct static_sets *ret,
        struct error *error)
{
        return load_statics(store, collection, false, ret, error);
}

int store_load_statics_alone(struct store *store, struct collection *collection,
        struct static_sets *ret, struct error *error)
{
        return load_statics(store, collection, true, ret, error);
}
