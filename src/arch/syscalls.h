/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The table of system calls, generated from data/syscalls.csv, where every fact about a call
 * stands: its name, its number per ABI, the kinds of its arguments, the value by which it reports
 * success.
 */

#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"

#define SYSCALL_ARGUMENTS_MAX 6

/* What an argument is; the words of the CSV in the comments. */
enum argument_kind {
        ARGUMENT_NONE,
        ARGUMENT_INTEGER,  /* int: a number, count, size or offset */
        ARGUMENT_FLAGS,    /* flags: a set of bits */
        ARGUMENT_SELECTOR, /* selector: chooses one operation out of an enumeration (fcntl's cmd) */
        ARGUMENT_DESCRIPTOR, /* fd */
        ARGUMENT_PATH,       /* path: pointer to a NUL-terminated file name */
        ARGUMENT_POINTER,    /* pointer: to anything else */
        ARGUMENT_SIGNAL,     /* signal */
        ARGUMENT_PROCESS,    /* pid: a process, thread or group */
        ARGUMENT_MODE,       /* mode: permission bits */
        ARGUMENT_IDENTITY,   /* id: user or group */
};

/* How a faked call reports success; the words of the CSV in the comments. */
enum success_kind {
        SUCCESS_CONSTANT,   /* "0", "1", …: always this value */
        SUCCESS_ARGUMENT,   /* "arg2": the value of that argument (0 to 5), as write's count */
        SUCCESS_DESCRIPTOR, /* "fd": a fresh descriptor, open on nothing of use */
        SUCCESS_IOVEC,   /* "iovec1": bytes in the iovec array at that argument, its length in the
                            next */
        SUCCESS_MESSAGE, /* "msghdr1": bytes in the msghdr at that argument */
        SUCCESS_THREAD,  /* "tid": the number of the calling thread */
};

struct success {
        enum success_kind kind;
        int64_t value; /* the constant (0 or more), or the index of the argument (0 to 5) */
};

struct syscall_info {
        const char *name;
        int numbers[ABI_COUNT];  /* -1 where the ABI has no such call; without number_bit */
        unsigned argument_count; /* 0 as well for a call whose arguments nobody ever defined */
        enum argument_kind arguments[SYSCALL_ARGUMENTS_MAX]; /* ARGUMENT_NONE past the count */
        struct success success;
};

/* Rows sorted by name. */
extern const struct syscall_info syscall_table[];
extern const size_t syscall_table_size;

/* The row of a call, or NULL where the table has none. `number` is without number_bit. */
const struct syscall_info *syscall_by_number(enum abi abi, int number);
const struct syscall_info *syscall_by_name(const char *name);

/* One past the highest number that `abi` gives a call. */
int syscall_number_limit(enum abi abi);
