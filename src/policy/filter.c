/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The shape of the filter: the number space of each architecture as the kernel names it is cut into
 * spans of numbers with the same decision (decision.h), found by binary search. Only where some
 * call is withheld are arguments looked at: first for the cookie, then for the values of selectors,
 * one after the other. So the kernel recognises all other calls as always allowed when the filter
 * is put on, keeps them in a bitmap, and runs no filter for them.
 *
 * Why not libseccomp: it translates the calls of a foreign ABI by their names in the native one. It
 * thus cannot say "i386's number 470" before it has learnt a name for it, and takes a rule for
 * i386's socket(2) to mean socketcall(2) with SYS_SOCKET as well. Here the rule of a call concerns
 * that number of that ABI and nothing else.
 */

#include "policy/filter.h"

#include <endian.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>

#include "base/vector.h"
#include "policy/decision.h"
#include "policy/program.h"

/*
 * Linux 5.19: once the supervisor has read a call, only a fatal signal takes the caller out of it.
 * Without, any signal breaks off a call that is being answered, and it is made once more.
 */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1u << 5)
#endif

#if __BYTE_ORDER != __LITTLE_ENDIAN
#error "the halves of an argument are looked for in little-endian order"
#endif

struct filter {
        struct sock_filter *instructions;
        unsigned short count;
        bool needs_supervisor;
        bool is_empty;
};

/* Raw call numbers from `first` up to where the next span begins. */
struct span {
        uint32_t first;
        struct decision decision;
};

/* The spans of all ABIs that share an AUDIT_ARCH_… value. */
struct table {
        VECTOR(struct span) spans;
};

/* The instructions that carry out one decision: shared by all spans that have it. */
struct leaf {
        struct decision decision;
        label start;
};

struct compiler {
        struct decider decider;
        bool needs_supervisor;
        struct program program;
        VECTOR(struct leaf) leaves;
};

static struct compiler *compiler_free(struct compiler *compiler)
{
        if (compiler) {
                decider_clear(&compiler->decider);
                vector_clear(&compiler->leaves);
                free(compiler);
        }
        return NULL;
}
DEFINE_CLEANUP(struct compiler *, compiler_free)

static void table_clear(struct table *table)
{
        vector_clear(&table->spans);
}

/* Gives the numbers from `first` on a decision. `first` must not fall from call to call. */
static int table_continue(struct table *table, uint32_t first, struct decision decision)
{
        struct span *span;

        if (table->spans.count > 0 && table->spans.items[table->spans.count - 1].first == first)
                table->spans.count--;
        if (table->spans.count > 0 &&
                decision_equal(table->spans.items[table->spans.count - 1].decision, decision))
                return 0;
        span = vector_add(&table->spans);
        if (!span)
                return -ENOMEM;
        *span = (struct span){.first = first, .decision = decision};
        return 0;
}

/* Adds the numbers of one ABI: those that something is decided about, amid the rest. */
static int table_add_abi(struct table *table, struct decider *decider, enum abi abi)
{
        CLEANUP(decision_numbers_clear) struct decision_numbers numbers = {};
        struct decision rest = decider_rest(decider, abi);
        uint32_t number_bit = abi_info(abi)->number_bit;
        int r;

        r = table_continue(table, number_bit, rest);
        if (r >= 0)
                r = decider_numbers(decider, abi, &numbers);
        for (size_t i = 0; i < numbers.list.count && r >= 0; i++) {
                int number = numbers.list.items[i];
                uint32_t raw = (uint32_t)number | number_bit;
                struct decision decision;

                r = decider_decide(
                        decider, (struct feature){FEATURE_SYSCALL, abi, number}, &decision);
                if (r >= 0)
                        r = table_continue(table, raw, decision);
                if (r >= 0)
                        r = table_continue(table, raw + 1, rest);
        }
        return r;
}

/* Where the low 32 bits of an argument lie. */
static uint32_t argument_offset(unsigned argument)
{
        return (uint32_t)(offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t));
}

static label load_masked(struct program *program, unsigned argument, uint32_t mask, label next)
{
        if (mask != UINT32_MAX)
                next = program_and(program, mask, next);
        return program_load_word(program, argument_offset(argument), next);
}

/* Goes on at `yes` where the masked low half of an argument is `value`, at `no` otherwise. */
static label write_equal(struct program *program, unsigned argument, uint32_t mask, uint32_t value,
        label yes, label no)
{
        return load_masked(
                program, argument, mask, program_branch(program, BPF_JEQ, value, yes, no));
}

/* Goes on at `yes` where the low half of an argument has all those bits, at `no` otherwise. */
static label write_bits(
        struct program *program, unsigned argument, uint32_t bits, label yes, label no)
{
        label start = yes;

        for (; bits != 0; bits &= bits - 1)
                start = program_branch(program, BPF_JSET, bits & -bits, start, no);
        return program_load_word(program, argument_offset(argument), start);
}

