/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "sandbox/sandbox.h"

int identity_find(const char *user, struct identity *ret, struct error *error)
{
        struct identity identity = {.change = user != NULL};
        struct passwd *entry;

        if (user) {
                errno = 0;
                entry = getpwnam(user);
                if (!entry)
                        return error_set(
                                error, errno ? errno : ENOENT, "there is no user '%s'", user);
                identity.uid = entry->pw_uid;
                identity.gid = entry->pw_gid;
                identity.group_count = IDENTITY_GROUPS_MAX;
                if (getgrouplist(user, entry->pw_gid, identity.groups, &identity.group_count) < 0)
                        return error_set(error, E2BIG, "user '%s' is in more than %d groups", user,
                                IDENTITY_GROUPS_MAX);
                /* An ordinary user needs no change to be itself, and could not make it. */
                identity.change = identity.uid != geteuid();
        }
        *ret = identity;
        return 0;
}

/* The conductor blocks signals; their dispositions are the default ones in a sandbox already. */
static void unblock_signals(void)
{
        sigset_t none;

        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Becomes the user but keeps CAP_SYS_ADMIN until the execve, which takes it: putting on the filter
 * needs it, and must come last.
 */
static int change_identity(const struct identity *identity, struct error *error)
{
        static const cap_value_t needed[] = {CAP_SYS_ADMIN};
        cap_t capabilities;
        int r = 0;

        if (!identity->change)
                return 0;
        if (prctl(PR_SET_KEEPCAPS, 1) < 0 ||
                setgroups(identity->group_count, identity->groups) < 0 ||
                setresgid(identity->gid, identity->gid, identity->gid) < 0 ||
                setresuid(identity->uid, identity->uid, identity->uid) < 0)
                return error_errno(error, errno, "becoming user %u", identity->uid);
        capabilities = cap_get_proc();
        if (!capabilities || cap_set_flag(capabilities, CAP_EFFECTIVE, 1, needed, CAP_SET) < 0 ||
                cap_set_proc(capabilities) < 0)
                r = error_errno(error, errno, "keeping a capability as user %u", identity->uid);
        cap_free(capabilities);
        return r;
}

static int set_stdio(int output, int answer, struct error *error)
{
        CLEANUP_CLOSE int null = -1;

        if (output < 0)
                return 0;
        null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (null < 0)
                return error_errno(error, errno, "opening /dev/null");
        if (dup2(null, 0) < 0 || dup2(answer > 0 ? answer : output, 1) < 0 || dup2(output, 2) < 0)
                return error_errno(error, errno, "setting up standard output");
        return 0;
}

int launch_prepare(const struct launch *launch, struct error *error)
{
        int r;

        unblock_signals();
        if (launch->keep_session)
                setpgid(0, 0);
        else if (launch->output >= 0)
                setsid();
        if (launch->cgroups) {
                r = cgroup_pool_enter(launch->cgroups, launch->slot);
                if (r < 0)
                        return error_errno(error, -r, "entering the control group");
        }
        r = sandbox_confine();
        if (r < 0)
                return error_errno(error, -r, "dropping capabilities");
        r = set_stdio(launch->output, launch->answer, error);
        if (r < 0)
                return r;
        /* Descriptors that loupe was started with are none of the program's business. */
        if (syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
                return error_errno(error, errno, "marking descriptors close-on-exec");
        r = change_identity(launch->identity, error);
        if (r < 0)
                return r;
        if (launch->directory && chdir(launch->directory) < 0)
                return error_errno(error, errno, "entering %s", launch->directory);
        return 0;
}

/* 0 where `path` is a file that can be executed, or why not. */
static int executable(const char *path)
{
        struct stat status;

        if (stat(path, &status) < 0)
                return -errno;
        if (S_ISDIR(status.st_mode) || access(path, X_OK) < 0)
                return -EACCES;
        return 0;
}

int launch_find(const struct launch *launch, char ret_path[4096], struct error *error)
{
        const char *name = launch->command[0], *search = "/usr/local/bin:/usr/bin:/bin";
        CLEANUP_STRINGS char **folders = NULL;
        int r, found = -ENOENT;

        if (strchr(name, '/')) {
                snprintf(ret_path, 4096, "%s", name);
                r = executable(name);
                return r < 0 ? error_errno(error, -r, "%s", name) : 0;
        }
        for (size_t i = 0; launch->environment[i]; i++)
                if (string_has_prefix(launch->environment[i], "PATH="))
                        search = launch->environment[i] + strlen("PATH=");
        folders = strings_split(search, ':');
        if (!folders)
                return error_errno(error, ENOMEM, "%s", name);
        for (size_t i = 0; folders[i]; i++) {
                snprintf(ret_path, 4096, "%s/%s", folders[i], name);
                r = executable(ret_path);
                if (r == 0)
                        return 0;
                if (r == -EACCES)
                        found = r;
        }
        return error_set(error, -found, "%s: %s", name,
                found == -ENOENT ? "not found in PATH" : "found in PATH, but not executable");
}
