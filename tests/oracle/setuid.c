/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Meant to be setuid root and started by someone else (exit 20 and 21 otherwise); makes the probes
 * as root. The verdicts are those of probes.h.
 */

#include "probes.h"

int main(void)
{
        if (getuid() == 0)
                return 20;
        if (geteuid() != 0)
                return 21;
        return probes();
}