/* One of the selector's words of 32 bits, `shift` bits above the lowest of its value. */
static label write_test_of_word(struct program *program, const struct decision_test *test,
        unsigned argument, unsigned shift, label yes, label no)
{
        uint32_t mask = (uint32_t)(test->selector->mask >> shift);
        uint32_t value = (uint32_t)(test->value >> shift);

        if (test->selector->kind == SELECTOR_FLAGS && test->value != 0)
                return value != 0 ? write_bits(program, argument, value, yes, no) : yes;
        return mask != 0 ? write_equal(program, argument, mask, value, yes, no) : yes;
}

/* Goes on at `yes` where the test is true, at `no` otherwise. */
static label write_test(
        struct program *program, const struct decision_test *test, label yes, label no)
{
        unsigned argument = test->selector->argument;

        if (test->selector->source == SELECTOR_ARGUMENT)
                return write_test_of_word(program, test, argument, 0, yes, no);
        yes = write_test_of_word(program, test, argument + 1, 0, yes, no);
        return write_test_of_word(program, test, argument, 32, yes, no);
}

/*
 * Goes on at `pass` with the cookie, at `refuse` without. Its halves are compared one by one, as
 * classic BPF computes with 32 bits.
 */
static label write_cookie_test(struct program *program, uint64_t cookie, label pass, label refuse)
{
        pass = program_branch(program, BPF_JEQ, (uint32_t)(cookie >> 32), pass, refuse);
        pass = program_load_word(program, argument_offset(5) + 4, pass);
        pass = program_branch(program, BPF_JEQ, (uint32_t)cookie, pass, refuse);
        return program_load_word(program, argument_offset(5), pass);
}

static int compiler_leaf(struct compiler *compiler, struct decision decision, label *ret);

/* Ends with `action`, whatever else the call carries. */
static int compiler_end(struct compiler *compiler, uint32_t action, label *ret)
{
        return compiler_leaf(compiler, (struct decision){.action = action}, ret);
}

/* The decision's tests, from the last to the first, before what becomes of the call otherwise. */
static int compiler_chain(struct compiler *compiler, struct decision decision, label *ret)
{
        const struct decision_test *tests = compiler->decider.tests.items + decision.first_test;
        label start, matched;
        int r;

        r = compiler_end(compiler, decision.action, &start);
        for (size_t i = decision.test_count; i-- > 0 && r >= 0;) {
                r = compiler_end(compiler, tests[i].action, &matched);
                if (r >= 0)
                        start = write_test(&compiler->program, &tests[i], matched, start);
        }
        if (r >= 0)
                *ret = start;
        return r;
}

/* The instructions for a decision that is new: cookie, tests, end. */
static int compiler_write(struct compiler *compiler, struct decision decision, label *ret)
{
        label start, pass;
        int r;

        if (decision.test_count == 0 && !decision.heeds_cookie) {
                if (decision.action == SECCOMP_RET_USER_NOTIF)
                        compiler->needs_supervisor = true;
                *ret = program_return(&compiler->program, decision.action);
                return 0;
        }
        r = compiler_chain(compiler, decision, &start);
        if (r >= 0 && decision.heeds_cookie) {
                r = compiler_end(compiler, SECCOMP_RET_ALLOW, &pass);
                if (r >= 0)
                        start = write_cookie_test(
                                &compiler->program, compiler->decider.options->cookie, pass, start);
        }
        if (r >= 0)
                *ret = start;
        return r;
}

/* The instructions for a decision, written once. */
static int compiler_leaf(struct compiler *compiler, struct decision decision, label *ret)
{
        struct leaf *leaf;
        label start;
        int r;

        vector_for_each(leaf, &compiler->leaves) {
                if (decision_equal(leaf->decision, decision)) {
                        *ret = leaf->start;
                        return 0;
                }
        }
        r = compiler_write(compiler, decision, &start);
        if (r < 0)
                return r;
        leaf = vector_add(&compiler->leaves);
        if (!leaf)
                return -ENOMEM;
        *leaf = (struct leaf){.decision = decision, .start = start};
        *ret = start;
        return 0;
}

/* A binary search for the span of the number in the accumulator. */
static int compiler_search(
        struct compiler *compiler, const struct span *spans, size_t count, label *ret)
{
        size_t half = count / 2;
        label low, high;
        int r;

        if (count == 1)
                return compiler_leaf(compiler, spans[0].decision, ret);
        r = compiler_search(compiler, spans + half, count - half, &high);
        if (r < 0)
                return r;
        r = compiler_search(compiler, spans, half, &low);
        if (r < 0)
                return r;
        *ret = program_branch(&compiler->program, BPF_JGE, spans[half].first, high, low);
        return 0;
}

/* What becomes of the calls of architectures that no ABI is of, and of ABIs that nothing is said
 * about: they have no use for the cookie. */
static struct decision compiler_otherwise(const struct compiler *compiler)
{
        return (struct decision){.action = decider_pass(&compiler->decider)};
}

