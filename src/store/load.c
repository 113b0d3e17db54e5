/* SPDX-License-Identifier: BSD-3-Clause */

/* Loading datasets: from the packed findings of each result, in one pass over the table. */

#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "base/strings.h"
#include "store/feature-ids.h"
#include "store/packed.h"
#include "store/result.h"

#define COLUMNS                                                                        \
        "application.name, workload.name, workload.kind, result.run, result.version, " \
        "result.libc, result.executable_digest, result.digest, result.origin, "        \
        "result.measured, result.id, result.findings, "                                \
        "CASE WHEN json_valid(result.settings) THEN "                                  \
        "json_array_length(result.settings, '$.only') END "

enum column {
        COLUMN_APPLICATION,
        COLUMN_WORKLOAD,
        COLUMN_KIND,
        COLUMN_RUN,
        COLUMN_VERSION,
        COLUMN_LIBC,
        COLUMN_EXECUTABLE_DIGEST,
        COLUMN_DIGEST,
        COLUMN_ORIGIN,
        COLUMN_MEASURED,
        COLUMN_ID,
        COLUMN_FINDINGS,
        COLUMN_ONLY, /* how many features it was confined to; 0 or NULL: it was not */
};

/* All of them: the results in the order of the table, which is quickest. */
static const char select_all[] =
        "SELECT " COLUMNS "FROM result CROSS JOIN workload ON workload.id = result.workload_id "
        "CROSS JOIN application ON application.id = workload.application_id";

static const char select_one[] =
        "SELECT " COLUMNS "FROM application CROSS JOIN workload ON workload.application_id = "
        "application.id CROSS JOIN result ON result.workload_id = workload.id WHERE "
        "application.name = :name";

/* Verdicts by features' numbers: room to put the findings of one result in order. */
struct sorter {
        uint64_t *present; /* a bit for each number, all 0 between results */
        uint8_t *verdicts;
        size_t words; /* of `present` */
};

struct load {
        struct store *store;
        const struct selection *selection;
        struct collection *collection;
        struct feature_numbers_by_id numbers;
        struct sorter sorter;
};

static void load_clear(struct load *load)
{
        feature_numbers_by_id_clear(&load->numbers);
        free(load->sorter.present);
        free(load->sorter.verdicts);
        collection_free(load->collection);
}

static int out_of_memory(const struct load *load, struct error *error)
{
        return error_errno(error, ENOMEM, "%s", store_name(load->store));
}

static int damaged(const struct load *load, int64_t result, struct error *error)
{
        return error_set(error, EUCLEAN,
                "%s: the findings of result %lld are damaged: `loupe db verify` tells more",
                store_name(load->store), (long long)result);
}

/* Everything but the findings. */
static int read_columns(sqlite3_stmt *row, struct dataset *dataset)
{
        const struct {
                enum column column;
                char **text;
        } texts[] = {
                {COLUMN_APPLICATION, &dataset->application},
                {COLUMN_WORKLOAD, &dataset->workload},
                {COLUMN_RUN, &dataset->run},
                {COLUMN_VERSION, &dataset->version},
                {COLUMN_LIBC, &dataset->libc},
                {COLUMN_EXECUTABLE_DIGEST, &dataset->executable_digest},
                {COLUMN_DIGEST, &dataset->digest},
                {COLUMN_ORIGIN, &dataset->origin},
        };
        int r = workload_kind_parse(column_text(row, COLUMN_KIND), &dataset->kind, NULL);

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(texts); i++)
                r = column_copy(row, texts[i].column, texts[i].text);
        dataset->measured = sqlite3_column_int64(row, COLUMN_MEASURED);
        dataset->id = sqlite3_column_int64(row, COLUMN_ID);
        dataset->partial = sqlite3_column_int64(row, COLUMN_ONLY) > 0;
        return r;
}

/* The number of the feature in a row, or -errno with a message. */
static int64_t number_of(const struct load *load, int64_t id, struct error *error)
{
        int32_t number = feature_number_of(&load->numbers, id);

        return number >= 0 ? number : store_unknown_feature(load->store, id, error);
}

static int compare_findings(const void *a, const void *b)
{
        const struct finding *left = a, *right = b;

        return (left->feature > right->feature) - (left->feature < right->feature);
}

static int prepare_sorter(struct load *load, struct error *error)
{
        struct sorter *sorter = &load->sorter;

        sorter->words = catalogue_limit(load->collection->catalogue) / 64 + 1;
        sorter->present = calloc(sorter->words, sizeof(*sorter->present));
        sorter->verdicts = malloc(sorter->words * 64);
        return sorter->present && sorter->verdicts ? 0 : out_of_memory(load, error);
}

/* Through the bits of all numbers, which is much quicker than comparing where they are few. Returns
 * how many there are, each once. */
