/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "binary/analysis.h"

/*
 * Functions in machine code, never run, as an object that lies at IMAGE: code, constants,
 * variables, each a page of its own. Each has its name between image_NAME and image_NAME_end.
 */
#define IMAGE 0x10000

#define FUNCTION(name, code)                               \
        "image_" #name ":\n" code "image_" #name "_end:\n" \
        ".balign 16, 0xcc\n"

/* clang-format off */
__asm__(".pushsection .rodata,\"a\",@progbits\n"
        ".balign 4096\n"
        "image_code:\n"
        /* Numbers */
        FUNCTION(moved, "mov $39, %eax; syscall; ret\n")
        FUNCTION(zeroed, "xor %eax, %eax; mov $1, %dil; movzbl %dil, %edi; syscall; ret\n")
        FUNCTION(selected, "mov $39, %eax; mov $40, %ecx; test %rdi, %rdi; cmove %ecx, %eax; syscall; ret\n")
        FUNCTION(joined, "test %rdi, %rdi; je 1f; mov $1, %eax; jmp 2f\n 1: mov $2, %eax\n 2: syscall; ret\n")
        FUNCTION(calculated, "mov $3, %ecx; lea 4(%rcx,%rcx,4), %eax; shl $2, %eax; sub $6, %eax; or $1, %eax; and $0x7f, %eax; syscall; ret\n")
        FUNCTION(set, "xor %eax, %eax; test %rdi, %rdi; sete %al; add $10, %eax; syscall; ret\n")
        FUNCTION(pushed, "push $60; pop %rax; syscall; ret\n")
        FUNCTION(spilled, "sub $24, %rsp; movl $62, 8(%rsp); mov %rdi, 16(%rsp); call image_quiet; mov 8(%rsp), %eax; mov 16(%rsp), %rdi; syscall; add $24, %rsp; ret\n")
        FUNCTION(looped, "mov $1, %eax\n 1: inc %eax; cmp $1000, %edi; jne 1b; syscall; ret\n")
        FUNCTION(called_before, "mov $39, %eax; call image_quiet; syscall; ret\n")
        FUNCTION(kept, "push %rbx; mov $39, %ebx; call image_quiet; mov %ebx, %eax; syscall; pop %rbx; ret\n")
        FUNCTION(from_constant, "mov image_number(%rip), %eax; syscall; ret\n")
        FUNCTION(from_table, "lea image_numbers(%rip), %rdx; mov (%rdx,%rdi,4), %eax; syscall; ret\n")
        FUNCTION(from_variable, "mov image_variable(%rip), %eax; syscall; ret\n")
        FUNCTION(stores_variable, "movl $77, image_variable(%rip); ret\n")
        FUNCTION(old_entry, "mov $4, %eax; mov $1, %ebx; int $0x80; ret\n")
        FUNCTION(overwritten, "mov $39, %eax; syscall; syscall; ret\n")
        FUNCTION(aligned, "push %rbp; mov %rsp, %rbp; and $-32, %rsp; sub $64, %rsp; movl $39, 8(%rsp); call image_quiet; mov 8(%rsp), %eax; syscall; leave; ret\n")
        /* Parameters */
        FUNCTION(calls_through, "mov $22, %edi; jmp image_passes_on\n")
        FUNCTION(passes_on, "jmp image_wrapper\n")
        FUNCTION(wrapper, "mov %rdi, %rax; mov %rsi, %rdi; mov 8(%rsp), %r9; syscall; ret\n")
        FUNCTION(calls_wrapper, "mov $20, %edi; sub $8, %rsp; push $5; call image_wrapper; add $16, %rsp; ret\n")
        FUNCTION(jumps_to_wrapper, "mov $21, %edi; jmp image_wrapper\n")
        FUNCTION(by_field, "mov (%rdi), %eax; mov 8(%rdi), %rdi; syscall; ret\n")
        FUNCTION(calls_by_field, "sub $24, %rsp; movl $30, (%rsp); movq $31, 8(%rsp); mov %rsp, %rdi; call image_by_field; add $24, %rsp; ret\n")
        FUNCTION(by_global, "mov image_pointer(%rip), %rdx; mov (%rdx), %eax; syscall; ret\n")
        FUNCTION(sets_global, "mov %rdi, image_pointer(%rip); ret\n")
        FUNCTION(escaped, "sub $24, %rsp; movl $62, 8(%rsp); lea 8(%rsp), %rdi; call image_quiet; mov 8(%rsp), %eax; syscall; add $24, %rsp; ret\n")
        FUNCTION(escaped_above, "sub $24, %rsp; movl $62, (%rsp); lea 8(%rsp), %rdi; call image_quiet; mov (%rsp), %eax; syscall; add $24, %rsp; ret\n")
        FUNCTION(runs_on, "test %rdi, %rdi; je 1f; lea image_moved(%rip), %rdi\n 1: nop; .balign 16, 0x90\n")
        FUNCTION(quiet, "ret\n")
        FUNCTION(calls_sets_global, "sub $24, %rsp; movl $23, (%rsp); mov %rsp, %rdi; call image_sets_global; add $24, %rsp; ret\n")
        FUNCTION(writes_field, "mov %esi, (%rdi); mov (%rdi), %eax; syscall; ret\n")
        FUNCTION(shares_field, "push %rbx; mov %rdi, %rbx; call *image_got(%rip); mov (%rbx), %eax; syscall; pop %rbx; ret\n")
        /* Frames that others write to */
        FUNCTION(below, "movl $62, -8(%rsp); call image_quiet; mov -8(%rsp), %eax; syscall; ret\n")
        FUNCTION(frame_indexed, "sub $40, %rsp; movl $62, 8(%rsp); lea 16(%rsp,%rdi,8), %rax; movl $1, (%rax); mov 8(%rsp), %eax; syscall; add $40, %rsp; ret\n")
        FUNCTION(frame_added, "sub $40, %rsp; movl $62, 8(%rsp); lea 16(%rsp), %rax; add %rdi, %rax; movl $1, (%rax); mov 8(%rsp), %eax; syscall; add $40, %rsp; ret\n")
        FUNCTION(frame_filled, "sub $40, %rsp; movl $62, 8(%rsp); movl $63, (%rsp,%rdi,4); mov 8(%rsp), %eax; syscall; add $40, %rsp; ret\n")
        FUNCTION(frame_read_by_kernel, "sub $24, %rsp; movl $62, 8(%rsp); lea 8(%rsp), %rsi; xor %eax, %eax; syscall; mov 8(%rsp), %eax; syscall; add $24, %rsp; ret\n")
        FUNCTION(frame_of_frame, "sub $40, %rsp; movl $62, 8(%rsp); lea 8(%rsp), %rax; mov %rax, 24(%rsp); xor %eax, %eax; lea 24(%rsp), %rdi; call image_quiet; mov 8(%rsp), %eax; syscall; add $40, %rsp; ret\n")
        FUNCTION(frame_by_field, "sub $24, %rsp; movl $62, 8(%rsp); lea 8(%rsp), %rax; mov %rax, (%rsi); movl $5, (%rdi); mov 8(%rsp), %eax; syscall; add $24, %rsp; ret\n")
        FUNCTION(frame_by_pointer, "sub $24, %rsp; movl $62, 8(%rsp); mov (%rdi), %rdx; mov (%rdx), %rdx; lea 8(%rsp), %rax; mov %rax, (%rsi); movl $5, (%rdx); mov 8(%rsp), %eax; syscall; add $24, %rsp; ret\n")
        FUNCTION(escapes_first, "sub $24, %rsp; movl $62, 8(%rsp); test %rdi, %rdi; je 1f; lea 8(%rsp), %rax; mov %rax, (%rdi)\n 1: call image_quiet; mov 8(%rsp), %eax; syscall; add $24, %rsp; ret\n")
        FUNCTION(escapes_last, "sub $24, %rsp; movl $62, 8(%rsp); test %rdi, %rdi; je 2f\n 1: call image_quiet; mov 8(%rsp), %eax; syscall; add $24, %rsp; ret\n 2: lea 8(%rsp), %rax; mov %rax, (%rdi); jmp 1b\n")
        FUNCTION(callers_first, "test %rdi, %rdi; je 1f; movl $5, 8(%rsp)\n 1: mov 8(%rsp), %eax; syscall; ret\n")
        FUNCTION(callers_last, "test %rdi, %rdi; je 2f\n 1: mov 8(%rsp), %eax; syscall; ret\n 2: movl $5, 8(%rsp); jmp 1b\n")
        FUNCTION(callers_filled, "lea 8(%rsp), %rdi; mov $99, %ecx; rep stosb; mov 16(%rsp), %eax; syscall; ret\n")
        FUNCTION(vfork, "xor %eax, %eax; ret\n")
        FUNCTION(returns_twice, "push %rbx; mov $39, %ebx; call image_vfork; mov %ebx, %eax; syscall; pop %rbx; ret\n")
        /* Addresses */
        FUNCTION(takes, "lea image_quiet(%rip), %rdi; mov %rdi, (%rsi); ret\n")
        FUNCTION(hands_over, "sub $24, %rsp; movl $1, (%rsp); mov %rsp, %rsi; lea image_moved(%rip), %rdi; call image_wrapper; add $24, %rsp; ret\n")
        FUNCTION(returns, "lea image_quiet(%rip), %rax; ret\n")
        FUNCTION(compares, "lea image_quiet(%rip), %rcx; cmp %rcx, %rdi; sete %al; ret\n")
        FUNCTION(calls_pointer, "lea image_quiet(%rip), %rcx; sub $8, %rsp; call *%rcx; add $8, %rsp; ret\n")
        FUNCTION(selects, "lea image_quiet(%rip), %rcx; lea image_moved(%rip), %rax; test %rdi, %rdi; cmove %rcx, %rax; xor %ecx, %ecx; sub $8, %rsp; call *%rax; add $8, %rsp; ret\n")
        FUNCTION(loses, "lea image_quiet(%rip), %rcx; test %rdi, %rdi; je 1f; mov (%rdi), %rcx\n 1: mov %rcx, %rax; sub $8, %rsp; call *%rax; add $8, %rsp; ret\n")
        FUNCTION(forgets, "lea image_quiet(%rip), %rcx; test %rdi, %rdi; je 1f; xor %ecx, %ecx\n 1: xor %ecx, %ecx; mov %ecx, %eax; ret\n")
        FUNCTION(spills, "sub $24, %rsp; lea image_quiet(%rip), %rcx; mov %rcx, 8(%rsp); xor %ecx, %ecx; mov 8(%rsp), %rax; add $24, %rsp; jmp *%rax\n")
        FUNCTION(hides, "sub $24, %rsp; lea image_quiet(%rip), %rcx; mov %rcx, 8(%rsp); mov %rsp, %rdi; call image_by_field; add $24, %rsp; ret\n")
        FUNCTION(thread_local, "lea image_quiet(%rip), %rcx; mov %rcx, %fs:0; ret\n")
        FUNCTION(to_kernel, "mov $13, %eax; lea image_quiet(%rip), %rsi; syscall; ret\n")
        FUNCTION(sum, "lea image_quiet(%rip), %rcx; add %rdi, %rcx; jmp *%rcx\n")
        FUNCTION(sum_of_other, "lea image_quiet(%rip), %rcx; add %rcx, %rdi; xor %ecx, %ecx; jmp *%rdi\n")
        FUNCTION(selects_unknown, "mov (%rdi), %rax; lea image_quiet(%rip), %rcx; test %rdi, %rdi; cmove %rcx, %rax; xor %ecx, %ecx; jmp *%rax\n")
        FUNCTION(loses_slot, "sub $24, %rsp; test %rdi, %rdi; je 1f; lea image_quiet(%rip), %rcx; mov %rcx, 8(%rsp)\n 1: xor %ecx, %ecx; mov 8(%rsp), %rax; add $24, %rsp; jmp *%rax\n")
        FUNCTION(stores_frame, "sub $24, %rsp; lea image_quiet(%rip), %rcx; mov %rcx, 8(%rsp); mov %rsp, (%rdi); add $24, %rsp; ret\n")
        FUNCTION(stores_later, "sub $24, %rsp; mov %rsp, (%rdi); lea image_quiet(%rip), %rcx; mov %rcx, 8(%rsp); add $24, %rsp; ret\n")
        FUNCTION(on_stack, "sub $24, %rsp; lea image_quiet(%rip), %rcx; mov %rcx, (%rsp); xor %ecx, %ecx; call image_moved; add $24, %rsp; ret\n")
        FUNCTION(frame_table, "sub $24, %rsp; lea image_quiet(%rip), %rcx; mov %rcx, 8(%rsp); xor %ecx, %ecx; mov (%rsp,%rdi,8), %rax; add $24, %rsp; jmp *%rax\n")
        FUNCTION(frame_overwritten, "sub $24, %rsp; lea image_quiet(%rip), %rcx; mov %rcx, 8(%rsp); xor %ecx, %ecx; mov %rdi, (%rsp,%rsi,8); mov 8(%rsp), %rax; add $24, %rsp; jmp *%rax\n")
        FUNCTION(vector, "lea image_quiet(%rip), %rcx; movq %rcx, %xmm0; movups %xmm0, (%rdi); ret\n")
        FUNCTION(unknown, "sub $8, %rsp; call *8(%rdi); add $8, %rsp; ret\n")
        /* Data */
        FUNCTION(reads_word, "mov image_pointers+8(%rip), %rax; sub $8, %rsp; call *%rax; add $8, %rsp; ret\n")
        FUNCTION(reads_variable, "sub $8, %rsp; call *image_callback(%rip); add $8, %rsp; ret\n")
        FUNCTION(refers, "lea image_pointers(%rip), %rdi; jmp image_quiet\n")
        FUNCTION(indexes, "lea image_pointers(%rip), %rcx; sub $8, %rsp; call *(%rcx,%rdi,8); add $8, %rsp; ret\n")
        FUNCTION(copies, "movups image_pointers(%rip), %xmm0; movups %xmm0, (%rdi); ret\n")
        FUNCTION(reads_half, "mov image_callback(%rip), %eax; xor %eax, %eax; ret\n")
        FUNCTION(indexes_later, "lea image_pointers(%rip), %rcx; lea (%rcx,%rdi,8), %rax; xor %ecx, %ecx; jmp *(%rax)\n")
        FUNCTION(indexes_import, "mov image_got(%rip), %rcx; mov (%rcx,%rdi,8), %rax; xor %ecx, %ecx; jmp *%rax\n")
        FUNCTION(reads_either, "lea image_pointers(%rip), %rcx; lea image_got(%rip), %rax; test %rdi, %rdi; cmove %rcx, %rax; xor %ecx, %ecx; mov (%rax), %rax; jmp *%rax\n")
        FUNCTION(from_writable, "lea image_writable(%rip), %rdx; mov (%rdx,%rdi,4), %eax; syscall; mov image_writable(%rip), %eax; syscall; ret\n")
        FUNCTION(lets_writable_go, "lea image_writable(%rip), %rdi; jmp image_quiet\n")
        FUNCTION(stores_byte, "movb $1, image_variable+1(%rip); ret\n")
        FUNCTION(stores_anywhere, "lea image_variable(%rip), %rcx; movl $5, (%rcx,%rdi,4); ret\n")
        FUNCTION(hands_path, "lea image_path(%rip), %rdi; jmp *image_got(%rip)\n")
        FUNCTION(names, "lea image_paths(%rip), %rdi; jmp image_quiet\n")
        FUNCTION(imports, "mov image_got(%rip), %rax; mov %rax, (%rdi); mov 4(%rax), %eax; ret\n")
        FUNCTION(stub, "endbr64; jmp *image_got(%rip)\n")
        FUNCTION(calls_stub, "sub $8, %rsp; mov $7, %edi; call image_stub; add $8, %rsp; ret\n")
        /* Jumps */
        FUNCTION(switches, "mov $1, %eax; cmp $2, %edi; ja 9f; lea image_jumps(%rip), %r11; movslq (%r11,%rdi,4), %rcx; add %r11, %rcx; jmp *%rcx\n"
                 "image_case_0: mov $100, %eax; jmp 9f\n"
                 "image_case_1: mov $101, %eax; jmp 9f\n"
                 "image_case_2: mov $102, %eax\n"
                 "9: syscall; ret\n")
        FUNCTION(dead, "mov $1, %eax; syscall; ret\n mov $99, %eax; syscall; ret\n")
        FUNCTION(jumps_anywhere, "push %rbx; lea (%rdi,%rsi,4), %rax; jmp *%rax; mov $99, %eax; syscall; pop %rbx; ret\n")
        FUNCTION(hot, "mov $5, %eax; test %rdi, %rdi; je image_cold\n image_hot_middle: syscall; ret\n")
        FUNCTION(cold, "mov $6, %eax; jmp image_hot_middle\n")
        FUNCTION(prefix, "mov $7, %eax; je 1f+1\n 1: lock incl (%rdi); syscall; ret\n")
        FUNCTION(branches_out, "test %rdi, %rdi; je 1f; lea image_moved(%rip), %rdi\n 1: test %rsi, %rsi; je image_quiet; xor %edi, %edi; ret\n")
        FUNCTION(stores_case, "lea image_stored(%rip), %r11; movslq (%r11,%rdi,4), %rcx; add %r11, %rcx; mov %rcx, (%rsi); ret\n image_case_stored: mov $98, %eax; syscall; ret\n")
        FUNCTION(jumps_by_table, "lea image_callback(%rip), %rcx; jmp *(%rcx,%rdi,8); mov $99, %eax; syscall; ret\n")
        FUNCTION(switches_out, "cmp $1, %edi; ja 9f; lea image_cases(%rip), %r11; movslq (%r11,%rdi,4), %rcx; add %r11, %rcx; jmp *%rcx\n image_case_here: nop\n 9: ret\n")
        FUNCTION(never, "mov $60, %eax; syscall; hlt\n")
        FUNCTION(sometimes, "test %rdi, %rdi; je image_quiet; hlt\n")
        FUNCTION(leaves, "jmp *8(%rdi)\n")
        FUNCTION(calls_never, "sub $8, %rsp; call image_never; mov $97, %eax; syscall; ret\n")
        FUNCTION(calls_sometimes, "sub $8, %rsp; call image_sometimes; mov $97, %eax; syscall; add $8, %rsp; ret\n")
        FUNCTION(calls_leaves, "sub $8, %rsp; call image_leaves; mov $97, %eax; syscall; add $8, %rsp; ret\n")
        FUNCTION(loses_odd, "lea image_odd+8(%rip), %rcx; test %rdi, %rdi; je 1f; mov (%rdi), %rcx\n 1: mov %rcx, (%rsi); ret\n")
        FUNCTION(loses_field, "lea image_field(%rip), %rcx; test %rdi, %rdi; je 1f; mov (%rdi), %rcx\n 1: mov %rcx, (%rsi); ret\n")
        FUNCTION(hands_field, "lea image_field(%rip), %rax; ret\n")
        FUNCTION(pushes_target, "lea image_quiet(%rip), %rax; push %rax; ret\n")
        ".balign 4096\n"
        "image_constants:\n"
        "image_number: .long 41\n"
        "image_numbers: .long 51, 52, 53\n"
        "image_path: .asciz \"/etc/passwd\"\n"
        ".balign 8\n"
        "image_pointers: .quad 0, 0\n"
        "image_pointers_end:\n"
        "image_paths: .quad 0\n"
        "image_jumps: .long image_case_0 - image_jumps, image_case_1 - image_jumps, image_case_2 - image_jumps\n"
        "image_got: .quad 0\n"
        "image_stored: .long image_case_stored - image_stored, 0\n"
        "image_cases: .long image_case_here - image_cases, image_quiet - image_cases\n"
        ".balign 4096\n"
        "image_variables:\n"
        "image_variable: .quad 0\n"
        "image_pointer: .quad 0\n"
        "image_callback: .quad 0\n"
        "image_own: .quad 0, 0\n"
        "image_writable: .long 61, 62\n"
        "image_writable_end:\n"
        ".balign 4096\n"
        "image_end:\n"
        ".quad 0\n"
        "image_odd: .quad 0, 0\n"
        "image_odd_end:\n"
        ".balign 32\n"
        "image_slot: .quad 0\n"
        "image_element: .quad 0\n"
        "image_field: .quad 0\n"
        "image_slot_end:\n"
        ".popsection\n");
