/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/meter.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/vector.h"
#include "run/processes.h"

/*
 * Seconds between samples. They start short, for programs that do not live long, and double; and
 * they take no more than a tenth of the conductor's time, however many processes there are.
 */
#define SAMPLE_FIRST   0.0005
#define SAMPLE_LONGEST 0.004
#define SAMPLE_SHARE   0.1

/* Files of /proc are some hundred bytes; PID/status names every processor and so grows. */
#define PROC_FILE_MAX (64u << 10)

/*
 * What ru_maxrss must be above that of the launcher to be the application's: the kernel counts
 * resident pages in batches for each processor, and the launcher touches a few more pages between
 * its look at itself and the execve.
 */
#define MEMORY_SLACK (512u << 10)

/* Processes watched at a time: the conductor must not run out of descriptors. */
#define WATCHED_MAX 256

/*
 * A process whose /proc/PID/io was opened while it lived. Of a zombie that file belongs to the
 * machine's root, so that an ordinary user's loupe could not open it any more; reading goes on.
 */
struct watched {
        pid_t pid;
        int io;
};

struct meter {
        bool sample;
        double due;
        double interval;
        pid_t application;     /* the launched process */
        VECTOR(pid_t) scripts; /* session leaders */
        VECTOR(struct watched) watched;
        struct process_list processes; /* of the last look, kept for its memory */
        uint64_t largest; /* bytes: the most that one ended process is known to have had resident */
        struct usage usage;
};

struct meter *meter_new(bool sample)
{
        struct meter *meter = calloc(1, sizeof(*meter));

        if (meter) {
                meter->sample = sample;
                meter->due = INFINITY;
        }
        return meter;
}

struct meter *meter_free(struct meter *meter)
{
        struct watched *watched;

        if (!meter)
                return NULL;
        vector_for_each(watched, &meter->watched)
                close(watched->io);
        vector_clear(&meter->watched);
        vector_clear(&meter->scripts);
        vector_clear(&meter->processes);
        free(meter);
        return NULL;
}

