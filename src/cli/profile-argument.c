/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/profile-argument.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/strings.h"
#include "cli/message.h"
#include "profile/format.h"
#include "store/profiles.h"

/* So many unknown names are told, the others counted. */
#define TOLD_MAX 10

/* "wirte (a.syscalls:3: write?)": the name, where it stands, what was probably meant. */
static void write_unknown(const struct profile_unknown *unknown, FILE *stream)
{
        const char *nearest = profile_nearest_call(unknown->name);
        bool is_located = unknown->file && unknown->line > 0;

        fprintf(stream, " %s", unknown->name);
        if (!is_located && !nearest)
                return;
        fputs(" (", stream);
        if (is_located)
                fprintf(stream, "%s:%u%s", unknown->file, unknown->line, nearest ? ": " : "");
        if (nearest)
                fprintf(stream, "%s?", nearest);
        fputc(')', stream);
}

int profile_tell_unknown(const struct profile *profile)
{
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *stream;

        if (profile->unknown.count == 0)
                return 0;
        stream = open_memstream(&text, &size);
        if (!stream)
                return -ENOMEM;
        fprintf(stream, "%s names what %s does not have as a system call:", profile->name,
                abi_info(abi_native())->name);
        for (size_t i = 0; i < profile->unknown.count && i < TOLD_MAX; i++) {
                if (i > 0)
                        fputc(',', stream);
                write_unknown(&profile->unknown.items[i], stream);
        }
        if (profile->unknown.count > TOLD_MAX)
                fprintf(stream, " and %zu more", profile->unknown.count - TOLD_MAX);
        if (fclose(stream) != 0)
                return -ENOMEM;
        message_note(text);
        return 0;
}

static int from_path(const char *path, struct profile **ret, struct error *error)
{
        CLEANUP_PROFILE struct profile *profile = NULL;
        int r;

        r = profile_read(path, NULL, NULL, &profile, error);
        if (r == 0)
                r = profile_tell_unknown(profile);
        if (r == 0)
                *ret = steal_pointer(profile);
        return r;
}

int profile_from_argument(
        struct store *store, const char *text, struct profile **ret, struct error *error)
{
        struct error unknown = {};
        int r;

        if (strchr(text, '/'))
                return from_path(text, ret, error);
        r = store ? store_find_profile(store, text, ret, &unknown) : -ENOENT;
        if (r == -ENOENT && access(text, F_OK) == 0)
                return from_path(text, ret, error);
        if (r == -ENOENT && !store)
                return error_set(error, ENOENT, "there is no file '%s'", text);
        return r < 0 ? error_set(error, -r, "%s", unknown.message) : 0;
}

int profile_from_arguments(const struct database_arguments *database, const char *text,
        struct profile **ret, struct error *error)
{
        CLEANUP_STORE struct store *store = NULL;
        struct error missing = {};
        int r;

        if (strchr(text, '/'))
                return from_path(text, ret, error);
        r = database_open(database, STORE_READ, &store, &missing);
        /* Without a database a file can still be meant. */
        if (r == -ENOENT && access(text, F_OK) == 0)
                return from_path(text, ret, error);
        if (r < 0)
                return error_set(error, -r, "%s", missing.message);
        return profile_from_argument(store, text, ret, error);
}
