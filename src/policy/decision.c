/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/decision.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "arch/syscalls.h"
#include "policy/path-call.h"

void decider_init(
        struct decider *decider, const struct policy *policy, const struct filter_options *options)
{
        *decider = (struct decider){
                .policy = policy,
                .options = options,
                .supervises_paths = options->supervise_paths || policy_withholds_files(policy),
        };
}

void decider_clear(struct decider *decider)
{
        vector_clear(&decider->tests);
}

void decision_numbers_clear(struct decision_numbers *numbers)
{
        vector_clear(&numbers->list);
}

bool decision_equal(struct decision a, struct decision b)
{
        return a.action == b.action && a.heeds_cookie == b.heeds_cookie &&
               a.first_test == b.first_test && a.test_count == b.test_count;
}

uint32_t decider_pass(const struct decider *decider)
{
        return decider->options->trace ? SECCOMP_RET_TRACE : SECCOMP_RET_ALLOW;
}

/* With a scope it depends on the process whether a call is withheld at all; and a filter keeps no
 * record. */
static uint32_t error_action(const struct decider *decider, int errnum)
{
        if (decider->options->supervise_execs || decider->options->record_refusals)
                return SECCOMP_RET_USER_NOTIF;
        return SECCOMP_RET_ERRNO | (uint32_t)errnum;
}

static uint32_t rule_action(const struct decider *decider, const struct policy_rule *rule)
{
        if (rule->action == ACTION_STUB)
                return error_action(decider, rule->errnum);
        if (rule->action == ACTION_ALLOW)
                return decider_pass(decider);
        if (rule->success.kind == SUCCESS_CONSTANT && rule->success.value == 0)
                return error_action(decider, 0);
        return SECCOMP_RET_USER_NOTIF;
}

static bool is_denied_by_default(const struct decider *decider, enum abi abi)
{
        return policy_default(decider->policy) != 0 && abi == abi_native();
}

static uint32_t default_action(const struct decider *decider, enum abi abi)
{
        if (is_denied_by_default(decider, abi))
                return error_action(decider, policy_default(decider->policy));
        return decider_pass(decider);
}

/* The call that `name` is in an ABI; -1 where that has none. */
static int number_of(const char *name, enum abi abi)
{
        const struct syscall_info *info = syscall_by_name(name);

        return info ? info->numbers[abi] : -1;
}

static bool is_supervised_exec(const struct decider *decider, struct feature call)
{
        return decider->options->supervise_execs &&
               (call.number == number_of("execve", call.abi) ||
                       call.number == number_of("execveat", call.abi));
}

static bool takes_path(struct feature call)
{
        size_t count;

        path_calls_of(call.abi, call.number, &count);
        return count > 0;
}

/* With count_launch the launching execve is treated like any other. */
static bool is_counted_launch(const struct decider *decider, struct feature call)
{
        return decider->options->count_launch && call.abi == abi_native() &&
               call.number == SYS_execve;
}

/* The launcher is native: calls of other ABIs have no use for the cookie. */
static bool heeds_cookie(const struct decider *decider, struct feature call)
{
        return call.abi == abi_native() && !is_counted_launch(decider, call) &&
               !is_supervised_exec(decider, call);
}

/* What always lets calls pass must not look for the cookie: see filter.c about the bitmap. */
static struct decision simplify(struct decision decision)
{
        if (decision.test_count == 0)
                decision.first_test = 0;
        if (decision.test_count == 0 && decision.action == SECCOMP_RET_ALLOW)
                decision.heeds_cookie = false;
        return decision;
}

struct decision decider_rest(const struct decider *decider, enum abi abi)
{
        return simplify((struct decision){
                .action = default_action(decider, abi),
                .heeds_cookie = abi == abi_native(),
        });
}

/* What becomes of a call that is not withheld: what takes a path may still name a withheld file. */
static uint32_t pass_action(const struct decider *decider, struct feature call)
{
        if (decider->supervises_paths && takes_path(call))
                return SECCOMP_RET_USER_NOTIF;
        return decider_pass(decider);
}

/* True where some call can have the value: it has no bits that the selector's word has not. */
static bool can_match(const struct selector *selector, uint64_t value)
{
        uint64_t possible = selector->mask;

        if (selector->source == SELECTOR_ARGUMENT)
                possible &= UINT32_MAX;
        return (value & ~possible) == 0;
}

/*
 * Adds the tests for those of a call's sub-features that are withheld, or for those that are
 * allowed, which then have the action `pass`. Returns 0; 1 at a sub-feature that is told by memory:
 * whatever comes so far goes to the supervisor; or -ENOMEM.
 */
