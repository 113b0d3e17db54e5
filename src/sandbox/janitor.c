/* SPDX-License-Identifier: BSD-3-Clause */
#include "sandbox/janitor.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strings.h"

#define PROCESS_LIST_MAX   (16u << 20)
#define REMOVE_ATTEMPTS    500
#define REMOVE_INTERVAL_NS (10 * 1000 * 1000)

DEFINE_CLEANUP(DIR *, closedir)

char *group_path(const struct group_names *names, unsigned hierarchy, unsigned index)
{
        return string_format("%s/loupe-%d-%u", names->hierarchies[hierarchy].parent,
                (int)names->owner, names->first + index);
}

/* cgroup.kill, since Linux 5.14 and in v2 only, also catches what is being forked at the moment. */
static void kill_group(const char *path)
{
        CLEANUP_FREE char *killer = string_format("%s/cgroup.kill", path);
        CLEANUP_FREE char *processes = string_format("%s/cgroup.procs", path);
        CLEANUP_FREE char *list = NULL;
        char *rest, *line;
        pid_t pid;

        if (killer && write_file(killer, "1") == 0)
                return;
        if (!processes || read_file(processes, PROCESS_LIST_MAX, &list, NULL) < 0)
                return;
        rest = list;
        while ((line = strsep(&rest, "\n"))) {
                /* 0 stands for a process outside of our pid namespace; to kill(2) it would be
                 * ourselves. */
                pid = atoi(line);
                if (pid > 0)
                        kill(pid, SIGKILL);
        }
}

static void remove_folder(const char *path)
{
        const struct timespec interval = {.tv_nsec = REMOVE_INTERVAL_NS};

        for (unsigned attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
                if (rmdir(path) == 0 || errno != EBUSY)
                        return;
                kill_group(path);
                nanosleep(&interval, NULL);
        }
}

static void remove_group(const char *path)
{
        CLEANUP_FREE char *inner = string_format("%s/" GROUP_INNER, path);

        if (inner)
                remove_folder(inner);
        remove_folder(path);
}

void groups_remove(const struct group_names *names)
{
        for (unsigned hierarchy = 0; hierarchy < names->hierarchy_count; hierarchy++) {
                for (unsigned index = 0; index < names->count; index++) {
                        CLEANUP_FREE char *path = group_path(names, hierarchy, index);

                        if (path)
                                remove_group(path);
                }
        }
}

void groups_sweep(const char *parent)
{
        CLEANUP(closedirp) DIR *directory = opendir(parent);
        const struct dirent *entry;
        unsigned number;
        int owner;

        while (directory && (entry = readdir(directory))) {
                CLEANUP_FREE char *inner = string_format("%s/" GROUP_INNER, entry->d_name);

                if (sscanf(entry->d_name, "loupe-%d-%u", &owner, &number) != 2 || owner <= 0 ||
                        kill(owner, 0) == 0 || errno != ESRCH)
                        continue;
                /* Its processes died with it: a group that is in use after all belongs to somebody
                 * else. */
                if (inner)
                        unlinkat(dirfd(directory), inner, AT_REMOVEDIR);
                unlinkat(dirfd(directory), entry->d_name, AT_REMOVEDIR);
        }
}

/* Standard streams included: whoever reads what loupe writes waits for the last of its writers. */
static void close_all_but(int a, int b)
{
        int low = a < b ? a : b, high = a < b ? b : a;

        if (low > 0)
                close_range(0, low - 1, 0);
        if (high > low + 1)
                close_range(low + 1, high - 1, 0);
        close_range(high + 1, ~0u, 0);
}

/* The janitor's life. It must keep nothing alive or busy: no descriptor, terminal or working
 * directory. */
static void clean_up_at_the_end(const struct group_names *names, int link, int owner)
{
        struct pollfd events[] = {{.fd = link, .events = POLLIN}, {.fd = owner, .events = POLLIN}};
        sigset_t all;

        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
        setsid();
        prctl(PR_SET_NAME, "loupe-janitor");
        if (chdir("/") < 0)
                return;
        close_all_but(link, owner);
        /* Either is ready when it is time. The owner's end alone would do, but for janitor_stop().
         */
        while (poll(events, ARRAY_SIZE(events), -1) < 0 && errno == EINTR)
                ;
        groups_remove(names);
}

int janitor_start(const struct group_names *names, struct janitor *ret, struct error *error)
{
        CLEANUP_CLOSE int owner = pidfd_open(getpid(), 0);
        CLEANUP_CLOSE int ours = -1, theirs = -1;
        int ends[2];
        pid_t pid;

        if (owner < 0)
                return error_errno(error, errno, "opening a pidfd");
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return error_errno(error, errno, "creating a socket pair");
        ours = ends[0];
        theirs = ends[1];
        pid = fork();
        if (pid < 0)
                return error_errno(error, errno, "starting the janitor of the control groups");
        if (pid == 0) {
                clean_up_at_the_end(names, theirs, owner);
                _exit(EXIT_SUCCESS);
        }
        *ret = (struct janitor){.pid = pid, .link = steal_fd(&ours)};
        return 0;
}

void janitor_stop(struct janitor *janitor)
{
        pid_t pid;

        /* Closing would not do where a forked process has the descriptor as well. */
        shutdown(janitor->link, SHUT_RDWR);
        closep(&janitor->link);
        do
                pid = waitpid(janitor->pid, NULL, 0);
        while (pid < 0 && errno == EINTR);
        *janitor = (struct janitor){.pid = -1, .link = -1};
}
