/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/contents.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "report/json.h"
#include "report/stream.h"
#include "report/table.h"

#define BOLD  "\x1b[1m"
#define RESET "\x1b[0m"

struct tables {
        struct table *results, *profiles;
        size_t result_count, profile_count;
};

static void tables_clear(struct tables *tables)
{
        table_free(tables->results);
        table_free(tables->profiles);
}

/* "2024-03-01"; "" for what is not known. */
static const char *date_of(int64_t seconds, char buffer[32])
{
        time_t time = seconds;
        struct tm parts;

        buffer[0] = '\0';
        if (seconds != 0 && gmtime_r(&time, &parts))
                strftime(buffer, 32, "%Y-%m-%d", &parts);
        return buffer;
}

static const char *known(const char *text)
{
        return text ? text : "";
}

static int tabulate_result(void *context, const struct listed_result *result)
{
        struct tables *tables = context;
        char date[32];
        const char *const cells[] = {
                result->application,
                known(result->kind),
                known(result->workload),
                result->method,
                result->run,
                date_of(result->measured, date),
                known(result->version),
                known(result->libc),
        };
        int r = 0;

        tables->result_count++;
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(cells); i++)
                r = table_cell(tables->results, "", "%s", cells[i]);
        if (r == 0)
                r = table_cell(tables->results, "", "%zu", result->features);
        return r;
}

static int tabulate_profile(void *context, const struct listed_profile *profile)
{
        struct tables *tables = context;
        char date[32];
        const char *const cells[] = {
                profile->name,
                profile->format,
                known(profile->source),
                date_of(profile->imported, date),
        };
        int r = 0;

        tables->profile_count++;
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(cells); i++)
                r = table_cell(tables->profiles, "", "%s", cells[i]);
        if (r == 0)
                r = table_cell(tables->profiles, "", "%zu", profile->features);
        if (r == 0)
                r = table_cell(tables->profiles, "", "%zu", profile->supported);
        return r;
}

static int write_counts(struct store *store, FILE *stream, struct error *error)
{
        struct contents_count count;
        int r = store_count(store, &count, error);

        if (r == 0)
                fprintf(stream,
                        "%s: %zu applications, %zu workloads, %zu results, %zu static results, %zu "
                        "profiles\n",
                        store_name(store), count.applications, count.workloads, count.results,
                        count.statics, count.profiles);
        return r;
}

int report_contents_text(struct store *store, bool color, FILE *stream, struct error *error)
{
        static const struct table_column result_columns[] = {
                {"application"},
                {"kind"},
                {"workload"},
                {"by"},
                {"run"},
                {"measured"},
                {"version"},
                {"libc"},
                {"features", true},
        };
        static const struct table_column profile_columns[] = {
                {"profile"},
                {"format"},
                {"source"},
                {"imported"},
                {"features", true},
                {"supported", true},
        };
        CLEANUP(tables_clear)
        struct tables tables = {
                .results = table_new(result_columns, ARRAY_SIZE(result_columns)),
                .profiles = table_new(profile_columns, ARRAY_SIZE(profile_columns)),
        };
        const struct listing listing = {tabulate_result, tabulate_profile, &tables};
        const char *bold = color ? BOLD : "", *reset = color ? RESET : "";
        int r;

        if (!tables.results || !tables.profiles)
                return -ENOMEM;
        r = store_list(store, &listing, error);
        if (r == 0)
                r = write_counts(store, stream, error);
        if (r == 0 && tables.result_count > 0) {
                fputc('\n', stream);
                r = table_write(tables.results, bold, reset, stream);
        }
        if (r == 0 && tables.profile_count > 0) {
                fputc('\n', stream);
                r = table_write(tables.profiles, bold, reset, stream);
        }
        return r < 0 ? r : stream_result(stream);
}

struct document {
        FILE *stream;
        bool in_profiles;
        bool more; /* than the first of its array */
};

/* Writes one object of the array, and releases it. */
static int write_item(struct document *document, json_t *object)
{
        int r;

        if (!object)
                return -ENOMEM;
        fputs(document->more ? ",\n  " : "\n  ", document->stream);
        document->more = true;
        r = json_dumpf(object, document->stream, JSON_COMPACT);
        json_decref(object);
        return r < 0 ? -ENOMEM : stream_result(document->stream);
}

/* NULL, which json_pack's * leaves out, for what is not known. */
static json_t *known_text(const char *text)
{
        return text ? json_text(text) : NULL;
}

static int write_result(void *context, const struct listed_result *result)
{
        return write_item(context,
                json_pack("{s:o, s:o*, s:s*, s:s, s:o, s:o, s:I, s:o*, s:o*, s:I}", "application",
                        json_text(result->application), "workload", known_text(result->workload),
                        "kind", result->kind, "by", result->method, "run", json_text(result->run),
                        "origin", json_text(result->origin), "measured",
                        (json_int_t)result->measured, "version", known_text(result->version),
                        "libc", known_text(result->libc), "features",
                        (json_int_t)result->features));
}

static void begin_profiles(struct document *document)
{
        if (document->in_profiles)
                return;
        fputs("],\n \"profiles\": [", document->stream);
        document->in_profiles = true;
        document->more = false;
}

static int write_profile(void *context, const struct listed_profile *profile)
{
        struct document *document = context;

        begin_profiles(document);
        return write_item(document,
                json_pack("{s:o, s:o, s:o*, s:I, s:I, s:I}", "name", json_text(profile->name),
                        "format", json_text(profile->format), "source", known_text(profile->source),
                        "imported", (json_int_t)profile->imported, "features",
                        (json_int_t)profile->features, "supported",
                        (json_int_t)profile->supported));
}

int report_contents_json(struct store *store, FILE *stream, struct error *error)
{
        struct document document = {.stream = stream};
        const struct listing listing = {write_result, write_profile, &document};
        struct contents_count count;
        int r = store_count(store, &count, error);

        if (r < 0)
                return r;
        fprintf(stream,
                "{\"schema\": \"loupe/contents/1\",\n \"tool\": {\"name\": \"loupe\", \"version\": "
                "\"" LOUPE_VERSION "\"},\n \"applications\": %zu,\n \"workloads\": %zu,\n "
                "\"results\": [",
                count.applications, count.workloads);
        r = store_list(store, &listing, error);
        if (r < 0)
                return r;
        begin_profiles(&document);
        fputs("]}\n", stream);
        return stream_result(stream);
}
