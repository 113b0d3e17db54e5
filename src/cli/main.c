/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

int main(int argc, char **argv)
{
        (void)argc;
        return cli_main(argv);
}