/*
 * Writes the decisions about all ABIs that the kernel reports as `audit_arch`; calls of other
 * architectures go on at `*otherwise`, which is moved to the start of what was written.
 */
static int compiler_add_architecture(
        struct compiler *compiler, uint32_t audit_arch, label *otherwise)
{
        CLEANUP(table_clear) struct table table = {};
        label start;
        int r;

        for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                if (abi_info(abi)->audit_arch != audit_arch)
                        continue;
                r = table_add_abi(&table, &compiler->decider, abi);
                if (r < 0)
                        return r;
        }
        if (table.spans.count == 1 &&
                decision_equal(table.spans.items[0].decision, compiler_otherwise(compiler)))
                return 0; /* as any other architecture */
        r = compiler_search(compiler, table.spans.items, table.spans.count, &start);
        if (r < 0)
                return r;
        start = program_load_word(&compiler->program, offsetof(struct seccomp_data, nr), start);
        *otherwise = program_branch(&compiler->program, BPF_JEQ, audit_arch, start, *otherwise);
        return 0;
}

static bool is_first_of_architecture(enum abi abi)
{
        for (enum abi earlier = 0; earlier < abi; earlier++) {
                if (abi_info(earlier)->audit_arch == abi_info(abi)->audit_arch)
                        return false;
        }
        return true;
}

/* Writes the whole program, from its end. Returns 0, or -ENOMEM. */
static int compiler_run(struct compiler *compiler, bool *ret_is_empty)
{
        label start;
        int r;

        r = compiler_leaf(compiler, compiler_otherwise(compiler), &start);
        if (r < 0)
                return r;
        for (enum abi abi = ABI_COUNT; abi-- > 0;) {
                if (!is_first_of_architecture(abi))
                        continue;
                r = compiler_add_architecture(compiler, abi_info(abi)->audit_arch, &start);
                if (r < 0)
                        return r;
        }
        *ret_is_empty = compiler->leaves.count == 1 &&
                        compiler->leaves.items[0].decision.action == SECCOMP_RET_ALLOW;
        program_load_word(&compiler->program, offsetof(struct seccomp_data, arch), start);
        return 0;
}

static int filter_compile(
        struct filter *filter, const struct policy *policy, const struct filter_options *options)
{
        CLEANUP(compiler_freep) struct compiler *compiler = calloc(1, sizeof(*compiler));
        int r;

        if (!compiler)
                return -ENOMEM;
        decider_init(&compiler->decider, policy, options);
        r = compiler_run(compiler, &filter->is_empty);
        if (r < 0)
                return r;
        filter->needs_supervisor = compiler->needs_supervisor;
        return program_finish(&compiler->program, &filter->instructions, &filter->count);
}

int filter_new(const struct policy *policy, const struct filter_options *options,
        struct filter **ret, struct error *error)
{
        CLEANUP_FILTER struct filter *filter = calloc(1, sizeof(*filter));
        int r;

        if (!filter)
                return error_errno(error, ENOMEM, "compiling the filter");
        r = filter_compile(filter, policy, options);
        if (r == -E2BIG)
                return error_set(error, E2BIG,
                        "the policy has more rules than a filter of %d instructions can hold",
                        BPF_MAXINSNS);
        if (r < 0)
                return error_errno(error, -r, "compiling the filter");
        *ret = steal_pointer(filter);
        return 0;
}

struct filter *filter_free(struct filter *filter)
{
        if (filter) {
                free(filter->instructions);
                free(filter);
        }
        return NULL;
}

bool filter_needs_supervisor(const struct filter *filter)
{
        return filter->needs_supervisor;
}

bool filter_is_empty(const struct filter *filter)
{
        return filter->is_empty;
}

int filter_install(const struct filter *filter, int *ret_listener)
{
        const struct sock_fprog program = {
                .len = filter->count,
                .filter = filter->instructions,
        };
        /*
         * The filter is no fence against an attacker: before Linux 5.16 it would otherwise switch
         * on mitigations of speculation that the application does not have, and slow it down.
         */
        unsigned flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
        long r;

        if (filter->needs_supervisor)
                flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
        r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
        if (r < 0 && errno == EINVAL && filter->needs_supervisor) {
                flags &= ~(unsigned)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
                r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
        }
        if (r < 0)
                return -errno;
        *ret_listener = filter->needs_supervisor ? (int)r : -1;
        return 0;
}

uint64_t filter_cookie(void)
{
        uint64_t cookie;

        while (getrandom(&cookie, sizeof(cookie), 0) != sizeof(cookie))
                ;
        /* Odd, above every 32-bit value, and nobody's address: user addresses leave bit 62 clear.
         */
        return cookie | 1u | UINT64_C(1) << 62;
}

long filter_bypass(uint64_t cookie, long number, long a0, long a1, long a2, long a3, long a4)
{
        long r = syscall(number, a0, a1, a2, a3, a4, (long)cookie);

        return r < 0 ? -errno : r;
}
