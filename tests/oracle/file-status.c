/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * /proc/self/status: the program copes without it, and with an empty one. With an argument it still
 * copes without it, but no longer with another error (exit 1), nor with an empty one (exit 2).
 */

#include "raw-file.h"

int oracle(int argc)
{
        static char text[4096];
        long count = file_read("/proc/self/status", text, sizeof(text));

        if (argc == 1 || count == -ENOENT)
                return 0;
        if (count < 0)
                return 1;
        return count > 0 ? 0 : 2;
}
