/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A feature: one thing an OS may offer and loupe may withhold. A system call of some ABI; a
 * sub-feature, which is a system call with one value of a selecting argument (fcntl with F_SETFL,
 * mmap with MAP_SHARED); or a pseudo-file, a path under /proc, /sys or /dev.
 *
 * Features are plain values: copied freely, owned by nobody.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "base/error.h"
#include "feature/selector.h"

enum feature_kind {
        FEATURE_SYSCALL,
        FEATURE_SUBFEATURE,
        FEATURE_FILE,
        FEATURE_KIND_COUNT,
};

/* Long enough for every path pseudo_file_fold() yields, its NUL included. */
#define FEATURE_PATH_MAX 256

struct feature {
        enum feature_kind kind;
        enum abi abi;      /* 0 for a file */
        int number;        /* of the call, without the ABI's number_bit; 0 or more; 0 for a file */
        unsigned selector; /* of a sub-feature: its place in selectors_of() the call; else 0 */
        uint64_t value;    /* of a sub-feature: see selector_matches(); else 0 */
        char path[FEATURE_PATH_MAX]; /* of a file: as of pseudo_file_fold(); else "" */
};

/* Long enough for every name feature_name() writes, its NUL included. */
#define FEATURE_NAME_MAX 1088

/*
 * The name by which people know a feature.
 * A call: "read"; of another ABI than the native one "i386:read"; of a call newer than the table
 * "syscall_470".
 * A sub-feature: the call's name, a colon, and the value's name: "fcntl:F_SETFL"; a value without a
 * name in hexadecimal: "ioctl:0x5421", with the selector's name in between where the call has more
 * than one: "mmap:flags:0x800000"; both words of a pair: "setsockopt:0x6/0x1f".
 * A file: "file:/proc/self/status"; bytes that would end a word in a list (blanks, comma, equals
 * sign, backslash) and those that are no printable ASCII as in /proc/mounts: a backslash and three
 * octal digits.
 * Writes into `buffer` and returns it.
 */
const char *feature_name(struct feature feature, char buffer[FEATURE_NAME_MAX]);

/*
 * The inverse of feature_name(); it also takes the native ABI's prefix ("x86_64:read"), the number
 * of a call that has a name ("syscall_0"), the selector's name where it is not needed
 * ("fcntl:cmd:F_SETFL"), numbers for values that have names, decimal ones too, and paths that are
 * not folded yet ("file:/proc/17/maps"). Returns 0, or -EINVAL with a message that suggests the
 * nearest name, where one is near.
 */
int feature_parse(const char *name, struct feature *ret, struct error *error);

/* Orders by kind, ABI, number, selector, value, path: <0, 0, >0. Has the signature qsort(3) wants.
 */
int feature_compare(const void *a, const void *b);

static inline bool feature_equal(struct feature a, struct feature b)
{
        return feature_compare(&a, &b) == 0;
}

/* The system call that a sub-feature belongs to; a call itself. Not for files. */
struct feature feature_call(struct feature feature);

/* The selector of a sub-feature. */
const struct selector *feature_selector(struct feature feature);

/* "syscall", "subfeature", "file": the word for the kind in results. */
const char *feature_kind_name(enum feature_kind kind);
