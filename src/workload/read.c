/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * From a YAML text to a workload, in three steps: document.c tells where each value stands and
 * keeps out what no workload file holds; schema.c sees to keys and their shape; here the values get
 * their meaning, and what they name is looked for in the system.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/strings.h"
#include "workload/check.h"
#include "workload/document.h"
#include "workload/excerpt.h"
#include "workload/schema.h"
#include "workload/workload.h"

/* Whatever is larger belongs into a file of its own (`source`); the parser is slow on hostile
 * input. */
#define FILE_SIZE_MAX (256u << 10)

struct reader {
        struct document document;
        struct raw_workload *raw;
        struct workload *workload; /* what is being built */
        struct error *error;
};

/* Says where in the file the value stands whose reading gave `result`. Passes on the result. */
static int place(const struct reader *reader, const char *path, int result)
{
        if (result >= 0)
                return result;
        error_prefix(reader->error, result, "%s", path);
        return document_place(&reader->document, path, result, reader->error);
}

static int out_of_memory(const struct reader *reader)
{
        return error_errno(reader->error, ENOMEM, "%s", reader->document.file);
}

/* Copies a text that was given; leaves `*field` alone otherwise. */
static int copy_text(const struct reader *reader, const char *text, char **field)
{
        char *copy;

        if (!text)
                return 0;
        copy = strdup(text);
        if (!copy)
                return out_of_memory(reader);
        free(*field);
        *field = copy;
        return 0;
}

static int copy_list(const struct reader *reader, char **items, unsigned count, char ***field)
{
        for (unsigned i = 0; i < count; i++) {
                if (strings_add(field, items[i]) < 0)
                        return out_of_memory(reader);
        }
        return 0;
}

/* An absolute path as it is, a relative one from the folder of the workload file on. */
static int resolve(const struct reader *reader, const char *text, char **field)
{
        if (text[0] == '/')
                return copy_text(reader, text, field);
        *field = string_format("%s/%s", reader->workload->folder, text);
        return *field ? 0 : out_of_memory(reader);
}

/* Names become parts of file names, and cells of tables. */
static bool is_name(const char *text)
{
        for (const char *next = text; *next; next++) {
                if ((unsigned char)*next < ' ' || *next == 0x7f || *next == '/')
                        return false;
        }
        return *text;
}

static int read_name(const struct reader *reader, const char *path, const char *text, char **field)
{
        char shown[EXCERPT_SIZE];

        if (!text)
                return 0;
        if (is_name(text))
                return copy_text(reader, text, field);
        error_set(reader->error, EINVAL,
                "\"%s\" is not a name: text without / and control characters",
                excerpt(text, shown));
        return place(reader, path, -EINVAL);
}

static int read_labels(const struct reader *reader)
{
        const struct raw_workload *raw = reader->raw;
        struct workload *workload = reader->workload;
        int r;

        r = read_name(
                reader, "application.name", raw->application.name, &workload->application_name);
        if (r < 0)
                return r;
        r = read_name(reader, "workload.name", raw->workload.name, &workload->name);
        if (r < 0)
                return r;
        if (raw->workload.kind)
                r = workload_kind_parse(raw->workload.kind, &workload->kind, reader->error);
        return place(reader, "workload.kind", r);
}

/* A list of arguments of which the first names a program. */
static int read_arguments(
        const struct reader *reader, const char *path, char **items, unsigned count, char ***field)
{
        if (count > 0 && !*items[0]) {
                error_set(reader->error, EINVAL, "the program's name is empty");
                return place(reader, path, -EINVAL);
        }
        return copy_list(reader, items, count, field);
}

static int read_command(const struct reader *reader)
{
        const struct raw_workload *raw = reader->raw;
        int r;

        r = read_arguments(reader, "application.version", raw->application.version,
                raw->application.version_count, &reader->workload->version_command);
        if (r < 0)
                return r;
        return read_arguments(
                reader, "command", raw->command, raw->command_count, &reader->workload->command);
}

static int read_environment(const struct reader *reader)
{
        const struct raw_workload *raw = reader->raw;
        char path[DOCUMENT_PATH_MAX], shown[EXCERPT_SIZE];

        for (unsigned i = 0; i < raw->environment_count; i++) {
                const char *entry = raw->environment[i];

                if (entry[0] != '=' && strchr(entry, '='))
                        continue;
                snprintf(path, sizeof(path), "environment[%u]", i);
                error_set(reader->error, EINVAL, "\"%s\" is not NAME=value", excerpt(entry, shown));
                return place(reader, path, -EINVAL);
        }
        return copy_list(
                reader, raw->environment, raw->environment_count, &reader->workload->environment);
}

