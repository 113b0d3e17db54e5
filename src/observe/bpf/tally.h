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

/* Different words of selectors (feature/selector.h), beside what call they came with. */
#define TALLY_WORDS_MAX 32768

/* As SELECTORS_MAX. */
#define TALLY_SELECTORS_MAX 4

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

/* Where a selector's word comes from; as enum selector_source. */
enum tally_source {
        TALLY_ARGUMENT,
        TALLY_PAIR,
        TALLY_POINTER,
};

struct tally_selector {
        unsigned long long mask;
        unsigned offset; /* bytes */
        unsigned char source;
        unsigned char argument; /* 0 to 5 */
        unsigned char size;     /* bytes, 4 or 8 */
};

/* Value of the map `selectors`, whose key is tally_call(). */
struct tally_selectors {
        unsigned count; /* 0 to TALLY_SELECTORS_MAX */
        struct tally_selector list[TALLY_SELECTORS_MAX];
};

/* The number of a call among those of all ABIs; `number` is below TALLY_NUMBER_LIMIT. */
#define tally_call(abi, number) ((abi)*TALLY_NUMBER_LIMIT + (number))
#define TALLY_CALL_COUNT        (TALLY_ABI_COUNT * TALLY_NUMBER_LIMIT)

/* Key of the map `words`; the value is the count, an unsigned long long. */
struct tally_word {
        unsigned short abi;
        unsigned short number;
        unsigned selector; /* its place in the list */
        unsigned long long word;
};

/*
 * What the supervisor said a process is about to become, in the map `judgements`: memory that the
 * sandbox writes to. A byte for each number that a process may have (the kernel's PID_MAX_LIMIT),
 * by pages, so that the map has that many elements of that size.
 */
enum tally_judgement {
        JUDGEMENT_NONE,
        JUDGEMENT_CONSIDERED,
        JUDGEMENT_OTHER, /* not considered */
};

#define TALLY_PROCESS_LIMIT (4u << 20)
#define TALLY_PAGE_SIZE     4096u

struct tally_judgements {
        unsigned char of[TALLY_PAGE_SIZE];
};
