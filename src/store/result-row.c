/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/result-row.h"

#include <errno.h>
#include <string.h>

/* The id that a prepared query finds, 0 for none, or -errno. */
static int64_t query_id(struct store *store, sqlite3_stmt *select, struct error *error)
{
        int64_t id = 0;
        int r = store_step(store, select, error);

        if (r > 0)
                id = sqlite3_column_int64(select, 0);
        sqlite3_reset(select);
        return r < 0 ? r : id;
}

static int64_t insert_id(struct store *store, sqlite3_stmt *insert, struct error *error)
{
        int r = store_execute(store, insert, error);

        return r < 0 ? r : sqlite3_last_insert_rowid(store_connection(store));
}

int64_t store_application_id(struct store *store, const char *name, struct error *error)
{
        sqlite3_stmt *select, *insert;
        int64_t id;

        select = store_statement(store, "SELECT id FROM application WHERE name = :name", error);
        if (!select)
                return -EIO;
        bind_text(select, ":name", name);
        id = query_id(store, select, error);
        if (id != 0)
                return id;
        insert = store_statement(store, "INSERT INTO application (name) VALUES (:name)", error);
        if (!insert)
                return -EIO;
        bind_text(insert, ":name", name);
        return insert_id(store, insert, error);
}

int64_t store_workload_id(struct store *store, const char *application, const char *workload,
        const char *kind, struct error *error)
{
        int64_t application_id = store_application_id(store, application, error), id;
        sqlite3_stmt *select, *insert;

        if (application_id < 0)
                return application_id;
        select = store_statement(store,
                "SELECT id FROM workload WHERE application_id = :application AND kind = :kind AND "
                "name = :name",
                error);
        if (!select)
                return -EIO;
        bind_integer(select, ":application", application_id);
        bind_text(select, ":kind", kind);
        bind_text(select, ":name", workload);
        id = query_id(store, select, error);
        if (id != 0)
                return id;
        insert = store_statement(store,
                "INSERT INTO workload (application_id, name, kind) VALUES (:application, :name, "
                ":kind)",
                error);
        if (!insert)
                return -EIO;
        bind_integer(insert, ":application", application_id);
        bind_text(insert, ":kind", kind);
        bind_text(insert, ":name", workload);
        return insert_id(store, insert, error);
}

static int insert_verdicts(
        struct store *store, int64_t id, const struct found *found, struct error *error)
{
        sqlite3_stmt *insert = store_statement(store,
                "INSERT INTO verdict (result_id, feature_id, verdict, count, evidence) VALUES (?1, "
                "?2, ?3, ?4, ?5)",
                error);
        const struct found_verdict *verdict;
        int r = insert ? 0 : -EIO;

        if (insert)
                sqlite3_bind_int64(insert, 1, id);
        vector_for_each(verdict, &found->verdicts) {
                if (r < 0)
                        break;
                /* By number, as there are millions. */
                sqlite3_bind_int64(insert, 2, verdict->feature.id);
                sqlite3_bind_text(insert, 3, verdict_name(verdict->verdict), -1, SQLITE_STATIC);
                if (verdict->count < 0)
                        sqlite3_bind_null(insert, 4);
                else
                        sqlite3_bind_int64(insert, 4, verdict->count);
                sqlite3_bind_text(insert, 5, verdict->evidence, -1, SQLITE_STATIC);
                r = store_execute(store, insert, error);
        }
        return r;
}

static int insert_joint(
        struct store *store, int64_t id, const struct found *found, struct error *error)
{
        sqlite3_stmt *insert = store_statement(store,
                "INSERT INTO joint_set (result_id, feature_id, mode) VALUES (:result, :feature, "
                ":mode)",
                error);
        const struct found_joint *joint;
        int r = insert ? 0 : -EIO;

        vector_for_each(joint, &found->joint) {
                if (r < 0)
                        break;
                bind_integer(insert, ":result", id);
                bind_integer(insert, ":feature", joint->feature.id);
                bind_text(insert, ":mode", joint->mode);
                r = store_execute(store, insert, error);
        }
        return r;
}

static int insert_conflict(struct store *store, int64_t id, size_t ordinal,
        const struct found_conflict *conflict, struct error *error)
{
        sqlite3_stmt *insert = store_statement(store,
                "INSERT INTO conflict (result_id, ordinal, feature_id) VALUES (:result, :ordinal, "
                ":feature)",
                error);
        const struct known_feature *feature;
        int r = insert ? 0 : -EIO;

        vector_for_each(feature, &conflict->features) {
                if (r < 0)
                        break;
                bind_integer(insert, ":result", id);
                bind_integer(insert, ":ordinal", (int64_t)ordinal);
                bind_integer(insert, ":feature", feature->id);
                r = store_execute(store, insert, error);
        }
        return r;
}

static int insert_found(
        struct store *store, int64_t id, const struct found *found, struct error *error)
{
        int r = insert_verdicts(store, id, found, error);

