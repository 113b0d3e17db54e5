/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/profiles.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/nearest.h"
#include "base/strings.h"
#include "policy/policy.h"
#include "profile/format.h"
#include "store/database.h"
#include "store/feature-ids.h"

static void bind_line(sqlite3_stmt *statement, unsigned line)
{
        if (line > 0)
                bind_integer(statement, ":line", line);
}

static int insert_entry(
        struct store *store, int64_t id, const struct profile_entry *entry, struct error *error)
{
        struct known_feature feature;
        sqlite3_stmt *insert;
        int r = store_feature(store, &entry->feature, &feature, error);

        if (r < 0)
                return r;
        insert = store_statement(store,
                "INSERT INTO profile_feature (profile_id, feature_id, support, file, line, note, "
                "errno) VALUES (:profile, :feature, :support, :file, :line, :note, :errno)",
                error);
        if (!insert)
                return -EIO;
        bind_integer(insert, ":profile", id);
        bind_integer(insert, ":feature", feature.id);
        bind_text(insert, ":support", support_name(entry->support));
        bind_text(insert, ":file", entry->file);
        bind_line(insert, entry->line);
        bind_text(insert, ":note", entry->note);
        bind_text(insert, ":errno", errno_name(entry->errnum));
        return store_execute(store, insert, error);
}

static int insert_unknown(struct store *store, int64_t id, size_t ordinal,
        const struct profile_unknown *unknown, struct error *error)
{
        sqlite3_stmt *insert = store_statement(store,
                "INSERT INTO profile_unknown (profile_id, ordinal, name, file, line) "
                "VALUES (:profile, :ordinal, :name, :file, :line)",
                error);

        if (!insert)
                return -EIO;
        bind_integer(insert, ":profile", id);
        bind_integer(insert, ":ordinal", ordinal);
        bind_text(insert, ":name", unknown->name);
        bind_text(insert, ":file", unknown->file);
        bind_line(insert, unknown->line);
        return store_execute(store, insert, error);
}

/* Removes the one of that name, and adds the row. Returns it, or -errno. */
static int64_t replace_row(struct store *store, const struct profile *profile, struct error *error)
{
        sqlite3_stmt *delete, *insert;
        int r;

        delete = store_statement(store, "DELETE FROM profile WHERE name = :name", error);
        if (!delete)
                return -EIO;
        bind_text(delete, ":name", profile->name);
        r = store_execute(store, delete, error);
        if (r < 0)
                return r;
        insert = store_statement(store,
                "INSERT INTO profile (name, format, source, imported) "
                "VALUES (:name, :format, :source, :imported)",
                error);
        if (!insert)
                return -EIO;
        bind_text(insert, ":name", profile->name);
        bind_text(insert, ":format", profile->format);
        bind_text(insert, ":source", profile->source);
        bind_integer(insert, ":imported", time(NULL));
        r = store_execute(store, insert, error);
        return r < 0 ? r : sqlite3_last_insert_rowid(store_connection(store));
}

static int add_profile(struct store *store, const struct profile *profile, struct error *error)
{
        int64_t id = replace_row(store, profile, error);
        const struct profile_entry *entry;
        int r = 0;

        if (id < 0)
                return id;
        vector_for_each(entry, &profile->entries)
                if (r == 0)
                        r = insert_entry(store, id, entry, error);
        for (size_t i = 0; r == 0 && i < profile->unknown.count; i++)
                r = insert_unknown(store, id, i, &profile->unknown.items[i], error);
        return r;
}

int store_add_profile(struct store *store, const struct profile *profile, struct error *error)
{
        int r = store_begin(store, error);

        if (r < 0)
                return r;
        return store_end(store, add_profile(store, profile, error), error);
}

int store_list_profiles(struct store *store, char ***ret, struct error *error)
{
        CLEANUP_STRINGS char **names = calloc(1, sizeof(char *));
        CLEANUP_STATEMENT sqlite3_stmt *select =
                store_statement(store, "SELECT name FROM profile ORDER BY name", error);
        int r;

        if (!select)
                return -EIO;
        if (!names)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        while ((r = store_step(store, select, error)) > 0)
                if (strings_add(&names, column_text(select, 0)) < 0)
                        return error_errno(error, ENOMEM, "%s", store_name(store));
        if (r < 0)
                return r;
        *ret = steal_pointer(names);
        return 0;
}

/* The name as the database has it; belongs to `names`. NULL where none or several fit. */
static const char *match_name(char *const *names, const char *name)
{
        const char *match = NULL;
        unsigned matches = 0;

        for (size_t i = 0; names[i]; i++) {
                if (strcmp(names[i], name) == 0)
                        return names[i];
                if (strcasecmp(names[i], name) == 0) {
                        match = names[i];
                        matches++;
                }
        }
        return matches == 1 ? match : NULL;
}

static int no_profile(
        struct store *store, char *const *names, const char *name, struct error *error)
{
        struct nearest nearest = {.wanted = name};
        CLEANUP_FREE char *all = NULL;

