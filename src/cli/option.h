/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Command lines, described by tables.
 *
 * A verb's options are groups of rows; each row says how the option is spelled, what it takes and
 * where in the verb's own struct the value goes. The parser, the help, the manual and the
 * completions read the same rows.
 *
 * Understood: --name VALUE, --name=VALUE, -n VALUE, -nVALUE, -qv for two flags, and operands in
 * between; everything after `--` is the command of a program and is left alone.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/vector.h"

/* What an option takes, and the type of the field at `offset`. */
enum option_kind {
        OPTION_FLAG,     /* nothing; bool, set to true */
        OPTION_STRING,   /* any text; const char *, which points into argv */
        OPTION_LIST,     /* any text, and may be repeated; struct option_list */
        OPTION_CHOICE,   /* one word of an enumeration; the enum, or unsigned: 0 to `maximum` */
        OPTION_UNSIGNED, /* a whole number from `minimum` to `maximum`; unsigned */
        OPTION_SECONDS,  /* a time above 0, fractions allowed; double */
        OPTION_PARSED,   /* what `parse` understands; whatever it writes */
};

struct option_list {
        VECTOR(const char *) values; /* point into argv; the array is released by option_clear() */
};

struct option {
        const char *name; /* without its dashes: "replicas" */
        char letter;      /* 'q' for -q; 0 where there is none */
        enum option_kind kind;
        size_t offset;           /* of the field in the group's struct */
        const char *placeholder; /* for what it takes, in help: "N"; NULL for flags */
        const char *help;        /* one sentence, no capital at its start, no full stop */
        const char *(*word)(unsigned value); /* OPTION_CHOICE: the word for each value */
        unsigned minimum;                    /* OPTION_UNSIGNED */
        unsigned maximum;                    /* OPTION_UNSIGNED and OPTION_CHOICE: included */
        const char *zero; /* OPTION_UNSIGNED: the word that stands for 0, or NULL */
        unsigned implied; /* OPTION_CHOICE: what the option means without "=WORD"; it then never
                             takes the next word. 0: it needs a word */
        /* OPTION_PARSED: writes `*ret`, or returns -EINVAL with a message that does without the
         * name. */
        int (*parse)(const char *text, void *ret, struct error *error);
};

/* Options under one heading. A verb composes its own groups and those it shares with others. */
struct option_group {
        const char *title;            /* the heading in help: "Workload" */
        const struct option *options; /* ended by a row without a name */
        size_t offset;                /* of the group's struct within the verb's */
};

/* What stands on the command line besides options. Points into argv. */
struct operands {
        char *const *words; /* not ended by NULL */
        size_t count;
        char *const *command; /* what follows `--`, ended by NULL; NULL where there is no `--` */
};

/*
 * Reads `argv` (without the verb, ended by NULL) into `values`, the verb's struct with its defaults
 * set. `groups` is ended by a row without options. Reorders argv: operands come first.
 * `*ret_help` is set when --help or -h was met; reading then stops.
 * Returns 0, or -EINVAL with one line about what is wrong. option_clear() is due in either case.
 */
int option_parse(const struct option_group *groups, char **argv, void *values,
        struct operands *ret_operands, bool *ret_help, struct error *error);

/* Releases the lists in `values`. */
void option_clear(const struct option_group *groups, void *values);
