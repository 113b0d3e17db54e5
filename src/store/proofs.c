/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/proofs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/strings.h"
#include "store/database.h"
#include "store/feature-ids.h"
#include "store/proof-rows.h"
#include "store/result-row.h"

static int text_digest(
        struct store *store, const char *text, char ret[DIGEST_TEXT_SIZE], struct error *error)
{
        unsigned char bytes[DIGEST_BYTES];

        if (!EVP_Digest(text, strlen(text), bytes, NULL, EVP_sha256(), NULL))
                return error_errno(error, ENOMEM, "%s", store_name(store));
        digest_text(bytes, ret);
        return 0;
}

int proof_row_put(struct store *store, const struct proof_row *row, struct error *error)
{
        /* Of the same time the one that says less, whichever comes first. */
        sqlite3_stmt *insert = store_statement(store,
                "INSERT INTO proof (workload_id, workload_digest, executable_digest, policy, os, "
                "works, runs, passed, measured) VALUES (:workload, :digest, :executable, :policy, "
                ":os, :works, :runs, :passed, :measured) ON CONFLICT DO UPDATE SET os = "
                "excluded.os, works = excluded.works, runs = excluded.runs, passed = "
                "excluded.passed, measured = excluded.measured WHERE (excluded.measured, 1 - "
                "excluded.works, excluded.runs, excluded.passed, ifnull(excluded.os, '')) >= "
                "(measured, 1 - works, runs, passed, ifnull(os, ''))",
                error);

        if (!insert)
                return -EIO;
        bind_integer(insert, ":workload", row->workload);
        bind_text(insert, ":digest", row->workload_digest);
        bind_text(insert, ":executable", row->executable_digest);
        bind_text(insert, ":policy", row->policy);
        bind_text(insert, ":os", row->os);
        bind_integer(insert, ":works", row->works);
        bind_integer(insert, ":runs", row->runs);
        bind_integer(insert, ":passed", row->passed);
        bind_integer(insert, ":measured", row->measured);
        return store_execute(store, insert, error);
}

static int add_proof(struct store *store, const struct proof_subject *subject,
        const struct stored_proof *proof, struct error *error)
{
        char policy[DIGEST_TEXT_SIZE];
        struct proof_row row = {
                .workload_digest = subject->workload_digest,
                .executable_digest = subject->executable_digest ? subject->executable_digest : "",
                .policy = policy,
                .os = proof->os,
                .works = proof->works,
                .runs = proof->runs,
                .passed = proof->passed,
                .measured = subject->measured,
        };

        if (text_digest(store, proof->policy, policy, error) < 0)
                return -ENOMEM;
        row.workload = store_workload_id(store, subject->application, subject->workload,
                workload_kind_name(subject->kind), error);
        return row.workload < 0 ? (int)row.workload : proof_row_put(store, &row, error);
}

int store_add_proof(struct store *store, const struct proof_subject *subject,
        const struct stored_proof *proof, struct error *error)
{
        int r = store_begin(store, error);

        return r < 0 ? r : store_end(store, add_proof(store, subject, proof, error), error);
}

int store_find_proof(struct store *store, const char *application, const char *executable_digest,
        const char *policy, struct error *error)
{
        /* Of each workload the last one. */
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT works, max(measured) FROM (SELECT p.works, p.measured, p.workload_id FROM "
                "proof p JOIN workload w ON w.id = p.workload_id JOIN application a ON a.id = "
                "w.application_id WHERE a.name = :application AND p.policy = :policy AND "
                "(:executable IS NULL OR p.executable_digest IN ('', :executable)) ORDER BY p.id) "
                "GROUP BY workload_id",
                error);
        char digest[DIGEST_TEXT_SIZE];
        int r, works = -ENOENT;

        if (!select)
                return -EIO;
        r = text_digest(store, policy, digest, error);
        if (r < 0)
                return r;
        bind_text(select, ":application", application);
        bind_text(select, ":policy", digest);
        bind_text(select, ":executable", executable_digest);
        while ((r = store_step(store, select, error)) > 0)
                works = works != 0 && sqlite3_column_int(select, 0);
        return r < 0 ? r : works;
}

