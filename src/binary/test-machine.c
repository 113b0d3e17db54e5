/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The decoder, byte by byte: each row is an instruction at 0x1000, as the assembler writes and
 * encodes it, and what has to become of it (see format_instruction()).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "binary/machine.h"
#include "binary/test-machine-format.h"

#define ADDRESS        0x1000
#define SIZE_MAX_BYTES 15

static const struct row {
        const char *bytes; /* hexadecimal */
        const char *assembly;
        const char *expected;
} rows[] = {
        {"b827000000", "mov $39,%eax", "move rax:4 = 39:4 written=rax"},
        {"bf9cffffff", "mov $0xffffff9c,%edi", "move rdi:4 = -100:4 written=rdi"},
        {"48c7c0ffffffff", "movq $-1,%rax", "move rax:8 = -1:8 written=rax"},
        {"49b98877665544332211", "movabs $0x1122334455667788,%r9",
                "move r9:8 = 1234605616436508552:8 written=r9"},
        {"4889e5", "mov %rsp,%rbp", "move rbp:8 = rsp:8 read=rsp written=rbp"},
        {"89f8", "mov %edi,%eax", "move rax:4 = rdi:4 read=rdi written=rax"},
        {"b007", "mov $7,%al", "move rax:1 = 7:1 written=rax"},
        {"88f8", "mov %bh,%al", "other rax:1 = read=rbx written=rax"},
        {"8ce0", "mov %fs,%eax", "other rax:4 = written=rax"},
        {"a08877665544332211", "movabs 0x1122334455667788,%al",
                "move rax:1 = image[+0x1122334455667788]:1 written=rax"},
        {"488b7c2408", "mov 8(%rsp),%rdi",
                "move rdi:8 = [rsp+0x8]:8 read=rsp addressing=rsp written=rdi"},
        {"488945f0", "mov %rax,-16(%rbp)", "move [rbp-0x10]:8 = rax:8 read=rax,rbp addressing=rbp"},
        {"488b0500100000", "mov foo(%rip),%rax", "move rax:8 = image[+0x2007]:8 written=rax"},
        {"48c7050010000005000000", "movq $5,foo(%rip)", "move image[+0x200b]:8 = 5:8"},
        {"8b042540404000", "mov 0x404040,%eax", "move rax:4 = image[+0x404040]:4 written=rax"},
        {"488b0cc540404000", "mov 0x404040(,%rax,8),%rcx",
                "move rcx:8 = image[+rax*8+0x404040]:8 read=rax addressing=rax written=rcx"},
        {"8a8840404000", "mov 0x404040(%rax),%cl",
                "move rcx:1 = [rax+0x404040]:1 read=rax addressing=rax written=rcx"},
        {"64488b042528000000", "mov %fs:0x28,%rax", "move rax:8 = thread[+0x28]:8 written=rax"},
        {"65488b00", "mov %gs:(%rax),%rax",
                "move rax:8 = thread[rax]:8 read=rax addressing=rax written=rax"},
        {"8b148b", "mov (%rbx,%rcx,4),%edx",
                "move rdx:4 = [rbx+rcx*4]:4 read=rcx,rbx addressing=rcx,rbx written=rdx"},
        {"67488b4808", "mov 8(%eax),%rcx",
                "move rcx:8 = [rax+0x8]:8 read=rax addressing=rax written=rcx"},
        {"67488b0d00100000", "mov foo(%eip),%rcx", "move rcx:8 = image[+0x2008]:8 written=rcx"},
        {"0fb607", "movzbl (%rdi),%eax",
                "move rax:4 = [rdi]:1 read=rdi addressing=rdi written=rax"},
        {"0fb7c8", "movzwl %ax,%ecx", "move rcx:4 = rax:2 read=rax written=rcx"},
        {"0fb6cc", "movzbl %ah,%ecx", "other rcx:4 = read=rax written=rcx"},
        {"480fbed0", "movsbq %al,%rdx", "move/sign rdx:8 = rax:1 read=rax written=rdx"},
        {"48630482", "movslq (%rdx,%rax,4),%rax",
                "move/sign rax:8 = [rdx+rax*4]:4 read=rax,rdx addressing=rax,rdx written=rax"},
        {"480fc307", "movnti %rax,(%rdi)", "move [rdi]:8 = rax:8 read=rax,rdi addressing=rdi"},
        {"488d3d00100000", "lea foo(%rip),%rdi", "address rdi:8 = image[+0x2007]:8 written=rdi"},
        {"488d744404", "lea 4(%rsp,%rax,2),%rsi",
                "address rsi:8 = [rsp+rax*2+0x4]:8 read=rax,rsp written=rsi"},
        {"488d14c500000000", "lea 0(,%rax,8),%rdx",
                "address rdx:8 = [+rax*8]:8 read=rax written=rdx"},
        {"488d14c500304000", "lea 0x403000(,%rax,8),%rdx",
                "address rdx:8 = image[+rax*8+0x403000]:8 read=rax written=rdx"},
        {"8d0437", "lea (%rdi,%rsi),%eax",
                "address rax:4 = [rdi+rsi*1]:8 read=rsi,rdi written=rax"},
        {"678d0437", "lea (%edi,%esi),%eax", "other rax:4 = read=rsi,rdi written=rax"},
        {"4883c408", "add $8,%rsp", "add rsp:8 = rsp:8 8:8 read=rsp written=rsp"},
        {"480107", "add %rax,(%rdi)", "add [rdi]:8 = [rdi]:8 rax:8 read=rax,rdi addressing=rdi"},
        {"48030500100000", "add foo(%rip),%rax",
                "add rax:8 = rax:8 image[+0x2007]:8 read=rax written=rax"},
        {"f0830701", "lock addl $1,(%rdi)", "add [rdi]:4 = [rdi]:4 1:4 read=rdi addressing=rdi"},
        {"4883ec18", "sub $0x18,%rsp", "subtract rsp:8 = rsp:8 24:8 read=rsp written=rsp"},
        {"29c0", "sub %eax,%eax", "move rax:4 = 0:4 written=rax"},
        {"4883e4f0", "and $-16,%rsp", "and rsp:8 = rsp:8 -16:8 read=rsp written=rsp"},
        {"24f0", "and $0xf0,%al", "and rax:1 = rax:1 -16:1 read=rax written=rax"},
        {"83e000", "and $0,%eax", "move rax:4 = 0:4 written=rax"},
        {"832700", "andl $0,(%rdi)", "move [rdi]:4 = 0:4 read=rdi addressing=rdi"},
        {"4883c8ff", "or $-1,%rax", "move rax:8 = -1:8 written=rax"},
        {"09ca", "or %ecx,%edx", "or rdx:4 = rdx:4 rcx:4 read=rcx,rdx written=rdx"},
        {"31c0", "xor %eax,%eax", "move rax:4 = 0:4 written=rax"},
        {"4931fa", "xor %rdi,%r10", "xor r10:8 = r10:8 rdi:8 read=rdi,r10 written=r10"},
        {"486bd018", "imul $24,%rax,%rdx", "multiply rdx:8 = rax:8 24:8 read=rax written=rdx"},
        {"480fafc1", "imul %rcx,%rax", "multiply rax:8 = rax:8 rcx:8 read=rax,rcx written=rax"},
        {"48f7e9", "imul %rcx", "other rax:8 = rcx:8 rax:8 read=rax,rcx written=rax,rdx"},
        {"48c1e003", "shl $3,%rax", "shift-left rax:8 = rax:8 3:8 read=rax written=rax"},
        {"48d1e0", "shl %rax", "shift-left rax:8 = rax:8 1:8 read=rax written=rax"},
        {"d3ea", "shr %cl,%edx", "shift-right rdx:4 = rdx:4 rcx:1 read=rcx,rdx written=rdx"},
        {"48c1e045", "shl $0x45,%rax", "shift-left rax:8 = rax:8 5:8 read=rax written=rax"},
        {"c4e2f1f717", "shlx %rcx,(%rdi),%rdx",
                "shift-left rdx:8 = [rdi]:8 rcx:8 read=rcx,rdi addressing=rdi written=rdx"},
        {"48c1f802", "sar $2,%rax", "other rax:8 = rax:8 2:1 read=rax written=rax"},
        {"c1c008", "rol $8,%eax", "other rax:4 = rax:4 8:1 read=rax written=rax"},
        {"ffc0", "inc %eax", "add rax:4 = rax:4 1:4 read=rax written=rax"},
        {"48ff0f", "decq (%rdi)", "subtract [rdi]:8 = [rdi]:8 1:8 read=rdi addressing=rdi"},
        {"f7d8", "neg %eax", "subtract rax:4 = 0:4 rax:4 read=rax written=rax"},
        {"48f7d1", "not %rcx", "xor rcx:8 = rcx:8 -1:8 read=rcx written=rcx"},
        {"19c0", "sbb %eax,%eax", "select rax:4 = 0:4 -1:4 written=rax"},
        {"4883da00", "sbb $0,%rdx", "other rdx:8 = rdx:8 0:1 read=rdx written=rdx"},
        {"4811ca", "adc %rcx,%rdx", "other rdx:8 = rdx:8 rcx:8 read=rcx,rdx written=rdx"},
        {"83f8ff", "cmp $0xffffffff,%eax", "compare rax:4 -1:4 read=rax"},
        {"48833d0010000000", "cmpq $0,foo(%rip)", "compare image[+0x2008]:8 0:8"},
        {"4885ff", "test %rdi,%rdi", "compare rdi:8 rdi:8 read=rdi"},
        {"f6c401", "test $1,%ah", "other 1:1 read=rax"},
        {"0f94c0", "sete %al", "select rax:1 = 0:1 1:1 written=rax"},
        {"0f9507", "setne (%rdi)", "select [rdi]:1 = 0:1 1:1 read=rdi addressing=rdi"},
        {"0f92c4", "setb %ah", "other written=rax"},
        {"480f45c7", "cmovne %rdi,%rax", "select rax:8 = rax:8 rdi:8 read=rax,rdi written=rax"},
        {"0f440d00100000", "cmove foo(%rip),%ecx",
                "select rcx:4 = rcx:4 image[+0x2007]:4 read=rcx written=rcx"},
        {"6698", "cbw", "move/sign rax:2 = rax:1 read=rax written=rax"},
        {"98", "cwde", "move/sign rax:4 = rax:2 read=rax written=rax"},
        {"4898", "cdqe", "move/sign rax:8 = rax:4 read=rax written=rax"},
        {"99", "cdq", "other rdx:4 = rax:4 read=rax written=rdx"},
        {"4899", "cqo", "other rdx:8 = rax:8 read=rax written=rdx"},
        {"53", "push %rbx", "move [rsp]:8 = rbx:8 adjust=-8 read=rbx,rsp addressing=rsp"},
        {"54", "push %rsp", "move [rsp]:8 = rsp:8 adjust=-8 read=rsp"},
        {"6a3c", "push $60", "move [rsp]:8 = 60:8 adjust=-8 read=rsp addressing=rsp"},
        {"ff742408", "pushq 8(%rsp)",
                "move [rsp]:8 = [rsp+0x8]:8 adjust=-8 read=rsp addressing=rsp"},
        {"666a01", "pushw $1", "move [rsp]:2 = 1:2 adjust=-2 read=rsp addressing=rsp"},
        {"0fa0", "push %fs", "other [rsp]:8 = adjust=-8 read=rsp addressing=rsp"},
        {"9c", "pushf", "other [rsp]:8 = adjust=-8 read=rsp addressing=rsp"},
        {"5b", "pop %rbx", "move rbx:8 = [rsp]:8 adjust=8 read=rsp addressing=rsp written=rbx"},
        {"5c", "pop %rsp", "other rsp:8 = [rsp]:8 read=rsp addressing=rsp written=rsp"},
        {"8f442408", "popq 8(%rsp)",
                "move [rsp+0x10]:8 = [rsp]:8 adjust=8 read=rsp addressing=rsp"},
        {"9d", "popf", "other [rsp]:8 adjust=8 read=rsp addressing=rsp"},
        {"c9", "leave", "move rsp:8 = rbp:8 adjust=8 read=rbp written=rsp,rbp"},
        {"c8100000", "enter $16,$0", "other [rsp-0x8]:8 = read=rsp,rbp written=rsp,rbp"},
        {"e8fb0f0000", "call foo", "call @0x2000"},
        {"ffd0", "call *%rax", "call rax:8 read=rax"},
        {"ff1500100000", "call *foo(%rip)", "call image[+0x2006]:8"},
        {"ff54c808", "call *8(%rax,%rcx,8)",
                "call [rax+rcx*8+0x8]:8 read=rax,rcx addressing=rax,rcx"},
        {"e9fb0f0000", "jmp foo", "jump @0x2000"},
        {"ffe0", "jmp *%rax", "jump rax:8 read=rax"},
        {"ff2500100000", "jmp *foo(%rip)", "jump image[+0x2006]:8"},
        {"ff24fd40404000", "jmp *0x404040(,%rdi,8)",
                "jump image[+rdi*8+0x404040]:8 read=rdi addressing=rdi"},
        {"3effe2", "notrack jmp *%rdx", "jump rdx:8 read=rdx"},
        {"f2e9fa0f0000", "bnd jmp foo", "jump @0x2000"},
        {"6648e8f90f0000", "data16 rex.w call foo", "call @0x2000"},
        {"0f85fa0f0000", "jne foo", "branch @0x2000"},
        {"e3fe", "jrcxz .", "branch @0x1000 read=rcx"},
        {"e2fe", "loop .", "branch @0x1000 read=rcx written=rcx"},
        {"e1fe", "loope .", "branch @0x1000 read=rcx written=rcx"},
        {"e0fe", "loopne .", "branch @0x1000 read=rcx written=rcx"},
        {"c7f8fa0f0000", "xbegin foo", "branch @0x2000 written=rax"},
        {"c3", "ret", "return"},
        {"f3c3", "rep ret", "return"},
        {"c21000", "ret $16", "return"},
        {"cb", "lret", "return"},
        {"48cf", "iretq", "stop"},
        {"ff2f", "ljmp *(%rdi)", "stop"},
        {"0f05", "syscall", "system-call written=rax,rcx,r11"},
        {"cd80", "int $0x80", "system-call entry=1 written=rax,r8,r9,r10,r11"},
        {"0f34", "sysenter", "system-call entry=2 written=rax,rcx,rdx,rbp"},
        {"cc", "int $3", "stop"},
        {"cc", ".byte 0xcc", "stop"},
        {"cd29", "int $0x29", "stop"},
        {"0f0b", "ud2", "stop"},
        {"f4", "hlt", "stop"},
        {"90", "nop", "nothing"},
        {"660f1f0400", "nopw 0x0(%rax,%rax,1)", "nothing"},
        {"6690", ".byte 0x66,0x90", "nothing"},
        {"90", "xchg %rax,%rax", "nothing"},
        {"87c0", ".byte 0x87,0xc0", "other rax:4 = rax:4 rax:4 read=rax written=rax"},
        {"4892", "xchg %rax,%rdx", "other rdx:8 = rdx:8 rax:8 read=rax,rdx written=rax,rdx"},
        {"488707", "xchg %rax,(%rdi)",
                "other [rdi]:8 = [rdi]:8 rax:8 read=rax,rdi addressing=rdi written=rax"},
        {"f30f1efa", "endbr64", "nothing"},
        {"f390", "pause", "nothing"},
        {"0faef0", "mfence", "nothing"},
        {"0f180d00100000", "prefetcht0 foo(%rip)", "nothing"},
        {"0f280500100000", "movaps foo(%rip),%xmm0", "other image[+0x2007]:16"},
        {"f30f6f0d00100000", "movdqu foo(%rip),%xmm1", "other image[+0x2008]:16"},
        {"f30f7e0500100000", "movq foo(%rip),%xmm0", "other image[+0x2008]:8"},
        {"0f160500100000", "movhps foo(%rip),%xmm0", "other image[+0x2007]:8"},
        {"c5fe6f0500100000", "vmovdqu foo(%rip),%ymm0", "other image[+0x2008]:32"},
        {"62f1fe486f0500100000", "vmovdqu64 foo(%rip),%zmm0", "other image[+0x200a]:64"},
        {"c4e27d590500100000", "vpbroadcastq foo(%rip),%ymm0", "other image[+0x2009]:8"},
        {"0f1107", "movups %xmm0,(%rdi)", "other [rdi]:16 = read=rdi addressing=rdi"},
        {"0f11442410", "movups %xmm0,0x10(%rsp)", "other [rsp+0x10]:16 = read=rsp addressing=rsp"},
        {"66480f6ec0", "movq %rax,%xmm0", "other rax:8 read=rax"},
        {"66480f7ec0", "movq %xmm0,%rax", "other rax:8 = written=rax"},
        {"66480f3a22050010000001", "pinsrq $1,foo(%rip),%xmm0", "other image[+0x200b]:8 1:1"},
        {"66480f3a16c001", "pextrq $1,%xmm0,%rax", "other rax:8 = 1:1 written=rax"},
        {"f20f2ac0", "cvtsi2sd %eax,%xmm0", "other rax:4 read=rax"},
        {"660fefc0", "pxor %xmm0,%xmm0", "other"},
        {"db6c2410", "fldt 16(%rsp)", "other [rsp+0x10]:10 read=rsp addressing=rsp"},
        {"dd1f", "fstpl (%rdi)", "other [rdi]:8 = read=rdi addressing=rdi"},
        {"c4e26d90048d40404000", "vpgatherdd %ymm2,foo(,%ymm1,4),%ymm0",
                "other image[+0x404040]:many"},
        {"c5f877", "vzeroupper", "other"},
        {"f3a4", "rep movsb",
                "other/maybe [rdi]:many = [rsi]:many read=rcx,rsi,rdi addressing=rcx,rsi,rdi "
                "written=rcx,rsi,rdi"},
        {"48a5", "movsq",
                "other [rdi]:8 = [rsi]:8 read=rsi,rdi addressing=rsi,rdi written=rsi,rdi"},
        {"f348ab", "rep stosq",
                "other/maybe [rdi]:many = rax:8 read=rax,rcx,rdi addressing=rcx,rdi "
                "written=rcx,rdi"},
        {"ac", "lodsb", "other/maybe rax:1 = [rsi]:1 read=rsi addressing=rsi written=rax,rsi"},
        {"f2ae", "repne scasb",
                "other/maybe rcx:8 = [rdi]:many rax:1 read=rax,rcx,rdi addressing=rcx,rdi "
                "written=rcx,rdi"},
        {"f3a6", "repe cmpsb",
                "other/maybe rcx:8 = [rsi]:many [rdi]:many read=rcx,rsi,rdi addressing=rcx,rsi,rdi "
                "written=rcx,rsi,rdi"},
        {"d7", "xlat", "other rax:1 = [rbx]:many read=rax,rbx addressing=rbx written=rax"},
        {"48f7e1", "mul %rcx", "other rax:8 = rcx:8 rax:8 read=rax,rcx written=rax,rdx"},
        {"f6e1", "mul %cl", "other rax:2 = rcx:1 rax:1 read=rax,rcx written=rax"},
        {"48f7f1", "div %rcx", "other rax:8 = rcx:8 rax:8 read=rax,rcx,rdx written=rax,rdx"},
        {"0fa2", "cpuid", "other rax:4 = rax:4 rcx:4 read=rax,rcx written=rax,rcx,rdx,rbx"},
        {"0f31", "rdtsc", "other rax:4 = written=rax,rdx"},
        {"0f01d0", "xgetbv", "other rdx:4 = rcx:4 read=rcx written=rax,rdx"},
        {"f3480f1ec8", "rdsspq %rax", "other rax:8 = written=rax"},
        {"f0480fb10f", "lock cmpxchg %rcx,(%rdi)",
                "other/maybe [rdi]:8 = [rdi]:8 rcx:8 read=rax,rcx,rdi addressing=rdi written=rax"},
        {"f0480fc70f", "lock cmpxchg16b (%rdi)",
                "other/maybe [rdi]:16 = [rdi]:16 rdx:8 read=rax,rcx,rdx,rbx,rdi addressing=rdi "
                "written=rax,rdx"},
        {"f0480fc107", "lock xadd %rax,(%rdi)",
                "other [rdi]:8 = [rdi]:8 rax:8 read=rax,rdi addressing=rdi written=rax"},
        {"480fa3c2", "bt %rax,%rdx", "other rdx:8 rax:8 read=rax,rdx"},
        {"480fa307", "bt %rax,(%rdi)", "other [rdi]:many rax:8 read=rax,rdi addressing=rdi"},
        {"480fbae803", "bts $3,%rax", "other rax:8 = rax:8 3:1 read=rax written=rax"},
        {"f00fab07", "lock btsl %eax,(%rdi)",
                "other [rdi]:many = [rdi]:many rax:4 read=rax,rdi addressing=rdi"},
        {"0fc8", "bswap %eax", "other rax:4 = rax:4 read=rax written=rax"},
        {"480fbcc8", "bsf %rax,%rcx", "other rcx:8 = rax:8 read=rax written=rcx"},
        {"f3480fb8c8", "popcnt %rax,%rcx", "other rcx:8 = rax:8 read=rax written=rcx"},
        {"480fa4c103", "shld $3,%rax,%rcx",
                "other/maybe rcx:8 = rcx:8 rax:8 read=rax,rcx written=rcx"},
        {"c4e2f3f6d0", "mulx %rax,%rcx,%rdx",
                "other rdx:8 = rax:8 rdx:8 read=rax,rdx written=rcx,rdx"},
        {"660f3a63c800", "pcmpistri $0,%xmm0,%xmm1", "other rcx:4 = 0:1 written=rcx"},
        {"0fae27", "xsave (%rdi)",
                "other [rdi]:many = [rdi]:many rdx:4 read=rax,rdx,rdi addressing=rdi"},
        {"0fae07", "fxsave (%rdi)", "other [rdi]:many = read=rdi addressing=rdi"},
        {"0fae1500100000", "ldmxcsr foo(%rip)", "other image[+0x2007]:4"},
        {"9f", "lahf", "other written=rax"},
        {"0f38f007", "movbe (%rdi),%eax",
                "other rax:4 = [rdi]:4 read=rdi addressing=rdi written=rax"},
        {"f2480f38f1c8", "crc32q %rax,%rcx", "other rcx:8 = rcx:8 rax:8 read=rax,rcx written=rcx"},
        {"f3480faec0", "rdfsbase %rax", "other rax:8 = written=rax"},
        {"fd", "std", "other"},
        {"c4e2f5b47640", "vpmadd52luq 0x40(%rsi),%ymm1,%ymm6",
                "other/maybe [rsi+0x40]:many = [rsi+0x40]:many read=rcx,rsi written=rcx,rsi"},
        {"c4e2f5b53d00100000", "vpmadd52huq 0x1000(%rip),%ymm1,%ymm7",
                "other/maybe image[+0x2009]:many = image[+0x2009]:many read=rcx,rdi "
                "written=rcx,rdi"},
        {"c4e27fccd1", "vsha512msg1 %xmm1,%ymm2",
                "other/maybe read=rax,rcx,rdx written=rax,rcx,rdx"},
        {"c48371de141104", "vsm3rnds2 $4,(%r9,%r10),%xmm1,%xmm2",
                "other/maybe [r9]:many = [r9]:many read=rcx,rdx,r9,r10 addressing=r9,r10 "
                "written=rcx,rdx"},
        {"ff742400", "push 0(%rsp), with a byte of zeroes",
                "move [rsp]:8 = [rsp]:8 adjust=-8 read=rsp addressing=rsp"},
        {"62f17c48104800", "vmovups 0(%rax),%zmm1, with a byte of zeroes",
                "other [rax]:64 read=rax addressing=rax"},
        {"83e001", "and $1,%eax", "and rax:4 = rax:4 1:4 read=rax written=rax"},
        {"83c8fe", "or $-2,%eax", "or rax:4 = rax:4 -2:4 read=rax written=rax"},
        {"64c4e2f5b4b010000000", "vpmadd52luq %fs:0x10(%rax),%ymm1,%ymm6",
                "other/maybe thread[rax+0x10]:many = thread[rax+0x10]:many read=rax,rcx,rsi "
                "addressing=rax written=rcx,rsi"},
};

