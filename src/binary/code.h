/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Code of an object under search for functions: what the parts of functions.h's search share. */

#include "binary/functions.h"

struct addresses {
        VECTOR(uint64_t) items;
};

struct code {
        const struct object *object;
        const struct machine *machine;
        struct decoder *decoder;
};

#define BEGUN_COUNT 1024

/* Where instructions lead, as far as that says something about where functions begin. */
struct references {
        struct addresses calls;     /* targets of direct calls that no function begins at */
        struct addresses jumps;     /* targets of direct jumps out of functions to where none is */
        struct addresses constants; /* addresses of code where no function is, that an instruction
                                       forms */
        uint64_t *begun; /* by hash, BEGUN_COUNT or NULL: targets of calls that functions begin at.
                            Most calls are of few functions. Belongs to who made it */
};

/* True where the object's addresses are known when it is linked: numbers may be addresses. */
static inline bool object_is_fixed(const struct object *object)
{
        return object->kind == OBJECT_STATIC || object->kind == OBJECT_EXECUTABLE;
}

/* The bytes from `address` to `end`, as far as they are there: returns how many. */
size_t code_bytes(const struct code *code, uint64_t address, uint64_t end, const uint8_t **ret);

/* Decodes at an address that is below `end`. Returns the length, or 0. */
unsigned code_decode(
        const struct code *code, uint64_t address, uint64_t end, struct instruction *ret);

/* True where the function does not end with such an instruction: what comes next is reached by it.
 * Calls and system calls at the end of a function are those that do not return. */
bool operation_goes_on(uint8_t operation);

/* True where nothing but a jump to it reaches what comes next. */
bool operation_ends(uint8_t operation);

/* The last operation that counts, once another follows the `last` one: padding does not. */
uint8_t operation_last(uint8_t last, uint8_t next);

/* The address behind what does nothing from `address` on: padding. At most `limit`. */
uint64_t code_behind_padding(const struct code *code, uint64_t address, uint64_t limit);

/* Adds to the list. Returns 0 or -ENOMEM. */
int addresses_add(struct addresses *addresses, uint64_t address);

/* Sorts them, each once. */
void addresses_sort(struct addresses *addresses);

static inline void addresses_clear(struct addresses *addresses)
{
        vector_clear(&addresses->items);
}
#define CLEANUP_ADDRESSES CLEANUP(addresses_clear)

void references_clear(struct references *references);
#define CLEANUP_REFERENCES CLEANUP(references_clear)

/* The end of the code that begins at an address: of what the file fills of its segment. */
uint64_t code_end(const struct object *object, uint64_t address);

/* Adds to `ret` what an instruction of the function [from, to) refers to. Returns 0 or -ENOMEM. */
int references_note(const struct code *code, const struct functions *functions,
        const struct instruction *instruction, uint64_t from, uint64_t to, struct references *ret);

/* Lists of functions (function-list.c) */

/* Sorts them, cuts off what overlaps (the one that begins later counts) or is no code. */
int functions_arrange(const struct object *object, struct functions *functions);

/* Adds those parts of `others`, which are arranged, that begin where `functions` has nothing. */
int functions_fill(struct functions *functions, const struct functions *others);

/*
 * Divides functions at those of the sorted addresses that are in their middle, at the beginning of
 * an instruction.
 */
int functions_divide(
        const struct code *code, struct functions *functions, const struct addresses *addresses);

/* Code that no function covers (trace.c) */

/*
 * Follows the code from each of `starts`, and from where that calls and jumps to, as far as no
 * function covers it, and adds what it finds as functions. `maybe` are addresses that may be
 * data as well: they count where following them makes sense. `calls` gets the targets
 * of calls into the middle of functions that were there before.
 */
int trace_uncovered(const struct code *code, struct functions *functions,
        const struct addresses *starts, const struct addresses *maybe, struct addresses *calls);
