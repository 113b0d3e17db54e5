/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Where the functions of an object begin and end.
 *
 * Sources, best first: .eh_frame (also in stripped objects; it tells parts that the compiler moved
 * away, foo.cold, as functions of their own), Go's function table, symbols. A linkage table, which
 * .eh_frame describes as one, is divided into its entries. Code that none of these covers
 * (assembly without unwind information, C libraries built without) is followed from where the entry
 * point, constructors, destructors, direct calls and jumps, and functions that run on into it lead,
 * and from where relocations, words of data, or constants in code lead, if that looks like code.
 *
 * The target of a direct call, and a symbol of a function, in the middle of a function divide it;
 * the target of a jump or a pointer does not, since parts moved away jump back, and tables hold
 * addresses of labels. What remains uncovered is padding, data among code, and code that nothing
 * leads to.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vector.h"
#include "binary/machine.h"
#include "binary/object.h"

struct function {
        uint64_t address;
        uint64_t size; /* bytes, 1 or more; padding before the next function excluded where known */
        bool has_landing_pads; /* may be entered in the middle when an exception is thrown */
        bool falls_through; /* may run on into the next one of the list: was divided, or was written
                               so (__memmove_chk). Padding may lie between */
};

struct functions {
        VECTOR(struct function) items; /* by address, not overlapping */
        bool are_guessed; /* neither unwind information nor a table nor a symbol tells of any */
};

/* Finds them all. Returns 0 or -ENOMEM. */
int functions_find(const struct object *object, struct functions *ret, struct error *error);

/* The function that holds the address, or SIZE_MAX. */
size_t functions_at(const struct functions *functions, uint64_t address);

void functions_clear(struct functions *functions);
#define CLEANUP_FUNCTIONS CLEANUP(functions_clear)
