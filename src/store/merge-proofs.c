/* SPDX-License-Identifier: BSD-3-Clause */

/* Proofs and lessons of another database. */

#include <errno.h>

#include "store/merge.h"
#include "store/proof-rows.h"
#include "store/result-row.h"

/* The workload that the first columns of a row name: 1 or more, or -errno. */
static int64_t workload_of(struct merge *merge, sqlite3_stmt *row)
{
        return store_workload_id(merge->ours, column_text(row, 1), column_text(row, 2),
                column_text(row, 3), merge->error);
}

static int merge_proof(struct merge *merge, sqlite3_stmt *row)
{
        struct proof_row proof = {
                .workload = workload_of(merge, row),
                .workload_digest = (const char *)sqlite3_column_text(row, 4),
                .executable_digest = (const char *)sqlite3_column_text(row, 5),
                .policy = (const char *)sqlite3_column_text(row, 6),
                .os = (const char *)sqlite3_column_text(row, 7),
                .works = sqlite3_column_int64(row, 8),
                .runs = sqlite3_column_int64(row, 9),
                .passed = sqlite3_column_int64(row, 10),
                .measured = sqlite3_column_int64(row, 11),
        };

        return proof.workload < 0 ? (int)proof.workload
                                  : proof_row_put(merge->ours, &proof, merge->error);
}

static int merge_lesson(struct merge *merge, sqlite3_stmt *row)
{
        struct lesson_row lesson = {
                .workload = workload_of(merge, row),
                .workload_digest = (const char *)sqlite3_column_text(row, 4),
                .executable_digest = (const char *)sqlite3_column_text(row, 5),
                .content = (const char *)sqlite3_column_text(row, 6),
                .measured = sqlite3_column_int64(row, 7),
        };
        int64_t ours;

        if (lesson.workload < 0)
                return (int)lesson.workload;
        ours = lesson_row_put(merge->ours, &lesson, merge->error);
        if (ours <= 0)
                return (int)ours;
        return merge_rows(merge,
                "SELECT feature_id, mode FROM lesson_feature WHERE lesson_id = :id",
                sqlite3_column_int64(row, 0),
                "INSERT INTO lesson_feature (lesson_id, feature_id, mode) VALUES (?1, ?2, ?3)",
                ours, true);
}

static int merge_each(
        struct merge *merge, const char *sql, int (*each)(struct merge *merge, sqlite3_stmt *row))
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(merge->theirs, sql, merge->error);
        int r;

        if (!select)
                return -EIO;
        while ((r = store_step(merge->theirs, select, merge->error)) > 0) {
                r = each(merge, select);
                if (r < 0)
                        break;
        }
        return r;
}

#define SUBJECT "a.name, w.name, w.kind, p.workload_digest, p.executable_digest"
#define OWNERS                                        \
        " p JOIN workload w ON w.id = p.workload_id " \
        "JOIN application a ON a.id = w.application_id ORDER BY p.id"

int merge_proofs(struct merge *merge)
{
        int r = merge_each(merge,
                "SELECT p.id, " SUBJECT
                ", p.policy, p.os, p.works, p.runs, p.passed, p.measured FROM proof" OWNERS,
                merge_proof);

        return r < 0 ? r
                     : merge_each(merge,
                               "SELECT p.id, " SUBJECT ", p.content, p.measured FROM lesson" OWNERS,
                               merge_lesson);
}