static size_t sort_by_bits(const struct sorter *sorter, struct finding *items, size_t count)
{
        struct finding *next = items;

        for (size_t i = 0; i < count; i++) {
                sorter->present[items[i].feature / 64] |= UINT64_C(1) << items[i].feature % 64;
                sorter->verdicts[items[i].feature] = (uint8_t)items[i].verdict;
        }
        for (size_t word = 0; word < sorter->words; word++) {
                for (uint64_t bits = sorter->present[word]; bits; bits &= bits - 1) {
                        uint32_t feature = word * 64 + __builtin_ctzll(bits);

                        *next++ =
                                (struct finding){feature, (enum verdict)sorter->verdicts[feature]};
                }
                sorter->present[word] = 0;
        }
        return next - items;
}

/* Rows are numbered as they came, so that the order is another. */
static void sort_findings(const struct sorter *sorter, struct findings *findings)
{
        struct finding *items = findings->items.items;
        size_t count = findings->items.count, i = 1;

        while (i < count && items[i - 1].feature < items[i].feature)
                i++;
        if (i >= count)
                return;
        if (sorter->words <= count)
                findings->items.count = sort_by_bits(sorter, items, count);
        else
                qsort(items, count, sizeof(items[0]), compare_findings);
}

static int read_findings(const struct load *load, struct packed_reader *reader, size_t count,
        struct dataset *dataset, struct error *error)
{
        struct finding *items = malloc((count + 1) * sizeof(*items));
        int64_t id = 0, number;

        if (!items)
                return out_of_memory(load, error);
        dataset->findings.items.items = items;
        dataset->findings.items.capacity = count + 1;
        for (size_t i = 0; i < count; i++) {
                uint64_t packed = packed_read_number(reader);

                if (reader->bad || packed >> 3 == 0 || packed >> 3 > INT32_MAX ||
                        (packed & 7) >= VERDICT_COUNT)
                        return damaged(load, dataset->id, error);
                id += (int64_t)(packed >> 3);
                number = number_of(load, id, error);
                if (number < 0)
                        return (int)number;
                items[i] = (struct finding){(uint32_t)number, (enum verdict)(packed & 7)};
                dataset->findings.items.count++;
        }
        sort_findings(&load->sorter, &dataset->findings);
        return 0;
}

static int compare_numbers(const void *a, const void *b)
{
        uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

        return (left > right) - (left < right);
}

static int read_conflict(const struct load *load, struct packed_reader *reader,
        struct dataset *dataset, struct error *error)
{
        struct feature_numbers *conflict = vector_add(&dataset->conflicts);
        int64_t id = 0, number;
        uint32_t *item;

        if (!conflict)
                return out_of_memory(load, error);
        for (size_t count = packed_read_count(reader); count > 0; count--) {
                uint64_t delta = packed_read_number(reader);

                if (reader->bad || delta == 0 || delta > INT32_MAX)
                        return damaged(load, dataset->id, error);
                id += (int64_t)delta;
                number = number_of(load, id, error);
                if (number < 0)
                        return (int)number;
                item = vector_add(&conflict->numbers);
                if (!item)
                        return out_of_memory(load, error);
                *item = (uint32_t)number;
        }
        if (conflict->numbers.count > 1)
                qsort(conflict->numbers.items, conflict->numbers.count, sizeof(uint32_t),
                        compare_numbers);
        return 0;
}

static int unpack(
        const struct load *load, sqlite3_stmt *row, struct dataset *dataset, struct error *error)
{
        const void *data = sqlite3_column_blob(row, COLUMN_FINDINGS);
        size_t size = sqlite3_column_bytes(row, COLUMN_FINDINGS), count;
        struct packed_reader reader;
        int r;

        if (!data)
                return damaged(load, dataset->id, error);
        count = packed_read_begin(&reader, data, size);
        r = read_findings(load, &reader, count, dataset, error);
        if (r < 0)
                return r;
        for (count = packed_read_count(&reader); r == 0 && count > 0; count--)
                r = read_conflict(load, &reader, dataset, error);
        if (r == 0 && !packed_read_end(&reader))
                return damaged(load, dataset->id, error);
        return r;
}

/* Adds the dataset of a row where it is one of those asked for. */
static int add_row(struct load *load, sqlite3_stmt *row, struct error *error)
{
        struct dataset *dataset = vector_add(&load->collection->datasets);
        int r;

        if (!dataset)
                return out_of_memory(load, error);
        r = read_columns(row, dataset);
        if (r == -EINVAL)
                return damaged(load, dataset->id, error);
        if (r < 0)
                return out_of_memory(load, error);
        if (selection_matches(load->selection, dataset))
                return unpack(load, row, dataset, error);
        dataset_clear(dataset);
        load->collection->datasets.count--;
        return 0;
}

static int add_rows(struct load *load, sqlite3_stmt *select, struct error *error)
{
        int r;

        while ((r = store_step(load->store, select, error)) > 0) {
                r = add_row(load, select, error);
                if (r < 0)
                        break;
        }
        sqlite3_reset(select);
        return r;
}

