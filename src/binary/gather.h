/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Where the facts about an object come together while its functions are looked at, one after the
 * other: each value, text and fact of a function once. Internal to binary/analysis.c.
 *
 * Running out of memory is remembered in `failed`, so that those who add need not ask each time.
 */

#include "base/dictionary.h"
#include "binary/functions.h"
#include "binary/machine.h"
#include "binary/object.h"
#include "binary/summary.h"

/* A place in the middle of a function that other code, or data, leads to. */
struct middle {
        uint64_t address;
        uint32_t next; /* another one of the same function, or UINT32_MAX */
};

#define MIDDLES_MAX 4096 /* of a function */

/* An address of code, and the function that holds it. */
struct found_function {
        uint64_t address;
        size_t function;
};

#define FOUND_FUNCTIONS 1024

/*
 * Compilers add the constant part of an index to the address of the table: table[letter - 'a']
 * begins 776 bytes before it, where other data may lie, and be another table. So far behind an
 * address that an index is added to, tables may be what was meant; where none has a pointer, so is
 * the next one that does, if it is not too far away.
 */
#define INDEX_REACH 1024
#define INDEX_FAR   4096

/* What fact.remark says of a FACT_REFER until gather_finish(). Of a FACT_STORE 1 says that not a
 * whole word is written. */
enum reference {
        REFERENCE_INDEXED = 1, /* INDEX_REACH counts */
        REFERENCE_ROUNDED,     /* what lies before the address that is `target` bytes behind it */
};

struct gather {
        const struct object *object;
        const struct machine *machine;
        struct decoder *decoder;
        struct functions functions;
        struct summary *summary;
        bool is_fixed; /* at a fixed address: numbers in code may be addresses */
        bool is_go;
        bool failed; /* out of memory */

        /* Hash tables of numbers + 1, by open addressing; powers of two. */
        uint32_t *value_slots, *fact_slots;
        size_t value_slot_count, fact_slot_count;
        struct dictionary texts;
        VECTOR(uint32_t) text_offsets; /* by number of the dictionary */

        uint32_t *imports; /* by dynamic symbol: import, or UINT32_MAX */
        VECTOR(struct extent)
        copies;          /* data that the loader copies from other objects, by address */
        uint32_t *stubs; /* by function: the import it does nothing but jump to + 2; 1: none; 0: not
                            yet known */

        uint8_t *answers;       /* by function: see no-return.c */
        uint32_t *first_middle; /* by function */
        VECTOR(struct middle) middles;
        uint32_t *middle_slots; /* a hash table as those above, by address */
        size_t middle_slot_count;
        uint16_t *middle_counts;      /* by function, up to MIDDLES_MAX */
        VECTOR(struct extent) tables; /* of jumps, whose entries were followed */

        uint8_t *tellings; /* by pointer of the summary, once these are all there: enum telling */

        struct found_function found[FOUND_FUNCTIONS]; /* by hash of the address: the last ones */
        uint32_t function;                            /* whose facts are being added */
        bool *is_done;                                /* by function: looked at */
        bool *is_queued;
        VECTOR(uint32_t) queue; /* functions to be looked at again */
};

/* How an address went. */
enum departure {
        DEPARTURE_HANDED,  /* stored, handed over, returned: it is what the program means */
        DEPARTURE_INDEXED, /* a table's, to which an index was added */
        DEPARTURE_TABLE,   /* the same, where a pointer is read: see INDEX_REACH */
        DEPARTURE_LOST,    /* it may have been moved on */
};

/* ---- Building (gather.c) ---- */

/* Starts with a decoder and the functions of the object. Returns 0 or -ENOMEM. */
int gather_init(struct gather *gather, const struct object *object, struct error *error);
void gather_clear(struct gather *gather);

uint32_t gather_text(struct gather *gather, const char *text);
/* `numbers` are those of value->count; value->first is ignored where there are any. */
uint32_t gather_value(struct gather *gather, struct value value, const int64_t *numbers);

/* Begins with the facts of a function: what was known of it before is forgotten. */
void gather_begin(struct gather *gather, uint32_t function);
/* Adds one, with `count` arguments, unless the same is known of the function. */
void gather_fact(
        struct gather *gather, struct fact fact, const struct argument *arguments, size_t count);
void gather_site(struct gather *gather, const struct site *site, uint32_t at);

/* Something leads to an address in the middle of function `function`. */
void gather_middle(struct gather *gather, uint32_t function, uint64_t address);

/* ---- What the object says (gather-object.c) ---- */

/* Fills all of the summary that does not need the code to be looked at. Returns 0 or -ENOMEM. */
int gather_object(struct gather *gather);

/* The import that function `function` is only a way to, or UINT32_MAX. */
uint32_t gather_stub(struct gather *gather, uint32_t function);

/* As functions_at(), for addresses that are asked for often. */
size_t gather_function_at(struct gather *gather, uint64_t address);

/* True for functions that come back another time, when more has happened since: setjmp() and its
 * like. */
bool gather_returns_twice(struct gather *gather, uint32_t function);
bool gather_import_returns_twice(const struct gather *gather, uint32_t import);

/* True where a call of that address does not come back (no-return.c). */
bool gather_never_returns(struct gather *gather, uint64_t address);

/* True where the address lies in a segment, and not in a function. */
bool gather_is_data(const struct gather *gather, uint64_t address);

/* True where data that the loader copied from another object lies. */
bool gather_is_copy(const struct gather *gather, uint64_t address);

/* True where any of the words that [from, to) touches holds a pointer. */
bool gather_has_pointers(const struct gather *gather, uint64_t from, uint64_t to);

/* The pointer in the word at exactly this address, or NULL. */
const struct pointer *gather_pointer(const struct gather *gather, uint64_t address);

/* ---- Where addresses go (gather-departure.c) ---- */

/* Lets the address of data or code go, from the instruction `at` bytes behind the function's
 * beginning. `arguments` are what is handed over together with it. */
void gather_departure(struct gather *gather, uint64_t address, enum departure how, uint32_t at,
        const struct argument *arguments, size_t count);

/* A new piece of data begins at the address. Returns false when out of memory, which is also noted
 * in `failed`. */
bool gather_cut(struct gather *gather, uint64_t address);

/* Tells the strings that matter among those that pointers in [from, to) lead to. From then on the
 * summary's pointers stay as they are. */
void gather_strings(struct gather *gather, uint64_t from, uint64_t to, uint32_t at);

/* Pointers in data to the middles of functions that no jump through a table explains. */
void gather_unexplained(struct gather *gather);

/* ---- The end (gather-finish.c) ---- */

/* Drops what nothing can need and orders the rest. Returns 0 or -ENOMEM. */
int gather_finish(struct gather *gather);
