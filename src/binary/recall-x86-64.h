/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Instructions that were decoded before. Code repeats itself: few forms make up most of it, and
 * decoding takes ten times as long as finding one again. Private to the files of this machine.
 *
 * What is found is what the decoder would tell: bytes count as the same form if they agree in all
 * but displacements, immediates, and distances of jumps that only make the number of an operand,
 * which is calculated from the bytes that are there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "binary/instruction.h"
#include "binary/translation-x86-64.h"

#define RECALL_SETS 1024 /* power of two */
#define RECALL_WAYS 4

/* Bytes of the instruction that make the number of operands. */
struct recall_field {
        uint8_t offset, size; /* bytes; size 0: there is none */
        uint8_t operands;     /* by bits: destination, sources[0], sources[1] */
        bool is_relative;     /* to the next instruction's address */
};

struct recall_form {
        uint64_t bytes[2], mask[2];     /* as they lie in memory */
        struct recall_field fields[2];  /* a displacement or distance, an immediate */
        struct instruction instruction; /* length 0: there is none */
};

/* All zeroes at first. */
struct recall {
        uint8_t keyed[UINT16_MAX + 1]; /* by the first two bytes: how many tell the set */
        uint8_t next[RECALL_SETS];     /* way that is given to another form */
        struct recall_form forms[RECALL_SETS][RECALL_WAYS];
};

/* Returns false where the form is not there: `*ret` untouched. */
bool recall_find(const struct recall *recall, const uint8_t *bytes, size_t size, uint64_t address,
        struct instruction *ret);

/* Keeps what came of a translation, if what it depends on is known. */
void recall_keep(struct recall *recall, const uint8_t *bytes, size_t size,
        const struct translation *translation);
