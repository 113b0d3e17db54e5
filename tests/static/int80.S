/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group i386:getpid i386:getcpu
 *
 * The entry for 32-bit programs, which has numbers of its own: 20 is getpid, 318 is getcpu.
 */
#include "probe.inc"

        .globl _start
_start:
        mov $20, %eax
        int $0x80
        call entry_by_number
        leave_program

entry_by_number:
        mov $-1, %ebx
        mov %ebx, %ecx
        mov %ebx, %edx
        mov $318, %eax
        jmp enter

enter:
        int $0x80
        ret