/* Names and modes of all parts, which are in feature order. NULL when out of memory. */
static char *lesson_text(const struct lesson *lesson)
{
        CLEANUP_FREE char *text = NULL;
        char name[FEATURE_NAME_MAX];
        const struct lesson_part *part;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        if (!stream)
                return NULL;
        vector_for_each(part, &lesson->parts)
                fprintf(stream, "%s %s\n", feature_name(part->feature, name),
                        part->faked ? "fake" : "stub");
        return fclose(stream) == 0 ? steal_pointer(text) : NULL;
}

/* Carries out a statement about a lesson. Returns 0 or -errno. */
static int execute_of_lesson(
        struct store *store, const char *sql, const struct lesson_row *row, struct error *error)
{
        sqlite3_stmt *statement = store_statement(store, sql, error);

        if (!statement)
                return -EIO;
        bind_integer(statement, ":workload", row->workload);
        bind_text(statement, ":digest", row->workload_digest);
        bind_text(statement, ":executable", row->executable_digest);
        bind_text(statement, ":content", row->content);
        bind_integer(statement, ":measured", row->measured);
        return store_execute(store, statement, error);
}

int64_t lesson_row_put(struct store *store, const struct lesson_row *row, struct error *error)
{
        int r = execute_of_lesson(store,
                "INSERT INTO lesson (workload_id, workload_digest, executable_digest, content, "
                "measured) VALUES (:workload, :digest, :executable, :content, :measured) ON "
                "CONFLICT DO NOTHING",
                row, error);

        if (r < 0)
                return r;
        if (sqlite3_changes(store_connection(store)) > 0)
                return sqlite3_last_insert_rowid(store_connection(store));
        return execute_of_lesson(store,
                "UPDATE lesson SET measured = max(measured, :measured) WHERE workload_id = "
                ":workload AND workload_digest = :digest AND executable_digest = :executable AND "
                "content = :content",
                row, error);
}

static int add_parts(
        struct store *store, int64_t id, const struct lesson *lesson, struct error *error)
{
        const struct lesson_part *part;
        struct known_feature feature;
        sqlite3_stmt *insert;
        int r = 0;

        vector_for_each(part, &lesson->parts) {
                r = store_feature(store, &part->feature, &feature, error);
                if (r < 0)
                        return r;
                insert = store_statement(store,
                        "INSERT INTO lesson_feature (lesson_id, feature_id, mode) VALUES (:lesson, "
                        ":feature, :mode)",
                        error);
                if (!insert)
                        return -EIO;
                bind_integer(insert, ":lesson", id);
                bind_integer(insert, ":feature", feature.id);
                bind_text(insert, ":mode", part->faked ? "fake" : "stub");
                r = store_execute(store, insert, error);
                if (r < 0)
                        return r;
        }
        return r;
}

static int add_lesson(struct store *store, const struct proof_subject *subject,
        const struct lesson *lesson, struct error *error)
{
        CLEANUP_FREE char *text = lesson_text(lesson);
        char content[DIGEST_TEXT_SIZE];
        struct lesson_row row = {
                .workload_digest = subject->workload_digest,
                .executable_digest = subject->executable_digest ? subject->executable_digest : "",
                .content = content,
                .measured = subject->measured,
        };
        int64_t id;

        if (!text)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        if (text_digest(store, text, content, error) < 0)
                return -ENOMEM;
        row.workload = store_workload_id(store, subject->application, subject->workload,
                workload_kind_name(subject->kind), error);
        if (row.workload < 0)
                return (int)row.workload;
        id = lesson_row_put(store, &row, error);
        return id > 0 ? add_parts(store, id, lesson, error) : (int)id;
}

