/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What a run took of the machine: the application alone, all its processes, without the test
 * script's. From getrusage(2), proc(5) (PID/status, PID/io, net/dev), while it runs and at its end.
 * The measuring itself is in run/meter.h.
 */

#include <stdint.h>

struct usage {
        double cpu;                  /* processor seconds */
        uint64_t memory;             /* bytes, the most that was resident at a time; 0: not seen */
        uint64_t files;              /* the most descriptors open at a time; 0: not seen */
        uint64_t context_switches;   /* voluntary and involuntary */
        uint64_t file_bytes;         /* moved by read and write calls, of whatever kind of file */
        uint64_t file_operations;    /* such calls */
        uint64_t network_bytes;      /* sent over the sandbox's loopback, by client and server */
        uint64_t network_operations; /* packets */
};

/*
 * The readers of what the kernel and the test script write. Each returns 0, or -EINVAL where the
 * text is something else, with the outputs untouched.
 */

/* /proc/PID/io: sets file_bytes and file_operations. */
int usage_read_io(const char *text, struct usage *usage);

/* /proc/PID/status: the bytes that were resident at most (VmHWM); a zombie's has none. */
int usage_read_memory(const char *text, uint64_t *ret);

/* /proc/net/dev: sets network_bytes and network_operations from the loopback's line. */
int usage_read_network(const char *text, struct usage *usage);

/*
 * The test script's answer to `benchmark`: one finite number, as strtod(3) reads it in the C
 * locale but without hexadecimal, with white space around it and nothing else.
 */
int usage_read_score(const char *text, double *ret);

/* Takes one off the other, field by field, but for memory and files; never goes below 0. */
void usage_subtract(struct usage *usage, const struct usage *other);