static int read_consider(const struct reader *reader)
{
        const struct raw_workload *raw = reader->raw;
        struct workload *workload = reader->workload;
        char path[DOCUMENT_PATH_MAX];

        for (unsigned i = 0; i < raw->consider_count; i++) {
                int r = workload_consider(
                        workload, workload->folder, raw->consider[i], reader->error);

                snprintf(path, sizeof(path), "consider[%u]", i);
                if (r < 0)
                        return place(reader, path, r);
        }
        return 0;
}

/* True where the sandbox will have the folder because files are put into it. */
static bool is_made(const struct workload *workload, const char *folder)
{
        size_t length = strlen(folder);

        for (size_t i = 0; i < workload->file_count; i++) {
                const char *path = workload->files[i].path;

                if (strncmp(path, folder, length) == 0 && (path[length] == '/' || !path[length]))
                        return true;
        }
        return false;
}

/* After the files, one of which may be the directory. */
static int read_directory(const struct reader *reader)
{
        struct workload *workload = reader->workload;
        const char *text = reader->raw->directory;
        char shown[EXCERPT_SIZE];
        struct stat status;
        int r;

        r = text ? resolve(reader, text, &workload->directory)
                 : copy_text(reader, workload->folder, &workload->directory);
        if (r < 0 || is_made(workload, workload->directory))
                return r;
        if (stat(workload->directory, &status) == 0 && S_ISDIR(status.st_mode))
                return 0;
        error_set(reader->error, EINVAL, "%s is not a folder, here or among the files",
                excerpt(workload->directory, shown));
        return place(reader, "directory", -EINVAL);
}

/* That a file to copy is there. */
static int check_source(const char *path, struct error *error)
{
        char shown[EXCERPT_SIZE];
        struct stat status;

        if (stat(path, &status) < 0 || access(path, R_OK) < 0) {
                error_errno(error, errno, "%s", excerpt(path, shown));
                return -EINVAL;
        }
        if (!S_ISREG(status.st_mode))
                return error_set(error, EINVAL, "%s is not a file", excerpt(path, shown));
        return 0;
}

static int file_mode_parse(const char *text, mode_t *ret, struct error *error)
{
        char shown[EXCERPT_SIZE];
        size_t length = strspn(text, "01234567");

        if (length < 1 || length > 5 || text[length] || strtoul(text, NULL, 8) > 07777)
                return error_set(error, EINVAL,
                        "\"%s\" is not a mode: octal digits up to 7777, as \"0644\"",
                        excerpt(text, shown));
        *ret = strtoul(text, NULL, 8);
        return 0;
}

static int place_in_file(const struct reader *reader, size_t index, const char *key, int result)
{
        char path[DOCUMENT_PATH_MAX];

        snprintf(path, sizeof(path), "files[%zu]%s", index, key);
        return place(reader, path, result);
}

static int read_file_mode(const struct reader *reader, size_t index)
{
        const char *text = reader->raw->files[index].mode;
        struct workload_file *file = &reader->workload->files[index];

        file->mode = file->content || file->source ? 0644 : 0755;
        if (!text)
                return 0;
        return place_in_file(
                reader, index, ".mode", file_mode_parse(text, &file->mode, reader->error));
}

static int read_file_entry(const struct reader *reader, size_t index)
{
        const struct raw_file *raw = &reader->raw->files[index];
        struct workload_file *file = &reader->workload->files[index];
        char shown[EXCERPT_SIZE];
        int r;

        if (raw->path[0] != '/') {
                error_set(reader->error, EINVAL, "\"%s\" is not an absolute path",
                        excerpt(raw->path, shown));
                return place_in_file(reader, index, ".path", -EINVAL);
        }
        if (raw->content && raw->source) {
                error_set(reader->error, EINVAL, "either content or source, not both");
                return place_in_file(reader, index, "", -EINVAL);
        }
        r = copy_text(reader, raw->path, &file->path);
        if (r < 0)
                return r;
        r = copy_text(reader, raw->content, &file->content);
        if (r < 0 || !raw->source)
                return r;
        r = resolve(reader, raw->source, &file->source);
        if (r < 0)
                return r;
        return place_in_file(reader, index, ".source", check_source(file->source, reader->error));
}

