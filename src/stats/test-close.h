/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Comparison of numbers, for older cmocka. To be included after <cmocka.h>. */

#include <math.h>

#define assert_close(value, expected, most) \
        assert_true(fabs((double)(value) - (double)(expected)) <= (most))