/* clang-format on */

#define FUNCTIONS(row)                                                                                                                              \
        row(moved) row(zeroed) row(selected) row(joined) row(calculated) row(set) row(pushed) row(spilled) row(                                     \
                looped) row(called_before) row(kept) row(from_constant) row(from_table) row(from_variable) row(stores_variable)                     \
                row(old_entry) row(overwritten) row(aligned) row(calls_through) row(passes_on) row(wrapper) row(calls_wrapper) row(                 \
                        jumps_to_wrapper) row(by_field) row(calls_by_field) row(by_global) row(sets_global) row(escaped)                            \
                        row(escaped_above) row(runs_on) row(quiet) row(calls_sets_global) row(writes_field) row(shares_field) row(                  \
                                below) row(frame_indexed) row(frame_added) row(frame_filled) row(frame_read_by_kernel) row(frame_of_frame)          \
                                row(frame_by_field) row(frame_by_pointer) row(escapes_first) row(escapes_last) row(callers_first) row(              \
                                        callers_last) row(callers_filled) row(vfork) row(returns_twice) row(takes) row(hands_over)                  \
                                        row(returns) row(compares) row(calls_pointer) row(selects) row(loses) row(                                  \
                                                forgets) row(spills) row(hides) row(thread_local) row(to_kernel) row(sum)                           \
                                                row(sum_of_other) row(selects_unknown) row(loses_slot) row(                                         \
                                                        stores_frame) row(stores_later) row(on_stack) row(frame_table) row(frame_overwritten)       \
                                                        row(vector) row(unknown) row(reads_word) row(reads_variable) row(                           \
                                                                refers) row(indexes) row(copies) row(reads_half) row(indexes_later)                 \
                                                                row(indexes_import) row(reads_either) row(from_writable) row(lets_writable_go) row( \
                                                                        stores_byte) row(stores_anywhere) row(hands_path) row(names)                \
                                                                        row(imports) row(stub) row(calls_stub) row(                                 \
                                                                                switches) row(dead) row(jumps_anywhere)                             \
                                                                                row(hot) row(cold) row(prefix) row(branches_out) row(               \
                                                                                        stores_case) row(jumps_by_table) row(switches_out)          \
                                                                                        row(never) row(sometimes) row(                              \
                                                                                                leaves) row(calls_never)                            \
                                                                                                row(calls_sometimes) row(                           \
                                                                                                        calls_leaves) row(pushes_target)            \
                                                                                                        row(loses_odd) row(                         \
                                                                                                                loses_field)                        \
                                                                                                                row(hands_field)

