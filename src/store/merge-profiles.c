/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Profiles of two databases. Where two of one name say different things both are kept: the one that
 * was imported later (of the same second, that with the greater digest) has the name, the other its
 * name with @ and the first digits of its digest. So the outcome is the same in whichever order.
 */

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "store/merge.h"

#define DIGITS 8 /* of the digest, in the name of one that gives way */

static void update(EVP_MD_CTX *digest, const char *text)
{
        EVP_DigestUpdate(digest, text, strlen(text) + 1);
}

/* Every column of every row. */
static int digest_rows(
        struct store *store, const char *sql, int64_t id, EVP_MD_CTX *digest, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store, sql, error);
        int r;

        if (!select)
                return -EIO;
        bind_integer(select, ":id", id);
        while ((r = store_step(store, select, error)) > 0)
                for (int column = 0; column < sqlite3_column_count(select); column++)
                        update(digest, column_text(select, column));
        return r;
}

/* Of what a profile says: neither its name, nor where and when it was read. */
static int profile_digest(
        struct store *store, int64_t id, char ret[DIGEST_TEXT_SIZE], struct error *error)
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = digest_new();
        unsigned char bytes[DIGEST_BYTES];
        int r;

        if (!digest)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        r = digest_rows(store,
                "SELECT f.name, p.support, p.file, p.line, p.note, p.errno FROM profile_feature p "
                "JOIN "
                "feature f ON f.id = p.feature_id WHERE p.profile_id = :id ORDER BY f.name",
                id, digest, error);
        update(digest, "unknown");
        if (r == 0)
                r = digest_rows(store,
                        "SELECT name, file, line FROM profile_unknown WHERE profile_id = :id ORDER "
                        "BY ordinal",
                        id, digest, error);
        if (r < 0)
                return r;
        EVP_DigestFinal_ex(digest, bytes, NULL);
        digest_text(bytes, ret);
        return 0;
}

struct named_profile {
        int64_t id; /* 0: there is none */
        int64_t imported;
        char digest[DIGEST_TEXT_SIZE];
};

static int find_profile(
        struct store *store, const char *name, struct named_profile *ret, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(
                store, "SELECT id, imported FROM profile WHERE name = :name", error);
        int r;

        if (!select)
                return -EIO;
        *ret = (struct named_profile){};
        bind_text(select, ":name", name);
        r = store_step(store, select, error);
        if (r <= 0)
                return r;
        ret->id = sqlite3_column_int64(select, 0);
        ret->imported = sqlite3_column_int64(select, 1);
        return profile_digest(store, ret->id, ret->digest, error);
}

