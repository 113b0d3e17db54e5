/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/proof-workloads.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/strings.h"
#include "cli/message.h"
#include "dataset/selection.h"

struct reading {
        struct selection selection;
        bool *used;  /* by name of the selection's applications: some workload has it */
        char **seen; /* the names of all applications, chosen or not */
        struct proof_workloads *workloads;
};

static void reading_clear(struct reading *reading)
{
        selection_clear(&reading->selection);
        free(reading->used);
        strings_free(reading->seen);
}

void proof_workloads_clear(struct proof_workloads *workloads)
{
        struct workload **workload;

        vector_for_each(workload, &workloads->items)
                workload_free(*workload);
        vector_clear(&workloads->items);
}

static const char *last_component(const char *path)
{
        const char *slash = path ? strrchr(path, '/') : NULL;

        return slash ? slash + 1 : "";
}

/* Whether the workload is one of those that are chosen, which is noted. */
static bool is_chosen(struct reading *reading, const struct workload *workload)
{
        char **names = reading->selection.applications;
        const struct dataset dataset = {.workload = workload->name, .kind = workload->kind};
        bool chosen = !names, fits = !reading->selection.workloads;

        for (char **word = reading->selection.workloads; word && *word; word++)
                fits |= dataset_has_workload(&dataset, *word);
        for (size_t i = 0; names && names[i]; i++) {
                if (strcmp(names[i], workload->application_name) != 0 &&
                        strcmp(names[i], last_component(workload->folder)) != 0)
                        continue;
                reading->used[i] = chosen = true;
        }
        return chosen && fits;
}

/* True where the file was read already, under whatever name. */
static bool is_there(const struct proof_workloads *workloads, const char *path)
{
        struct workload **workload;
        struct stat status, other;

        if (stat(path, &status) < 0)
                return false;
        vector_for_each(workload, &workloads->items)
                if (stat((*workload)->source, &other) == 0 && status.st_dev == other.st_dev &&
                        status.st_ino == other.st_ino)
                        return true;
        return false;
}

static int read_workload(struct reading *reading, const char *path, bool named, struct error *error)
{
        CLEANUP_WORKLOAD struct workload *workload = NULL;
        struct error reason = {};
        struct workload **added;
        int r;

        if (is_there(reading->workloads, path))
                return 0;
        r = workload_read(path, &workload, &reason);
        if (r == 0)
                r = workload_complete(workload, &reason);
        if (r < 0 && !named && reading->selection.applications) {
                message_note(reason.message);
                return 0;
        }
        if (r < 0)
                return error_set(error, -r, "%s", reason.message);
        if (strings_add(&reading->seen, workload->application_name) < 0)
                return error_errno(error, ENOMEM, "%s", path);
        if (!is_chosen(reading, workload))
                return 0;
        added = vector_add(&reading->workloads->items);
        if (!added)
                return error_errno(error, ENOMEM, "%s", path);
        *added = steal_pointer(workload);
        return 0;
}

/* Reads FOLDER/workload.yaml. Returns 0 or -errno: -ENOENT where there is none. */
static int read_inside(struct reading *reading, const char *folder, struct error *error)
{
        CLEANUP_FREE char *path = string_format("%s/" PROOF_WORKLOAD_FILE, folder);

        if (!path)
                return error_errno(error, ENOMEM, "%s", folder);
        if (access(path, F_OK) < 0)
                return -ENOENT;
        return read_workload(reading, path, false, error);
}

static void free_entries(struct dirent **entries, int count)
{
        for (int i = 0; i < count; i++)
                free(entries[i]);
        free(entries);
}