static double seconds_of(struct timeval time)
{
        return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void add_resources(struct usage *usage, const struct rusage *resources)
{
        usage->cpu += seconds_of(resources->ru_utime) + seconds_of(resources->ru_stime);
        usage->context_switches += resources->ru_nvcsw + resources->ru_nivcsw;
}

void meter_read_launch(struct usage *ret)
{
        CLEANUP_FREE char *text = NULL;
        struct rusage resources;
        struct usage usage = {};

        if (read_file("/proc/self/io", PROC_FILE_MAX, &text, NULL) == 0)
                usage_read_io(text, &usage);
        if (getrusage(RUSAGE_SELF, &resources) == 0) {
                add_resources(&usage, &resources);
                usage.memory = (uint64_t)resources.ru_maxrss << 10;
        }
        *ret = usage;
}

static struct watched *find_watched(struct meter *meter, pid_t pid)
{
        struct watched *watched;

        vector_for_each(watched, &meter->watched)
                if (watched->pid == pid)
                        return watched;
        return NULL;
}

static int open_io(pid_t pid)
{
        char path[64];

        snprintf(path, sizeof(path), "/proc/%d/io", pid);
        return open(path, O_RDONLY | O_CLOEXEC);
}

static void watch(struct meter *meter, pid_t pid)
{
        struct watched *watched;
        int io;

        if (meter->watched.count >= WATCHED_MAX || find_watched(meter, pid))
                return;
        io = open_io(pid);
        watched = io >= 0 ? vector_add(&meter->watched) : NULL;
        if (watched)
                *watched = (struct watched){pid, io};
        else if (io >= 0)
                close(io);
}

void meter_application(struct meter *meter, pid_t pid)
{
        meter->application = pid;
        watch(meter, pid);
        if (meter->sample)
                meter->due = clock_seconds() + SAMPLE_FIRST;
}

void meter_script(struct meter *meter, pid_t leader)
{
        pid_t *script = vector_add(&meter->scripts);

        if (script)
                *script = leader;
}

double meter_due(const struct meter *meter)
{
        return meter->due;
}

static bool in_script_session(const struct meter *meter, const struct process *process)
{
        const pid_t *script;

        vector_for_each(script, &meter->scripts)
                /* The leader has not made its session yet when it has just been forked. */
                if (process->session == *script || process->pid == *script)
                        return true;
        return false;
}

static const struct process *find_process(const struct process_list *list, pid_t pid)
{
        const struct process *process;

        vector_for_each(process, list)
                if (process->pid == pid)
                        return process;
        return NULL;
}

/* Alive, and no launcher any more, which still is a copy of loupe. */
static bool can_be_seen(const struct meter *meter, const struct process *process)
{
        return process->state != 'Z' && process->state != 'X' &&
               (process->executed || process->pid != meter->application);
}

static bool is_application(const struct meter *meter, const struct process *process)
{
        /* Bounded: a list that was read while processes ended can have a circle in it. */
        for (unsigned depth = 0; process && process->pid != 1 && depth < 1024; depth++) {
                if (in_script_session(meter, process))
                        return false;
                process = find_process(&meter->processes, process->parent);
        }
        return true;
}

static uint64_t count_entries(const char *path)
{
        DIR *folder = opendir(path);
        struct dirent *entry;
        uint64_t count = 0;

        while (folder && (entry = readdir(folder)))
                count += entry->d_name[0] != '.';
        if (folder)
                closedir(folder);
        return count;
}

/* Since Linux 6.2 the folder's size is the number of its entries; before, it is 0. */
static uint64_t count_files(pid_t pid)
{
        struct stat status;
        char path[64];

        snprintf(path, sizeof(path), "/proc/%d/fd", pid);
        if (stat(path, &status) < 0)
                return 0;
        return status.st_size > 0 ? (uint64_t)status.st_size : count_entries(path);
}

static uint64_t read_memory(pid_t pid)
{
        CLEANUP_FREE char *text = NULL;
        uint64_t memory = 0;
        char path[64];

        snprintf(path, sizeof(path), "/proc/%d/status", pid);
        if (read_file(path, PROC_FILE_MAX, &text, NULL) == 0)
                usage_read_memory(text, &memory);
        return memory;
}

static void forget(struct meter *meter, struct watched *watched)
{
        close(watched->io);
        *watched = meter->watched.items[--meter->watched.count];
}

/* What the application has reaped itself counts as its own, and the numbers are given out again. */
static void forget_gone(struct meter *meter)
{
        for (size_t i = meter->watched.count; i-- > 0;)
                if (!find_process(&meter->processes, meter->watched.items[i].pid))
                        forget(meter, &meter->watched.items[i]);
}

static void look(struct meter *meter)
{
        const struct process *process;
        uint64_t memory = 0, files = 0;

        if (processes_list(&meter->processes) < 0)
                return;
        forget_gone(meter);
        vector_for_each(process, &meter->processes) {
                if (process->pid == 1 || !can_be_seen(meter, process) ||
                        !is_application(meter, process))
                        continue;
                watch(meter, process->pid);
                memory += read_memory(process->pid);
                files += count_files(process->pid);
        }
        if (memory > meter->usage.memory)
                meter->usage.memory = memory;
        if (files > meter->usage.files)
                meter->usage.files = files;
}

static void read_network(struct meter *meter)
{
        CLEANUP_FREE char *text = NULL;

        if (read_file("/proc/self/net/dev", PROC_FILE_MAX, &text, NULL) == 0)
                usage_read_network(text, &meter->usage);
}

void meter_sample(struct meter *meter, double now)
{
        double took;

        if (now < meter->due)
                return;
        look(meter);
        if (now == INFINITY) {
                read_network(meter);
                return;
        }
        took = clock_seconds() - now;
        meter->interval = fmin(fmax(2 * meter->interval, SAMPLE_FIRST), SAMPLE_LONGEST);
        meter->due = now + took + fmax(meter->interval, took / SAMPLE_SHARE);
}

/* What the zombie and its waited-for children have read and written. */
static void add_io(struct meter *meter, pid_t pid)
{
        struct watched *watched = find_watched(meter, pid);
        struct usage usage = {};
        int io = watched ? watched->io : open_io(pid);
        char text[1024];
        ssize_t n = io >= 0 ? pread(io, text, sizeof(text) - 1, 0) : -1;

        text[n > 0 ? n : 0] = '\0';
        if (usage_read_io(text, &usage) == 0) {
                meter->usage.file_bytes += usage.file_bytes;
                meter->usage.file_operations += usage.file_operations;
        }
        if (watched)
                forget(meter, watched);
        else if (io >= 0)
                close(io);
}

void meter_reap(struct meter *meter, pid_t pid, int *ret_status)
{
        struct rusage resources = {};
        struct process process;
        bool counts = process_read(pid, &process) == 0 && !in_script_session(meter, &process);
        uint64_t memory;

        if (counts)
                add_io(meter, pid);
        if (wait4(pid, ret_status, __WALL, &resources) != pid || !counts)
                return;
        add_resources(&meter->usage, &resources);
        memory = (uint64_t)resources.ru_maxrss << 10;
        if (memory > meter->largest)
                meter->largest = memory;
}

struct usage meter_finish(const struct meter *meter, const struct usage *launch)
{
        struct usage usage = meter->usage;

        usage_subtract(&usage, launch);
        /*
         * Two figures for the peak, neither of which is ever above it: what processes were seen to
         * have at one time, and what the kernel says that a single one had when it ended, which no
         * sample need have seen. So the larger one is nearer. But the kernel's includes what the
         * process had been before the execve, a copy of loupe, and says nothing until it is above
         * that.
         */
        if (meter->largest > launch->memory + MEMORY_SLACK && meter->largest > usage.memory)
                usage.memory = meter->largest;
        return usage;
}
