/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A program: an executable, its interpreter, and all the objects that are loaded with it, in the
 * order in which ld.so searches them for symbols.
 *
 * It grows while it is looked into: code that is found to be reachable may load more
 * (program/modules.h). Objects are numbered in the order in which they came.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"
#include "program/library.h"
#include "program/loader.h"

/* Why an object is there; its word in results. */
enum load_reason {
        LOAD_MAIN,        /* "main" */
        LOAD_INTERPRETER, /* "interpreter" */
        LOAD_NEEDED,      /* "needed": DT_NEEDED of `by` */
        LOAD_PRELOADED,   /* "preload": --preload */
        LOAD_DLOPEN,      /* "dlopen": reachable code of `by` hands its name to dlopen() */
        LOAD_MODULE,      /* "module": of a mechanism of the C library (data/modules.csv), which
                             reachable code of `by` contains */
        LOAD_WITH,        /* "with": --with */
        LOAD_REASON_COUNT,
};
const char *load_reason_name(enum load_reason reason);

struct program_object {
        const struct summary *summary; /* of the library */
        char *path;                    /* as it was found */
        enum load_reason reason;
        size_t by;      /* the object that wants it; its own number where nobody does */
        bool global;    /* in the global scope: not for what dlopen() loads locally */
        bool is_module; /* a mechanism loads it, even if it was there for another reason */
};

/* A name that no file was found for, or a file that is no object. */
struct program_missing {
        char *name;
        char *problem; /* one line */
        enum load_reason reason;
        size_t by;
};

struct program {
        VECTOR(struct program_object) objects; /* 0: the executable */
        VECTOR(struct program_missing) missing;
        VECTOR(size_t) scope; /* the global one: objects in the order of search */
        struct library *library;
        const struct loader *loader;
        /* Other members are of program/program.c. */
        struct program_index *index;
};

struct program_options {
        char *const *with;    /* names or paths of objects that will be dlopen()ed; NULL: none */
        char *const *preload; /* as LD_PRELOAD; NULL: none */
        bool no_modules;      /* leaves out what program/modules.h would add */
        unsigned threads;     /* that analyse objects side by side; 0: one a processor */
};

/*
 * Loads the executable at `path`, which is as the program would see it (inside the loader's root;
 * with the root before it is understood as well), with everything it needs: the interpreter and,
 * breadth first, what DT_NEEDED names. What is missing is listed, no error, as is what turns out to
 * be no object: that has an empty summary. `library` and `loader` must outlive the program.
 * Returns 0 or -errno: what library_get() returns for the executable itself, -ENOENT for an object
 * of `with` or `preload` that is not there.
 */
int program_load(struct library *library, const struct loader *loader, const char *path,
        const struct program_options *options, struct program **ret, struct error *error);

/* Accepts NULL, returns NULL. */
struct program *program_free(struct program *program);
DEFINE_CLEANUP(struct program *, program_free)
#define CLEANUP_PROGRAM CLEANUP(program_freep)

/*
 * Adds an object that `by` opens at run time, with what it needs in turn: nothing where it is
 * there already (by path, file or soname). `name` as for dlopen(3). Returns 0, or 1 where it is
 * missing now (and listed), or -ENOMEM.
 */
int program_add(struct program *program, const char *name, enum load_reason reason, size_t by,
        struct error *error);

/* The same for a list of names that NULL ends, whose objects are analysed side by side; what is
 * missing of them is listed only if `must_be_there`. Returns 0 or -ENOMEM. */
int program_add_list(struct program *program, char *const *names, enum load_reason reason,
        size_t by, bool must_be_there, struct error *error);

/* A definition. */
struct program_symbol {
        size_t object;
        const struct summary_symbol *symbol;
};

/*
 * Finds what import number `import` of object `object` means: as ld.so does, by name and version,
 * in the global scope (which may interpose), then in the object's own (of a dlopen()ed object: it
 * and what it needs), at last in whatever else is there, which may have been opened with
 * RTLD_GLOBAL; copy relocations are followed to the library's data. Returns false where nothing
 * defines it. Remembers the answer; what was not found may be found when objects were added.
 */
bool program_resolve(
        struct program *program, size_t object, uint32_t import, struct program_symbol *ret);

/*
 * All definitions that dlsym(3) may yield for a name: whatever the handle, whichever the object.
 * The caller clears the vector. Returns 0 or -ENOMEM.
 */
struct program_symbols {
        VECTOR(struct program_symbol) items;
};
int program_find_all(const struct program *program, const char *name, struct program_symbols *ret);

static inline void program_symbols_clear(struct program_symbols *symbols)
{
        vector_clear(&symbols->items);
}
#define CLEANUP_PROGRAM_SYMBOLS CLEANUP(program_symbols_clear)

/* The name by which people know an object: its file's name without folders. */
const char *program_object_name(const struct program *program, size_t object);
