/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Counts in memory that a tracer shares with loupe: the tracer writes them in the sandbox, loupe
 * reads them when the sandbox, tracer and all, has gone. Of fixed size, since memory cannot be
 * added to what two processes share already: what finds no room is counted as lost.
 */

#include <stdint.h>

#include "arch/arch.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "observe/observation.h"

struct ledger;

/* Shared with all processes forked later. Returns NULL with errno set. */
struct ledger *ledger_new(void);
struct ledger *ledger_free(struct ledger *ledger);
DEFINE_CLEANUP(struct ledger *, ledger_free)

/* Empties it. */
void ledger_reset(struct ledger *ledger);

/* Each notes one occurrence. Numbers are without the ABI's number_bit; any value may be given. */
void ledger_count(struct ledger *ledger, enum abi abi, int number, enum call_phase phase);
void ledger_count_error(struct ledger *ledger, enum abi abi, int number, int errnum);
void ledger_count_object(struct ledger *ledger, enum abi abi, int number, int path);

/* Likewise the masked word of a selector, by its place in selectors_of() the call. */
void ledger_count_word(struct ledger *ledger, enum abi abi, int number, unsigned selector,
        uint64_t word, enum call_phase phase);

/* The number that ledger_count_object() takes for `path`; -1 (which it takes too) if there is no
 * room. */
int ledger_path(struct ledger *ledger, const char *path);

/* Notes a program that was executed, unless it is known: its main() is at `main`, or not to be
 * found because of `problem` (else NULL). */
void ledger_program(struct ledger *ledger, const char *path, uint64_t main, const char *problem);

/* Notes that it was not possible to see a process enter its main(), because of `errnum`. */
void ledger_lose_main(struct ledger *ledger, int errnum);

/* Notes one call that is not counted, since there was no memory to follow it. */
void ledger_lose(struct ledger *ledger);

/* Notes that something of a process was not to be seen: its memory, or what it executes. */
void ledger_lose_sight(struct ledger *ledger);

/* Adds all counts to an observation, divided by phases if it is phased. Returns 0 or -errno: an
 * error if anything was lost. */
int ledger_read(const struct ledger *ledger, struct observation *observation, struct error *error);
