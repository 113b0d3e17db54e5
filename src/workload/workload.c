/* SPDX-License-Identifier: BSD-3-Clause */
#include "workload/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.h"
#include "workload/check.h"
#include "workload/excerpt.h"

struct workload *workload_new(void)
{
        struct workload *workload = calloc(1, sizeof(*workload));

        if (!workload)
                return NULL;
        workload->name = strdup("health");
        workload->timeout = WORKLOAD_TIMEOUT_DEFAULT;
        workload->replicas = WORKLOAD_REPLICAS_DEFAULT;
        workload->limits = (struct workload_limits){
                .memory = WORKLOAD_MEMORY_DEFAULT,
                .disk = WORKLOAD_DISK_DEFAULT,
                .processes = WORKLOAD_PROCESSES_DEFAULT,
        };
        return workload->name ? workload : workload_free(workload);
}

struct workload *workload_free(struct workload *workload)
{
        if (!workload)
                return NULL;
        free(workload->source);
        free(workload->folder);
        free(workload->application_name);
        strings_free(workload->version_command);
        free(workload->name);
        strings_free(workload->command);
        strings_free(workload->environment);
        free(workload->directory);
        for (size_t i = 0; i < workload->file_count; i++) {
                free(workload->files[i].path);
                free(workload->files[i].content);
                free(workload->files[i].source);
        }
        free(workload->files);
        ready_clear(&workload->ready);
        free(workload->script);
        free(workload->user);
        strings_free(workload->consider);
        free(workload);
        return NULL;
}

int workload_consider(
        struct workload *workload, const char *folder, const char *pattern, struct error *error)
{
        CLEANUP_FREE char *absolute = NULL;

        if (!*pattern)
                return error_set(error, EINVAL, "what to consider is empty");
        if (*pattern != '/' && strchr(pattern, '/')) {
                while (string_has_prefix(pattern, "./"))
                        pattern += 2 + strspn(pattern + 2, "/");
                absolute = string_format("%s/%s", folder, pattern);
                if (!absolute)
                        return error_errno(error, ENOMEM, "what to consider");
                pattern = absolute;
        }
        if (strings_add(&workload->consider, pattern) < 0)
                return error_errno(error, ENOMEM, "what to consider");
        return 0;
}

int check_script(const char *path, struct error *error)
{
        char shown[EXCERPT_SIZE];
        struct stat status;

        if (stat(path, &status) < 0) {
                error_errno(error, errno, "%s", excerpt(path, shown));
                return -EINVAL;
        }
        if (!S_ISREG(status.st_mode))
                return error_set(error, EINVAL, "%s is not a file", excerpt(path, shown));
        if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
                return error_set(error, EINVAL, "%s is not executable; chmod +x makes it so",
                        excerpt(path, shown));
        return 0;
}

int check_user(const char *name, struct error *error)
{
        char shown[EXCERPT_SIZE];

        if (getpwnam(name))
                return 0;
        return error_set(error, EINVAL, "there is no user \"%s\" here", excerpt(name, shown));
}

static int check_command(const struct workload *workload, struct error *error)
{
        if (!workload->command || !workload->command[0] || !*workload->command[0])
                return error_set(error, EINVAL, "no command to run");
        for (char **entry = workload->environment; entry && *entry; entry++) {
                char shown[EXCERPT_SIZE];

                if (**entry == '=' || !strchr(*entry, '='))
                        return error_set(error, EINVAL, "environment: \"%s\" is not NAME=value",
                                excerpt(*entry, shown));
        }
        return 0;
}

static int check_numbers(const struct workload *workload, struct error *error)
{
        const struct workload_limits *limits = &workload->limits;

        if (!(workload->timeout > 0 && workload->timeout <= WORKLOAD_TIMEOUT_MAX))
                return error_set(error, EINVAL, "timeout: must be above 0, at most %.0f seconds",
                        WORKLOAD_TIMEOUT_MAX);
        if (workload->replicas < 1 || workload->replicas > WORKLOAD_REPLICAS_MAX)
                return error_set(error, EINVAL, "replicas: must be 1 to %d", WORKLOAD_REPLICAS_MAX);
        if (workload->exit_status < 0 || workload->exit_status > WORKLOAD_EXIT_MAX)
                return error_set(error, EINVAL, "exit: must be 0 to %d", WORKLOAD_EXIT_MAX);
        if (limits->memory == 0 || limits->disk == 0 || limits->processes < 1 ||
                limits->processes > WORKLOAD_PROCESSES_MAX)
                return error_set(error, EINVAL,
                        "limits: memory and disk must be above 0, processes 1 to %u",
                        WORKLOAD_PROCESSES_MAX);
        return 0;
}

static int check_test(const struct workload *workload, struct error *error)
{
        int r;

        if (workload->mode == WORKLOAD_SERVER && !workload->script)
                return error_set(
                        error, EINVAL, "mode server needs a test script (key test, or option -t)");
        if (workload->mode != WORKLOAD_SERVER && workload->ready.kind != READY_NONE)
                return error_set(error, EINVAL,
                        "ready has a meaning only for servers: it needs mode server");
        if (!workload->script)
                return 0;
        r = check_script(workload->script, error);
        return r < 0 ? error_prefix(error, r, "test") : 0;
}

static int check(const struct workload *workload, struct error *error)
{
        int r;

        r = check_command(workload, error);
        if (r < 0)
                return r;
        r = check_numbers(workload, error);
        if (r < 0)
                return r;
        r = check_test(workload, error);
        if (r < 0)
                return r;
        if (!workload->user)
                return 0;
        r = check_user(workload->user, error);
        return r < 0 ? error_prefix(error, r, "user") : 0;
}

static int fill_in(struct workload *workload, struct error *error)
{
        if (!workload->application_name) {
                workload->application_name = strdup(basename(workload->command[0]));
                if (!workload->application_name)
                        return error_errno(error, ENOMEM, "the application's name");
        }
        if (!workload->directory) {
                workload->directory = getcwd(NULL, 0);
                if (!workload->directory)
                        return error_errno(error, errno, "the working directory");
        }
        return 0;
}

int workload_complete(struct workload *workload, struct error *error)
{
        int r;

        r = check(workload, error);
        if (r == 0)
                r = fill_in(workload, error);
        if (r < 0 && workload->source)
                return error_prefix(error, r, "%s", workload->source);
        return r;
}