/* Copies a row of theirs under a name. */
static int add_profile(struct merge *merge, sqlite3_stmt *row, const char *name)
{
        sqlite3_stmt *insert = store_statement(merge->ours,
                "INSERT INTO profile (name, format, source, imported) VALUES (:name, :format, "
                ":source, :imported)",
                merge->error);
        int64_t theirs = sqlite3_column_int64(row, 0), ours;
        int r;

        if (!insert)
                return -EIO;
        bind_text(insert, ":name", name);
        bind_text(insert, ":format", column_text(row, 2));
        bind_text(insert, ":source", (const char *)sqlite3_column_text(row, 3));
        bind_integer(insert, ":imported", sqlite3_column_int64(row, 4));
        r = store_execute(merge->ours, insert, merge->error);
        if (r < 0)
                return r;
        merge->report.profiles++;
        ours = sqlite3_last_insert_rowid(store_connection(merge->ours));
        r = merge_rows(merge,
                "SELECT feature_id, support, file, line, note, errno FROM profile_feature WHERE "
                "profile_id = :id",
                theirs,
                "INSERT INTO profile_feature (profile_id, feature_id, support, file, line, note, "
                "errno) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                ours, true);
        if (r < 0)
                return r;
        return merge_rows(merge,
                "SELECT ordinal, name, file, line FROM profile_unknown WHERE profile_id = :id "
                "ORDER BY ordinal",
                theirs,
                "INSERT INTO profile_unknown (profile_id, ordinal, name, file, line) VALUES (?1, "
                "?2, ?3, ?4, ?5)",
                ours, false);
}

static int set_imported(struct merge *merge, int64_t id, int64_t imported)
{
        sqlite3_stmt *update = store_statement(merge->ours,
                "UPDATE profile SET imported = max(imported, :imported) WHERE id = :id",
                merge->error);

        if (!update)
                return -EIO;
        bind_integer(update, ":imported", imported);
        bind_integer(update, ":id", id);
        return store_execute(merge->ours, update, merge->error);
}

/* Gives one of ours another name; where that is taken, it is by one that says the same. */
static int rename_profile(struct merge *merge, const struct named_profile *ours, const char *name)
{
        struct named_profile taken;
        sqlite3_stmt *change;
        int r;

        r = find_profile(merge->ours, name, &taken, merge->error);
        if (r == 0 && taken.id > 0)
                r = set_imported(merge, taken.id, ours->imported);
        if (r < 0)
                return r;
        change = store_statement(merge->ours,
                taken.id > 0 ? "DELETE FROM profile WHERE id = :id"
                             : "UPDATE profile SET name = :name WHERE id = :id",
                merge->error);
        if (!change)
                return -EIO;
        bind_integer(change, ":id", ours->id);
        if (taken.id == 0)
                bind_text(change, ":name", name);
        return store_execute(merge->ours, change, merge->error);
}

/* A name that is there and says something else. */
static int merge_competitor(struct merge *merge, sqlite3_stmt *row, const char *name,
        const struct named_profile *ours, const struct named_profile *theirs)
{
        bool later = theirs->imported != ours->imported ? theirs->imported > ours->imported
                                                        : strcmp(theirs->digest, ours->digest) > 0;
        CLEANUP_FREE char *other =
                string_format("%s@%.*s", name, DIGITS, later ? ours->digest : theirs->digest);
        struct named_profile taken;
        int r;

        if (!other)
                return error_errno(merge->error, ENOMEM, "%s", store_name(merge->ours));
        if (later) {
                r = rename_profile(merge, ours, other);
                if (r == 0)
                        r = add_profile(merge, row, name);
        } else {
                r = find_profile(merge->ours, other, &taken, merge->error);
                if (r == 0 && taken.id > 0) {
                        merge->report.known++;
                        return set_imported(merge, taken.id, theirs->imported);
                }
                if (r == 0)
                        r = add_profile(merge, row, other);
        }
        if (r < 0)
                return r;
        return merge_conflict(merge,
                "profile %s: the other one says something else; the later one keeps the name, the "
                "other is %s",
                name, other);
}

static int merge_profile(struct merge *merge, sqlite3_stmt *row)
{
        const char *name = column_text(row, 1);
        struct named_profile ours, theirs = {.id = sqlite3_column_int64(row, 0),
                                           .imported = sqlite3_column_int64(row, 4)};
        int r;

        r = find_profile(merge->ours, name, &ours, merge->error);
        if (r < 0)
                return r;
        if (ours.id == 0)
                return add_profile(merge, row, name);
        r = profile_digest(merge->theirs, theirs.id, theirs.digest, merge->error);
        if (r < 0)
                return r;
        if (strcmp(ours.digest, theirs.digest) != 0)
                return merge_competitor(merge, row, name, &ours, &theirs);
        merge->report.known++;
        return set_imported(merge, ours.id, theirs.imported);
}

int merge_profiles(struct merge *merge)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(merge->theirs,
                "SELECT id, name, format, source, imported FROM profile ORDER BY name",
                merge->error);
        int r;

        if (!select)
                return -EIO;
        while ((r = store_step(merge->theirs, select, merge->error)) > 0) {
                r = merge_profile(merge, select);
                if (r < 0)
                        break;
        }
        return r;
}
