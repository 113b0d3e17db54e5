/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What divides a system call into sub-features: the arguments that select an operation or consist
 * of flags, and the names of their values. Generated from data/features/, where every such fact
 * stands; the values of the names are those of the kernel headers at build time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/syscalls.h"

enum selector_kind {
        SELECTOR_ENUMERATION, /* the masked word is one value */
        SELECTOR_FLAGS,       /* every bit of the masked word is a value of its own; where the
                                 value 0 has a name, "no bit set" is one as well (PROT_NONE) */
};

struct selector_value {
        const char *name;
        uint64_t value;
        bool has_success;       /* a fake of this value reports another success than the call's */
        struct success success; /* that */
};

/*
 * Where the word comes from: an argument's low 32 bits; a pair of arguments, the second's low 32
 * bits below the first's (setsockopt's level above its name); or memory that an argument points to.
 */
enum selector_source {
        SELECTOR_ARGUMENT,
        SELECTOR_PAIR,
        SELECTOR_POINTER,
};

struct selector {
        const char *name; /* of the argument or structure member: "cmd", "flags" */
        enum selector_kind kind;
        enum selector_source source;
        unsigned argument; /* 0 to 5; of a pair the upper one, the lower is the next argument */
        unsigned offset;   /* SELECTOR_POINTER: bytes from where the argument points */
        unsigned size;     /* SELECTOR_POINTER: bytes of the word, 4 or 8 */
        uint64_t mask;     /* the bits of the word that belong to this selector */
        const struct selector_value *values;
        size_t value_count;
};

/* Most selectors of one call. */
#define SELECTORS_MAX 4

/* The selectors of a call, in a fixed order; NULL and 0 where it has none. The calls of ABIs that
 * this machine does not offer (abi_reachable()) have none: the values would not be theirs. */
const struct selector *selectors_of(enum abi abi, int number, size_t *ret_count);

/* The masked word of a register selector (SELECTOR_ARGUMENT, SELECTOR_PAIR). */
uint64_t selector_word(const struct selector *selector, const uint64_t arguments[6]);

/* True where a call with that masked word has the value `value`. */
bool selector_matches(const struct selector *selector, uint64_t word, uint64_t value);

/* Most values that one word can have: 64 bits. */
#define SELECTOR_VALUES_MAX 64

/* All the values that a masked word has: exactly one for an enumeration, none or more for flags.
 * Returns how many. */
size_t selector_split(
        const struct selector *selector, uint64_t word, uint64_t ret[SELECTOR_VALUES_MAX]);

/* The entry of a value, or NULL where it has no name. The first of several names, which follow as
 * entries of their own. */
const struct selector_value *selector_value_find(const struct selector *selector, uint64_t value);
