/* SPDX-License-Identifier: BSD-3-Clause */

/* The database as one document, written one result at a time. */

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "store/contents.h"
#include "store/database.h"

#define DUMP_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(17))

static int out_of_memory(struct store *store, struct error *error)
{
        return error_errno(error, ENOMEM, "%s", store_name(store));
}

static json_t *column_json(sqlite3_stmt *row, int column, bool parsed)
{
        switch (sqlite3_column_type(row, column)) {
        case SQLITE_INTEGER:
                return json_integer(sqlite3_column_int64(row, column));
        case SQLITE_TEXT:
                if (parsed)
                        return json_loads(column_text(row, column), JSON_DECODE_ANY, NULL);
                return json_text(column_text(row, column));
        default:
                return NULL;
        }
}

/* The columns behind the first, which is the row's own number, by their names. */
static json_t *row_object(sqlite3_stmt *row, int first)
{
        json_t *object = json_object(), *value;
        const char *name;

        for (int column = first; object && column < sqlite3_column_count(row); column++) {
                name = sqlite3_column_name(row, column);
                if (sqlite3_column_type(row, column) == SQLITE_NULL)
                        continue;
                /* Columns whose text is JSON say so by a star. */
                value = column_json(row, column, name[0] == '*');
                if (!value || json_object_set_new(object, name + (name[0] == '*'), value) < 0) {
                        json_decref(object);
                        return NULL;
                }
        }
        return object;
}

/* What evidence says are members of the finding itself, as in an analysis. */
static void lift_evidence(json_t *object)
{
        json_t *evidence = json_object_get(object, "evidence");

        if (!evidence)
                return;
        json_incref(evidence);
        json_object_del(object, "evidence");
        json_object_update(object, evidence);
        json_decref(evidence);
}

/* An object for each row, or the text of its only column. NULL with a message. */
static json_t *rows_json(struct store *store, const char *sql, int64_t id, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store, sql, error);
        json_t *array = json_array(), *item;
        int r = array && select ? 1 : 0;

        if (select)
                bind_integer(select, ":id", id);
        while (r > 0 && (r = store_step(store, select, error)) > 0) {
                if (sqlite3_column_count(select) == 1)
                        item = column_json(select, 0, sqlite3_column_name(select, 0)[0] == '*');
                else
                        item = row_object(select, 0);
                lift_evidence(item);
                if (json_array_append_new(array, item) < 0)
                        r = out_of_memory(store, error);
        }
        if (r == 0 && select && array)
                return array;
        json_decref(array);
        return NULL;
}

struct part {
        const char *member;
        const char *sql; /* with :id */
};

static int set_parts(struct store *store, json_t *object, int64_t id, const struct part *parts,
        struct error *error)
{
        json_t *rows;

        for (; parts->member; parts++) {
                rows = rows_json(store, parts->sql, id, error);
                if (!rows)
                        return -EIO;
                /* What is not there is not written. */
                if (json_array_size(rows) == 0 && strcmp(parts->member, "features") != 0)
                        json_decref(rows);
                else if (json_object_set_new(object, parts->member, rows) < 0)
                        return out_of_memory(store, error);
        }
        return 0;
}

