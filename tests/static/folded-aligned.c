/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore kcmp sysfs
 *
 * Tables whose index does not begin with zero, where the address in the code looks like the
 * beginning of other data, since it is a multiple of 32: of numbers, and in the middle of pointers.
 */
#include "probe.h"

typedef long work(void);

#define ENTRY(name, number)                                   \
        static NOINLINE __attribute__((used)) long name(void) \
        {                                                     \
                return probe(number);                         \
        }

ENTRY(a, __NR_getcpu)
ENTRY(b, __NR_mlock)
ENTRY(c, __NR_munlock)
ENTRY(d, __NR_msync)
ENTRY(e, __NR_mincore)
ENTRY(f, __NR_kcmp)
ENTRY(g, __NR_sysfs)

/* In this order, whatever the compiler thinks of it. */
__asm__(".pushsection .data\n"
        ".balign 32\n"
        ".globl numbers, behind_numbers, pointers, behind_pointers\n"
        ".hidden numbers, behind_numbers, pointers, behind_pointers\n"
        "numbers: .skip 160, 1\n"
        "behind_numbers: .quad a, b\n"
        ".balign 32\n"
        ".quad 1, 2, 3, 4\n"
        "pointers: .quad c, c, c, c, c, d, d, d\n"
        "behind_pointers: .quad e, f, g, 0\n"
        ".popsection\n");

#define TABLE(name) extern __attribute__((visibility("hidden"))) work *name[]

TABLE(behind_numbers);
TABLE(pointers);
TABLE(behind_pointers);

static NOINLINE long call_behind_numbers(long index)
{
        return behind_numbers[index - 20]();
}

static NOINLINE long call_pointers(long index)
{
        return pointers[index]();
}

static NOINLINE long call_behind_pointers(long index)
{
        return behind_pointers[index - 4]();
}

int oracle(int argc)
{
        (void)argc;
        for (long i = 0; i < 2; i++)
                call_behind_numbers(opaque(i + 20));
        for (long i = 0; i < 8; i++)
                call_pointers(opaque(i));
        for (long i = 0; i < 3; i++)
                call_behind_pointers(opaque(i + 4));
        return 0;
}
