/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/processes.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

/* PF_FORKNOEXEC of the kernel's include/linux/sched.h. */
#define FORKED_NOT_EXECUTED 0x40u

DEFINE_CLEANUP(DIR *, closedir)

int process_read(pid_t pid, struct process *ret)
{
        CLEANUP_FREE char *text = NULL;
        unsigned long user, system;
        unsigned flags;
        long user_children, system_children;
        struct process process = {.pid = pid};
        char path[64];
        const char *rest;
        int r;

        snprintf(path, sizeof(path), "/proc/%d/stat", pid);
        r = read_file(path, 4096, &text, NULL);
        if (r < 0)
                return r;
        /* The second field, the name in parentheses, may hold anything. */
        rest = strrchr(text, ')');
        if (!rest || sscanf(rest + 1, " %c %d %*d %d %*d %*d %u %*u %*u %*u %*u %lu %lu %ld %ld",
                             &process.state, &process.parent, &process.session, &flags, &user,
                             &system, &user_children, &system_children) != 8)
                return -EINVAL;
        process.executed = !(flags & FORKED_NOT_EXECUTED);
        process.ticks = user + system + (unsigned long)(user_children + system_children);
        *ret = process;
        return 0;
}

/* The next process that can be read, or false at the end. */
static bool process_next(DIR *proc, struct process *ret)
{
        struct dirent *entry;

        while ((entry = readdir(proc)))
                if (isdigit((unsigned char)entry->d_name[0]) &&
                        process_read(atoi(entry->d_name), ret) == 0)
                        return true;
        return false;
}

int processes_list(struct process_list *list)
{
        CLEANUP(closedirp) DIR *proc = opendir("/proc");
        struct process process, *added;

        if (!proc)
                return -errno;
        list->count = 0;
        while (process_next(proc, &process)) {
                added = vector_add(list);
                if (!added)
                        return -ENOMEM;
                *added = process;
        }
        return 0;
}

/* The number of the process that was made last (proc(5), /proc/loadavg, its last field), or -errno.
 */
static long last_pid(void)
{
        CLEANUP_FREE char *text = NULL;
        const char *field;
        int r;

        r = read_file("/proc/loadavg", 4096, &text, NULL);
        if (r < 0)
                return r;
        field = strrchr(text, ' ');
        return field ? atol(field) : -EINVAL;
}

static bool find_child(pid_t excepted)
{
        CLEANUP(closedirp) DIR *proc = opendir("/proc");
        struct process process;

        while (proc && process_next(proc, &process))
                if (process.parent == 1 && process.pid != excepted && process.state != 'Z' &&
                        process.state != 'X')
                        return true;
        return false;
}

bool processes_child_lives(pid_t excepted)
{
        long last;

        /*
         * The folder is read in one piece, and its processes one by one thereafter: a parent that
         * has been listed can have made a child and ended until its turn comes, as a daemon's does.
         */
        do {
                last = last_pid();
                if (find_child(excepted))
                        return true;
        } while (last_pid() != last);
        return false;
}

double processes_usage(void)
{
        CLEANUP(closedirp) DIR *proc = opendir("/proc");
        struct process process;
        unsigned long ticks = 0;

        while (proc && process_next(proc, &process))
                ticks += process.ticks;
        return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}
