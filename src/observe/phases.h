/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which phase the processes of a trace are in: before main(), or after it was entered. Of the
 * tracing process (tracer.c).
 */

#include <sys/types.h>

#include "base/vector.h"
#include "observe/ledger.h"
#include "observe/observer.h"

struct known_program;

struct phases {
        observer_find_main *find;           /* NULL: phases are not asked for */
        struct ledger *ledger;              /* is told of programs, and of what went wrong */
        int proc;                           /* descriptor of the folder /proc */
        VECTOR(struct known_program) known; /* found before: programs are executed many times */
};

void phases_clear(struct phases *phases);

/* A process, which its threads share. */
struct process {
        unsigned threads; /* tracees that refer to it */
        pid_t number;
        enum call_phase phase;
        bool is_loading;  /* executes ld.so, which has not mapped the program it was told to run */
        bool blocks_trap; /* it was executed with SIGTRAP blocked */
        uint64_t main;    /* address; 0: none */
};

/* Accepts NULL, returns NULL. */
struct process *process_release(struct process *process);

/* The process of a thread that has executed a program. Each of these returns a reference, to be
 * released, or NULL when out of memory. */
struct process *phases_execute(struct phases *phases, pid_t thread);

/* That of a thread or process that was made by one of `parent`, which may be NULL: not known. */
struct process *phases_child(struct phases *phases, struct process *parent, pid_t child);

/* The process of a thread, and the one that this is a child of; 0 where that is not to be told any
 * more. */
struct relation {
        pid_t process, parent;
};
struct relation phases_relation(const struct phases *phases, pid_t thread);

/* At each call of a process that is_loading: has ld.so mapped its program? */
void phases_look(struct phases *phases, struct process *process, pid_t thread);

/* Enters main(): to be called for a thread that has hit its breakpoint. */
void phases_enter_main(struct process *process, pid_t thread);
