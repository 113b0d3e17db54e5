/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/phases.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/descriptor.h"
#include "base/io.h"
#include "observe/breakpoint.h"
#include "policy/mapping.h"

/* What was found out about a file. */
struct known_program {
        dev_t device;
        ino_t inode;
        off_t size;
        struct timespec changed;
        int result; /* of observer_find_main */
        struct observer_main main;
        char *problem; /* where the result is negative */
};

void phases_clear(struct phases *phases)
{
        struct known_program *known;

        vector_for_each(known, &phases->known)
                free(known->problem);
        vector_clear(&phases->known);
}

struct process *process_release(struct process *process)
{
        if (process && --process->threads == 0)
                free(process);
        return NULL;
}

static struct process *process_new(pid_t number, enum call_phase phase)
{
        struct process *process = calloc(1, sizeof(*process));

        if (process)
                *process = (struct process){.threads = 1, .number = number, .phase = phase};
        return process;
}

/* ---- Programs ---- */

static const struct known_program *find_known(
        const struct phases *phases, const struct stat *status)
{
        const struct known_program *known;

        vector_for_each(known, &phases->known)
                if (known->device == status->st_dev && known->inode == status->st_ino &&
                        known->size == status->st_size &&
                        known->changed.tv_sec == status->st_ctim.tv_sec &&
                        known->changed.tv_nsec == status->st_ctim.tv_nsec)
                        return known;
        return NULL;
}

/* What is known of an open file; NULL when out of memory. */
static const struct known_program *know(struct phases *phases, int file)
{
        struct error error = {};
        struct known_program *known;
        const struct known_program *found;
        struct stat status;
        char path[64];

        if (fstat(file, &status) < 0)
                return NULL;
        found = find_known(phases, &status);
        if (found)
                return found;
        known = vector_add(&phases->known);
        if (!known)
                return NULL;
        *known = (struct known_program){
                .device = status.st_dev,
                .inode = status.st_ino,
                .size = status.st_size,
                .changed = status.st_ctim,
        };
        snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
        known->result = phases->find(path, &known->main, &error);
        if (known->result < 0) {
                known->problem = strdup(error.message);
                if (!known->problem)
                        phases->known.count--;
        }
        return known->result < 0 && !known->problem ? NULL : known;
}

/* An entry of the auxiliary vector that the kernel gave a process. */
static int read_auxiliary(int proc, pid_t thread, unsigned long type, uint64_t *ret)
{
        CLEANUP_CLOSE int fd = -1;
        Elf64_auxv_t entry;
        char name[32];

        snprintf(name, sizeof(name), "%d/auxv", (int)thread);
        fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        while (read(fd, &entry, sizeof(entry)) == sizeof(entry) && entry.a_type != AT_NULL)
                if (entry.a_type == type) {
                        *ret = entry.a_un.a_val;
                        return 0;
                }
        return -ENOENT;
}

/* The path by which the kernel knows the executable, or NULL. */
static char *read_path(const struct phases *phases, pid_t thread)
{
        char name[32], path[PATH_MAX];
        ssize_t size;

        snprintf(name, sizeof(name), "%d/exe", (int)thread);
        size = readlinkat(phases->proc, name, path, sizeof(path) - 1);
        return size < 0 ? NULL : strndup(path, size);
}

/* Notes a program whose main() is not to be found. */
static void give_up(
        struct phases *phases, struct process *process, const char *path, const char *problem)
{
        process->phase = CALL_PHASE_UNKNOWN;
        ledger_program(phases->ledger, path, 0, problem);
}

/* ---- Execution ---- */

static void note_executable(struct phases *phases, struct process *process, const char *path)
{
        CLEANUP_CLOSE int file = -1;
        const struct known_program *known;
        uint64_t entry = 0;
        char name[32];

        snprintf(name, sizeof(name), "%d/exe", (int)process->number);
        file = openat(phases->proc, name, O_RDONLY | O_CLOEXEC);
        if (file < 0) {
                if (errno != ENOENT && errno != ESRCH) /* it is still there */
                        give_up(phases, process, path, strerror(errno));
                return;
        }
        known = know(phases, file);
        if (!known) {
                ledger_lose(phases->ledger);
        } else if (known->result < 0) {
                give_up(phases, process, path, known->problem);
        } else if (known->result > 0) {
                process->phase = CALL_BEFORE_MAIN;
                process->is_loading = true;
        } else if (read_auxiliary(phases->proc, process->number, AT_ENTRY, &entry) == 0) {
                process->phase = CALL_BEFORE_MAIN;
                process->main = known->main.address + (entry - known->main.entry);
                ledger_program(phases->ledger, path, known->main.address, NULL);
        } else {
                ledger_lose_sight(phases->ledger);
        }
}

