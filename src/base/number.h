/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Numbers as people and files write them: digits and nothing else, neither signs nor blanks. */

#include <stdint.h>

/* "0", "42". Returns 0, -EINVAL for anything else, -ERANGE for more than `maximum`. */
int unsigned_parse(const char *text, uint64_t maximum, uint64_t *ret);

/*
 * "2", "2.5", "0.125", in thousandths: 2000, 2500, 125. Returns 0, -EINVAL for anything else and
 * for more than three digits behind the point, -ERANGE for more than `maximum` thousandths.
 */
int decimal_parse(const char *text, uint64_t maximum, uint64_t *ret);