        if (r == 0 && found->joint.count > 0)
                r = insert_joint(store, id, found, error);
        for (size_t i = 0; r == 0 && i < found->conflicts.count; i++)
                r = insert_conflict(store, id, i, &found->conflicts.items[i], error);
        return r;
}

static int bind_row(sqlite3_stmt *insert, const struct result_row *row)
{
        const struct {
                const char *name, *text;
        } texts[] = {
                {":digest", row->digest},
                {":origin", row->origin},
                {":run", row->run},
                {":version", row->version},
                {":executable", row->executable},
                {":executable_digest", row->executable_digest},
                {":kernel", row->kernel},
                {":arch", row->arch},
                {":libc", row->libc},
                {":observer", row->observer},
                {":tool_version", row->tool_version},
                {":settings", row->settings},
                {":summary", row->summary},
        };

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
                bind_text(insert, texts[i].name, texts[i].text);
        bind_integer(insert, ":measured", row->measured);
        if (row->cpus > 0)
                bind_integer(insert, ":cpus", row->cpus);
        return 0;
}

static int64_t insert_row(
        struct store *store, const struct result_row *row, const char *content, struct error *error)
{
        CLEANUP_FREE uint8_t *packed = NULL;
        sqlite3_stmt *insert;
        int64_t workload, id;
        size_t size;
        int r;

        workload = store_workload_id(store, row->application, row->workload, row->kind, error);
        if (workload < 0)
                return workload;
        packed = found_pack(row->found, &size);
        if (!packed)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        insert = store_statement(store,
                "INSERT INTO result (workload_id, digest, content, origin, run, measured, version, "
                "executable, executable_digest, kernel, arch, libc, observer, cpus, tool_version, "
                "findings, settings, summary) VALUES (:workload, :digest, :content, :origin, :run, "
                ":measured, :version, :executable, :executable_digest, :kernel, :arch, :libc, "
                ":observer, :cpus, :tool_version, :findings, :settings, :summary)",
                error);
        if (!insert)
                return -EIO;
        bind_integer(insert, ":workload", workload);
        bind_text(insert, ":content", content);
        bind_blob(insert, ":findings", packed, size);
        bind_row(insert, row);
        id = insert_id(store, insert, error);
        if (id < 0)
                return id;
        r = insert_found(store, id, row->found, error);
        return r < 0 ? r : id;
}

/* Whether the database has the measurement: with these findings, or with others. */
struct presence {
        int64_t same;     /* the result that found the same; 0: none */
        int64_t measured; /* when */
        bool other;
};

static int find_measurement(struct store *store, const char *digest, const char *content,
        struct presence *ret, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(
                store, "SELECT id, content, measured FROM result WHERE digest = :digest", error);
        struct presence presence = {};
        int r;

        if (!select)
                return -EIO;
        bind_text(select, ":digest", digest);
        while ((r = store_step(store, select, error)) > 0) {
                if (strcmp(column_text(select, 1), content) == 0) {
                        presence.same = sqlite3_column_int64(select, 0);
                        presence.measured = sqlite3_column_int64(select, 2);
                } else {
                        presence.other = true;
                }
        }
        if (r == 0)
                *ret = presence;
        return r;
}

/* The measurement was repeated: it was last made when it was made last. */
static int set_measured(struct store *store, int64_t id, int64_t measured, struct error *error)
{
        sqlite3_stmt *update = store_statement(
                store, "UPDATE result SET measured = :measured WHERE id = :id", error);

        if (!update)
                return -EIO;
        bind_integer(update, ":measured", measured);
        bind_integer(update, ":id", id);
        return store_execute(store, update, error);
}

static int remove_result(struct store *store, int64_t id, struct error *error)
{
        sqlite3_stmt *delete = store_statement(store, "DELETE FROM result WHERE id = :id", error);

        if (!delete)
                return -EIO;
        bind_integer(delete, ":id", id);
        return store_execute(store, delete, error);
}

int result_row_store(struct store *store, const struct result_row *row, int64_t *ret_id,
        bool *ret_written, struct error *error)
{
        char content[DIGEST_TEXT_SIZE];
        struct presence presence;
        bool analysed = strcmp(row->origin, "analysis") == 0;
        int64_t id;
        int r;

        if (found_digest(row->found, content) < 0)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        r = find_measurement(store, row->digest, content, &presence, error);
        if (r < 0)
                return r;
        *ret_written = presence.same == 0 || (analysed && row->measured > presence.measured);
        if (!*ret_written) {
                *ret_id = presence.same;
                if (row->measured > presence.measured)
                        r = set_measured(store, presence.same, row->measured, error);
                return r < 0 ? r : STORED_ALREADY;
        }
        if (presence.same > 0)
                r = remove_result(store, presence.same, error);
        if (r < 0)
                return r;
        id = insert_row(store, row, content, error);
        if (id < 0)
                return id;
        *ret_id = id;
        if (presence.same > 0)
                return STORED_ALREADY;
        return presence.other ? STORED_DIFFERENT : STORED_NEW;
}
