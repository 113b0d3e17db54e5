/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/json-file.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strings.h"

#define DOCUMENT_LIMIT (256u << 20)

int json_file_read(const char *path, json_t **ret, struct error *error)
{
        CLEANUP_FREE char *text = NULL;
        json_error_t problem;
        json_t *document;
        size_t size;
        int r = read_file(path, DOCUMENT_LIMIT, &text, &size);

        if (r < 0)
                return error_errno(error, -r, "%s", path);
        document = json_loadb(text, size, 0, &problem);
        if (!document)
                return error_set(
                        error, EINVAL, "%s:%d: no JSON: %s", path, problem.line, problem.text);
        *ret = document;
        return 0;
}

static bool holds(const char *folder, const char *name)
{
        CLEANUP_FREE char *path = string_format("%s/%s", folder, name);
        struct stat status;

        return path && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Whether the folder's journal is of `loupe prove`: its first line says so. */
static bool is_of_proof(const char *folder)
{
        CLEANUP_FREE char *path = string_format("%s/journal.jsonl", folder);
        json_t *header = path ? json_load_file(path, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
        bool found = json_object_get(header, "purpose");

        json_decref(header);
        return found;
}

int analysis_folder_result(const char *folder, char **ret, struct error *error)
{
        char *path = NULL;

        if (holds(folder, "analysis.json")) {
                path = string_format("%s/analysis.json", folder);
                if (!path)
                        return error_errno(error, ENOMEM, "%s", folder);
        } else if (is_of_proof(folder)) {
                return error_set(error, EINVAL,
                        "%s: what is in there is a proof (loupe prove), not an analysis", folder);
        } else if (holds(folder, "journal.jsonl")) {
                return error_set(error, ENOENT,
                        "%s: the analysis is not finished: `loupe analyze --resume %s` goes on "
                        "with it",
                        folder, folder);
        }
        *ret = path;
        return 0;
}