static size_t read_bytes(const char *text, uint8_t bytes[SIZE_MAX_BYTES])
{
        size_t size = strlen(text) / 2;

        assert_in_range(size, 1, SIZE_MAX_BYTES);
        for (size_t i = 0; i < size; i++) {
                char digits[] = {text[2 * i], text[2 * i + 1], '\0'};

                bytes[i] = strtoul(digits, NULL, 16);
        }
        return size;
}

static void test_rows(void **state)
{
        const struct machine *machine = machine_of(ABI_X86_64);
        struct decoder *decoder = *state;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_FREE char *text = NULL;
                struct instruction instruction;
                uint8_t bytes[SIZE_MAX_BYTES];
                size_t size = read_bytes(rows[i].bytes, bytes), text_size;
                FILE *stream = open_memstream(&text, &text_size);

                assert_non_null(stream);
                if (machine->decode(decoder, bytes, size, ADDRESS, &instruction) != size)
                        fail_msg("%s: length", rows[i].assembly);
                assert_int_equal(instruction.length, size);
                assert_int_equal(instruction.address, ADDRESS);
                format_instruction(stream, &instruction);
                fclose(stream);
                if (strcmp(text, rows[i].expected) != 0)
                        fail_msg("%s: %s", rows[i].assembly, text);
        }
}

