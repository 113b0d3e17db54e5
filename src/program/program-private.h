/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What program.c and program-symbols.c know of a program beyond program.h. */

#include "base/dictionary.h"
#include "program/program.h"
#include "program/symbol-table.h"

/* A list of objects in the order in which they are searched. */
struct program_list {
        VECTOR(size_t) objects;
};

/* What an import was found to mean. */
enum program_answer_state {
        ANSWER_NONE,  /* not yet looked up */
        ANSWER_FOUND, /* stays, since later objects only come behind those that were searched */
        ANSWER_NOT,   /* not found among `object_count` objects */
};

struct program_answer {
        enum program_answer_state state;
        uint32_t object_count;
        struct program_symbol symbol;
};

/* More of an object; never moves. */
struct program_link {
        struct loader_object loader;
        const struct library_object *file;
        const struct symbol_table *symbols; /* NULL: not yet analysed */
        VECTOR(size_t) groups;              /* in program_index.groups: its own scopes */
        struct program_answer *answers;     /* by import; NULL: none was looked up */
        struct call_index *calls;           /* of what is not the library's; NULL: not yet made */
        size_t listed;                      /* the last list it was put into; 0: none */
        bool held;                          /* the summary was asked for, and is to be released */
        bool maybe_global;                  /* in program_index.others */
        bool loads_modules;                 /* a mechanism was found in its code */
};

struct program_index {
        VECTOR(struct program_link *) links; /* by object */
        struct dictionary names;             /* by which objects are known already */
        VECTOR(size_t) named;                /* by number of the name: the object */
        struct dictionary absent;            /* what was looked for in vain: "by name" */
        struct dictionary unexported;       /* symbols that imports ask for and no object exports */
        VECTOR(size_t) unexported_among;    /* by number of the symbol: of the first so many */
        VECTOR(struct program_list) groups; /* local scopes, of what dlopen() opened */
        VECTOR(size_t) others; /* what may have been opened with RTLD_GLOBAL, and is no module */
        size_t lists;          /* that were made, for program_link.listed */
        size_t analysed;       /* objects before this one have their summaries */
        uint64_t rules;        /* of module_table that were carried out, by bits */
        const struct module_rule *name_service; /* NULL: not found */
        size_t name_service_object;             /* in whose code it was found */
        uint32_t databases;       /* where reachable code looks something up: by bits, modules.c */
        uint32_t databases_added; /* whose services belong to the program */
        bool is_musl;
        size_t interpreter; /* SIZE_MAX: none */
        bool no_modules;
        unsigned threads;
        struct summary *empty; /* of objects that could not be analysed */
        struct symbol_table *empty_symbols;
};

/* A program without objects, for what has a library and a loader. NULL when out of memory. */
struct program *program_new(struct library *library, const struct loader *loader);

/*
 * Adds an object without looking at its file; `by` is its own number for those that nobody asked
 * for. Its summary is NULL. Returns its number, or -ENOMEM.
 */
ssize_t program_append(struct program *program, const struct library_object *file, const char *path,
        enum load_reason reason, size_t by);

/* Lists what is missing, once for each that wants it. Returns 0 or -ENOMEM. */
int program_miss(struct program *program, const char *name, const char *problem,
        enum load_reason reason, size_t by);

/* Gives all objects that have none their summaries. Returns 0, what library_summary() returns for
 * the executable, or -ENOMEM. */
int program_analyse(struct program *program, struct error *error);

/* The facts of an object by what they are about; NULL when out of memory. */
const struct call_index *program_calls(struct program *program, size_t object);

/* Frees the answers that program_resolve() remembers. */
void program_forget(struct program_link *link);