#define DECLARE(name) extern const uint8_t image_##name[], image_##name##_end[];
FUNCTIONS(DECLARE)
extern const uint8_t image_code[], image_constants[], image_variables[], image_end[];
extern const uint8_t image_number[], image_numbers[], image_path[], image_pointers[], image_paths[];
extern const uint8_t image_pointers_end[], image_got[], image_variable[], image_pointer[];
extern const uint8_t image_callback[], image_writable[], image_writable_end[], image_own[];
extern const uint8_t image_odd[], image_odd_end[], image_slot[], image_slot_end[];
extern const uint8_t image_element[], image_field[];

static uint64_t address_of(const uint8_t *there)
{
        return IMAGE + (uint64_t)(there - image_code);
}

struct fixture {
        struct object object;
        struct summary *summary;
};

static void add_segment(struct object *object, const uint8_t *from, const uint8_t *to,
        bool executable, bool writable)
{
        *vector_add(&object->segments) = (struct segment){
                .address = address_of(from),
                .size = (uint64_t)(to - from),
                .file_size = (uint64_t)(to - from),
                .bytes = from,
                .executable = executable,
                .writable = writable,
        };
}

static void add_symbol(struct object *object, const char *name, const uint8_t *from,
        const uint8_t *to, enum symbol_kind kind)
{
        *vector_add(&object->symbols) = (struct symbol){
                .name = name,
                .address = address_of(from),
                .size = (uint64_t)(to - from),
                .kind = kind,
                .defined = true,
        };
}

