/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * mlock works faked only: the program insists that its memory be locked (exit 1 otherwise), but
 * cannot see whether it is.
 */

#include "raw.h"

static char secret[64];

int oracle(int argc)
{
        (void)argc;
        return call2(__NR_mlock, secret, sizeof(secret)) == 0 ? 0 : 1;
}
