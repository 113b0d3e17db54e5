/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/static-targets.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/strings.h"
#include "run/launch.h"

static void clear_target(struct static_target *target)
{
        free(target->name);
        free(target->path);
        free(target->file);
        free(target->application);
        free(target->workload);
        free(target->library_path);
        strings_free(target->preload);
}

void static_targets_clear(struct static_targets *targets)
{
        struct static_target *target;

        vector_for_each(target, &targets->items)
                clear_target(target);
        vector_clear(&targets->items);
}

/* `path` as seen from the loader's root. */
static struct static_target *add_target(struct static_targets *targets, const char *name,
        const char *path, const struct static_target_options *options)
{
        struct static_target *target = vector_add(&targets->items);

        if (!target || string_copy(name, &target->name) < 0 ||
                string_copy(path, &target->path) < 0 ||
                string_copy(options->application, &target->application) < 0 ||
                string_copy(options->workload, &target->workload) < 0)
                return NULL;
        target->file = loader_rooted(options->loader, path);
        return target->file ? target : NULL;
}

/* The path in the loader's root of what the user names, from outside or as it is called there.
 * NULL when out of memory. */
static char *find_inside(const char *name, const struct static_target_options *options)
{
        CLEANUP_FREE char *here = NULL;
        CLEANUP_FREE char *path = NULL;

        if (!options->root || *name == '/')
                return loader_inside(options->loader, name);
        here = getcwd(NULL, 0);
        path = here ? string_format("%s/%s", here, name) : NULL;
        return path ? loader_inside(options->loader, path) : NULL;
}

/* A name without a slash that is no file here is looked for in PATH, as a shell would. `found` has
 * room for a path. Returns it or `name`. */
static const char *find_binary(const char *name, char *found)
{
        char *const command[] = {(char *)name, NULL};
        const struct launch launch = {.command = command, .environment = environ};

        return !strchr(name, '/') && access(name, F_OK) < 0 &&
                               launch_find(&launch, found, NULL) == 0
                       ? found
                       : name;
}

/* Refuses what is nowhere, as one misspelt name would otherwise be one refusal among many, or be
 * told of without saying where it was looked for. `named` is what the user wrote. */
static int check_there(const char *named, const char *path,
        const struct static_target_options *options, struct error *error)
{
        CLEANUP_FREE char *file = loader_rooted(options->loader, path);
        struct stat status;

        if (!file)
                return error_errno(error, ENOMEM, "reading the command line");
        if (stat(file, &status) == 0 || (errno != ENOENT && errno != ENOTDIR))
                return 0;
        if (!options->root && !strchr(named, '/'))
                return error_set(error, ENOENT,
                        "%s: there is no such file here, nor a program of that name in PATH",
                        named);
        return error_errno(error, errno, "%s", file);
}

static bool is_folder(const char *path, const struct static_target_options *options)
{
        CLEANUP_FREE char *file = loader_rooted(options->loader, path);
        struct stat status;

        return file && stat(file, &status) == 0 && S_ISDIR(status.st_mode);
}

static int add_binary(struct static_targets *targets, const char *name,
        const struct static_target_options *options, struct error *error)
{
        CLEANUP_FREE char *path = NULL;
        const char *named = name;
        char found[PATH_MAX];
        int r;

        name = find_binary(name, found);
        path = find_inside(name, options);
        r = path ? check_there(named, path, options, error) : 0;
        if (r < 0)
                return r;
        if (path && is_folder(path, options))
                return error_set(
                        error, EISDIR, "%s is a folder, through which --all would look", name);
        return path && add_target(targets, name, path, options)
                       ? 0
                       : error_errno(error, ENOMEM, "reading the command line");
}

/* The value that a workload's environment gives to a variable, or NULL. */
static const char *workload_variable(const struct workload *workload, const char *name)
{
        const size_t length = strlen(name);
        const char *value = NULL;

        for (char **entry = workload->environment; entry && *entry; entry++)
                if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
                        value = *entry + length + 1;
        return value && *value ? value : NULL;
}

/* The plain path among what the workload considers, or NULL: then its command counts. */
static const char *considered_path(const struct workload *workload)
{
        for (char **pattern = workload->consider; pattern && *pattern; pattern++)
                if (**pattern == '/' && !strpbrk(*pattern, "*?["))
                        return *pattern;
        return NULL;
}

/* A file that the workload puts in place before it starts: where it comes from, or NULL. */
static const char *workload_source(const struct workload *workload, const char *path)
{
        for (size_t i = 0; i < workload->file_count; i++)
                if (strcmp(workload->files[i].path, path) == 0)
                        return workload->files[i].source;
        return NULL;
}

/* The file whose processes the workload is about. */
static int workload_executable(const struct workload *workload, char **ret, struct error *error)
{
        const struct launch launch = {.command = workload->command, .environment = environ};
        const char *considered = considered_path(workload);
        const char *source =
                workload_source(workload, considered ? considered : workload->command[0]);
        char found[PATH_MAX];

        if (!source && !considered && launch_find(&launch, found, NULL) < 0)
                return error_set(error, ENOENT, "%s: the executable %s is not there",
                        workload->source, workload->command[0]);
        *ret = strdup(source ? source : considered ? considered : found);
        return *ret ? 0 : error_errno(error, ENOMEM, "%s", workload->source);
}

