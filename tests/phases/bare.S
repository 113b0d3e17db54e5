/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A program without C library or main(): it makes a getppid, hands a function to another one, as
 * an entry point hands over main(), which calls it, and ends.
 */
        .globl _start
_start:
        mov $110, %eax
        syscall
        lea called(%rip), %rdi
        call calls
        xor %edi, %edi
        mov $231, %eax
        syscall
        hlt

calls:
        jmp *%rdi

called:
        mov $110, %eax
        syscall
        ret

        .section .note.GNU-stack,"",@progbits
