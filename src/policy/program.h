/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Classic BPF, written from its end to its beginning.
 *
 * Every jump of classic BPF goes forward. Whoever writes backwards therefore knows each target
 * before the jump to it: a label is simply the place of an instruction that is there already.
 * Conditional jumps reach 255 instructions far; longer ones are led over an unconditional jump,
 * unseen by the caller.
 *
 * A program that grows past the kernel's limit goes on as if nothing had happened, and
 * program_finish() says so.
 */

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef size_t label; /* of an instruction: how many others follow it in the finished program */

struct program {
        struct sock_filter reversed[BPF_MAXINSNS];
        size_t count;
        bool overflow; /* more than BPF_MAXINSNS instructions were wanted */
};

/* Ends the program with `value`. */
label program_return(struct program *program, uint32_t value);

/* Loads the 32-bit word at byte `offset` of the data into the accumulator, and goes on at `next`.
 */
label program_load_word(struct program *program, uint32_t offset, label next);

/* Clears those bits of the accumulator that `mask` lacks, and goes on at `next`. */
label program_and(struct program *program, uint32_t mask, label next);

/* Goes on at `yes` where accumulator `test` (BPF_JEQ, BPF_JGE, BPF_JSET) `value` holds, at `no`
 * otherwise. */
label program_branch(struct program *program, uint16_t test, uint32_t value, label yes, label no);

/*
 * Copies the program, in its right order, to memory that the caller frees. The instruction that was
 * written last is where it starts. Returns 0, -E2BIG or -ENOMEM.
 */
int program_finish(
        const struct program *program, struct sock_filter **ret, unsigned short *ret_count);
