/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * One ELF file: an executable or a shared object, as the loader would map it.
 *
 * Everything here was held against the size of the file when it was opened: names end, tables lie
 * within their segments, addresses add up. What lies is refused or, where a single entry is
 * wrong, left out. Addresses are those of the file (the load address of a position-independent
 * object counts as 0). The file is read, or mapped where it is very large; nothing is ever written.
 *
 * Sources: the generic ABI (gabi), the x86-64 psABI, ld.so(8).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"

/* A part of memory that the file fills: a PT_LOAD. */
struct segment {
        uint64_t address;
        uint64_t size;        /* in memory; what lies behind file_size is zero */
        uint64_t file_size;   /* of `bytes` */
        const uint8_t *bytes; /* of the object */
        bool executable;
        /*
         * While the program runs. What PT_GNU_RELRO covers is not, except where the object
         * relocates itself (the interpreter, static executables): its own code writes there before.
         */
        bool writable;
};

enum symbol_kind {
        SYMBOL_FUNCTION,
        SYMBOL_IFUNC, /* its address is a function's that returns the function */
        SYMBOL_DATA,
        SYMBOL_THREAD_LOCAL,
        SYMBOL_OTHER, /* STT_NOTYPE: of assembly, may be either */
};

struct symbol {
        const char *name;    /* never NULL, without its version; of the object */
        const char *version; /* GLIBC_2.34; NULL: none */
        uint64_t address;    /* 0 where not defined */
        uint64_t size;       /* 0: not told */
        enum symbol_kind kind;
        bool defined;
        bool weak;
        bool exported; /* of .dynsym, global or weak, and of default or protected visibility */
        bool version_hidden; /* found by its version only (foo@V instead of foo@@V) */
};

enum relocation_kind {
        RELOCATION_RELATIVE, /* the address `addend` of this object */
        RELOCATION_SYMBOL,   /* the address of a symbol, plus `addend`: GLOB_DAT, JUMP_SLOT, 64 */
        RELOCATION_IFUNC,    /* what the function at `addend` returns (IRELATIVE) */
        RELOCATION_COPY,     /* the symbol's initial contents */
        RELOCATION_OTHER,    /* of thread-local storage, sizes: never the address of a function */
};

struct relocation {
        uint64_t address; /* of the word that is changed */
        enum relocation_kind kind;
        bool is_slot;  /* of a table for code (GLOB_DAT, JUMP_SLOT), not a part of any data */
        size_t symbol; /* index into `dynamic_symbols`; SIZE_MAX: none */
        int64_t addend;
};

enum object_kind {
        OBJECT_STATIC,     /* an executable without interpreter, at a fixed address */
        OBJECT_STATIC_PIE, /* the same at any address: relocates itself */
        OBJECT_EXECUTABLE, /* dynamic, at a fixed address */
        OBJECT_PIE,        /* dynamic, at any address */
        OBJECT_SHARED,     /* a library; the interpreter */
};

/* Data that code goes over as a whole, whatever symbols divide it. */
struct object_set {
        uint64_t address, size;
};

struct object {
        char *path;
        enum object_kind kind;
        enum abi abi;
        uint64_t entry;    /* 0: none */
        bool has_sections; /* there are section headers */

        VECTOR(struct segment) segments;       /* by address, not overlapping */
        VECTOR(struct symbol) dynamic_symbols; /* in the order of .dynsym, whose index 0 is kept */
        VECTOR(struct symbol) symbols;         /* of .symtab, defined ones only; may be empty */
        VECTOR(struct relocation) relocations; /* by address; RELR's and the static ones included */
        VECTOR(struct object_set) sets; /* sections that C can name: __start_NAME, __stop_NAME */
        VECTOR(uint64_t) constructors;  /* DT_INIT, DT_PREINIT_ARRAY's and DT_INIT_ARRAY's */
        VECTOR(uint64_t) destructors;   /* DT_FINI, DT_FINI_ARRAY's functions */

        const char *interpreter;     /* PT_INTERP; NULL: none */
        const char *soname;          /* NULL: none */
        char **needed;               /* DT_NEEDED in order; the names are not to be freed */
        const char *rpath, *runpath; /* NULL: none; not yet expanded */
        bool no_default_libraries;   /* DF_1_NODEFLIB */
        bool bind_now;               /* no call goes through the loader's lazy binding */
        bool symbolic;               /* DT_SYMBOLIC: looks into itself first */

        /*
         * What identifies the contents: the build-id in hexadecimal and a digest of the headers
         * and of all that is loaded (a build-id alone survives strip(1) and patches), or a digest
         * of the whole file where there is none.
         */
        char *identity;

        /* The first contents of thread-local variables, which each thread gets a copy of: PT_TLS,
         * as far as the file has it. Size 0: none. */
        uint64_t thread_local_address;
        uint64_t thread_local_size;

        const uint8_t *eh_frame; /* NULL: none */
        size_t eh_frame_size;
        uint64_t eh_frame_address;
        const uint8_t *go_table; /* Go's function table (.gopclntab); NULL: not built by Go */
        size_t go_table_size;
        uint64_t go_table_address;

        struct object_file *file; /* libelf's handle and the mapping */
};

/*
 * Opens a file. Returns 0; -ENOEXEC for what is no ELF file, or an ELF file that is neither
 * executable nor shared object (a .o, a core dump); -ENOTSUP for another machine or word size than
 * this loupe's, where the message names it; -EBADMSG for truncated or contradictory headers; or
 * -errno of opening and reading. The message begins with the path.
 */
int object_open(const char *path, struct object **ret, struct error *error);

/* The same from memory, which must outlive the object; `name` is for messages. */
int object_from_memory(
        const char *name, const void *data, size_t size, struct object **ret, struct error *error);

/* Accepts NULL, returns NULL. */
struct object *object_free(struct object *object);
DEFINE_CLEANUP(struct object *, object_free)
#define CLEANUP_OBJECT CLEANUP(object_freep)

/* The segment that holds the address, or NULL. */
const struct segment *object_segment(const struct object *object, uint64_t address);

/*
 * The bytes at an address: at least 1, at most to the end of what the file fills in that segment.
 * Returns how many there are, 0 for none (no such address, or zeroes).
 */
size_t object_bytes(const struct object *object, uint64_t address, const uint8_t **ret);

/* The little-endian number of `size` bytes (1, 2, 4 or 8) at an address, before relocation. Returns
 * false where there is none; zeroes behind a segment's file contents are there. */
bool object_number(const struct object *object, uint64_t address, unsigned size, uint64_t *ret);

/* The longest string that is of interest: PATH_MAX. Go's have no end: what follows is the next. */
#define OBJECT_STRING_MAX 4096

/* The NUL-terminated string at an address, or NULL where none ends within OBJECT_STRING_MAX bytes
 * and the segment. */
const char *object_string(const struct object *object, uint64_t address);

/* True where the address lies in code. */
bool object_is_code(const struct object *object, uint64_t address);

/* The relocations whose address lies in [from, to): the first, and `*ret_count`. */
const struct relocation *object_relocations(
        const struct object *object, uint64_t from, uint64_t to, size_t *ret_count);
