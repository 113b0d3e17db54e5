/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The digest of a workload: two workloads with the same digest run the same way.
 *
 * What is hashed is a sequence of items, each with its name and its bytes, both preceded by their
 * length, so that no two workloads write the same sequence. Files enter by the digest of their
 * contents, whether these stand in the workload or elsewhere.
 */

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/strings.h"
#include "workload/workload.h"

/* To be changed with what is hashed: digests of other versions then never match. */
#define FORMAT            "loupe/workload/1"
#define CONDITIONS_FORMAT "loupe/conditions/1"

/* EVP_DigestUpdate() fails only on a context that was not started. */
static void add_bytes(EVP_MD_CTX *digest, const void *data, size_t size)
{
        uint64_t length = htole64(size);

        EVP_DigestUpdate(digest, &length, sizeof(length));
        EVP_DigestUpdate(digest, data, size);
}

static void add_item(EVP_MD_CTX *digest, const char *name, const void *data, size_t size)
{
        add_bytes(digest, name, strlen(name));
        add_bytes(digest, data, size);
}

/* A text that is NULL adds nothing, and so differs from an empty one. */
static void add_text(EVP_MD_CTX *digest, const char *name, const char *text)
{
        if (text)
                add_item(digest, name, text, strlen(text));
}

static void add_number(EVP_MD_CTX *digest, const char *name, uint64_t number)
{
        number = htole64(number);
        add_item(digest, name, &number, sizeof(number));
}

static void add_list(EVP_MD_CTX *digest, const char *name, char *const *list)
{
        add_number(digest, name, strings_count(list));
        for (size_t i = 0; list && list[i]; i++)
                add_bytes(digest, list[i], strlen(list[i]));
}

static int add_file(EVP_MD_CTX *digest, const char *name, const char *path, struct error *error)
{
        unsigned char contents[DIGEST_BYTES];
        int r;

        r = digest_file(path, contents, error);
        if (r < 0)
                return r;
        add_item(digest, name, contents, sizeof(contents));
        return 0;
}

static int add_content(EVP_MD_CTX *digest, const char *content, struct error *error)
{
        unsigned char contents[DIGEST_BYTES];

        if (!EVP_Digest(content, strlen(content), contents, NULL, EVP_sha256(), NULL))
                return error_set(error, ENOMEM, "SHA-256 is not to be had");
        add_item(digest, "content", contents, sizeof(contents));
        return 0;
}

/* Whether the file is what the command starts. */
static bool is_program(const struct workload *workload, const struct workload_file *file)
{
        return workload->command && string_equal(workload->command[0], file->path);
}

static int add_files(
        EVP_MD_CTX *digest, const struct workload *workload, bool with_program, struct error *error)
{
        int r = 0;

        add_number(digest, "files", workload->file_count);
        for (size_t i = 0; i < workload->file_count && r == 0; i++) {
                const struct workload_file *file = &workload->files[i];

                add_text(digest, "path", file->path);
                add_number(digest, "mode", file->mode);
                if (!with_program && is_program(workload, file))
                        continue;
                if (file->source)
                        r = add_file(digest, "content", file->source, error);
                else if (file->content)
                        r = add_content(digest, file->content, error);
        }
        return r;
}

/*
 * Beside the workload file a path counts by its place relative to it, so that a workload may be
 * moved or cloned elsewhere; anywhere else as it is.
 */
static void add_path(
        EVP_MD_CTX *digest, const char *name, const struct workload *workload, const char *path)
{
        size_t length = workload->folder ? strlen(workload->folder) : 0;
        char within[32];

        snprintf(within, sizeof(within), "%s within", name);
        if (length > 0 && path && strncmp(path, workload->folder, length) == 0 &&
                (path[length] == '/' || !path[length]))
                add_text(digest, within, path + length);
        else
                add_text(digest, name, path);
}

static void add_consider(EVP_MD_CTX *digest, const struct workload *workload)
{
        if (!workload->consider)
                return;
        add_number(digest, "consider", strings_count(workload->consider));
        for (char **pattern = workload->consider; *pattern; pattern++)
                add_path(digest, "pattern", workload, *pattern);
}

static int add_workload(
        EVP_MD_CTX *digest, const struct workload *workload, bool with_program, struct error *error)
{
        CLEANUP_FREE char *ready = ready_text(&workload->ready);
        uint64_t microseconds = workload->timeout * 1e6;
        int r;

        if (workload->ready.kind != READY_NONE && !ready)
                return error_errno(error, ENOMEM, "digest of the workload");
        add_text(digest, "format", with_program ? FORMAT : CONDITIONS_FORMAT);
        add_text(digest, "kind", workload_kind_name(workload->kind));
        add_list(digest, "command", workload->command);
        add_list(digest, "environment", workload->environment);
        add_path(digest, "directory", workload, workload->directory);
        r = add_files(digest, workload, with_program, error);
        if (r < 0)
                return r;
        add_text(digest, "mode", workload_mode_name(workload->mode));
        add_text(digest, "ready", ready);
        add_number(digest, "timeout", microseconds);
        add_number(digest, "exit", workload->exit_status);
        add_number(digest, "memory", workload->limits.memory);
        add_number(digest, "disk", workload->limits.disk);
        add_number(digest, "processes", workload->limits.processes);
        add_text(digest, "user", workload->user);
        add_consider(digest, workload);
        return workload->script ? add_file(digest, "test", workload->script, error) : 0;
}

static int make_digest(const struct workload *workload, bool with_program,
        char ret[WORKLOAD_DIGEST_SIZE], struct error *error)
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = digest_new();
        unsigned char bytes[DIGEST_BYTES];
        int r;

        if (!digest)
                return error_errno(error, ENOMEM, "digest of the workload");
        r = add_workload(digest, workload, with_program, error);
        if (r < 0)
                return r;
        EVP_DigestFinal_ex(digest, bytes, NULL);
        digest_text(bytes, ret);
        return 0;
}

int workload_digest(
        const struct workload *workload, char ret[WORKLOAD_DIGEST_SIZE], struct error *error)
{
        return make_digest(workload, true, ret, error);
}

int workload_conditions_digest(
        const struct workload *workload, char ret[WORKLOAD_DIGEST_SIZE], struct error *error)
{
        return make_digest(workload, false, ret, error);
}
