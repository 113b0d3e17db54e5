/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What one object does, function by function: all that has to be known to put it together with
 * others into a program. Made once for each object (binary/analysis.h), kept in the database by the
 * object's identity, never changed afterwards; threads may share it.
 *
 * Nothing in here depends on other objects. Numbers of functions, strings, values… are places in
 * the arrays below. See doc/STATIC.md for how the facts are found and what follows from them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"
#include "binary/instruction.h"
#include "binary/object.h"

/*
 * Places where a function finds a value when it is entered: registers by their numbers, and words
 * on the stack (word 0 is the first above the return address: what the caller has at its stack
 * pointer when it calls).
 */
#define PLACE_STACK       REGISTERS_MAX /* + the number of the word */
#define PLACE_STACK_WORDS 16
#define PLACE_COUNT       (PLACE_STACK + PLACE_STACK_WORDS)

/* What is known of a value. */
enum value_kind {
        VALUE_UNKNOWN,
        VALUE_NUMBERS, /* one of `count` numbers, in summary.numbers from `first` on, ascending */
        VALUE_STRINGS, /* the address of one of `count` strings: places in summary.numbers, which
                          hold offsets in summary.text */
        VALUE_ENTRY,   /* what `place` held at the function's entry */
        VALUE_FIELD,   /* the 4 or 8 bytes `offset` behind what `place` pointed to at the entry */
        VALUE_GLOBAL,  /* the 4 or 8 bytes of writable data at address `offset` of the object */
        VALUE_GLOBAL_FIELD, /* the bytes `second` behind what the word at address `offset` points to
                             */
        VALUE_FRAME,    /* a pointer into the caller's frame: `count` pairs in summary.numbers from
                           `first` on: bytes behind the pointer, number that is known to be there */
        VALUE_FUNCTION, /* the address of the function `first` of this object */
};

struct value {
        uint8_t kind;
        uint8_t place;
        uint16_t count;
        uint32_t first;
        int64_t offset;
        int64_t second;
};

/* A value that is handed over in a call. Unknown ones are not listed. */
struct argument {
        uint8_t place;
        uint32_t value; /* in summary.values */
};

enum fact_kind {
        FACT_CALL,        /* calls or jumps to the function `target`, with `arguments` */
        FACT_CALL_IMPORT, /* the same of the import `target` */
        FACT_TAKE, /* lets the address of the function `target` go where it is not followed */
        FACT_TAKE_IMPORT, /* lets the address of the import `target`, function or data, go; `offset`
                           */
        FACT_READ, /* reads the word of data at address `offset`: pointers that are there go */
        FACT_READ_IMPORT, /* reads the word `offset` bytes behind the import `target` */
        FACT_REFER,    /* lets the address `offset` of data go: all of the data there may be read */
        FACT_STRING,   /* refers to the string `target` (an offset in summary.text) of those that
                          matter by their text: absolute paths, what contains ".so", and
                          names of lookup functions (binary/lookup-names.h) */
        FACT_STORE,    /* stores the value `target` to the word at address `offset` */
        FACT_INDIRECT, /* calls or jumps to what is not known: some address that some code let go */
        FACT_SYSCALL,  /* makes a system call: `target` is its place in summary.sites */
};

struct fact {
        uint8_t kind;
        uint8_t argument_count; /* FACT_CALL, FACT_CALL_IMPORT, FACT_INDIRECT, FACT_TAKE (what is
                                   handed over together with the function: a callback's context) */
        uint16_t remark;        /* of the analysis to itself, which gather_finish() reads; then 0 */
        uint32_t target;
        uint32_t arguments; /* the first in summary.arguments */
        uint32_t address;   /* of the instruction, relative to the function's address */
        int64_t offset;
};

/* A place where a function enters the kernel. */
struct site {
        uint64_t address;
        uint8_t entry;         /* enum kernel_entry */
        uint32_t number;       /* value */
        uint32_t arguments[6]; /* values */
};

struct summary_function {
        uint64_t address;
        uint32_t size;
        uint32_t name;  /* offset in summary.text; 0: it has none */
        uint32_t facts; /* the first in summary.facts */
        uint32_t fact_count;
};

/* A name that the object offers or needs. */
struct summary_symbol {
        uint32_t name, version; /* offsets in summary.text; version 0: none */
        uint8_t kind;           /* enum symbol_kind */
        bool weak;
        bool version_hidden;
        uint64_t address; /* exports */
        uint64_t size;
};

/* A word of data that the loader fills with an address, or that holds one in an object at a fixed
 * address. */