/* Whatever is cut off is no instruction, and leaves the result alone. */
static void test_cut_off(void **state)
{
        const struct machine *machine = machine_of(ABI_X86_64);

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct instruction instruction = {.address = 7};
                uint8_t bytes[SIZE_MAX_BYTES];
                size_t size = read_bytes(rows[i].bytes, bytes);

                assert_int_equal(
                        machine->decode(*state, bytes, size - 1, ADDRESS, &instruction), 0);
                assert_int_equal(instruction.address, 7);
        }
}

static void test_no_instruction(void **state)
{
        static const char *const texts[] = {"06", "0f04", "62", "f0",
                "6666666666666666666666666666", "f00fa2", "c5f0", "d6", "82c001"};
        const struct machine *machine = machine_of(ABI_X86_64);

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                struct instruction instruction = {.address = 7};
                uint8_t bytes[SIZE_MAX_BYTES];
                size_t size = read_bytes(texts[i], bytes);

                if (machine->decode(*state, bytes, size, ADDRESS, &instruction) != 0)
                        fail_msg("%s is an instruction", texts[i]);
        }
}

/* Fails unless a decoder that remembers the row tells of the bytes what a new one does. */
static void check_remembered(const struct row *row, const uint8_t *bytes, size_t size)
{
        const struct machine *machine = machine_of(ABI_X86_64);
        struct decoder *new = machine->decoder_new(), *other = machine->decoder_new();
        struct instruction original = {}, expected = {}, found = {};
        uint8_t before[SIZE_MAX_BYTES];

        assert_non_null(new);
        assert_non_null(other);
        machine->decode(other, before, read_bytes(row->bytes, before), ADDRESS, &original);
        assert_int_equal(machine->decode(other, bytes, size, 2 * ADDRESS, &found),
                machine->decode(new, bytes, size, 2 * ADDRESS, &expected));
        if (memcmp(&found, &expected, sizeof(found)) != 0)
                fail_msg("%s is not told from what it resembles", row->assembly);
        machine->decoder_free(new);
        machine->decoder_free(other);
}

