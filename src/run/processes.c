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

DEFINE_CLEANUP(DIR *, closedir)

/* What is needed of /proc/PID/stat (proc(5)). */
struct process {
        pid_t pid;
        pid_t parent;
        char state;
        unsigned long ticks; /* of the process and its waited-for children */
};

static int process_read(const char *pid, struct process *ret)
{
        CLEANUP_FREE char *text = NULL;
        unsigned long user, system;
        long user_children, system_children;
        struct process process = {.pid = atoi(pid)};
        char path[64];
        const char *rest;
        int r;

        snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
        r = read_file(path, 4096, &text, NULL);
        if (r < 0)
                return r;
        /* The second field, the name in parentheses, may hold anything. */
        rest = strrchr(text, ')');
        if (!rest || sscanf(rest + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld",
                             &process.state, &process.parent, &user, &system, &user_children,
                             &system_children) != 6)
                return -EINVAL;
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
                        process_read(entry->d_name, ret) == 0)
                        return true;
        return false;
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