struct pointer {
        uint64_t address;
        bool is_import;       /* else `target` is an address of the object */
        bool is_ifunc;        /* what the function at `target` returns */
        bool is_copy;         /* not a pointer: from here on stands a copy of the import's data */
        bool is_thread_local; /* in the first contents of thread-local variables, of which each
                                 thread gets a copy */
        uint64_t target;      /* address, or import */
        int64_t addend;       /* of imports */
};

/* A part of the object's memory: [address, address + size), which never wraps. */
struct extent {
        uint64_t address;
        uint64_t size;
};

struct summary {
        /* What the object is: as in struct object. */
        char *path; /* where it was found when it was analysed; not kept in the packed form */
        char *identity;
        enum abi abi;
        enum object_kind kind;
        uint64_t entry;
        char *interpreter, *soname, *rpath, *runpath;
        char **needed;
        bool no_default_libraries, bind_now, symbolic;
        bool is_go;
        bool is_bare; /* at a fixed address, and nothing says where its functions begin: some that
                         only tables lead to may not have been found */

        VECTOR(char) text; /* strings with their NULs; begins with an empty one */
        VECTOR(struct summary_symbol) exports;     /* sorted by name (bytes), then version */
        VECTOR(struct summary_symbol) imports;     /* undefined dynamic symbols, each once */
        VECTOR(struct summary_function) functions; /* by address */
        VECTOR(struct fact) facts;
        VECTOR(struct argument) arguments;
        VECTOR(struct value) values; /* the first is VALUE_UNKNOWN; each once */
        VECTOR(int64_t) numbers;
        VECTOR(struct site) sites;
        VECTOR(struct pointer) pointers; /* by address */
        VECTOR(struct extent) segments;  /* by address, as the loader maps them */
        VECTOR(struct extent)
        data; /* by address, apart: what a data symbol with a size, of
                 .symtab or exported, covers; see summary_order() */
        VECTOR(uint64_t)
        cuts; /* ascending: addresses of data where something new begins, by symbols
                 and references; see summary_extent() */
        VECTOR(uint32_t) constructors, destructors; /* functions */
        uint32_t undecoded; /* bytes of functions that are no instructions */
};

/*
 * For whoever makes a summary, when all is in it: brings exports, pointers, segments, data and cuts
 * (to which nothing refers by number) into their orders, drops what is there twice, adds the
 * exported data to `data`, and unites what overlaps there. Functions and imports have to be in
 * order already. Returns 0 or -ENOMEM.
 */
int summary_order(struct summary *summary);

/*
 * The data that a pointer to `address` may lead to: [*ret_from, *ret_to). The whole symbol where
 * one with a size covers it; else from there to the next cut or symbol, or to the end of its
 * segment. Never beyond the segment; empty where there is none.
 */
void summary_extent(
        const struct summary *summary, uint64_t address, uint64_t *ret_from, uint64_t *ret_to);

/* The string at an offset of summary.text. */
static inline const char *summary_text(const struct summary *summary, uint32_t offset)
{
        return summary->text.items + offset;
}

/* The function that holds the address, or UINT32_MAX. */
uint32_t summary_function_at(const struct summary *summary, uint64_t address);

/* The pointers whose address lies in [from, to): the first, and `*ret_count`. */
const struct pointer *summary_pointers(
        const struct summary *summary, uint64_t from, uint64_t to, size_t *ret_count);

/* The exports of that name, in whatever version: the first, and `*ret_count`. */
const struct summary_symbol *summary_exports(
        const struct summary *summary, const char *name, size_t *ret_count);

/*
 * "read", "read+0x12" for what lies behind a named function in its middle, "0x1234" where no name
 * is near. Owned by the caller; NULL when out of memory.
 */
char *summary_place_name(const struct summary *summary, uint64_t address);

struct summary *summary_new(void); /* NULL when out of memory */
/* Accepts NULL, returns NULL. */
struct summary *summary_free(struct summary *summary);
DEFINE_CLEANUP(struct summary *, summary_free)
#define CLEANUP_SUMMARY CLEANUP(summary_freep)

/*
 * The packed form: for the database. Changes of what it holds, and of the analysis that made it,
 * change SUMMARY_FORMAT, which is part of the key it is kept under. Unpacking checks every index
 * and refuses with -EBADMSG what was damaged. The caller frees `*ret`.
 */
#define SUMMARY_FORMAT 2
int summary_pack(const struct summary *summary, void **ret, size_t *ret_size);
int summary_unpack(const void *data, size_t size, struct summary **ret, struct error *error);
