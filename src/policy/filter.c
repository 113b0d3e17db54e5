/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The shape of the filter: the number space of each architecture as the kernel names it is cut into
 * spans of numbers with the same decision, found by binary search. Only what is withheld looks at
 * the arguments (for the cookie), so that the kernel recognises all other calls as always allowed
 * when the filter is put on, keeps them in a bitmap, and runs no filter for them.
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
#include "policy/program.h"

#if __BYTE_ORDER != __LITTLE_ENDIAN
#error "the halves of an argument are looked for in little-endian order"
#endif

struct filter {
        struct sock_filter *instructions;
        unsigned short count;
        bool needs_supervisor;
        bool is_empty;
};

/* SECCOMP_RET_… for a call without the cookie, and for one that carries it. */
struct decision {
        uint32_t action;
        uint32_t with_cookie;
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
        const struct policy *policy;
        const struct filter_options *options;
        uint32_t pass; /* SECCOMP_RET_… of a call that is not withheld */
        bool needs_supervisor;
        struct program program;
        VECTOR(struct leaf) leaves;
};

static struct compiler *compiler_free(struct compiler *compiler)
{
        if (compiler) {
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

static bool decision_equal(struct decision a, struct decision b)
{
        return a.action == b.action && a.with_cookie == b.with_cookie;
}

/* The launcher is native: calls of other ABIs have no use for the cookie. */
static struct decision decide(
        const struct compiler *compiler, enum abi abi, int number, uint32_t action)
{
        bool cookie_passes =
                abi == abi_native() && !(compiler->options->count_launch && number == SYS_execve);

        return (struct decision){
                .action = action,
                .with_cookie = cookie_passes ? SECCOMP_RET_ALLOW : action,
        };
}

static uint32_t rule_action(const struct compiler *compiler, const struct policy_rule *rule)
{
        if (rule->action == ACTION_STUB)
                return SECCOMP_RET_ERRNO | (uint32_t)rule->errnum;
        if (rule->action == ACTION_ALLOW)
                return compiler->pass;
        if (rule->success.kind == SUCCESS_CONSTANT && rule->success.value == 0)
                return SECCOMP_RET_ERRNO;
        return SECCOMP_RET_USER_NOTIF;
}

static uint32_t default_action(const struct compiler *compiler, enum abi abi)
{
        int errnum = policy_default(compiler->policy);

        if (errnum != 0 && abi == abi_native())
                return SECCOMP_RET_ERRNO | (uint32_t)errnum;
        return compiler->pass;
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

/* Adds the numbers of one ABI: its default, and the rules that concern it. */
static int table_add_abi(struct table *table, struct compiler *compiler, enum abi abi)
{
        struct decision rest = decide(compiler, abi, -1, default_action(compiler, abi));
        uint32_t number_bit = abi_info(abi)->number_bit;
        const struct policy_rule *rules;
        size_t count;
        int r;

        r = table_continue(table, number_bit, rest);
        rules = policy_rules(compiler->policy, &count);
        for (size_t i = 0; i < count && r >= 0; i++) {
                const struct feature *feature = &rules[i].feature;
                uint32_t raw = (uint32_t)feature->number | number_bit;
                uint32_t action = rule_action(compiler, &rules[i]);

                if (feature->kind != FEATURE_SYSCALL || feature->abi != abi)
                        continue;
                if (action == SECCOMP_RET_USER_NOTIF)
                        compiler->needs_supervisor = true;
                r = table_continue(table, raw, decide(compiler, abi, feature->number, action));
                if (r >= 0)
                        r = table_continue(table, raw + 1, rest);
        }
        return r;
}

/*
 * The instructions for a decision, written once. A call that carries the cookie is looked at for
 * nothing else; its halves are compared one by one, as classic BPF computes with 32 bits.
 */
static int compiler_leaf(struct compiler *compiler, struct decision decision, label *ret)
{
        const uint32_t cookie_offset = offsetof(struct seccomp_data, args[5]);
        struct program *program = &compiler->program;
        uint64_t cookie = compiler->options->cookie;
        struct leaf *leaf;
        label refuse;

        vector_for_each(leaf, &compiler->leaves) {
                if (decision_equal(leaf->decision, decision)) {
                        *ret = leaf->start;
                        return 0;
                }
        }
        leaf = vector_add(&compiler->leaves);
        if (!leaf)
                return -ENOMEM;
        leaf->decision = decision;
        leaf->start = refuse = program_return(program, decision.action);
        if (decision.with_cookie != decision.action) {
                label pass = program_return(program, decision.with_cookie);

                pass = program_branch(program, BPF_JEQ, (uint32_t)(cookie >> 32), pass, refuse);
                pass = program_load(program, cookie_offset + 4, pass);
                pass = program_branch(program, BPF_JEQ, (uint32_t)cookie, pass, refuse);
                leaf->start = program_load(program, cookie_offset, pass);
        }
        *ret = leaf->start;
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
                r = table_add_abi(&table, compiler, abi);
                if (r < 0)
                        return r;
        }
        if (table.spans.count == 1 && table.spans.items[0].decision.action == compiler->pass &&
                table.spans.items[0].decision.with_cookie == compiler->pass)
                return 0; /* as any other architecture */
        r = compiler_search(compiler, table.spans.items, table.spans.count, &start);
        if (r < 0)
                return r;
        start = program_load(&compiler->program, offsetof(struct seccomp_data, nr), start);
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
        struct decision pass = {.action = compiler->pass, .with_cookie = compiler->pass};
        label start;
        int r;

        r = compiler_leaf(compiler, pass, &start);
        if (r < 0)
                return r;
        for (enum abi abi = ABI_COUNT; abi-- > 0;) {
                if (!is_first_of_architecture(abi))
                        continue;
                r = compiler_add_architecture(compiler, abi_info(abi)->audit_arch, &start);
                if (r < 0)
                        return r;
        }
        *ret_is_empty = compiler->leaves.count == 1 && compiler->pass == SECCOMP_RET_ALLOW;
        program_load(&compiler->program, offsetof(struct seccomp_data, arch), start);
        return 0;
}

/*
 * A copy of the policy in which execve has a rule, the default's if need be: with count_launch its
 * treatment differs from that of other calls without a rule.
 */
static int policy_with_execve(const struct policy *policy, struct policy **ret)
{
        const struct feature execve_call = {FEATURE_SYSCALL, abi_native(), SYS_execve};
        CLEANUP_POLICY struct policy *copy = policy_copy(policy);
        int r = 0;

        if (!copy)
                return -ENOMEM;
        if (!policy_find(copy, execve_call))
                r = policy_default(copy) == 0
                            ? policy_allow(copy, execve_call)
                            : policy_stub(copy, execve_call, policy_default(copy));
        if (r < 0)
                return r;
        *ret = steal_pointer(copy);
        return 0;
}

static int filter_compile(
        struct filter *filter, const struct policy *policy, const struct filter_options *options)
{
        CLEANUP(compiler_freep) struct compiler *compiler = calloc(1, sizeof(*compiler));
        int r;

        if (!compiler)
                return -ENOMEM;
        compiler->policy = policy;
        compiler->options = options;
        compiler->pass = options->trace ? SECCOMP_RET_TRACE : SECCOMP_RET_ALLOW;
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
        CLEANUP_POLICY struct policy *explicit = NULL;
        int r;

        if (!filter)
                return error_errno(error, ENOMEM, "compiling the filter");
        r = options->count_launch ? policy_with_execve(policy, &explicit) : 0;
        if (r >= 0)
                r = filter_compile(filter, explicit ? explicit : policy, options);
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
                flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
        r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
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
