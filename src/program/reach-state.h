/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What is known while a program is looked into, and afterwards for witnesses. For the files of
 * reach.h only.
 *
 * All of it only ever grows: functions become reached, addresses taken, objects come in. So the
 * order in which things are found does not change what is found.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/dictionary.h"
#include "base/vector.h"
#include "program/call-index.h"
#include "program/program.h"
#include "program/reach.h"

#define NO_OBJECT   UINT32_MAX
#define NO_FUNCTION UINT32_MAX

/* How a function came to be reached; the words are those of reach_step.how. */
enum arrival {
        ARRIVAL_ENTRY,
        ARRIVAL_MAIN, /* what remains when main() runs; its word is "entry" */
        ARRIVAL_CONSTRUCTOR,
        ARRIVAL_DESTRUCTOR,
        ARRIVAL_RESOLVER, /* of an IFUNC */
        ARRIVAL_CALL,
        ARRIVAL_TAKE,
        ARRIVAL_DATA,
        ARRIVAL_NAME,   /* dlsym() */
        ARRIVAL_EXPORT, /* of an object that is opened at run time and asked for names unknown */
        ARRIVAL_TAKEN,  /* before main() ran */
        ARRIVAL_GO,     /* of an object whose linker left nothing unreachable in */
};

/* Where something is led to from: an instruction, or nothing (object NO_OBJECT) for roots. */
struct origin {
        uint32_t object;
        uint32_t function;
        uint32_t address; /* of the instruction, relative to the function */
};

struct reach_node {
        struct origin from; /* what reached it first */
        uint32_t depth;     /* how many steps from a root */
        uint8_t arrival;
        bool reached;
        bool visited;      /* its facts were followed */
        bool barred;       /* nobody enters it any more */
        bool resolver;     /* it runs, but nobody uses yet what it returns */
        bool taken;        /* may be called by who is not known, with arguments that are not */
        bool taken_unseen; /* and not by facts of kind TAKE alone */
        uint8_t load;      /* enum load_function */
        uint8_t guard;     /* the row of its guard + 1: reach-guards.c; 0: none */
        uint8_t opens;     /* rows of guards, by bits, that are open when it is reached */
        uint16_t lookup;   /* the number of its name in `lookups` + 1: reach-lookups.c; 0: none */
};

/* Functions that load objects or look up names; recognised by their names. */
enum load_function {
        LOAD_NONE,
        LOAD_OPEN,           /* dlopen(name, …) */
        LOAD_OPEN_NAMESPACE, /* dlmopen(namespace, name, …) */
        LOAD_SYMBOL,         /* dlsym(handle, name), dlvsym() */
};

/* What an import means. */
struct reach_import {
        bool asked;
        bool found;
        bool linked; /* stands in `importers` */
        uint32_t object;
        uint32_t function; /* NO_FUNCTION: data */
        uint64_t address;
        uint64_t size; /* 0: not told */
        bool is_ifunc;
        bool is_thread_local;
};

struct reach_object {
        const struct summary *summary;
        struct reach_node *nodes;       /* by function */
        uint32_t *unread_pointers;      /* by pointer: itself, or a later one towards the next that
                                           nobody read; one more than there are pointers */
        struct reach_import *imports;   /* by import */
        VECTOR(uint32_t) copies;        /* pointers that are is_copy */
        const struct call_index *calls; /* of the program; NULL: nobody asked yet */
        uint64_t *words_read;           /* see reach-data.c; NULL: none yet */
        bool exports_reached;
        bool loads; /* has load functions: it is the C library */
};

struct reach_item {
        uint32_t object;
        uint32_t function;
};

/* Data that may be read: [from, to). */
struct reach_range {
        uint32_t object;
        uint64_t from, to;
};

/* An import that nothing defines, yet: what is done with it, once something does. */
struct reach_pending {
        struct origin from;
        uint32_t import; /* of the origin's object, or of `object` */
        uint32_t object;
        uint8_t kind; /* enum fact_kind: CALL_IMPORT, TAKE_IMPORT, READ_IMPORT */
        uint8_t arrival;
        int64_t offset;
};

/* A fact of a reached function: FACT_SYSCALL, FACT_STRING. */
struct reach_site {
        struct origin at;
        const struct fact *fact; /* of the summary */
};

/* A way to a function that does not count yet: see reach-lookups.c, reach-guards.c. */
struct reach_withheld {
        struct origin from;
        uint32_t object, function;
        enum arrival arrival;
        bool taken;
};