int store_add_lesson(struct store *store, const struct proof_subject *subject,
        const struct lesson *lesson, struct error *error)
{
        int r = store_begin(store, error);

        return r < 0 ? r : store_end(store, add_lesson(store, subject, lesson, error), error);
}

/* A lesson as it is read, row by row. */
struct taught {
        int64_t id; /* 0: none yet */
        struct lesson lesson;
        char *workload;
        char *kind;
        char *executable_digest;
};

static void taught_clear(struct taught *taught)
{
        lesson_clear(&taught->lesson);
        free(taught->workload);
        free(taught->kind);
        free(taught->executable_digest);
        *taught = (struct taught){};
}

static bool concerns(const struct taught *taught, const struct dataset *dataset)
{
        const char *digest = dataset->executable_digest;

        return strcmp(dataset->application, taught->lesson.application) == 0 &&
               strcmp(dataset->workload, taught->workload) == 0 &&
               strcmp(workload_kind_name(dataset->kind), taught->kind) == 0 &&
               (!digest || *taught->executable_digest == '\0' ||
                       strcmp(digest, taught->executable_digest) == 0);
}

static int compare_parts(const void *a, const void *b)
{
        const struct lesson_part *left = a, *right = b;

        return feature_compare(&left->feature, &right->feature);
}

/* All of the lesson has been read. Returns 1 where it said something new, 0, or -ENOMEM. */
static int teach(struct taught *taught, struct collection *collection)
{
        struct dataset *dataset;
        int r, learnt = 0;

        if (taught->id == 0)
                return 0;
        qsort(taught->lesson.parts.items, taught->lesson.parts.count, sizeof(struct lesson_part),
                compare_parts);
        vector_for_each(dataset, &collection->datasets) {
                if (!concerns(taught, dataset))
                        continue;
                r = dataset_learn(dataset, collection->catalogue, &taught->lesson);
                if (r < 0)
                        return r;
                learnt |= r;
        }
        return learnt;
}

static int begin_lesson(sqlite3_stmt *row, struct taught *ret)
{
        taught_clear(ret);
        ret->id = sqlite3_column_int64(row, 0);
        if (column_copy(row, 1, &ret->lesson.application) < 0 ||
                column_copy(row, 2, &ret->workload) < 0 || column_copy(row, 3, &ret->kind) < 0 ||
                column_copy(row, 4, &ret->executable_digest) < 0)
                return -ENOMEM;
        return 0;
}

static int add_row(struct store *store, sqlite3_stmt *row, struct taught *taught,
        struct collection *collection, size_t *count, struct error *error)
{
        struct lesson_part *part;
        int r = 0;

        if (sqlite3_column_int64(row, 0) != taught->id) {
                r = teach(taught, collection);
                *count += r > 0;
                if (r >= 0)
                        r = begin_lesson(row, taught);
        }
        part = r >= 0 ? vector_add(&taught->lesson.parts) : NULL;
        if (!part)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        part->faked = strcmp(column_text(row, 6), "fake") == 0;
        r = feature_parse(column_text(row, 5), &part->feature, error);
        return r < 0 ? error_prefix(error, r, "%s", store_name(store)) : 0;
}

int store_teach(
        struct store *store, struct collection *collection, size_t *ret_count, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT l.id, a.name, w.name, w.kind, l.executable_digest, f.name, p.mode FROM "
                "lesson l JOIN lesson_feature p ON p.lesson_id = l.id JOIN feature f ON f.id = "
                "p.feature_id JOIN workload w ON w.id = l.workload_id JOIN application a ON a.id = "
                "w.application_id ORDER BY l.id",
                error);
        CLEANUP(taught_clear) struct taught taught = {};
        size_t count = 0;
        int r;

        if (!select)
                return -EIO;
        while ((r = store_step(store, select, error)) > 0) {
                r = add_row(store, select, &taught, collection, &count, error);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        r = teach(&taught, collection);
        if (r < 0)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        count += r > 0;
        if (ret_count)
                *ret_count = count;
        return 0;
}
