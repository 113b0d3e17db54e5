/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/asker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "policy/mapping.h"
#include "policy/thread.h"

#define THREAD_SLOTS 256

struct askers {
        int proc;
        /* One place for each key: whoever comes later takes it. */
        struct {
                pid_t thread;
                pid_t process;
        } threads[THREAD_SLOTS];
};

struct askers *askers_new(int proc)
{
        struct askers *askers = calloc(1, sizeof(*askers));

        if (askers)
                askers->proc = proc;
        return askers;
}

struct askers *askers_free(struct askers *askers)
{
        free(askers);
        return NULL;
}

/* The process that a thread belongs to; 0 where that cannot be told. */
static pid_t process_of(struct askers *askers, pid_t thread)
{
        size_t slot = (size_t)thread % THREAD_SLOTS;
        pid_t process = askers->threads[slot].process;

        /* Asked of the kernel, which tells cheaply that something is still so. */
        if (askers->threads[slot].thread == thread && syscall(SYS_tgkill, process, thread, 0) == 0)
                return process;
        process = thread_process(askers->proc, thread);
        if (process <= 0)
                return 0;
        askers->threads[slot].thread = thread;
        askers->threads[slot].process = process;
        return process;
}

/* What holds the calling instruction, as of struct refusal. */
static void find_object(const struct askers *askers, const struct call *call, char ret[PATH_MAX])
{
        /* The kernel tells the address behind the instruction. */
        uint64_t address = call->notification->data.instruction_pointer - 1;
        struct mapping mapping = {};
        const char *object = REFUSAL_UNKNOWN;

        if (mapping_find(askers->proc, call_thread(call), address, &mapping) == 0 &&
                strlen(mapping.path) < PATH_MAX)
                object = mapping.path[0] ? mapping.path : REFUSAL_ANONYMOUS;
        strcpy(ret, object);
        mapping_clear(&mapping);
}

bool askers_note(struct askers *askers, const struct call *call, const struct refused *refused,
        struct refusal_record *record)
{
        bool is_new = refusal_record_lacks(record, refused->feature);
        struct refused complete = *refused;
        char object[PATH_MAX];

        if (is_new)
                find_object(askers, call, object);
        complete.process = process_of(askers, call_thread(call));
        /* What was looked at counts only if it was the caller's. */
        if (!call_is_valid(call))
                return false;
        refusal_record_note(record, &complete, is_new ? object : NULL);
        return true;
}
