/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock msync mincore kcmp
 *
 * Written by hand: neither unwind information nor types nor sizes of symbols, functions that run
 * into the next one, a call of the next instruction, a jump into the middle of another function, a
 * return to a pushed address, and data between code. What nothing leads to is not a part of it.
 */
#include "probe.inc"

        .globl _start
_start:
        call first
        call third
        lea fourth(%rip), %rax
        call *%rax
        lea back(%rip), %rax
        push %rax
        lea fifth(%rip), %rax
        push %rax
        ret
back:
        call 1f
1:      pop %rax
        leave_program

        .ascii "no code at all \xff\xff\x06"
        .byte 0x0f, 0x05

nobody:
        probe __NR_sysfs
        ret

first:
        probe __NR_getcpu
        /* runs into the next */
second:
        probe __NR_mlock
        ret

third:
        probe __NR_munlock
        jmp inside

        .ascii "more data"

other:
        nop
inside:
        probe __NR_msync
        ret

fourth:
        probe __NR_mincore
        ret

        .byte 0x0f, 0x0b

fifth:
        probe __NR_kcmp
        ret
