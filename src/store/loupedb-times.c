/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb-times.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/number.h"
#include "base/strings.h"
#include "base/vector.h"

struct run_times {
        void *tree; /* of struct run_time, by path (tsearch(3)) */
};

struct run_time {
        int64_t time;
        char path[];
};

struct run_times *run_times_free(struct run_times *times)
{
        if (!times)
                return NULL;
        tdestroy(times->tree, free);
        free(times);
        return NULL;
}

static int compare(const void *a, const void *b)
{
        const struct run_time *left = a, *right = b;

        return strcmp(left->path, right->path);
}

static struct run_time *run_time_new(const char *path, size_t length, int64_t time)
{
        struct run_time *entry = malloc(sizeof(*entry) + length + 1);

        if (!entry)
                return NULL;
        entry->time = time;
        memcpy(entry->path, path, length);
        entry->path[length] = '\0';
        return entry;
}

/* The length of "APPLICATION/WORKLOAD/RUN" at the beginning of a path below it, or 0. */
static size_t run_length(const char *path)
{
        unsigned slashes = 0;

        for (const char *byte = path; *byte; byte++)
                if (*byte == '/' && ++slashes == 3)
                        return byte - path;
        return 0;
}

/* The first time that is heard of a run is that of its last commit. */
static int add_path(
        struct run_times *times, const struct run_time **last, const char *path, int64_t time)
{
        size_t length = run_length(path);
        struct run_time *entry, **found;

        if (length == 0)
                return 0;
        /* A commit names the files of a run one after the other. */
        if (*last && strncmp((*last)->path, path, length) == 0 && !(*last)->path[length])
                return 0;
        entry = run_time_new(path, length, time);
        if (!entry)
                return -ENOMEM;
        found = tsearch(entry, &times->tree, compare);
        if (!found || *found != entry)
                free(entry);
        if (!found)
                return -ENOMEM;
        *last = *found;
        return 0;
}

/*
 * Commits are "TIME", and for each file a NUL and its path; the first path is on a line of its own.
 * Paths have slashes, as only those of files within runs were asked for.
 */
int run_times_parse(FILE *stream, struct run_times **ret)
{
        CLEANUP_RUN_TIMES struct run_times *times = calloc(1, sizeof(*times));
        CLEANUP_FREE char *word = NULL;
        const struct run_time *last = NULL;
        size_t capacity = 0;
        uint64_t time = 0;
        int r;

        if (!times)
                return -ENOMEM;
        while (getdelim(&word, &capacity, '\0', stream) >= 0) {
                const char *path = word + (*word == '\n');

                if (!strchr(path, '/')) {
                        if (unsigned_parse(path, INT64_MAX, &time) < 0)
                                time = 0;
                        continue;
                }
                r = add_path(times, &last, path, time);
                if (r < 0)
                        return r;
        }
        if (ferror(stream))
                return -EIO;
        *ret = steal_pointer(times);
        return 0;
}

int64_t run_times_find(const struct run_times *times, const char *path)
{
        struct run_time *wanted;
        struct run_time **found;
        int64_t time = 0;

        if (!times || !times->tree)
                return 0;
        wanted = run_time_new(path, strlen(path), 0);
        if (!wanted)
                return 0;
        found = tfind(wanted, &times->tree, compare);
        if (found)
                time = (*found)->time;
        free(wanted);
        return time;
}

/* The environment without what would lead git elsewhere, and with what keeps it to itself. */
static int make_environment(char ***ret)
{
        static const char *const kept[] = {"GIT_CONFIG_", "GIT_EXEC_PATH=", "GIT_CEILING_"};
        static const char *const added[] = {
                "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "LC_ALL=C"};
        VECTOR(char *) list = {};
        char **place;

        for (char **variable = environ; *variable; variable++) {
                bool keep = !string_has_prefix(*variable, "GIT_");

                for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
                        keep |= string_has_prefix(*variable, kept[i]);
                if (!keep || string_has_prefix(*variable, "LC_ALL="))
                        continue;
                place = vector_add(&list);
                if (!place)
                        goto out_of_memory;
                *place = *variable;
        }
        for (size_t i = 0; i <= ARRAY_SIZE(added); i++) {
                place = vector_add(&list);
                if (!place)
                        goto out_of_memory;
                *place = i < ARRAY_SIZE(added) ? (char *)added[i] : NULL;
        }
        *ret = list.items;
        return 0;

out_of_memory:
        vector_clear(&list);
        return -ENOMEM;
}

/* Returns the process, whose output comes from `*ret_output`, or -errno. */
static int start_git(const char *folder, int *ret_output)
{
        CLEANUP_FREE char **environment = NULL;
        CLEANUP_CLOSE int output = -1, input = -1;
        /* What a checkout may configure and git would execute is switched off. */
        const char *const arguments[] = {"git", "-C", folder, "--no-pager", "-c",
                "core.fsmonitor=false", "-c", "protocol.allow=never", "log", "-z", "--no-renames",
                "--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-color", "--no-notes",
                "--name-only", "--relative", "--format=%ct", "--", ":(glob)*/*/*/**", NULL};
        posix_spawn_file_actions_t actions;
        int ends[2];
        pid_t git;
        int r;

        r = make_environment(&environment);
        if (r < 0)
                return r;
        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        output = ends[0];
        input = ends[1];
        r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;
        r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(&actions, input, STDOUT_FILENO);
        if (r == 0)
                r = posix_spawn_file_actions_addopen(
                        &actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        if (r == 0)
                r = posix_spawnp(
                        &git, arguments[0], &actions, NULL, (char *const *)arguments, environment);
        posix_spawn_file_actions_destroy(&actions);
        if (r != 0)
                return -r;
        *ret_output = steal_fd(&output);
        return git;
}

/* True where the folder, or one above it, holds what git keeps. */
static bool is_in_work_tree(const char *folder)
{
        CLEANUP_FREE char *absolute = realpath(folder, NULL);
        struct stat status;

        for (; absolute; *strrchr(absolute, '/') = '\0') {
                CLEANUP_FREE char *kept = string_format("%s/.git", absolute);

                if (kept && lstat(kept, &status) == 0)
                        return true;
                if (!*absolute)
                        return false;
        }
        return false;
}

/* Waits for the process; true where it ended well. */
static bool has_succeeded(pid_t process)
{
        int status;

        while (waitpid(process, &status, 0) < 0)
                if (errno != EINTR)
                        return false;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int run_times_read(const char *folder, struct run_times **ret)
{
        CLEANUP_RUN_TIMES struct run_times *times = NULL;
        CLEANUP_CLOSE int output = -1;
        FILE *stream;
        pid_t git;
        int r;

        if (!is_in_work_tree(folder))
                return -ENODATA;
        git = start_git(folder, &output);
        if (git == -ENOENT || git == -EACCES)
                return -ENODATA;
        if (git < 0)
                return git;
        stream = fdopen(output, "r");
        r = stream ? run_times_parse(stream, &times) : -errno;
        if (stream) {
                fclose(stream);
                steal_fd(&output);
        } else {
                close(steal_fd(&output));
        }
        if (!has_succeeded(git) && r == 0)
                return -EACCES;
        if (r < 0)
                return r;
        *ret = steal_pointer(times);
        return 0;
}
