/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group read getcpu mlock munlock msync mincore kcmp sysfs ustat capget tee splice vmsplice inotify_init1 epoll_create1 eventfd2 signalfd4 memfd_create userfaultfd
 *
 * Numbers that are calculated, in each way that compilers and hands write it.
 */
#include "probe.inc"

        .globl _start
        .type _start, @function
_start:
        .cfi_startproc
        /* Nothing: read. */
        arguments
        xor %eax, %eax
        syscall
        /* From another register by lea. */
        arguments
        xor %ecx, %ecx
        lea __NR_getcpu(%rcx), %eax
        syscall
        /* Pushed and popped. */
        arguments
        push $__NR_mlock
        pop %rax
        syscall
        /* Added and subtracted. */
        arguments
        mov $100, %eax
        add $(__NR_munlock - 100), %eax
        syscall
        arguments
        mov $400, %eax
        sub $(400 - __NR_msync), %eax
        syscall
        /* Bits: or, and, exclusive or, shift. */
        arguments
        mov $(__NR_mincore & 0xf0), %eax
        or $(__NR_mincore & 0x0f), %eax
        syscall
        arguments
        mov $(0xff000 | __NR_kcmp), %eax
        and $0xfff, %eax
        syscall
        arguments
        mov $(__NR_sysfs ^ 0x5555), %ebx
        xor $0x5555, %ebx
        mov %ebx, %eax
        syscall
        arguments
        mov $(__NR_ustat / 8), %eax
        shl $3, %eax
        syscall
        /* Selected by a condition. */
        arguments
        mov $__NR_capget, %eax
        mov $__NR_tee, %ecx
        cmpq $1, (%rsp)
        cmova %ecx, %eax
        syscall
        arguments
        mov $__NR_capget, %eax
        mov $__NR_tee, %ecx
        cmpq $1, (%rsp)
        cmovbe %ecx, %eax
        syscall
        /* Through the frame. */
        arguments
        sub $32, %rsp
        movl $__NR_splice, 12(%rsp)
        movq $0, 16(%rsp)
        mov 12(%rsp), %eax
        add $32, %rsp
        syscall
        /* Moved through registers of other widths. */
        arguments
        mov $__NR_vmsplice, %r12d
        movslq %r12d, %r13
        mov %r13, %rax
        syscall
        /* The low part of a register is enough, where the rest is known. */
        arguments
        mov $0x100, %eax
        mov $(__NR_inotify_init1 & 0xff), %al
        syscall
        /* On two ways that meet. */
        arguments
        mov $__NR_epoll_create1, %eax
        cmpq $1, (%rsp)
        jbe 1f
        mov $__NR_eventfd2, %eax
1:      syscall
        /* Negated, complemented, counted. */
        arguments
        mov $-__NR_signalfd4, %eax
        neg %eax
        syscall
        arguments
        mov $~__NR_memfd_create, %eax
        not %eax
        syscall
        arguments
        mov $(__NR_userfaultfd - 1), %eax
        inc %eax
        syscall
        leave_program
        .cfi_endproc
        .size _start, . - _start
