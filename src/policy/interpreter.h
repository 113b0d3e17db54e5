/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The line "#!/usr/bin/perl -w" at the head of a script. */

#include <stdbool.h>
#include <stddef.h>

/* What the kernel looks at, and so the longest line with its "#!" (BINPRM_BUF_SIZE). */
#define INTERPRETER_LINE_MAX 256

struct interpreter {
        char path[INTERPRETER_LINE_MAX];     /* as it stands there, never empty */
        char argument[INTERPRETER_LINE_MAX]; /* all that follows, one word to the kernel; or "" */
};

/*
 * Parses the first bytes of a file as the kernel does (binfmt_script). `size` is at most
 * INTERPRETER_LINE_MAX. Returns true where it is a script; `*ret` is undefined otherwise.
 */
bool interpreter_parse(const char *head, size_t size, struct interpreter *ret);

/*
 * The program that env(1) looks for when it is given `argument`: the first word that is neither
 * an option nor an assignment ("-S LANG=C perl -w" → perl). Writes to `ret` of
 * INTERPRETER_LINE_MAX bytes. Returns false where there is none.
 */
bool interpreter_of_env(const char *argument, char *ret);
