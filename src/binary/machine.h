/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A processor architecture in the eyes of static analysis: its decoder and its conventions.
 *
 * This is all that another architecture has to bring (a file machine-NAME.c and a row in
 * machine.c): all that uses it knows neither Zydis nor x86.
 */

#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "base/cleanup.h"
#include "binary/instruction.h"

struct decoder; /* of a machine; used by one thread at a time */

/* A way into the kernel: whose numbering of calls it has (`int 0x80` in a 64-bit program is
 * i386's), and where number and arguments are, in the registers of the machine. */
struct entry_convention {
        enum abi abi;
        uint8_t call_number;
        uint8_t call_arguments[6]; /* REGISTER_NONE: in no register */
        uint32_t changed;          /* registers by bits that the kernel changes */
};

struct machine {
        enum abi abi;
        unsigned pointer_size;      /* bytes */
        unsigned instruction_align; /* bytes: 1 on x86, 4 on aarch64 */
        unsigned register_count;    /* general ones, the stack pointer included */
        uint8_t stack_pointer;
        uint8_t return_registers[2];
        uint8_t arguments[8];   /* of functions, in order; ended by REGISTER_NONE */
        uint32_t kept_by_calls; /* registers by bits that a function gives back as they were */

        const struct entry_convention *entries[KERNEL_ENTRY_COUNT]; /* NULL: no such way */

        struct decoder *(*decoder_new)(void); /* NULL when out of memory */
        struct decoder *(*decoder_free)(struct decoder *decoder);
        /*
         * Decodes the instruction at `address`, of which `size` bytes are there. Returns its
         * length, or 0 for what is no instruction or is cut off (`*ret` untouched).
         */
        unsigned (*decode)(struct decoder *decoder, const uint8_t *bytes, size_t size,
                uint64_t address, struct instruction *ret);
};

/* The machine of an ABI, or NULL where there is no decoder for it. */
const struct machine *machine_of(enum abi abi);

/* Of a way to enter the kernel; NULL where the machine has no such way. */
const struct entry_convention *machine_entry(
        const struct machine *machine, enum kernel_entry entry);