static int load_all(struct load *load, struct error *error)
{
        /* What only static analysis knows, perhaps all of /usr/bin, nobody misses measurements of.
         */
        CLEANUP_STATEMENT sqlite3_stmt *names = store_statement(load->store,
                "SELECT name FROM application a WHERE EXISTS (SELECT 1 FROM workload WHERE "
                "application_id = a.id) ORDER BY name",
                error);
        sqlite3_stmt *select = store_statement(load->store, select_all, error);
        size_t count = 0, capacity = 1;
        char **list = load->collection->applications, **larger;
        int r;

        if (!names || !select)
                return -EIO;
        /* Not strings_add(), which would count a hundred thousand for each. */
        for (;;) {
                if (count + 2 > capacity) {
                        capacity *= 2;
                        larger = reallocarray(list, capacity, sizeof(*list));
                        if (!larger)
                                return out_of_memory(load, error);
                        load->collection->applications = list = larger;
                }
                list[count] = NULL;
                r = store_step(load->store, names, error);
                if (r <= 0)
                        break;
                list[count] = strdup(column_text(names, 0));
                if (!list[count++])
                        return out_of_memory(load, error);
        }
        return r < 0 ? r : add_rows(load, select, error);
}

/* Suggests the nearest of the names that there are. -ENOENT. */
static int unknown_application(struct store *store, const char *name, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *names =
                store_statement(store, "SELECT name FROM application ORDER BY name", error);
        CLEANUP_FREE char *found = NULL;
        struct nearest nearest = {.wanted = name};
        unsigned distance = 0;
        int r;

        if (!names)
                return -EIO;
        while ((r = store_step(store, names, error)) > 0) {
                nearest_consider(&nearest, column_text(names, 0));
                if (!nearest.word || (found && nearest.distance == distance))
                        continue;
                /* The text of the row goes with it. */
                free(found);
                nearest.word = found = strdup(nearest.word);
                distance = nearest.distance;
        }
        if (r < 0)
                return r;
        if (found)
                return error_set(error, ENOENT,
                        "%s: there is no application '%s': did you mean '%s'?", store_name(store),
                        name, found);
        return error_set(error, ENOENT,
                "%s: there is no application '%s': `loupe db list` tells what there is",
                store_name(store), name);
}

static int know_application(struct load *load, const char *name, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select =
                store_statement(load->store, "SELECT 1 FROM application WHERE name = :name", error);
        int r;

        if (!select)
                return -EIO;
        bind_text(select, ":name", name);
        r = store_step(load->store, select, error);
        return r == 0 ? unknown_application(load->store, name, error) : r;
}

static int compare_names(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names asked for, sorted, each once. */
static int collect_names(struct load *load, struct error *error)
{
        char **names = strings_copy(load->selection->applications);
        size_t count = strings_count(names), kept = 0;

        if (!names)
                return out_of_memory(load, error);
        strings_free(load->collection->applications);
        load->collection->applications = names;
        if (count > 1)
                qsort(names, count, sizeof(*names), compare_names);
        for (size_t i = 0; i < count; i++) {
                if (kept > 0 && strcmp(names[kept - 1], names[i]) == 0)
                        free(names[i]);
                else
                        names[kept++] = names[i];
        }
        names[kept] = NULL;
        return 0;
}

static int load_named(struct load *load, struct error *error)
{
        sqlite3_stmt *select;
        int r = collect_names(load, error);

        for (char **name = load->collection->applications; r == 0 && *name; name++) {
                r = know_application(load, *name, error);
                if (r < 0)
                        return r;
                select = store_statement(load->store, select_one, error);
                if (!select)
                        return -EIO;
                bind_text(select, ":name", *name);
                r = add_rows(load, select, error);
        }
        return r;
}

static void sort_datasets(struct collection *collection)
{
        const struct dataset *items = collection->datasets.items;
        size_t count = collection->datasets.count, i = 1;

        /* What was imported as one is in order already. */
        while (i < count && dataset_compare(&items[i - 1], &items[i]) <= 0)
                i++;
        if (i < count)
                qsort(collection->datasets.items, count, sizeof(items[0]), dataset_compare);
}

static int load_selection(struct load *load, char ***ret_notes, struct error *error)
{
        int r;

        load->collection = collection_new();
        if (!load->collection)
                return out_of_memory(load, error);
        /* A list of our own takes the place of the empty one. */
        strings_free(load->collection->applications);
        load->collection->applications = NULL;
        r = store_catalogue(load->store, load->collection->catalogue, &load->numbers, error);
        if (r == 0)
                r = prepare_sorter(load, error);
        if (r == 0)
                r = load->selection->applications ? load_named(load, error) : load_all(load, error);
        if (r < 0)
                return r;
        sort_datasets(load->collection);
        if (!load->selection->every && selection_choose(load->collection, ret_notes) < 0)
                return out_of_memory(load, error);
        return 0;
}

int store_load(struct store *store, const struct selection *selection, struct collection **ret,
        char ***ret_notes, struct error *error)
{
        CLEANUP(load_clear) struct load load = {.store = store, .selection = selection};
        CLEANUP_STRINGS char **notes = NULL;
        int r;

        r = store_begin_reading(store, error);
        if (r < 0)
                return r;
        r = store_end(store, load_selection(&load, &notes, error), error);
        if (r < 0)
                return r;
        if (ret_notes)
                *ret_notes = steal_pointer(notes);
        *ret = steal_pointer(load.collection);
        return 0;
}