static void add_pointer(struct object *object, const uint8_t *at, const uint8_t *target)
{
        *vector_add(&object->relocations) = (struct relocation){
                .address = address_of(at),
                .kind = RELOCATION_RELATIVE,
                .symbol = SIZE_MAX,
                .addend = (int64_t)address_of(target),
        };
}

static void add_relocations(struct object *object)
{
        add_pointer(object, image_pointers, image_quiet);
        add_pointer(object, image_pointers + 8, image_moved);
        *vector_add(&object->relocations) = (struct relocation){.address = address_of(image_got),
                .kind = RELOCATION_SYMBOL,
                .is_slot = true,
                .symbol = 1};
        add_pointer(object, image_callback, image_quiet);
        add_pointer(object, image_paths, image_path);
        *vector_add(&object->relocations) = (struct relocation){.address = address_of(image_own),
                .kind = RELOCATION_SYMBOL,
                .symbol = 2,
                .addend = 3};
        *vector_add(&object->relocations) =
                (struct relocation){.address = address_of(image_own + 8),
                        .kind = RELOCATION_SYMBOL,
                        .symbol = 3,
                        .addend = 4};
        add_pointer(object, image_odd, image_quiet);
        *vector_add(&object->relocations) = (struct relocation){.address = address_of(image_slot),
                .kind = RELOCATION_SYMBOL,
                .is_slot = true,
                .symbol = 1};
        add_pointer(object, image_element, image_quiet);
        add_pointer(object, image_field, image_moved);
}

