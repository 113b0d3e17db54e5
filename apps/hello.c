/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

int main(void)
{
        return puts("Hello, world!") < 0;
}