static bool blocks_trap(pid_t thread)
{
        uint64_t mask = 0; /* as the kernel has it */

        ptrace(PTRACE_GETSIGMASK, thread, sizeof(mask), &mask);
        return mask & UINT64_C(1) << (SIGTRAP - 1);
}

struct process *phases_execute(struct phases *phases, pid_t thread)
{
        CLEANUP_FREE char *path = read_path(phases, thread);
        struct process *process = process_new(thread, CALL_PHASE_UNKNOWN);

        if (!process)
                return NULL;
        process->blocks_trap = blocks_trap(thread);
        note_executable(phases, process, path ? path : "[unknown]");
        return process;
}

/* What lies in front of the program's first byte in memory is not its own: the file that ld.so maps
 * first, and before any other, is the program. */
void phases_look(struct phases *phases, struct process *process, pid_t thread)
{
        CLEANUP_FREE char *loader = read_path(phases, thread);
        struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
        CLEANUP(mapping_clear) struct mapping mapping = {};
        CLEANUP_CLOSE int root = -1, file = -1;
        const struct known_program *known;
        char name[32];

        if (!loader || mapping_find_other(phases->proc, thread, loader, &mapping) < 0)
                return;
        process->is_loading = false;
        snprintf(name, sizeof(name), "%d/root", (int)thread);
        root = openat(phases->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (root >= 0)
                file = syscall(SYS_openat2, root, mapping.path, &how, sizeof(how));
        if (file < 0) {
                give_up(phases, process, mapping.path, strerror(errno));
                return;
        }
        known = know(phases, file);
        if (!known) {
                ledger_lose(phases->ledger);
        } else if (known->result != 0) {
                give_up(phases, process, mapping.path,
                        known->problem ? known->problem : "a loader, run by another one");
        } else {
                process->main = mapping.start + (known->main.address - known->main.first);
                ledger_program(phases->ledger, mapping.path, known->main.address, NULL);
        }
}

void phases_enter_main(struct process *process, pid_t thread)
{
        uint64_t mask;

        breakpoint_clear(thread);
        process->phase = CALL_AFTER_MAIN;
        /* The kernel takes the signal out of the mask, lest the thread be stopped there for ever.
         */
        if (process->blocks_trap && ptrace(PTRACE_GETSIGMASK, thread, sizeof(mask), &mask) == 0) {
                mask |= UINT64_C(1) << (SIGTRAP - 1);
                ptrace(PTRACE_SETSIGMASK, thread, sizeof(mask), &mask);
        }
}

/* ---- Children ---- */

static pid_t number_in(const char *text, const char *key)
{
        const char *line = strstr(text, key);

        return line ? atoi(line + strlen(key)) : 0;
}

struct relation phases_relation(const struct phases *phases, pid_t thread)
{
        CLEANUP_CLOSE int fd = -1;
        char text[1024]; /* what is looked for is among the first lines */
        ssize_t size;

        snprintf(text, sizeof(text), "%d/status", (int)thread);
        fd = openat(phases->proc, text, O_RDONLY | O_CLOEXEC);
        size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
        if (size < 0)
                return (struct relation){};
        text[size] = '\0';
        return (struct relation){number_in(text, "\nTgid:"), number_in(text, "\nPPid:")};
}

struct process *phases_child(struct phases *phases, struct process *parent, pid_t child)
{
        pid_t number = phases_relation(phases, child).process;
        struct process *process;

        if (parent && parent->number == number) {
                parent->threads++;
                return parent;
        }
        process = process_new(child, CALL_PHASE_UNKNOWN);
        if (process && parent) {
                *process = *parent;
                process->number = child;
                process->threads = 1;
        }
        return process;
}