/* What the workload's environment tells the loader. */
static int add_environment(const struct workload *workload, struct static_target *target)
{
        const char *library_path = workload_variable(workload, "LD_LIBRARY_PATH");
        const char *preload = workload_variable(workload, "LD_PRELOAD");
        CLEANUP_STRINGS char **words = NULL;

        if (library_path) {
                target->library_path = strdup(library_path);
                if (!target->library_path)
                        return -ENOMEM;
        }
        if (!preload)
                return 0;
        words = strings_split(preload, ' ');
        for (char **word = words; word && *word; word++) {
                CLEANUP_STRINGS char **names = strings_split(*word, ':');

                for (char **name = names; name && *name; name++)
                        if (strings_add(&target->preload, *name) < 0)
                                return -ENOMEM;
        }
        return words ? 0 : -ENOMEM;
}

static int add_workload(struct static_targets *targets, const char *name,
        const struct static_target_options *options, struct error *error)
{
        CLEANUP_WORKLOAD struct workload *workload = NULL;
        struct static_target_options named = *options;
        CLEANUP_FREE char *path = NULL;
        struct static_target *target;
        int r;

        r = workload_read(name, &workload, error);
        if (r == 0)
                r = workload_complete(workload, error);
        if (r == 0)
                r = workload_executable(workload, &path, error);
        if (r < 0)
                return r;
        if (!named.application)
                named.application = workload->application_name;
        if (!named.workload)
                named.workload = workload->name;
        target = add_target(targets, path, path, &named);
        if (!target || add_environment(workload, target) < 0)
                return error_errno(error, ENOMEM, "%s", name);
        target->kind = workload->kind;
        return 0;
}

/* 1 for a file that begins as ELF files do, also one that cannot be looked into, so that whoever
 * opens it says why; 0 for others. */
static bool may_be_elf(const char *path)
{
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        char magic[SELFMAG];

        if (fd < 0)
                return true;
        return read(fd, magic, SELFMAG) == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0;
}

static bool is_there(const struct static_targets *targets, const struct stat *status)
{
        const struct static_target *target;

        vector_for_each(target, &targets->items)
                if (target->inode == status->st_ino && target->device == status->st_dev)
                        return true;
        return false;
}

static int add_file(struct static_targets *targets, const char *path, const char *name,
        const struct static_target_options *options)
{
        CLEANUP_FREE char *file = loader_rooted(options->loader, path);
        struct static_target *target;
        struct stat status;

        if (!file)
                return -ENOMEM;
        /* Links that lead nowhere, folders, sockets… */
        if (stat(file, &status) < 0 || !S_ISREG(status.st_mode))
                return 0;
        if (!may_be_elf(file)) {
                targets->skipped++;
                return 0;
        }
        if (is_there(targets, &status)) {
                targets->repeated++;
                return 0;
        }
        target = add_target(targets, name, path, options);
        if (!target)
                return -ENOMEM;
        target->device = status.st_dev;
        target->inode = status.st_ino;
        return 0;
}

/* Files under their own names first: a link is a further name. */
static int compare_entries(const struct dirent **a, const struct dirent **b)
{
        const bool left = (*a)->d_type == DT_LNK, right = (*b)->d_type == DT_LNK;

        return left != right ? left - right : strcmp((*a)->d_name, (*b)->d_name);
}

static int compare_targets(const void *a, const void *b)
{
        const struct static_target *left = a, *right = b;

        return strcmp(left->name, right->name);
}

static int add_folder(struct static_targets *targets, const char *name, const char *path,
        const struct static_target_options *options, struct error *error)
{
        const char *slash = name[strlen(name) - 1] == '/' ? "" : "/";
        CLEANUP_FREE char *folder = loader_rooted(options->loader, path);
        const size_t first = targets->items.count;
        struct dirent **entries;
        int count, r = 0;

        count = folder ? scandir(folder, &entries, NULL, compare_entries) : -1;
        if (count < 0)
                return error_errno(error, errno, "%s", path);
        for (int i = 0; i < count; i++) {
                CLEANUP_FREE char *file = string_format("%s/%s", path, entries[i]->d_name);
                CLEANUP_FREE char *shown = string_format("%s%s%s", name, slash, entries[i]->d_name);

                if (r == 0)
                        r = file && shown ? add_file(targets, file, shown, options) : -ENOMEM;
                free(entries[i]);
        }
        free(entries);
        if (r < 0)
                return error_errno(error, ENOMEM, "%s", path);
        if (targets->items.count - first > 1)
                qsort(targets->items.items + first, targets->items.count - first,
                        sizeof(*targets->items.items), compare_targets);
        return 0;
}

static bool is_workload(const char *name)
{
        const char *dot = strrchr(name, '.');

        return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int add_operand(struct static_targets *targets, const char *name,
        const struct static_target_options *options, struct error *error)
{
        CLEANUP_FREE char *path = NULL;

        if (!*name)
                return error_set(error, EINVAL, "an operand is empty");
        if (is_workload(name))
                return add_workload(targets, name, options, error);
        path = find_inside(name, options);
        if (!path)
                return error_errno(error, ENOMEM, "reading the command line");
        if (options->folders && is_folder(path, options))
                return add_folder(targets, name, path, options, error);
        return add_binary(targets, name, options, error);
}

int static_targets_find(const struct operands *operands,
        const struct static_target_options *options, struct static_targets *ret,
        struct error *error)
{
        CLEANUP_STATIC_TARGETS struct static_targets targets = {};
        int r = 0;

        for (size_t i = 0; r == 0 && i < operands->count; i++)
                r = add_operand(&targets, operands->words[i], options, error);
        if (r < 0)
                return r;
        *ret = targets;
        targets = (struct static_targets){};
        return 0;
}
