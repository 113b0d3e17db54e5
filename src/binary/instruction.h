/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * An instruction, in the few words that the analysis of system calls needs, whatever the processor.
 *
 * The decoder of an architecture (binary/machine.h) translates to these. What has no word here is
 * OPERATION_OTHER, of which only the registers that it reads and writes are told: the analysis
 * forgets the latter, which is always right, if not always exact.
 */

#include <stdbool.h>
#include <stdint.h>

/* Numbers of general registers are the architecture's own, from 0 on (x86-64: rax 0, rcx 1, rdx 2,
 * rbx 3, rsp 4, rbp 5, rsi 6, rdi 7, r8 8 … r15 15). */
#define REGISTERS_MAX 32
#define REGISTER_NONE 0xff

/* The size of a memory operand that is larger than can be told, or not known: of `rep movs`, a
 * gather, xsave. Anything from its address on may be read or written. */
#define OPERAND_SIZE_MANY 0xff

enum operation {
        OPERATION_OTHER,   /* changes `written` in unknown ways, and memory if has a memory
                              destination */
        OPERATION_NOTHING, /* nop, endbr64, prefetch: no effect at all */
        OPERATION_MOVE, /* destination = sources[0]: also load, store, push and pop (see adjust) */
        OPERATION_ADDRESS, /* destination = the address of sources[0], which is not accessed: lea */
        OPERATION_ADD,     /* destination = sources[0] op sources[1], as all that follow */
        OPERATION_SUBTRACT,
        OPERATION_AND,
        OPERATION_OR,
        OPERATION_XOR,
        OPERATION_SHIFT_LEFT,
        OPERATION_SHIFT_RIGHT,
        OPERATION_MULTIPLY,
        OPERATION_SELECT,  /* destination = sources[0] or sources[1]: cmov, csel */
        OPERATION_COMPARE, /* reads sources[0] and sources[1], writes flags only: cmp, test */
        OPERATION_CALL,    /* of sources[0]; the next instruction follows when it returns */
        OPERATION_JUMP,    /* to sources[0]: never on to the next instruction */
        OPERATION_BRANCH,  /* to sources[0] (an address) or to the next instruction */
        OPERATION_RETURN,
        OPERATION_STOP,        /* ud2, hlt, int3: nothing follows */
        OPERATION_SYSTEM_CALL, /* see entry */
};

/* How a system call enters the kernel. */
enum kernel_entry {
        KERNEL_ENTRY_SYSCALL,  /* the ABI of the object */
        KERNEL_ENTRY_INT80,    /* i386's ABI */
        KERNEL_ENTRY_SYSENTER, /* i386's ABI */
        KERNEL_ENTRY_COUNT,
};

enum operand_kind {
        OPERAND_NONE,
        OPERAND_REGISTER,
        OPERAND_NUMBER,  /* immediate */
        OPERAND_ADDRESS, /* an address of the object: the target of a direct call or jump */
        OPERAND_MEMORY,  /* what is at base + index * scale + displacement */
};

struct operand {
        uint8_t kind;
        uint8_t size;  /* in bytes of what is read or written: 1, 2, 4, 8, or more (vectors), up to
                          OPERAND_SIZE_MANY */
        uint8_t reg;   /* OPERAND_REGISTER: the whole register or its low `size` bytes */
        uint8_t base;  /* OPERAND_MEMORY: register, or REGISTER_NONE */
        uint8_t index; /*   register, or REGISTER_NONE */
        uint8_t scale;
        bool in_image;      /*   displacement is an address of the object (rip-relative, or absolute
                                 without base) */
        bool thread_local_; /*  relative to the thread pointer (fs, gs): never the object's data */
        int64_t number;     /* the number, the address, or the displacement. Numbers are
                               sign-extended from the size they are used in: mov $0xffffff9c,%edi has
                               -100, and a destination of 4 bytes, which takes its low 32 bits */
};

/*
 * What an instruction does, in this order: the sources are read; the stack pointer is adjusted if
 * it is a push; the destination is written; the stack pointer is adjusted if it is a pop. Then the
 * registers of `written` that are neither the destination nor the adjusted stack pointer hold
 * something unknown. A register destination of 4 bytes zeroes the upper half, a smaller one leaves
 * the rest of the register as it was.
 */
struct instruction {
        uint64_t address;
        uint8_t length; /* in bytes, 1 or more */
        uint8_t operation;
        uint8_t entry;      /* of OPERATION_SYSTEM_CALL */
        bool sign_extended; /* MOVE of a smaller source into a larger destination: else zeroes */
        bool conditional;   /* OTHER, MOVE: may also not happen (rep, cmpxchg): both are possible */
        int16_t adjust;     /* bytes added to the stack pointer: push -8 before its store, pop +8
                               after its load, leave +8 after its MOVE to the stack pointer; call and
                               return 0 (their own word is implied) */
        uint32_t read;      /* general registers by bits, those of addresses included */
        uint32_t addressing; /* those of `read` that do nothing but address memory operands. The
                                values of the others go where an OTHER puts them: into vector
                                registers, into memory */
        uint32_t written;    /* general registers by bits: the destination and side effects; the
                                stack pointer only where `adjust` does not tell its change */
        struct operand destination;
        struct operand sources[2]; /* OTHER: memory that is read comes first; registers and numbers
                                      where there is room */
};