static void add_symbols(struct object *object)
{
        vector_add(&object->dynamic_symbols)->name = "";
        *vector_add(&object->dynamic_symbols) =
                (struct symbol){.name = "outside", .version = "V_1", .kind = SYMBOL_FUNCTION};
        /* Of its own: one that nobody else sees, and one that others may replace. */
        for (int i = 0; i < 2; i++)
                *vector_add(&object->dynamic_symbols) = (struct symbol){.name = "own",
                        .kind = SYMBOL_FUNCTION,
                        .address = address_of(image_cold),
                        .size = 1,
                        .defined = true,
                        .exported = i == 1};
#define ADD(function) \
        add_symbol(object, #function, image_##function, image_##function##_end, SYMBOL_FUNCTION);
        FUNCTIONS(ADD)
        add_symbol(object, "numbers", image_numbers, image_path, SYMBOL_DATA);
        add_symbol(object, "paths", image_paths, image_paths + 8, SYMBOL_DATA);
        add_symbol(object, "writable", image_writable, image_writable_end, SYMBOL_DATA);
        add_symbol(object, "pointers", image_pointers, image_pointers_end, SYMBOL_DATA);
}

static int set_up(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));
        struct object *object = &fixture->object;
        struct error error = {};
        int r;

        *object = (struct object){.path = (char *)"image",
                .kind = OBJECT_SHARED,
                .abi = ABI_X86_64,
                .identity = (char *)"identity"};
        add_segment(object, image_code, image_constants, true, false);
        add_segment(object, image_constants, image_variables, false, false);
        add_segment(object, image_variables, image_end, false, true);
        add_segment(object, image_odd, image_odd_end, false, true);
        add_segment(object, image_slot, image_slot_end, false, false);
        add_symbols(object);
        add_relocations(object);
        *vector_add(&object->constructors) = address_of(image_quiet);
        *vector_add(&object->destructors) = address_of(image_cold);
        object->thread_local_address = address_of(image_callback);
        object->thread_local_size = 8;
        r = object_analyse(object, &fixture->summary, &error);
        if (r < 0)
                fail_msg("%s", error.message);
        *state = fixture;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *fixture = *state;

        summary_free(fixture->summary);
        vector_clear(&fixture->object.segments);
        vector_clear(&fixture->object.symbols);
        vector_clear(&fixture->object.dynamic_symbols);
        vector_clear(&fixture->object.relocations);
        vector_clear(&fixture->object.constructors);
        vector_clear(&fixture->object.destructors);
        free(fixture);
        return 0;
}

/* ---- Facts as text ---- */

struct text {
        char bytes[4096];
        size_t length;
};

