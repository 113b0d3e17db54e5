/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the readers of popularity.h share: the packages, by number. */

#include <stdbool.h>
#include <stdint.h>

#include "base/dictionary.h"
#include "metrics/popularity.h"

/* A package that one of the files names; its number is that of its name. */
struct package {
        uint64_t installs;
        bool counted;             /* the contest has it */
        bool listed;              /* the list has it */
        size_t alternatives;      /* what it depends on: its part of `alternatives`, */
        size_t alternative_count; /* and how much of it */
        size_t dependencies;      /* its part of `dependencies`, NULL at its end; 0: none */
};

/* One way to fulfil a dependency. */
struct alternative {
        uint32_t package;
        bool last; /* of those of one dependency */
};

struct provision {
        uint32_t name;
        uint32_t provider;
};

struct popularity {
        struct dictionary names;
        VECTOR(struct package) packages;         /* by number of the name */
        VECTOR(struct alternative) alternatives; /* as written */
        VECTOR(struct provision) provisions;
        VECTOR(const char *) dependencies; /* chosen from the alternatives; the first is unused */
        uint64_t submissions;
        struct dictionary applications;
        VECTOR(uint32_t) application_packages; /* by number of the application: of its package */
};

/* The number of the package of that name, added where it is new; or -ENOMEM. */
int popularity_add_package(struct popularity *popularity, const char *name, size_t size);

/* Chooses among alternatives and providers. To be called when anything was added to either. */
int popularity_choose_dependencies(struct popularity *popularity);

/* A file's text, line by line. */
struct text_lines {
        const char *path; /* for messages */
        const char *next; /* where the next line starts */
        const char *end;
        const char *line; /* the current one, */
        size_t size;      /* without its end, CR LF too, */
        unsigned number;  /* from 1 on */
};

/* Goes to the next line; false at the end of the text. */
bool text_next_line(struct text_lines *lines);

/* "PATH:LINE: " and the message about the current line, or about the first in an empty text.
 * Returns -EINVAL. */
int text_refuse(const struct text_lines *lines, struct error *error, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

#define TEXT_SHOWN 48

/* So much of the text as a message has room for, without control characters. Returns `buffer`. */
const char *text_shown(const char *text, size_t size, char buffer[TEXT_SHOWN]);
