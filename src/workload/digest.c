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
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#include "base/io.h"
#include "base/strings.h"
#include "workload/workload.h"

/* To be changed with what is hashed: digests of other versions then never match. */
#define FORMAT "loupe/workload/1"

#define DIGEST_BYTES 32
#define BLOCK_SIZE   (64u << 10)

DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)
#define CLEANUP_DIGEST CLEANUP(EVP_MD_CTX_freep)

/* A started SHA-256, or NULL. */
static EVP_MD_CTX *sha256_new(void)
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = EVP_MD_CTX_new();

        if (!digest || !EVP_DigestInit_ex(digest, EVP_sha256(), NULL))
                return NULL;
        return steal_pointer(digest);
}

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

static int file_digest(const char *path, unsigned char ret[DIGEST_BYTES], struct error *error)
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = sha256_new();
        CLEANUP_FREE char *block = malloc(BLOCK_SIZE);
        CLEANUP_CLOSE int fd = -1;
        ssize_t size;

        if (!digest || !block)
                return error_errno(error, ENOMEM, "digest of %s", path);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return error_errno(error, errno, "%s", path);
        do {
                size = read_all(fd, block, BLOCK_SIZE);
                if (size < 0)
                        return error_errno(error, -size, "%s", path);
                EVP_DigestUpdate(digest, block, size);
        } while (size == BLOCK_SIZE);
        EVP_DigestFinal_ex(digest, ret, NULL);
        return 0;
}

static int add_file(EVP_MD_CTX *digest, const char *name, const char *path, struct error *error)
{
        unsigned char contents[DIGEST_BYTES];
        int r;

        r = file_digest(path, contents, error);
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

static int add_files(EVP_MD_CTX *digest, const struct workload *workload, struct error *error)
{
        int r = 0;

        add_number(digest, "files", workload->file_count);
        for (size_t i = 0; i < workload->file_count && r == 0; i++) {
                const struct workload_file *file = &workload->files[i];

                add_text(digest, "path", file->path);
                add_number(digest, "mode", file->mode);
                if (file->source)
                        r = add_file(digest, "content", file->source, error);
                else if (file->content)
                        r = add_content(digest, file->content, error);
        }
        return r;
}

/*
 * Beside the workload file a directory counts by its place relative to it, so that a workload may
 * be moved or cloned elsewhere; anywhere else by its own path.
 */
static void add_directory(EVP_MD_CTX *digest, const struct workload *workload)
{
        size_t length = workload->folder ? strlen(workload->folder) : 0;
        const char *directory = workload->directory;

        if (length > 0 && directory && strncmp(directory, workload->folder, length) == 0 &&
                (directory[length] == '/' || !directory[length]))
                add_text(digest, "directory within", directory + length);
        else
                add_text(digest, "directory", directory);
}

static int add_workload(EVP_MD_CTX *digest, const struct workload *workload, struct error *error)
{
        CLEANUP_FREE char *ready = ready_text(&workload->ready);
        uint64_t microseconds = workload->timeout * 1e6;
        int r;

        if (workload->ready.kind != READY_NONE && !ready)
                return error_errno(error, ENOMEM, "digest of the workload");
        add_text(digest, "format", FORMAT);
        add_text(digest, "kind", workload_kind_name(workload->kind));
        add_list(digest, "command", workload->command);
        add_list(digest, "environment", workload->environment);
        add_directory(digest, workload);
        r = add_files(digest, workload, error);
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
        return workload->script ? add_file(digest, "test", workload->script, error) : 0;
}

int workload_digest(
        const struct workload *workload, char ret[WORKLOAD_DIGEST_SIZE], struct error *error)
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = sha256_new();
        unsigned char bytes[DIGEST_BYTES];
        int r;

        if (!digest)
                return error_errno(error, ENOMEM, "digest of the workload");
        r = add_workload(digest, workload, error);
        if (r < 0)
                return r;
        EVP_DigestFinal_ex(digest, bytes, NULL);
        for (size_t i = 0; i < DIGEST_BYTES; i++) {
                ret[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
                ret[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
        }
        ret[WORKLOAD_DIGEST_SIZE - 1] = '\0';
        return 0;
}