static void append(struct text *text, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

static void append(struct text *text, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        text->length += (size_t)vsnprintf(
                text->bytes + text->length, sizeof(text->bytes) - text->length, format, arguments);
        va_end(arguments);
        assert_true(text->length < sizeof(text->bytes));
}

/* The name of what is at an address of the image. */
static const char *name_of(const struct fixture *fixture, uint64_t address)
{
        const struct symbol *symbol;

        vector_for_each(symbol, &fixture->object.symbols)
                if (symbol->address == address)
                        return symbol->name;
        if (address == address_of(image_variable))
                return "variable";
        if (address == address_of(image_pointer))
                return "pointer";
        if (address == address_of(image_callback))
                return "callback";
        if (address == address_of(image_pointers + 8))
                return "pointers+8";
        return "?";
}

static void append_value(struct text *text, const struct fixture *fixture, uint32_t number)
{
        const struct summary *summary = fixture->summary;
        const struct value *value = &summary->values.items[number];
        const int64_t *numbers = summary->numbers.items + value->first;

        switch (value->kind) {
        case VALUE_NUMBERS:
                for (unsigned i = 0; i < value->count; i++)
                        append(text, "%s%lld", i ? "|" : "", (long long)numbers[i]);
                break;
        case VALUE_STRINGS:
                for (unsigned i = 0; i < value->count; i++)
                        append(text, "\"%s\"", summary_text(summary, (uint32_t)numbers[i]));
                break;
        case VALUE_ENTRY:
                append(text, "entry %u", value->place);
                break;
        case VALUE_FIELD:
                append(text, "field %u %lld", value->place, (long long)value->offset);
                break;
        case VALUE_GLOBAL:
                append(text, "global %s", name_of(fixture, (uint64_t)value->offset));
                break;
        case VALUE_GLOBAL_FIELD:
                append(text, "global %s %lld", name_of(fixture, (uint64_t)value->offset),
                        (long long)value->second);
                break;
        case VALUE_FRAME:
                append(text, "frame");
                for (unsigned i = 0; i < value->count; i++)
                        append(text, " %lld:%lld", (long long)numbers[2 * i],
                                (long long)numbers[2 * i + 1]);
                break;
        case VALUE_FUNCTION:
                append(text, "&%s",
                        name_of(fixture, summary->functions.items[value->first].address));
                break;
        default:
                append(text, "?");
                break;
        }
}

static void append_target(struct text *text, const struct fixture *fixture, const struct fact *fact)
{
        static const char *const kinds[] = {"call ", "call import ", "take ", "take import ",
                "read ", "read import ", "refer ", "string ", "store ", "indirect", "syscall "};
        const struct summary *summary = fixture->summary;
        const struct site *site;

        append(text, "%s", kinds[fact->kind]);
        switch (fact->kind) {
        case FACT_CALL:
        case FACT_TAKE:
                append(text, "%s",
                        name_of(fixture, summary->functions.items[fact->target].address));
                break;
        case FACT_CALL_IMPORT:
        case FACT_TAKE_IMPORT:
        case FACT_READ_IMPORT:
                append(text, "%s+%lld",
                        summary_text(summary, summary->imports.items[fact->target].name),
                        (long long)fact->offset);
                break;
        case FACT_READ:
        case FACT_REFER:
                append(text, "%s", name_of(fixture, (uint64_t)fact->offset));
                break;
        case FACT_STRING:
                append(text, "%s", summary_text(summary, fact->target));
                break;
        case FACT_STORE:
                append(text, "%s = ", name_of(fixture, (uint64_t)fact->offset));
                append_value(text, fixture, fact->target);
                break;
        case FACT_SYSCALL:
                site = &summary->sites.items[fact->target];
                append_value(text, fixture, site->number);
                append(text, site->entry == KERNEL_ENTRY_SYSCALL ? " of " : " int of ");
                append_value(text, fixture, site->arguments[0]);
                break;
        default:
                break;
        }
}

static const struct summary_function *function_named(
        const struct fixture *fixture, const char *name)
{
        const struct summary_function *function;

        vector_for_each(function, &fixture->summary->functions)
                if (strcmp(name_of(fixture, function->address), name) == 0)
                        return function;
        fail_msg("no function %s", name);
        return NULL;
}

/* All facts of a function, with the arguments that are told of calls. */
static struct text facts_of(const struct fixture *fixture, const char *name)
{
        const struct summary *summary = fixture->summary;
        const struct summary_function *function = function_named(fixture, name);
        struct text text = {};

        for (uint32_t i = 0; i < function->fact_count; i++) {
                const struct fact *fact = &summary->facts.items[function->facts + i];

                append(&text, i ? "; " : "");
                append_target(&text, fixture, fact);
                for (unsigned j = 0; j < fact->argument_count; j++) {
                        const struct argument *argument =
                                &summary->arguments.items[fact->arguments + j];

                        append(&text, " %u=", argument->place);
                        append_value(&text, fixture, argument->value);
                }
        }
        return text;
}

#define assert_facts(name, expected)                        \
        do {                                                \
                struct text text_ = facts_of(*state, name); \
                                                            \
                assert_string_equal(text_.bytes, expected); \
        } while (0)

#define assert_has(name, expected)                             \
        do {                                                   \
                struct text text_ = facts_of(*state, name);    \
                                                               \
                if (!strstr(text_.bytes, expected))            \
                        fail_msg("%s: %s", name, text_.bytes); \
        } while (0)

/* ---- Tests ---- */

static void test_numbers(void **state)
{
        assert_facts("moved", "syscall 39 of entry 7");
        assert_facts("zeroed", "syscall 0 of 1");
        assert_facts("selected", "syscall 39|40 of entry 7");
        assert_facts("joined", "syscall 1|2 of entry 7");
        assert_facts("calculated", "syscall 71 of entry 7");
        assert_facts("set", "syscall 10|11 of entry 7");
        assert_facts("pushed", "syscall 60 of entry 7");
        assert_facts("old_entry", "syscall 4 int of 1");
        assert_facts("aligned", "call quiet; syscall 39 of ?");
}

static void test_what_becomes_unknown(void **state)
{
        assert_facts("looped", "syscall ? of entry 7");
        assert_facts("called_before", "call quiet; syscall ? of ?");
        assert_facts("overwritten", "syscall 39 of entry 7; syscall ? of entry 7");
}

static void test_what_calls_keep(void **state)
{
        assert_facts("kept", "call quiet; syscall 39 of ?");
        assert_facts("spilled", "call quiet; syscall 62 of entry 7");
}

static void test_frames_whose_addresses_escape(void **state)
{
        assert_facts("escaped", "call quiet; syscall ? of ?");
        assert_facts("escaped_above", "call quiet; syscall 62 of ?");
}

static void test_numbers_in_memory(void **state)
{
        assert_facts("from_constant", "syscall 41 of entry 7");
        assert_facts("from_table", "syscall 51|52|53 of entry 7");
        assert_facts("from_variable", "syscall global variable of entry 7");
        assert_facts("stores_variable", "store variable = 77");
}

static void test_parameters(void **state)
{
        assert_facts("wrapper", "syscall entry 7 of entry 6");
        assert_facts("calls_wrapper",
                "call wrapper 2=entry 2 6=entry 6 7=20 8=entry 8 10=entry 10 32=5");
        assert_facts("jumps_to_wrapper",
                "call wrapper 2=entry 2 6=entry 6 7=21 8=entry 8 10=entry 10 32=entry 32");
}

static void test_structures(void **state)
{
        assert_facts("by_field", "syscall field 7 0 of field 7 8");
        assert_facts("calls_by_field", "call by_field 2=entry 2 6=entry 6 7=frame 0:30 8:31 "
                                       "8=entry 8 9=entry 9 10=entry 10");
        assert_facts("by_global", "syscall global pointer 0 of entry 7");
        assert_facts("sets_global", "store pointer = entry 7");
}

static void test_addresses_that_go(void **state)
{
        assert_facts("takes", "take quiet");
        assert_facts("returns", "take quiet");
        assert_facts("vector", "take quiet");
        assert_facts("hides",
                "call by_field 2=entry 2 6=entry 6 8=entry 8 9=entry 9 10=entry 10; take quiet");
        assert_facts(
                "loses", "take quiet; indirect 2=entry 2 6=entry 6 7=entry 7 8=entry 8 9=entry 9");
}

static void test_callbacks_with_context(void **state)
{
        struct text text = facts_of(*state, "hands_over");

        assert_non_null(strstr(text.bytes, "take moved 6=frame 0:1"));
}

static void test_addresses_that_are_followed(void **state)
{
        assert_facts("compares", "");
        assert_facts("forgets", "");
        assert_facts("calls_pointer", "call quiet");
        assert_facts("selects", "call moved 2=entry 2 6=entry 6 7=entry 7 8=entry 8 9=entry 9 "
                                "10=entry 10; call quiet");
        assert_facts("spills", "call quiet");
        assert_facts("pushes_target", "take quiet; call quiet");
        assert_facts(
                "unknown", "indirect 1=entry 1 2=entry 2 6=entry 6 7=entry 7 8=entry 8 9=entry 9");
}

static void test_data(void **state)
{
        assert_facts("reads_word",
                "call moved 2=entry 2 6=entry 6 7=entry 7 8=entry 8 9=entry 9 10=entry 10");
        assert_facts("reads_variable", "read callback; indirect 1=entry 1 2=entry 2 6=entry 6 "
                                       "7=entry 7 8=entry 8 9=entry 9");
        assert_facts("refers", "call quiet; refer pointers");
        assert_facts("indexes",
                "refer pointers; indirect 2=entry 2 6=entry 6 7=entry 7 8=entry 8 9=entry 9");
}

static void test_imports(void **state)
{
        assert_facts("hands_path",
                "call import outside+0 1=entry 1 2=entry 2 6=entry 6 7=\"/etc/passwd\" 8=entry 8 "
                "9=entry 9 32=entry 32 33=entry 33; string /etc/passwd");
        assert_facts("names", "call quiet; string /etc/passwd; refer paths");
        assert_facts("imports", "take import outside+0; read import outside+4");
        assert_facts("calls_stub",
                "call import outside+0 1=entry 1 2=entry 2 6=entry 6 7=7 8=entry 8 9=entry 9");
}

static void test_jumps(void **state)
{
        assert_facts("switches", "syscall 1|100|101|102 of entry 7");
        assert_facts("dead", "syscall 1 of entry 7");
        assert_facts("jumps_anywhere", "indirect; syscall 99 of ?");
        assert_facts("prefix", "syscall 7 of entry 7");
}

/* What another function jumps into the middle of finds anything in the registers. */
static void test_moved_parts(void **state)
{
        struct text text = facts_of(*state, "cold");

        assert_non_null(strstr(text.bytes, "call hot"));
        text = facts_of(*state, "hot");
        assert_null(strstr(text.bytes, "syscall 5 "));
}

/* What others may write to while this function does not look. */
static void test_frames_that_others_write_to(void **state)
{
        static const char *const functions[] = {"below", "frame_indexed", "frame_added",
                "frame_filled", "frame_of_frame", "frame_by_field", "frame_by_pointer",
                "escapes_first", "escapes_last", "callers_first", "callers_last", "callers_filled",
                "returns_twice"};

        for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
                assert_has(functions[i], "syscall ? of");
        assert_facts("frame_read_by_kernel", "syscall 0 of entry 7; syscall ? of entry 7");
}

static void test_fields_that_others_write(void **state)
{
        assert_facts("writes_field", "syscall ? of entry 7");
        assert_has("shares_field", "syscall ? of ?");
}

/* Addresses of functions that go where they are not followed. */
static void test_addresses_that_are_lost(void **state)
{
        static const char *const functions[] = {"thread_local", "to_kernel", "sum", "sum_of_other",
                "selects_unknown", "loses_slot", "stores_frame", "stores_later", "on_stack",
                "frame_table", "frame_overwritten", "copies", "reads_either"};

        for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
                assert_has(functions[i], "take quiet");
        assert_facts("copies", "take quiet; take moved");
        assert_has("reads_either", "take import outside+0");
}

static void test_data_that_is_lost(void **state)
{
        assert_facts("reads_half", "read callback");
        assert_has("indexes_later", "refer pointers");
        assert_has("indexes_import", "take import outside+0");
        assert_facts("from_writable",
                "syscall ? of entry 7; refer writable; syscall global writable of entry 7");
        assert_facts("lets_writable_go", "call quiet; refer writable");
}

static void test_stores_of_parts(void **state)
{
        assert_facts("stores_byte", "store variable = ?; store pointer = ?");
        assert_facts("stores_anywhere", "store variable = ?; store pointer = ?");
}

static void test_arguments_through_several_functions(void **state)
{
        assert_has("calls_through", "call passes_on 2=entry 2 6=entry 6 7=22");
        assert_has("calls_sets_global", "call sets_global 7=frame 0:23");
}

static void test_ways_out(void **state)
{
        assert_facts("runs_on", "take moved; call quiet");
        assert_facts("branches_out", "take moved; call quiet");
        assert_facts("stores_case", "syscall 98 of ?");
        assert_has("jumps_by_table", "syscall 99 of ?");
        assert_facts("switches_out", "call quiet");
}

/* Only behind what surely does not return nothing is reached. */
static void test_what_does_not_return(void **state)
{
        assert_facts("calls_never",
                "call never 2=entry 2 6=entry 6 7=entry 7 8=entry 8 9=entry 9 10=entry 10");
        assert_facts("calls_sometimes", "call sometimes; syscall 97 of ?");
        assert_has("calls_leaves", "syscall 97 of ?");
}

static const struct pointer *pointer_at(const struct fixture *fixture, const uint8_t *there)
{
        size_t count;
        const struct pointer *pointer = summary_pointers(
                fixture->summary, address_of(there), address_of(there) + 1, &count);

        assert_int_equal(count, 1);
        return pointer;
}

static void test_what_the_loader_does(void **state)
{
        const struct fixture *fixture = *state;
        const struct summary *summary = fixture->summary;
        const struct pointer *pointer;

        assert_int_equal(summary->constructors.count, 1);
        assert_int_equal(summary->functions.items[summary->constructors.items[0]].address,
                address_of(image_quiet));
        assert_int_equal(summary->destructors.count, 1);
        assert_int_equal(summary->functions.items[summary->destructors.items[0]].address,
                address_of(image_cold));
        pointer = pointer_at(fixture, image_own);
        assert_false(pointer->is_import);
        assert_int_equal(pointer->target, address_of(image_cold) + 3);
        pointer = pointer_at(fixture, image_own + 8);
        assert_true(pointer->is_import);
        assert_string_equal(
                summary_text(summary, summary->imports.items[pointer->target].name), "own");
        assert_int_equal(pointer->addend, 4);
        assert_true(pointer_at(fixture, image_callback)->is_thread_local);
        assert_false(pointer_at(fixture, image_paths)->is_thread_local);
}

static bool has_cut(const struct summary *summary, const uint8_t *there)
{
        const uint64_t *cut;

        vector_for_each(cut, &summary->cuts)
                if (*cut == address_of(there))
                        return true;
        return false;
}

/* A word of a table for code is a piece by itself; one of data that the loader fills is not. */
static void test_slots_are_pieces(void **state)
{
        const struct fixture *fixture = *state;

        assert_true(has_cut(fixture->summary, image_got));
        assert_true(has_cut(fixture->summary, image_got + 8));
        assert_false(has_cut(fixture->summary, image_own));
}

static bool refers_to(const struct fixture *fixture, const char *name, const uint8_t *there)
{
        const struct summary_function *function = function_named(fixture, name);

        for (uint32_t i = 0; i < function->fact_count; i++) {
                const struct fact *fact = &fixture->summary->facts.items[function->facts + i];

                if (fact->kind == FACT_REFER && fact->offset == (int64_t)address_of(there))
                        return true;
        }
        return false;
}

/* What is lost counts from a multiple of 32 on, but not from before its segment on. */
static void test_lost_at_the_beginning_of_a_segment(void **state)
{
        assert_true(refers_to(*state, "loses_odd", image_odd));
}

/* All pieces count from there on; a slot is no part of what follows it. */
static void test_lost_behind_a_slot(void **state)
{
        const struct fixture *fixture = *state;

        assert_true(has_cut(fixture->summary, image_field));
        assert_true(refers_to(fixture, "hands_field", image_field));
        assert_false(refers_to(fixture, "hands_field", image_element));
        assert_true(refers_to(fixture, "loses_field", image_field));
        assert_true(refers_to(fixture, "loses_field", image_element));
        assert_false(refers_to(fixture, "loses_field", image_slot));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_numbers),
                cmocka_unit_test(test_what_becomes_unknown),
                cmocka_unit_test(test_what_calls_keep),
                cmocka_unit_test(test_frames_whose_addresses_escape),
                cmocka_unit_test(test_numbers_in_memory),
                cmocka_unit_test(test_parameters),
                cmocka_unit_test(test_structures),
                cmocka_unit_test(test_addresses_that_go),
                cmocka_unit_test(test_callbacks_with_context),
                cmocka_unit_test(test_addresses_that_are_followed),
                cmocka_unit_test(test_data),
                cmocka_unit_test(test_imports),
                cmocka_unit_test(test_jumps),
                cmocka_unit_test(test_moved_parts),
                cmocka_unit_test(test_what_the_loader_does),
                cmocka_unit_test(test_frames_that_others_write_to),
                cmocka_unit_test(test_fields_that_others_write),
                cmocka_unit_test(test_addresses_that_are_lost),
                cmocka_unit_test(test_data_that_is_lost),
                cmocka_unit_test(test_stores_of_parts),
                cmocka_unit_test(test_arguments_through_several_functions),
                cmocka_unit_test(test_ways_out),
                cmocka_unit_test(test_what_does_not_return),
                cmocka_unit_test(test_slots_are_pieces),
                cmocka_unit_test(test_lost_at_the_beginning_of_a_segment),
                cmocka_unit_test(test_lost_behind_a_slot),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