/* Import `import` of object `object` is the function. */
struct reach_importer {
        uint32_t target_object, target_function;
        uint32_t object, import;
};

/* A step from a call to the place that it decides: for features that wrappers make. */
struct reach_link {
        struct origin call;
        uint32_t next; /* in `links`, or UINT32_MAX: the feature's own place */
};

struct reach_state {
        struct program *program;
        struct reach_options options;
        VECTOR(struct reach_object *) objects; /* as in the program */
        VECTOR(struct reach_item) queue;       /* functions to be followed */
        size_t queue_next;
        VECTOR(struct reach_range) ranges; /* data to be followed, of one fact */
        bool following;                    /* it is just being done */
        VECTOR(struct reach_pending) pending;
        VECTOR(struct reach_importer) importers;
        size_t importers_sorted; /* how many of them are in order */
        VECTOR(struct reach_item) load_functions;
        VECTOR(struct reach_link) links;
        VECTOR(uint32_t) feature_links; /* by feature of the result: in `links` */
        VECTOR(struct reach_site) sites;
        uint8_t guards_open;        /* rows by bits: reach-guards.c */
        struct dictionary lookups;  /* names of functions of the name service */
        VECTOR(bool) lookups_named; /* by number: reachable code names it */
        VECTOR(struct reach_withheld) withheld;
        struct dictionary opened; /* names that dlopen() was asked for, each with the object that
                                     did */
        bool grown;               /* something was added since this was last set to false */
        const struct reach_state *whole; /* of the program from its start; NULL: this is it */
        struct error *error;
};

static inline struct reach_node *state_node(
        const struct reach_state *state, uint32_t object, uint32_t function)
{
        return &state->objects.items[object]->nodes[function];
}

static inline const struct summary *state_summary(const struct reach_state *state, uint32_t object)
{
        return state->objects.items[object]->summary;
}

static const struct origin origin_root = {NO_OBJECT, NO_FUNCTION, 0};

void reach_state_clear(struct reach_state *state);

/* Brings `objects` up to those of the program, and reaches their constructors and destructors. */
int reach_update_objects(struct reach_state *state);

/* Functions that the interpreter finds by names of its own are reached. */
int reach_interpreter_names(struct reach_state *state);

/* Finds the functions of an object that are called by name (reach-lookups.c). */
int lookups_mark(struct reach_state *state, uint32_t object);

/* Reachable code refers to a string, which may be the name of such functions: they are reached. */
int lookups_name(struct reach_state *state, const char *string);

/* True where what arrives at a node of `object` calls it by name only, and nobody names it. */
bool lookups_withhold(const struct reach_state *state, struct origin from, uint32_t object,
        const struct reach_node *node, enum arrival arrival);

/* Finds the functions of an object that are behind a guard, and those that open one
 * (reach-guards.c). */
int guards_mark(struct reach_state *state, uint32_t object);

/* True where what arrives at a node of `object` is stopped by its guard. */
bool guards_withhold(const struct reach_state *state, struct origin from, uint32_t object,
        const struct reach_node *node, enum arrival arrival);

/* Rows of guards are open from here on. */
int guards_open(struct reach_state *state, uint8_t opened);

/* Ways that were withheld count now, unless they still are. */
int reach_release(struct reach_state *state);

/* A function of an object is reached. `taken`: who calls it is not known from here on. */
int reach_function(struct reach_state *state, struct origin from, uint32_t object,
        uint32_t function, enum arrival arrival, bool taken);

/* What import `import` of `object` means; valid until objects are updated. NULL: nothing. */
const struct reach_import *reach_import(
        struct reach_state *state, uint32_t object, uint32_t import);

/* An address of an object went where anything may happen to it. */
int reach_address(struct reach_state *state, struct origin from, uint32_t object, uint64_t address,
        enum arrival arrival);

/* What a fact of kind CALL_IMPORT, TAKE_IMPORT or READ_IMPORT about import `import` of `object`
 * does. */
int reach_use_import(struct reach_state *state, struct origin from, uint32_t object,
        uint32_t import, enum fact_kind kind, int64_t offset, enum arrival arrival);

/* Data may be read, and pointers there go: FACT_READ, FACT_REFER. */
int reach_data(struct reach_state *state, struct origin from, uint32_t object,
        uint64_t from_address, uint64_t to_address);

/* The link for a call that leads on by link `next`, or -ENOMEM. */
int64_t reach_add_link(struct reach_state *state, struct origin call, uint32_t next);

/* Follows all functions that were reached. */
int reach_drain(struct reach_state *state);