        if (!names[0])
                return error_set(error, ENOENT,
                        "%s: no profile of an operating system is in it: `loupe os import` and "
                        "`loupe db import` add some",
                        store_name(store));
        for (size_t i = 0; names[i]; i++)
                nearest_consider(&nearest, names[i]);
        if (nearest.word)
                return error_set(error, ENOENT, "%s: no profile '%s': did you mean '%s'?",
                        store_name(store), name, nearest.word);
        all = strings_join(names, ", ");
        return error_set(error, ENOENT, "%s: no profile '%s'; there are %s", store_name(store),
                name, all ? all : "others");
}

/* The format's name as the table of formats has it, which lives as long as the program. */
static const char *format_name(const char *name)
{
        for (const struct profile_format *format = profile_formats; format->name; format++)
                if (strcmp(format->name, name) == 0)
                        return format->name;
        return NULL;
}

/* Leaves the row of the profile in `*ret_id`. */
static int load_row(struct store *store, const char *name, struct profile *profile, int64_t *ret_id,
        struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(
                store, "SELECT id, format, source FROM profile WHERE name = :name", error);
        int r;

        if (!select)
                return -EIO;
        bind_text(select, ":name", name);
        r = store_step(store, select, error);
        if (r < 0)
                return r;
        if (r == 0)
                return error_set(error, ENOENT, "%s: no profile '%s'", store_name(store), name);
        *ret_id = sqlite3_column_int64(select, 0);
        profile->format = format_name(column_text(select, 1));
        if (!profile->format)
                return error_set(error, EPROTO,
                        "%s: profile %s is of a format '%s' that this "
                        "loupe does not know",
                        store_name(store), name, column_text(select, 1));
        profile->name = strdup(name);
        if (!profile->name || column_copy(select, 2, &profile->source) < 0)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        return 0;
}

/* NULL for NULL; valid until the next step. */
static const char *column_or_null(sqlite3_stmt *select, int column)
{
        return sqlite3_column_type(select, column) == SQLITE_NULL ? NULL
                                                                  : column_text(select, column);
}

static int load_entries(
        struct store *store, int64_t id, struct profile *profile, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT name, support, file, line, note, errno FROM profile_feature "
                "JOIN feature ON feature.id = feature_id WHERE profile_id = :profile",
                error);
        struct profile_entry entry;
        int r;

        if (!select)
                return -EIO;
        bind_integer(select, ":profile", id);
        while ((r = store_step(store, select, error)) > 0) {
                entry = (struct profile_entry){
                        .file = (char *)column_or_null(select, 2),
                        .line = sqlite3_column_int64(select, 3),
                        .note = (char *)column_or_null(select, 4),
                        .errnum = errno_from_name(column_text(select, 5)),
                };
                r = feature_parse(column_text(select, 0), &entry.feature, error);
                if (r == 0)
                        r = support_parse(column_text(select, 1), &entry.support, error);
                if (r < 0)
                        return error_prefix(
                                error, r, "%s: profile %s", store_name(store), profile->name);
                r = profile_add_entry(profile, &entry);
                if (r < 0)
                        return error_errno(error, -r, "%s", store_name(store));
        }
        if (r == 0 && profile_finish(profile) < 0)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        return r;
}

static int load_unknown(
        struct store *store, int64_t id, struct profile *profile, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT name, file, line FROM profile_unknown WHERE profile_id = :profile "
                "ORDER BY ordinal",
                error);
        struct profile_unknown *unknown;
        int r;

        if (!select)
                return -EIO;
        bind_integer(select, ":profile", id);
        while ((r = store_step(store, select, error)) > 0) {
                unknown = vector_add(&profile->unknown);
                if (!unknown || column_copy(select, 0, &unknown->name) < 0 ||
                        column_copy(select, 1, &unknown->file) < 0)
                        return error_errno(error, ENOMEM, "%s", store_name(store));
                unknown->line = sqlite3_column_int64(select, 2);
        }
        return r;
}

static int find_profile(
        struct store *store, const char *name, struct profile **ret, struct error *error)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();
        CLEANUP_STRINGS char **names = NULL;
        const char *match;
        int64_t id = 0;
        int r;

        if (!profile)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        r = store_list_profiles(store, &names, error);
        if (r < 0)
                return r;
        match = match_name(names, name);
        if (!match)
                return no_profile(store, names, name, error);
        r = load_row(store, match, profile, &id, error);
        if (r == 0)
                r = load_entries(store, id, profile, error);
        if (r == 0)
                r = load_unknown(store, id, profile, error);
        if (r == 0)
                *ret = steal_pointer(profile);
        return r;
}

int store_find_profile(
        struct store *store, const char *name, struct profile **ret, struct error *error)
{
        int r = store_begin_reading(store, error);

        if (r < 0)
                return r;
        return store_end(store, find_profile(store, name, ret, error), error);
}
