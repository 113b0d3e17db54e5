/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Vector instructions of x86-64 that are newer than the decoder's library. */

#include <stddef.h>

#include "binary/instruction.h"

/*
 * Decodes one with a VEX or EVEX prefix, in the opcode maps that are extended with every generation
 * of processors (0F38, 0F3A, and EVEX's 5 and 6). How long it is follows from its form; what it
 * does is not known, so it is an OPERATION_OTHER that may read and write all its operands. Returns
 * the length, or 0 for anything else (`*ret` untouched).
 */
unsigned vector_decode(
        const uint8_t *bytes, size_t size, uint64_t address, struct instruction *ret);