/* A decoder remembers forms: what differs from one in any byte is told as what it is. */
static void test_remembered(void **state)
{
        static const uint8_t changes[] = {0x00, 0x01, 0x80, 0xff};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint8_t bytes[SIZE_MAX_BYTES];
                size_t size = read_bytes(rows[i].bytes, bytes);

                for (size_t j = 0; j < size * ARRAY_SIZE(changes); j++) {
                        bytes[j / ARRAY_SIZE(changes)] ^= changes[j % ARRAY_SIZE(changes)];
                        check_remembered(&rows[i], bytes, size);
                        bytes[j / ARRAY_SIZE(changes)] ^= changes[j % ARRAY_SIZE(changes)];
                }
        }
}

static void test_conventions(void **state)
{
        const struct machine *machine = machine_of(ABI_X86_64);
        const struct entry_convention *own, *i386;

        (void)state;
        assert_null(machine_of(ABI_AARCH64));
        assert_null(machine_of(ABI_I386));
        own = machine_entry(machine, KERNEL_ENTRY_SYSCALL);
        i386 = machine_entry(machine, KERNEL_ENTRY_INT80);
        assert_non_null(own);
        assert_non_null(i386);
        assert_non_null(machine_entry(machine, KERNEL_ENTRY_SYSENTER));
        assert_int_equal(own->abi, ABI_X86_64);
        assert_string_equal(register_names[own->call_number], "rax");
        assert_int_equal(i386->abi, ABI_I386);
        assert_string_equal(register_names[i386->call_arguments[0]], "rbx");
        assert_string_equal(register_names[i386->call_arguments[5]], "rbp");
        assert_string_equal(register_names[own->call_arguments[3]], "r10");
        assert_int_equal(machine->kept_by_calls & own->changed, 0);
}

static int set_up(void **state)
{
        *state = machine_of(ABI_X86_64)->decoder_new();
        return *state ? 0 : -1;
}

static int tear_down(void **state)
{
        *state = machine_of(ABI_X86_64)->decoder_free(*state);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_cut_off),
                cmocka_unit_test(test_no_instruction),
                cmocka_unit_test(test_remembered),
                cmocka_unit_test(test_conventions),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
