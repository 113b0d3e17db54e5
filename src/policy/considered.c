/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/considered.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "policy/thread.h"

#define PROGRAM_SLOTS 4096
#define PROCESS_SLOTS 4096

struct identity {
        unsigned char bytes[16];
};

/* A program at work, in all processes that run it. */
struct program {
        struct identity identity;
        bool is_known; /* the slot is in use */
        bool is_considered;
};

/* The judgement of what a process was about to execute. */
struct expectation {
        pid_t process;          /* 0: none */
        uint64_t start_time;    /* of the process, which tells it from a later one of that number */
        struct identity before; /* what it ran then, and still does where the exec failed */
        bool is_considered;
};

/* Both tables have one place for each key: whoever comes later takes it. */
struct considered {
        const struct scope *scope;
        int proc;
        struct identity latest; /* of the thread that considered_is() was asked about last */
        struct program programs[PROGRAM_SLOTS];
        struct expectation expectations[PROCESS_SLOTS];
};

struct considered *considered_new(const struct scope *scope, int proc)
{
        struct considered *considered = calloc(1, sizeof(*considered));

        if (considered) {
                considered->scope = scope;
                considered->proc = proc;
        }
        return considered;
}

struct considered *considered_free(struct considered *considered)
{
        free(considered);
        return NULL;
}

/* The value of an entry of the auxiliary vector, whose words have `word` bytes; 0: not there. */
static uint64_t find_auxiliary(const unsigned char *vector, size_t size, size_t word, uint64_t type)
{
        for (size_t i = 0; i + 2 * word <= size; i += 2 * word) {
                uint64_t key = 0, value = 0;

                memcpy(&key, vector + i, word);
                memcpy(&value, vector + i + word, word);
                if (key == type)
                        return value;
        }
        return 0;
}

/* Returns false where the thread is gone, or runs nothing that the kernel gave such bytes to. */
static bool identity_read(int proc, pid_t thread, struct identity *ret)
{
        unsigned char vector[1024];
        ssize_t size = thread_read(proc, thread, "auxv", vector, sizeof(vector));
        struct iovec local = {.iov_base = ret, .iov_len = sizeof(*ret)};
        struct iovec remote = {.iov_len = sizeof(*ret)};
        uint64_t address = 0;

        if (size > 0)
                address = find_auxiliary(vector, (size_t)size, sizeof(uint64_t), AT_RANDOM);
        /* Read in pairs, the words of a 32-bit program never look like that: they are not 0. */
        if (size > 0 && address == 0)
                address = find_auxiliary(vector, (size_t)size, sizeof(uint32_t), AT_RANDOM);
        remote.iov_base = (void *)(uintptr_t)address;
        return address != 0 &&
               process_vm_readv(thread, &local, 1, &remote, 1, 0) == (ssize_t)sizeof(*ret);
}

static struct program *find_program(struct considered *considered, const struct identity *identity)
{
        uint32_t hash;

        memcpy(&hash, identity->bytes, sizeof(hash));
        return &considered->programs[hash % PROGRAM_SLOTS];
}

/* When a process was started, in the kernel's ticks; 0 where it is gone. */
static uint64_t start_time_of(int proc, pid_t process)
{
        char text[1024];
        ssize_t size = thread_read(proc, process, "stat", text, sizeof(text));
        const char *field;

        if (size < 0)
                return 0;
        /* Field 22; the second is a name in parentheses, which can hold anything. */
        field = strrchr(text, ')');
        for (unsigned i = 2; field && i < 22; i++)
                field = strchr(field + 1, ' ');
        return field ? strtoull(field, NULL, 10) : 0;
}

static bool identity_equal(const struct identity *a, const struct identity *b)
{
        return memcmp(a, b, sizeof(*a)) == 0;
}

/* What was found when `process` was about to execute the program it runs, if it was; or NULL. */
static const struct expectation *find_expectation(
        const struct considered *considered, pid_t process, const struct identity *identity)
{
        const struct expectation *expectation = &considered->expectations[process % PROCESS_SLOTS];

        if (expectation->process != process || identity_equal(&expectation->before, identity) ||
                expectation->start_time != start_time_of(considered->proc, process))
                return NULL;
        return expectation;
}

/*
 * What a program that was not seen before is: as expected of the process or of the one that it was
 * forked from, if that still runs the same program; else as it looks now.
 */
static bool judge(struct considered *considered, pid_t thread, const struct identity *identity)
{
        pid_t process = thread_process(considered->proc, thread);
        const struct expectation *expectation;
        struct identity other = *identity;

        for (pid_t ancestor = process; ancestor > 0 && identity_equal(&other, identity);) {
                expectation = find_expectation(considered, ancestor, identity);
                if (expectation)
                        return expectation->is_considered;
                ancestor = thread_status(considered->proc, ancestor, "PPid:");
                if (ancestor <= 0 || !identity_read(considered->proc, ancestor, &other))
                        break;
        }
        return process > 0 && scope_judge(considered->scope, considered->proc, process) > 0;
}

bool considered_is(struct considered *considered, pid_t thread)
{
        struct identity identity = {};
        struct program *program;
        bool is_known = identity_read(considered->proc, thread, &identity);

        considered->latest = identity;
        if (!is_known)
                return judge(considered, thread, &identity);
        program = find_program(considered, &identity);
        if (!program->is_known || !identity_equal(&program->identity, &identity))
                *program = (struct program){
                        .identity = identity,
                        .is_known = true,
                        .is_considered = judge(considered, thread, &identity),
                };
        return program->is_considered;
}

/* Keeps the judgement of what a process is about to execute. */
static void expect(struct considered *considered, pid_t process, bool is_considered)
{
        considered->expectations[process % PROCESS_SLOTS] = (struct expectation){
                .process = process,
                .start_time = start_time_of(considered->proc, process),
                .before = considered->latest,
                .is_considered = is_considered,
        };
}

pid_t considered_exec(struct considered *considered, pid_t thread, const char *path,
        uint64_t arguments, bool short_pointers, bool *ret_considered)
{
        pid_t process = thread_process(considered->proc, thread);
        int r;

        if (process < 0)
                return process;
        r = scope_judge_exec(
                considered->scope, considered->proc, thread, path, arguments, short_pointers);
        if (r < 0)
                return r;
        expect(considered, process, r > 0);
        *ret_considered = r > 0;
        return process;
}

pid_t considered_exec_name(
        struct considered *considered, pid_t thread, const char *name, bool *ret_considered)
{
        pid_t process = thread_process(considered->proc, thread);
        int r;

        if (process < 0)
                return process;
        r = scope_judge_name(considered->scope, name);
        if (r < 0)
                return r;
        *ret_considered = r > 0;
        expect(considered, process, *ret_considered);
        return process;
}