static const struct section {
        const char *name;
        const char *sql; /* the first column is the row's number */
        struct part parts[6];
} sections[] = {
        {"results",
                "SELECT r.id, a.name application, w.name workload, w.kind kind, r.run run, "
                "r.origin origin, r.digest digest, r.content content, r.measured measured, "
                "r.version version, r.executable executable, r.executable_digest sha256, r.kernel "
                "kernel, r.arch arch, r.libc libc, r.observer observer, r.cpus cpus, "
                "r.tool_version tool_version, r.settings \"*settings\", r.summary \"*summary\" "
                "FROM application a JOIN workload w ON w.application_id = a.id JOIN result r ON "
                "r.workload_id = w.id ORDER BY a.name, w.kind, w.name, r.measured, r.run, "
                "r.content",
                {
                        {"features", "SELECT f.name name, v.verdict verdict, v.count count, "
                                     "v.evidence \"*evidence\" FROM verdict v JOIN feature f ON "
                                     "f.id = v.feature_id WHERE v.result_id = :id ORDER BY f.name"},
                        {"joint", "SELECT f.name name, j.mode mode FROM joint_set j JOIN feature f "
                                  "ON f.id = j.feature_id WHERE j.result_id = :id ORDER BY f.name"},
                        {"conflicts",
                                "SELECT json_group_array(name) \"*\" FROM (SELECT c.ordinal, "
                                "f.name FROM conflict c JOIN feature f ON f.id = c.feature_id "
                                "WHERE c.result_id = :id ORDER BY c.ordinal, f.name) GROUP BY "
                                "ordinal ORDER BY ordinal"},
                        {"impact", "SELECT i.effects \"*\" FROM impact i JOIN feature f ON f.id = "
                                   "i.feature_id WHERE i.result_id = :id ORDER BY f.name, i.mode"},
                        {},
                }},
        {"static",
                "SELECT s.id, a.name application, w.name workload, w.kind kind, s.run run, "
                "s.method method, s.origin origin, s.content content, s.measured measured, "
                "s.executable executable, s.executable_digest sha256, CASE s.complete WHEN 1 THEN "
                "'true' WHEN 0 THEN 'false' END \"*complete\", s.tool_version tool_version, "
                "s.unknown \"*unknown_sites\" FROM application a JOIN static_result s ON "
                "s.application_id = a.id LEFT JOIN workload w ON w.id = s.workload_id ORDER BY "
                "a.name, w.kind, w.name, s.method, s.run, s.content",
                {
                        {"features", "SELECT f.name FROM static_feature s JOIN feature f ON f.id = "
                                     "s.feature_id WHERE s.static_id = :id ORDER BY f.name"},
                        {},
                }},
        {"proofs",
                "SELECT p.id, a.name application, w.name workload, w.kind kind, p.workload_digest "
                "workload_sha256, nullif(p.executable_digest, '') sha256, p.policy policy_sha256, "
                "p.os os, CASE p.works WHEN 1 THEN 'true' ELSE 'false' END \"*works\", p.runs "
                "runs, p.passed passed, p.measured measured FROM application a JOIN workload w ON "
                "w.application_id = a.id JOIN proof p ON p.workload_id = w.id ORDER BY a.name, "
                "w.kind, w.name, p.measured, p.policy, p.workload_digest, p.executable_digest",
                {{}}},
        {"lessons",
                "SELECT l.id, a.name application, w.name workload, w.kind kind, l.workload_digest "
                "workload_sha256, nullif(l.executable_digest, '') sha256, l.measured measured FROM "
                "application a JOIN workload w ON w.application_id = a.id JOIN lesson l ON "
                "l.workload_id = w.id ORDER BY a.name, w.kind, w.name, l.measured, l.content, "
                "l.workload_digest, l.executable_digest",
                {
                        {"features", "SELECT f.name name, p.mode mode FROM lesson_feature p JOIN "
                                     "feature f ON f.id = p.feature_id WHERE p.lesson_id = :id "
                                     "ORDER BY f.name"},
                        {},
                }},
        {"profiles", "SELECT id, name, format, source, imported FROM profile ORDER BY name",
                {
                        {"features", "SELECT f.name name, p.support support, p.file file, p.line "
                                     "line, p.note note, p.errno errno FROM profile_feature p JOIN "
                                     "feature f ON "
                                     "f.id = p.feature_id WHERE p.profile_id = :id ORDER BY "
                                     "f.name"},
                        {"unknown", "SELECT name, file, line FROM profile_unknown WHERE profile_id "
                                    "= :id ORDER BY ordinal"},
                        {},
                }},
};

static int write_object(struct store *store, sqlite3_stmt *row, const struct section *section,
        FILE *stream, struct error *error)
{
        json_t *object = row_object(row, 1);
        int r;

        if (!object)
                return error_set(error, EUCLEAN,
                        "%s: the database is damaged: `loupe db verify` "
                        "tells where",
                        store_name(store));
        r = set_parts(store, object, sqlite3_column_int64(row, 0), section->parts, error);
        if (r == 0 && json_dumpf(object, stream, DUMP_FLAGS) < 0)
                r = ferror(stream) ? -(errno ? errno : EIO) : out_of_memory(store, error);
        json_decref(object);
        return r;
}

static int write_section(
        struct store *store, const struct section *section, FILE *stream, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store, section->sql, error);
        bool first = true;
        int r;

        if (!select)
                return -EIO;
        fprintf(stream, ",\n \"%s\": [", section->name);
        while ((r = store_step(store, select, error)) > 0) {
                fputs(first ? "\n  " : ",\n  ", stream);
                first = false;
                r = write_object(store, select, section, stream, error);
                if (r < 0)
                        break;
        }
        fputs("]", stream);
        return r;
}

static int write_document(struct store *store, FILE *stream, struct error *error)
{
        int r = 0;

        fputs("{\"schema\": \"loupe/database/1\",\n \"tool\": {\"name\": \"loupe\", \"version\": "
              "\"" LOUPE_VERSION "\"}",
                stream);
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(sections); i++)
                r = write_section(store, &sections[i], stream, error);
        fputs("}\n", stream);
        return r == 0 && ferror(stream) ? -(errno ? errno : EIO) : r;
}

int store_export_json(struct store *store, FILE *stream, struct error *error)
{
        int r = store_begin_reading(store, error);

        return r < 0 ? r : store_end(store, write_document(store, stream, error), error);
}
