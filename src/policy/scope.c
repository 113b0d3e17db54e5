/* SPDX-License-Identifier: BSD-3-Clause */

#include "policy/scope.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/strings.h"
#include "policy/image.h"

/* For people only: what has no room is left out, and so is the end of a long path. */
#define OTHERS_MAX     16
#define OTHER_PATH_MAX 200

/* What was judged, in memory shared with the processes that do it, several at once. */
struct judgements {
        atomic_bool considered;
        atomic_uint count;
        char others[OTHERS_MAX][OTHER_PATH_MAX];
};

struct scope {
        char **patterns;
        struct judgements *judgements;
        struct programs *programs; /* of this process alone */
};

static int add_pattern(struct scope *scope, const char *pattern)
{
        CLEANUP_FREE char *head = NULL, *folder = NULL, *resolved = NULL;
        size_t literal = strcspn(pattern, "*?[\\");
        const char *slash;
        int r;

        r = strings_add(&scope->patterns, pattern);
        if (r < 0 || pattern[0] != '/')
                return r;
        if (pattern[literal] == '\0') {
                resolved = realpath(pattern, NULL);
        } else {
                head = strndup(pattern, literal);
                if (!head)
                        return -ENOMEM;
                slash = pattern + (strrchr(head, '/') - head);
                head[slash - pattern + 1] = '\0';
                folder = realpath(head, NULL);
                if (folder)
                        resolved = string_format(
                                "%s%s", strcmp(folder, "/") == 0 ? "" : folder, slash);
        }
        /* What is not there yet may be made in the sandbox. */
        if (!resolved || strcmp(resolved, pattern) == 0)
                return 0;
        return strings_add(&scope->patterns, resolved);
}

int scope_new(char *const *patterns, struct scope **ret, struct error *error)
{
        CLEANUP_SCOPE struct scope *scope = calloc(1, sizeof(*scope));

        if (!scope)
                return error_errno(error, ENOMEM, "making a scope");
        scope->programs = calloc(1, sizeof(*scope->programs));
        if (!scope->programs)
                return error_errno(error, ENOMEM, "making a scope");
        scope->judgements = mmap(NULL, sizeof(*scope->judgements), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (scope->judgements == MAP_FAILED) {
                scope->judgements = NULL;
                return error_errno(error, errno, "making a scope");
        }
        for (size_t i = 0; patterns[i]; i++) {
                if (patterns[i][0] == '\0')
                        return error_set(error, EINVAL, "a pattern of what to consider is empty");
                if (patterns[i][0] != '/' && strchr(patterns[i], '/'))
                        return error_set(error, EINVAL,
                                "%s: what to consider is an absolute path or a name", patterns[i]);
                if (add_pattern(scope, patterns[i]) < 0)
                        return error_errno(error, ENOMEM, "making a scope");
        }
        *ret = steal_pointer(scope);
        return 0;
}

struct scope *scope_free(struct scope *scope)
{
        if (!scope)
                return NULL;
        strings_free(scope->patterns);
        free(scope->programs);
        if (scope->judgements)
                munmap(scope->judgements, sizeof(*scope->judgements));
        free(scope);
        return NULL;
}

bool scope_matches(const struct scope *scope, const char *path)
{
        const char *slash = strrchr(path, '/');
        const char *name = slash ? slash + 1 : path;

        for (char **pattern = scope->patterns; pattern && *pattern; pattern++) {
                const char *subject = (*pattern)[0] == '/' ? path : name;

                /* A file's own name may have in it what a glob does. */
                if (strcmp(*pattern, subject) == 0 || fnmatch(*pattern, subject, FNM_PATHNAME) == 0)
                        return true;
        }
        return false;
}

/*
 * Notes a judgement, and passes it on. Two processes that note the same file at the same moment may
 * leave it twice, which scope_others() sees to.
 */
static int note(const struct scope *scope, const char *path, bool considered)
{
        struct judgements *judgements = scope->judgements;
        unsigned count = atomic_load(&judgements->count);

        if (considered) {
                atomic_store(&judgements->considered, true);
                return 1;
        }
        for (unsigned i = 0; i < count && i < OTHERS_MAX; i++)
                if (strncmp(judgements->others[i], path, OTHER_PATH_MAX - 1) == 0)
                        return 0;
        if (count >= OTHERS_MAX)
                return 0;
        count = atomic_fetch_add(&judgements->count, 1);
        if (count < OTHERS_MAX)
                snprintf(judgements->others[count], OTHER_PATH_MAX, "%s", path);
        return 0;
}

bool scope_considered(const struct scope *scope)
{
        return atomic_load(&scope->judgements->considered);
}

char *scope_others(const struct scope *scope)
{
        char text[OTHERS_MAX * (OTHER_PATH_MAX + 2)] = "";
        unsigned count = atomic_load(&scope->judgements->count);
        size_t length = 0;

        for (unsigned i = 0; i < count && i < OTHERS_MAX; i++) {
                const char *path = scope->judgements->others[i];
                bool known = path[0] == '\0';

                for (unsigned j = 0; j < i; j++)
                        known = known || strcmp(scope->judgements->others[j], path) == 0;
                if (!known)
                        length += snprintf(text + length, sizeof(text) - length, "%s%s",
                                length ? ", " : "", path);
        }
        return strdup(text);
}

/* Returns 1, 0 or -errno, as image_script(). */
static int judge_image(const struct scope *scope, struct image *image)
{
        char script[PATH_MAX];
        int r;

        if (scope_matches(scope, image->path))
                return 1;
        r = image_script(image, script);
        return r > 0 ? scope_matches(scope, script) : r;
}

int scope_judge(const struct scope *scope, int proc, pid_t process)
{
        CLEANUP_IMAGE struct image image = IMAGE_INIT;
        int r;

        r = image_of_process(&image, scope->programs, proc, process);
        if (r == 0)
                r = judge_image(scope, &image);
        /* A launcher is a copy of the caller that has executed nothing: nobody asks about that. */
        if (r < 0 || image_is_own(&image))
                return r;
        return note(scope, image.path, r > 0);
}

int scope_judge_name(const struct scope *scope, const char *name)
{
        static const char mark[] = " (deleted)";
        size_t length = strlen(name), tail = sizeof(mark) - 1;
        CLEANUP_FREE char *path = NULL;

        if (length > tail && strcmp(name + length - tail, mark) == 0)
                length -= tail;
        path = strndup(name, length);
        return path ? note(scope, path, scope_matches(scope, path)) : -ENOMEM;
}

int scope_judge_exec(const struct scope *scope, int proc, pid_t thread, const char *path,
        uint64_t arguments, bool short_pointers)
{
        CLEANUP_IMAGE struct image image = IMAGE_INIT;
        int r;

        r = image_of_exec(&image, scope->programs, proc, thread, path, arguments, short_pointers);
        if (r == 0)
                r = judge_image(scope, &image);
        return r < 0 ? r : note(scope, image.path, r > 0);
}
