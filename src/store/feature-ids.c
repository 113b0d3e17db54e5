/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/feature-ids.h"

#include <errno.h>
#include <string.h>

/* Rows once added stay (nothing deletes features), so that what was seen stays true. */
struct feature_ids {
        struct catalogue *seen;
        VECTOR(struct known_feature) known; /* by number in `seen`; with id 0: not looked up */
};

struct feature_ids *feature_ids_new(void)
{
        struct feature_ids *ids = calloc(1, sizeof(*ids));

        if (!ids)
                return NULL;
        ids->seen = catalogue_new();
        return ids->seen ? ids : feature_ids_free(ids);
}

struct feature_ids *feature_ids_free(struct feature_ids *ids)
{
        struct known_feature *known;

        if (!ids)
                return NULL;
        vector_for_each(known, &ids->known)
                free((char *)known->name);
        vector_clear(&ids->known);
        catalogue_free(ids->seen);
        free(ids);
        return NULL;
}

void feature_ids_forget(struct feature_ids *ids)
{
        struct known_feature *known;

        vector_for_each(known, &ids->known)
                known->id = 0;
}

/* Returns the row, 0 where there is none, or -errno. */
static int64_t find_row(struct store *store, const char *name, struct error *error)
{
        sqlite3_stmt *select;
        int64_t id = 0;
        int r;

        select = store_statement(store, "SELECT id FROM feature WHERE name = :name", error);
        if (!select)
                return -EIO;
        bind_text(select, ":name", name);
        r = store_step(store, select, error);
        if (r > 0)
                id = sqlite3_column_int64(select, 0);
        sqlite3_reset(select);
        return r < 0 ? r : id;
}

static int64_t add_row(
        struct store *store, const struct feature *feature, const char *name, struct error *error)
{
        sqlite3_stmt *insert;
        int r;

        insert = store_statement(store,
                "INSERT INTO feature (kind, name, number) VALUES (:kind, :name, :number)", error);
        if (!insert)
                return -EIO;
        bind_text(insert, ":kind", feature_kind_name(feature->kind));
        bind_text(insert, ":name", name);
        if (feature->kind == FEATURE_SYSCALL && feature->abi == abi_native())
                bind_integer(insert, ":number", feature->number);
        r = store_execute(store, insert, error);
        return r < 0 ? r : sqlite3_last_insert_rowid(store_connection(store));
}

/* What is known of a number in `seen`, its name at least; NULL when out of memory. */
static struct known_feature *slot(
        struct feature_ids *ids, const struct feature *feature, unsigned number)
{
        struct known_feature *known;
        char name[FEATURE_NAME_MAX];

        while (ids->known.count <= number)
                if (!vector_add(&ids->known))
                        return NULL;
        known = &ids->known.items[number];
        if (!known->name)
                known->name = strdup(feature_name(*feature, name));
        return known->name ? known : NULL;
}

int store_feature(struct store *store, const struct feature *feature, struct known_feature *ret,
        struct error *error)
{
        struct feature_ids *ids = store_features(store);
        int number = catalogue_add(ids->seen, feature);
        struct known_feature *known = number < 0 ? NULL : slot(ids, feature, number);
        int64_t id;

        if (!known)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        if (known->id == 0) {
                id = find_row(store, known->name, error);
                if (id == 0)
                        id = add_row(store, feature, known->name, error);
                if (id < 0)
                        return id;
                known->id = id;
        }
        *ret = *known;
        return 0;
}

int store_feature_of(struct store *store, const struct catalogue *catalogue, unsigned number,
        struct known_feature *ret, struct error *error)
{
        const struct feature_ids *ids = store_features(store);
        struct feature feature;

        /* Native calls have the same number in every catalogue. */
        if (catalogue_is_call(number) && number < ids->known.count &&
                ids->known.items[number].id > 0) {
                *ret = ids->known.items[number];
                return 0;
        }
        feature = catalogue_feature(catalogue, number);
        return store_feature(store, &feature, ret, error);
}

ssize_t find_row_item(const void *items, size_t count, size_t size, int64_t row)
{
        const char *bytes = items;
        size_t low = 0, high = count, middle;
        int64_t found;

        if (row <= 0)
                return -1;
        /* loupe deletes no features, so that this is where it is, unless somebody else did. */
        if ((uint64_t)row <= count && *(const int64_t *)(bytes + (row - 1) * size) == row)
                return row - 1;
        while (low < high) {
                middle = low + (high - low) / 2;
                found = *(const int64_t *)(bytes + middle * size);
                if (found == row)
                        return (ssize_t)middle;
                if (found < row)
                        low = middle + 1;
                else
                        high = middle;
        }
        return -1;
}

/* Returns 0 or -ENOMEM. */
static int add_to_catalogue(
        sqlite3_stmt *select, struct catalogue *catalogue, struct feature_number *ret)
{
        struct feature feature;

        *ret = (struct feature_number){sqlite3_column_int64(select, 0), -1};
        if (feature_parse(column_text(select, 1), &feature, NULL) < 0)
                return 0;
        ret->number = catalogue_add(catalogue, &feature);
        return ret->number < 0 ? ret->number : 0;
}

int store_catalogue(struct store *store, struct catalogue *catalogue,
        struct feature_numbers_by_id *ret, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(
                store, "SELECT id, name FROM feature WHERE id > 0 ORDER BY id", error);
        CLEANUP(feature_numbers_by_id_clear) struct feature_numbers_by_id numbers = {};
        struct feature_number *number;
        int r;

        if (!select)
                return -EIO;
        while ((r = store_step(store, select, error)) > 0) {
                number = vector_add(&numbers.rows);
                if (!number || add_to_catalogue(select, catalogue, number) < 0)
                        return error_errno(error, ENOMEM, "%s", store_name(store));
        }
        if (r < 0)
                return r;
        *ret = numbers;
        numbers = (struct feature_numbers_by_id){};
        return 0;
}

int store_unknown_feature(struct store *store, int64_t id, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select =
                store_statement(store, "SELECT name FROM feature WHERE id = :id", error);

        if (!select)
                return -EIO;
        bind_integer(select, ":id", id);
        if (store_step(store, select, NULL) <= 0)
                return error_set(error, EUCLEAN,
                        "%s: the database is damaged: there is no feature %lld", store_name(store),
                        (long long)id);
        return error_set(error, EPROTO,
                "%s: this loupe does not know the feature '%s': a newer one stored it",
                store_name(store), column_text(select, 0));
}
