/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/reference-argument.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/strings.h"
#include "cli/json-file.h"
#include "dataset/selection.h"
#include "store/result.h"

static int from_file(const char *path, const struct workload *workload, struct reference *ret,
        struct error *error)
{
        json_t *document = NULL;
        int r = json_file_read(path, &document, error);

        if (r < 0)
                return r;
        r = reference_from_document(path, document, workload, ret, error);
        json_decref(document);
        return r;
}

/* What is asked for, of the workload's kind where the text does not name any. */
static int select_results(const char *text, const struct workload *workload,
        struct selection *selection, struct error *error)
{
        int r = selection_parse(text, selection, error);

        if (r < 0)
                return r;
        if (strings_count(selection->applications) != 1)
                return error_set(error, EINVAL, "'%s': one application is wanted", text);
        selection->every = true;
        return selection->workloads ? 0
                                    : selection_set_workloads(
                                              selection, dataset_kind_key(workload->kind), error);
}

/* The last that was measured under the same workload, or else the last. */
static int choose(struct store *store, const struct collection *collection,
        const struct workload *workload, struct reference *ret, struct error *error)
{
        CLEANUP_REFERENCE struct reference last = {};
        bool foreign = false; /* one was measured on another architecture */
        int r = 0;

        for (size_t i = collection->datasets.count; r == 0 && i-- > 0;) {
                const struct dataset *dataset = &collection->datasets.items[i];
                CLEANUP_REFERENCE struct reference reference = {};

                if (!string_equal(dataset->origin, "analysis"))
                        continue;
                r = store_load_reference(store, dataset->id, workload, &reference, error);
                if (r == -ENOTSUP) {
                        foreign = true;
                        r = 0;
                        continue;
                }
                if (r == 0 && (reference.same_workload || !last.json)) {
                        reference_clear(&last);
                        last = reference;
                        reference = (struct reference){};
                }
                if (last.same_workload)
                        break;
        }
        if (r < 0)
                return r;
        if (!last.json)
                return foreign ? -ENOTSUP : -ENOENT;
        error->message[0] = '\0';
        *ret = last;
        last = (struct reference){};
        return 0;
}

static int from_database(const char *text, const struct database_arguments *database,
        const struct workload *workload, struct reference *ret, struct error *error)
{
        CLEANUP_SELECTION struct selection selection = {};
        CLEANUP_COLLECTION struct collection *collection = NULL;
        CLEANUP_STORE struct store *store = NULL;
        int r = select_results(text, workload, &selection, error);

        if (r == 0)
                r = database_open(database, STORE_READ, &store, error);
        if (r == 0)
                r = store_load(store, &selection, &collection, NULL, error);
        if (r < 0)
                return error_prefix(error, r, "%s is no result in a file", text);
        r = choose(store, collection, workload, ret, error);
        if (r == -ENOENT)
                return error_set(error, ENOENT,
                        "%s has no result of `loupe analyze` for '%s' and a %s workload: `loupe "
                        "show %s` tells what there is (imported results do not say how they were "
                        "measured)",
                        store_name(store), text, workload_kind_name(workload->kind),
                        selection.applications[0]);
        return r;
}

/* What can only be a path. */
static bool is_path(const char *text)
{
        const size_t length = strlen(text);

        return text[0] == '/' || text[0] == '.' || (length > 0 && text[length - 1] == '/') ||
               (length > 5 && strcmp(text + length - 5, ".json") == 0);
}

/* A program may have its application's name, and lie in the folder where it is checked. */
static bool is_json(const char *path)
{
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
        char first = '\0';

        return fd >= 0 && read_all(fd, &first, 1) == 1 && first == '{';
}

int reference_from_argument(const char *text, const struct database_arguments *database,
        const struct workload *workload, struct reference *ret, struct error *error)
{
        CLEANUP_FREE char *path = NULL;
        struct stat status;
        int r = 0;

        if (stat(text, &status) < 0) {
                if (is_path(text))
                        return error_errno(error, errno, "%s", text);
        } else if (S_ISDIR(status.st_mode)) {
                r = analysis_folder_result(text, &path, error);
                if (r == 0 && !path && is_path(text))
                        return error_set(error, ENOENT,
                                "%s: no analysis is in there: `loupe analyze -o %s` would make "
                                "one",
                                text, text);
        } else if (is_path(text) || is_json(text)) {
                path = strdup(text);
                if (!path)
                        return error_errno(error, ENOMEM, "%s", text);
        }
        if (r < 0)
                return r;
        return path ? from_file(path, workload, ret, error)
                    : from_database(text, database, workload, ret, error);
}