static int add_tests(struct decider *decider, struct feature call, bool allowed, uint32_t pass,
        struct decision *decision)
{
        const struct selector *selectors;
        const struct policy_rule *rules;
        size_t selector_count, count;

        selectors = selectors_of(call.abi, call.number, &selector_count);
        rules = policy_subfeature_rules(decider->policy, call, &count);
        for (size_t i = 0; i < count; i++) {
                const struct feature *feature = &rules[i].feature;
                struct decision_test *test;

                if ((rules[i].action == ACTION_ALLOW) != allowed ||
                        feature->selector >= selector_count ||
                        !can_match(&selectors[feature->selector], feature->value))
                        continue;
                if (selectors[feature->selector].source == SELECTOR_POINTER) {
                        decision->action = SECCOMP_RET_USER_NOTIF;
                        return 1;
                }
                test = vector_add(&decider->tests);
                if (!test)
                        return -ENOMEM;
                *test = (struct decision_test){
                        .selector = &selectors[feature->selector],
                        .value = feature->value,
                        .action = allowed ? pass : rule_action(decider, &rules[i]),
                };
                decision->test_count++;
        }
        return 0;
}

/* Takes away the last tests as long as the call fares no better without them. */
static void trim_tests(struct decider *decider, struct decision *decision)
{
        while (decision->test_count > 0 &&
                decider->tests.items[decider->tests.count - 1].action == decision->action) {
                decider->tests.count--;
                decision->test_count--;
        }
}

/*
 * Decides about a call that neither is an exec to be judged nor has a rule that withholds it; it
 * may have one that allows it.
 */
static int decide_by_arguments(
        struct decider *decider, struct feature call, bool is_allowed, struct decision *decision)
{
        bool is_denied = !is_allowed && is_denied_by_default(decider, call.abi);
        uint32_t pass = pass_action(decider, call);
        int r;

        decision->action = is_denied ? default_action(decider, call.abi) : pass;
        decision->first_test = decider->tests.count;
        r = add_tests(decider, call, false, pass, decision);
        if (r == 0 && is_denied)
                r = add_tests(decider, call, true, pass, decision);
        if (r < 0)
                return r;
        trim_tests(decider, decision);
        return 0;
}

int decider_decide(struct decider *decider, struct feature call, struct decision *ret)
{
        const struct policy_rule *whole = policy_find(decider->policy, call);
        struct decision decision = {.heeds_cookie = heeds_cookie(decider, call)};
        int r = 0;

        if (is_supervised_exec(decider, call))
                decision.action = SECCOMP_RET_USER_NOTIF;
        else if (whole && whole->action != ACTION_ALLOW)
                decision.action = rule_action(decider, whole);
        else
                r = decide_by_arguments(decider, call, whole != NULL, &decision);
        if (r < 0)
                return r;
        *ret = simplify(decision);
        return 0;
}

/* True where the options alone are a reason to decide about the call. */
static bool options_concern(const struct decider *decider, struct feature call)
{
        if (!abi_reachable(call.abi))
                return false;
        return is_counted_launch(decider, call) || is_supervised_exec(decider, call) ||
               pass_action(decider, call) != decider_pass(decider);
}

static int numbers_add(struct decision_numbers *numbers, int number)
{
        int *place = vector_add(&numbers->list);

        if (!place)
                return -ENOMEM;
        *place = number;
        return 0;
}

static int number_compare(const void *a, const void *b)
{
        const int *left = a, *right = b;

        return (*left > *right) - (*left < *right);
}

static void numbers_sort(struct decision_numbers *numbers)
{
        size_t kept = 0;

        if (numbers->list.count == 0)
                return;
        qsort(numbers->list.items, numbers->list.count, sizeof(int), number_compare);
        for (size_t i = 0; i < numbers->list.count; i++) {
                if (i == 0 || numbers->list.items[i] != numbers->list.items[kept - 1])
                        numbers->list.items[kept++] = numbers->list.items[i];
        }
        numbers->list.count = kept;
}

int decider_numbers(const struct decider *decider, enum abi abi, struct decision_numbers *numbers)
{
        const struct policy_rule *rules;
        size_t count;
        int r = 0;

        rules = policy_rules(decider->policy, &count);
        for (size_t i = 0; i < count && r >= 0; i++) {
                if (rules[i].feature.kind != FEATURE_FILE && rules[i].feature.abi == abi)
                        r = numbers_add(numbers, rules[i].feature.number);
        }
        for (int number = 0; number < syscall_number_limit(abi) && r >= 0; number++) {
                if (options_concern(decider, (struct feature){FEATURE_SYSCALL, abi, number}))
                        r = numbers_add(numbers, number);
        }
        numbers_sort(numbers);
        return r;
}
