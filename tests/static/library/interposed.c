/* SPDX-License-Identifier: BSD-3-Clause */
#include "../library.h"

long library_work(void);
long replaced(void);

long replaced(void)
{
        return probe(__NR_munlock);
}

long library_work(void)
{
        return probe(__NR_mlock) + replaced();
}
