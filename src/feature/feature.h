/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* A feature: one thing an OS may offer and loupe may withhold. Today a system call of some ABI. */

#include <stdbool.h>
#include <stddef.h>

#include "arch/arch.h"
#include "base/error.h"

enum feature_kind {
        FEATURE_SYSCALL,
};

struct feature {
        enum feature_kind kind;
        enum abi abi;
        int number; /* of the call, without the ABI's number_bit; 0 or more */
};

/* Long enough for every name feature_name() writes, its NUL included. */
#define FEATURE_NAME_MAX 64

/*
 * The name by which people know a feature: "read"; of another ABI than the native one "i386:read";
 * of a call newer than the table "syscall_470". Writes into `buffer` and returns it.
 */
const char *feature_name(struct feature feature, char buffer[FEATURE_NAME_MAX]);

/*
 * The inverse of feature_name(); it also takes the native ABI's prefix ("x86_64:read") and the
 * number of a call that has a name ("syscall_0"). Returns 0, or -EINVAL with a message that
 * suggests the nearest name, where one is near.
 */
int feature_parse(const char *name, struct feature *ret, struct error *error);

/* Orders by kind, ABI, number: <0, 0, >0. Has the signature qsort(3) wants. */
int feature_compare(const void *a, const void *b);

static inline bool feature_equal(struct feature a, struct feature b)
{
        return feature_compare(&a, &b) == 0;
}

/* "syscall": the word for the kind in results. */
const char *feature_kind_name(enum feature_kind kind);
