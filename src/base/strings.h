/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Strings, and lists of strings in the shape of argv: an array that NULL ends. */

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

/* Replaces what would move the cursor or change the terminal: control characters become "?". */
void string_make_printable(char *text);

/* asprintf() that returns the string, owned by the caller, or NULL when out of memory. */
char *string_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A copy, owned by the caller, of what may be NULL: NULL stays NULL. Returns 0 or -ENOMEM, with
 * NULL in `*ret`. */
int string_copy(const char *string, char **ret);

static inline bool string_equal(const char *a, const char *b)
{
        return a == b || (a && b && __builtin_strcmp(a, b) == 0);
}

/* What a count adds to its noun in a message: "" for 1, else "s". */
static inline const char *plural(size_t count)
{
        return count == 1 ? "" : "s";
}

bool string_has_prefix(const char *string, const char *prefix);

/* Number of strings before the NULL; 0 for a NULL list. */
size_t strings_count(char *const *list);

/* Appends a copy of `string`. `*list` may be NULL. Returns 0 or -ENOMEM (list unchanged). */
int strings_add(char ***list, const char *string);

/* Deep copy, owned by the caller; NULL when out of memory. A NULL list copies to an empty one. */
char **strings_copy(char *const *list);

/* Splits at each `separator`, dropping empty parts. Owned by the caller; NULL when out of memory.
 */
char **strings_split(const char *string, char separator);

/* The strings with `separator` between them, owned by the caller; NULL when out of memory. */
char *strings_join(char *const *list, const char *separator);

/*
 * One word as a POSIX shell would have to be given it: as it is, or in single quotes where it holds
 * anything a shell would interpret. Owned by the caller; NULL when out of memory.
 */
char *string_shell_quote(const char *word);

/* Frees every string and the list; accepts NULL. */
void strings_free(char **list);

DEFINE_CLEANUP(char **, strings_free)
#define CLEANUP_STRINGS CLEANUP(strings_freep)
