/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the BPF programs (tally.bpf.c) and their owner (observer-bpf.c) must agree on. */

/* The ABIs of one processor as the kernel tells them apart. */
enum tally_abi {
        TALLY_NATIVE,
        TALLY_COMPAT, /* 32-bit, on x86 `int 0x80` */
        TALLY_X32,
        TALLY_ABI_COUNT,
};

/* Numbers from 0 to here are counted; no kernel has a call beyond half of it. */
#define TALLY_NUMBER_LIMIT 1024

/* Processes and threads of the application that may live at the same time. */
#define TALLY_TASKS_MAX 16384

/* Different pairs of a call and an errno. */
#define TALLY_ERRORS_MAX 4096

/* Value of the map `calls`, whose key is the ABI. */
struct tally_calls {
        unsigned long long count[TALLY_NUMBER_LIMIT];
};

/* Key of the map `errors`; the value is the count, an unsigned long long. `errnum` is the kernel's
 * own. */
struct tally_error {
        unsigned short abi;
        unsigned short number;
        int errnum;
};