static int read_files(const struct reader *reader)
{
        const struct raw_workload *raw = reader->raw;
        struct workload *workload = reader->workload;
        int r;

        workload->files = calloc(raw->files_count + 1, sizeof(*workload->files));
        if (!workload->files)
                return out_of_memory(reader);
        workload->file_count = raw->files_count;
        for (size_t i = 0; i < workload->file_count; i++) {
                r = read_file_entry(reader, i);
                if (r < 0)
                        return r;
                r = read_file_mode(reader, i);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_test(const struct reader *reader)
{
        const struct raw_workload *raw = reader->raw;
        struct workload *workload = reader->workload;
        int r = 0;

        if (raw->mode)
                r = workload_mode_parse(raw->mode, &workload->mode, reader->error);
        if (r < 0)
                return place(reader, "mode", r);

        if (raw->ready && workload->mode != WORKLOAD_SERVER)
                r = error_set(reader->error, EINVAL, "only servers become ready; add mode: server");
        else if (raw->ready)
                r = ready_parse(raw->ready, &workload->ready, reader->error);
        if (r < 0)
                return place(reader, "ready", r);

        if (!raw->test)
                return 0;
        r = resolve(reader, raw->test, &workload->script);
        if (r < 0)
                return r;
        return place(reader, "test", check_script(workload->script, reader->error));
}

static int read_numbers(const struct reader *reader)
{
        const struct raw_workload *raw = reader->raw;
        struct workload *workload = reader->workload;
        struct error *error = reader->error;
        unsigned exit_status = 0;
        int r = 0;

        if (raw->timeout)
                r = seconds_parse(raw->timeout, &workload->timeout, error);
        if (r < 0)
                return place(reader, "timeout", r);
        if (raw->exit)
                r = number_parse(raw->exit, 0, WORKLOAD_EXIT_MAX, &exit_status, error);
        if (r < 0)
                return place(reader, "exit", r);
        workload->exit_status = exit_status;
        if (raw->replicas)
                r = number_parse(
                        raw->replicas, 1, WORKLOAD_REPLICAS_MAX, &workload->replicas, error);
        return place(reader, "replicas", r);
}

static int read_limits(const struct reader *reader)
{
        const struct raw_limits *raw = &reader->raw->limits;
        struct workload_limits *limits = &reader->workload->limits;
        int r = 0;

        if (raw->memory)
                r = size_parse(raw->memory, &limits->memory, reader->error);
        if (r < 0)
                return place(reader, "limits.memory", r);
        if (raw->processes)
                r = number_parse(raw->processes, 1, WORKLOAD_PROCESSES_MAX, &limits->processes,
                        reader->error);
        if (r < 0)
                return place(reader, "limits.processes", r);
        if (raw->disk)
                r = size_parse(raw->disk, &limits->disk, reader->error);
        return place(reader, "limits.disk", r);
}

static int read_user(const struct reader *reader)
{
        const char *name = reader->raw->user;

        if (!name)
                return 0;
        if (check_user(name, reader->error) < 0)
                return place(reader, "user", -EINVAL);
        return copy_text(reader, name, &reader->workload->user);
}

/* The absolute path of the folder in which `path` lies. Returns 0 or -errno. */
static int folder_of(const char *path, char **ret, struct error *error)
{
        const char *slash = strrchr(path, '/');
        CLEANUP_FREE char *folder = NULL;

        folder = slash ? strndup(path, slash - path + 1) : strdup(".");
        if (!folder)
                return error_errno(error, ENOMEM, "%s", path);
        *ret = realpath(folder, NULL);
        return *ret ? 0 : error_errno(error, errno, "%s", folder);
}

static int read_values(struct reader *reader)
{
        static int (*const steps[])(const struct reader *) = {
                read_labels,
                read_command,
                read_environment,
                read_files,
                read_directory,
                read_test,
                read_numbers,
                read_limits,
                read_user,
                read_consider,
        };

        for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
                int r = steps[i](reader);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* The document and the raw values are the caller's to release. */
static int parse(struct reader *reader, const char *path, const char *text, size_t size)
{
        struct workload *workload = reader->workload;
        int r;

        r = document_index(path, text, size, &reader->document, reader->error);
        if (r < 0)
                return r;
        r = schema_load(&reader->document, text, size, &reader->raw, reader->error);
        if (r < 0)
                return r;
        r = folder_of(path, &workload->folder, reader->error);
        if (r < 0)
                return r;
        r = copy_text(reader, path, &workload->source);
        if (r < 0)
                return r;
        return read_values(reader);
}

static int too_large(const char *path, struct error *error)
{
        return error_set(error, EINVAL,
                "%s:1: a workload file may have %u KiB at most; source in files takes large "
                "contents",
                path, FILE_SIZE_MAX >> 10);
}

int workload_parse(
        const char *path, const char *text, size_t size, struct workload **ret, struct error *error)
{
        CLEANUP_WORKLOAD struct workload *workload = workload_new();
        struct reader reader = {.workload = workload, .error = error, .document.file = path};
        int r;

        if (!workload)
                return out_of_memory(&reader);
        if (size > FILE_SIZE_MAX)
                return too_large(path, error);
        r = parse(&reader, path, text, size);
        raw_workload_free(reader.raw);
        document_clear(&reader.document);
        if (r < 0)
                return r;
        *ret = steal_pointer(workload);
        return 0;
}

int workload_read(const char *path, struct workload **ret, struct error *error)
{
        CLEANUP_FREE char *text = NULL;
        size_t size;
        int r;

        r = read_file(path, FILE_SIZE_MAX, &text, &size);
        if (r == -EFBIG)
                return too_large(path, error);
        if (r < 0)
                return error_errno(error, -r, "%s", path);
        return workload_parse(path, text, size, ret, error);
}