/* The folder's own workload, or that of each folder in it. */
static int read_folder(struct reading *reading, const char *folder, struct error *error)
{
        struct dirent **entries;
        unsigned found = 0;
        int count, r;

        r = read_inside(reading, folder, error);
        if (r != -ENOENT)
                return r;
        count = scandir(folder, &entries, NULL, alphasort);
        if (count < 0)
                return error_errno(error, errno, "%s", folder);
        r = 0;
        for (int i = 0; r == 0 && i < count; i++) {
                CLEANUP_FREE char *inside = string_format("%s%s%s", folder,
                        folder[strlen(folder) - 1] == '/' ? "" : "/", entries[i]->d_name);

                if (!inside)
                        r = error_errno(error, ENOMEM, "%s", folder);
                else if (entries[i]->d_name[0] != '.')
                        r = read_inside(reading, inside, error);
                else
                        continue;
                found += r == 0;
                if (r == -ENOENT)
                        r = 0;
        }
        free_entries(entries, count);
        if (r == 0 && found == 0)
                return error_set(error, ENOENT,
                        "%s: there is no " PROOF_WORKLOAD_FILE " in it, nor in a folder in it",
                        folder);
        return r;
}

static int read_path(struct reading *reading, const char *path, struct error *error)
{
        struct stat status;

        if (*path && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
                return read_folder(reading, path, error);
        return read_workload(reading, path, true, error);
}

/* Every name that was given must be somebody's. */
static int check_names(const struct reading *reading, const struct proof_workload_choice *choice,
        struct error *error)
{
        char **names = reading->selection.applications;

        for (size_t i = 0; names && names[i]; i++) {
                struct nearest nearest = {.wanted = names[i]};

                if (reading->used[i])
                        continue;
                for (char **name = reading->seen; name && *name; name++)
                        nearest_consider(&nearest, *name);
                return error_set(error, ENOENT,
                        "--apps: none of the workloads is of an application or in a folder "
                        "'%s'%s%s%s",
                        names[i], nearest.word ? " (did you mean '" : "",
                        nearest.word ? nearest.word : "", nearest.word ? "'?)" : "");
        }
        if (reading->workloads->items.count == 0)
                return error_set(error, ENOENT, "--workload: there is no workload '%s' here",
                        choice->workloads);
        return 0;
}

int proof_workloads_read(char *const *paths, size_t count,
        const struct proof_workload_choice *choice, struct proof_workloads *ret,
        struct error *error)
{
        CLEANUP(reading_clear) struct reading reading = {.workloads = ret};
        int r = 0;

        if (choice->applications)
                r = selection_set_applications(&reading.selection, choice->applications, error);
        if (r == 0 && choice->workloads)
                r = selection_set_workloads(&reading.selection, choice->workloads, error);
        if (r < 0)
                return r;
        reading.used = calloc(strings_count(reading.selection.applications) + 1, sizeof(bool));
        if (!reading.used)
                return error_errno(error, ENOMEM, "looking for workloads");
        for (size_t i = 0; r == 0 && i < count; i++)
                r = read_path(&reading, paths[i], error);
        return r == 0 ? check_names(&reading, choice, error) : r;
}

/* A name as a folder can have it. */
static void make_folder_name(char *name)
{
        for (char *letter = name; *letter; letter++)
                if (*letter == '/' || (letter == name && *letter == '.'))
                        *letter = '_';
}

static bool is_taken(char *const *names, size_t count, const char *name)
{
        for (size_t i = 0; i < count; i++)
                if (strcmp(names[i], name) == 0)
                        return true;
        return false;
}

/* The first of "redis", "redis-suite", "redis-suite-2", … that none of the names is. */
static char *free_name(char *const *names, size_t count, const struct workload *workload)
{
        for (unsigned attempt = 0;; attempt++) {
                char *name = attempt == 0   ? strdup(workload->application_name)
                             : attempt == 1 ? string_format("%s-%s", workload->application_name,
                                                      workload->name)
                                            : string_format("%s-%s-%u", workload->application_name,
                                                      workload->name, attempt);

                if (!name)
                        return NULL;
                make_folder_name(name);
                if (!is_taken(names, count, name))
                        return name;
                free(name);
        }
}

char **proof_workload_folders(const struct proof_workloads *workloads)
{
        CLEANUP_STRINGS char **names = strings_copy(NULL);

        for (size_t i = 0; names && i < workloads->items.count; i++) {
                CLEANUP_FREE char *name = free_name(names, i, workloads->items.items[i]);

                if (!name || strings_add(&names, name) < 0)
                        return NULL;
        }
        return steal_pointer(names);
}
