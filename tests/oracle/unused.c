/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * personality is in the program but made only when there is an argument: without one it is unused
 * and has no verdict, with one it works faked only (exit 1 when it fails).
 */

#include "raw.h"

int oracle(int argc)
{
        if (argc == 1)
                return 0;
        return call1(__NR_personality, 0xffffffff) >= 0 ? 0 : 1;
}
