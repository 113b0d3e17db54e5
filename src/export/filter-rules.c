/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/filter-rules.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "arch/syscalls.h"
#include "base/strings.h"

/*
 * What crun calls behind its filter, seen by strace of crun 1.8.1. With no_new_privs the filter
 * comes last; without it comes before the privileges go that installing it takes (setresuid and so
 * on), as in other runtimes.
 */
static const struct {
        const char *name;
        bool always; /* also with no_new_privs */
} launch_calls[] = {
        {"close", true},
        {"execve", true},
        {"capset", false},
        {"prctl", false},
        {"rt_sigaction", false},
        {"rt_sigprocmask", false},
        {"setresgid", false},
        {"setresuid", false},
        {"write", false},
};

void filter_rules_clear(struct filter_rules *rules)
{
        vector_clear(&rules->items);
}

const char *filter_call_name(struct feature call, char buffer[FEATURE_NAME_MAX])
{
        const struct syscall_info *info = syscall_by_number(call.abi, call.number);

        if (info)
                snprintf(buffer, FEATURE_NAME_MAX, "%s", info->name);
        else
                snprintf(buffer, FEATURE_NAME_MAX, "syscall_%d", call.number);
        return buffer;
}

const char *filter_architecture(enum abi abi)
{
        static const char *const names[ABI_COUNT] = {
                [ABI_X86_64] = "SCMP_ARCH_X86_64",
                [ABI_AARCH64] = "SCMP_ARCH_AARCH64",
                [ABI_RISCV64] = "SCMP_ARCH_RISCV64",
                [ABI_I386] = "SCMP_ARCH_X86",
                [ABI_X32] = "SCMP_ARCH_X32",
        };

        return names[abi];
}

bool filter_is_known(struct feature call)
{
        char name[FEATURE_NAME_MAX];

        return seccomp_syscall_resolve_name(filter_call_name(call, name)) != __NR_SCMP_ERROR;
}

static int compare_arguments(const struct filter_argument *a, const struct filter_argument *b)
{
        if (a->index != b->index)
                return a->index < b->index ? -1 : 1;
        if (a->mask != b->mask)
                return a->mask < b->mask ? -1 : 1;
        return a->value < b->value ? -1 : a->value > b->value;
}

static int compare_rules(const void *a, const void *b)
{
        const struct filter_rule *left = a, *right = b;
        const bool left_plain = left->argument_count == 0, right_plain = right->argument_count == 0;

        int r;

        if (left_plain != right_plain)
                return left_plain ? -1 : 1;
        r = feature_compare(&left->call, &right->call);
        for (size_t i = 0; r == 0 && i < left->argument_count && i < right->argument_count; i++)
                r = compare_arguments(&left->arguments[i], &right->arguments[i]);
        return r;
}

/* True where a call of that name, of whatever ABI, has a rule: filters go by names. */
static bool has_rule(const struct filter_rules *rules, const struct feature *call)
{
        char wanted[FEATURE_NAME_MAX], name[FEATURE_NAME_MAX];
        const struct filter_rule *rule;

        filter_call_name(*call, wanted);
        vector_for_each(rule, &rules->items)
                if (strcmp(filter_call_name(rule->call, name), wanted) == 0)
                        return true;
        return false;
}

static struct filter_rule *add_rule(struct filter_rules *rules, const struct feature *call)
{
        struct filter_rule *rule = vector_add(&rules->items);

        if (rule)
                rule->call = *call;
        return rule;
}

/* Adds a condition; two about one argument become one, as each rule may test it only once. */
static void add_argument(struct filter_rule *rule, unsigned index, uint64_t mask, uint64_t value)
{
        struct filter_argument *argument = rule->arguments;
        const struct filter_argument *end = argument + rule->argument_count;

        while (argument < end && argument->index != index)
                argument++;
        if (argument == end) {
                rule->argument_count++;
                *argument = (struct filter_argument){.index = index};
        }
        argument->mask |= mask;
        argument->value |= value;
}

/* The sub-feature may be used: it is in the set, and not left out. */
static bool is_wanted(const struct export_request *request, const struct export_item *item)
{
        return export_treatment_in(request, item, FAKE_NEVER) == TREATMENT_IMPLEMENT;
}

/* The items of the call's values by that selector: called for each. */
static bool is_value_of(
        const struct export_item *item, const struct feature *call, unsigned selector)
{
        return item->feature.kind == FEATURE_SUBFEATURE && item->feature.abi == call->abi &&
               item->feature.number == call->number && item->feature.selector == selector;
}

/* All flags but those that are wanted must be unset. */
static void restrict_flags(const struct export_request *request, const struct feature *call,
        const struct selector *selector, unsigned place, struct filter_rule *rule)
{
        const struct export_item *item;
        uint64_t wanted = 0;

        vector_for_each(item, &request->set->items)
                if (is_value_of(item, call, place) && is_wanted(request, item))
                        wanted |= item->feature.value;
        if (selector->mask & ~wanted)
                add_argument(rule, selector->argument, selector->mask & ~wanted, 0);
}

static void restrict_value(
        const struct selector *selector, uint64_t value, struct filter_rule *rule)
{
        if (selector->source != SELECTOR_PAIR) {
                add_argument(rule, selector->argument, selector->mask, value);
                return;
        }
        add_argument(rule, selector->argument, selector->mask >> 32, value >> 32);
        add_argument(rule, selector->argument + 1, selector->mask & UINT32_MAX, value & UINT32_MAX);
}

/*
 * A selector that is an enumeration: each rule of the call, from `first` on, becomes one for each
 * value that is wanted. Where the values of none are known it restricts nothing: the argument did
 * not count (fcntl's third).
 */
static int multiply_rules(const struct export_request *request, const struct feature *call,
        const struct selector *selector, unsigned place, struct filter_rules *rules, size_t first)
{
        const size_t before = rules->items.count;
        const struct export_item *item;
        bool any = false;

        vector_for_each(item, &request->set->items) {
                if (!is_value_of(item, call, place))
                        continue;
                any = true;
                if (!is_wanted(request, item))
                        continue;
                for (size_t i = first; i < before; i++) {
                        struct filter_rule *rule = vector_add(&rules->items);

                        if (!rule)
                                return -ENOMEM;
                        *rule = rules->items.items[i];
                        restrict_value(selector, item->feature.value, rule);
                }
        }
        if (!any)
                return 0;
        memmove(rules->items.items + first, rules->items.items + before,
                (rules->items.count - before) * sizeof(*rules->items.items));
        rules->items.count -= before - first;
        return 0;
}

/* Rules for the values that are used of the call, as far as registers tell them. */
static int divide_call(const struct export_request *request, const struct feature *call,
        struct filter_rules *rules)
{
        const size_t first = rules->items.count;
        const struct selector *selectors;
        size_t count;
        int r = 0;

        if (!add_rule(rules, call))
                return -ENOMEM;
        selectors = selectors_of(call->abi, call->number, &count);
        for (size_t i = 0; r == 0 && i < count; i++) {
                if (selectors[i].source == SELECTOR_POINTER)
                        continue;
                if (selectors[i].kind == SELECTOR_ENUMERATION) {
                        r = multiply_rules(request, call, &selectors[i], i, rules, first);
                        continue;
                }
                for (size_t rule = first; rule < rules->items.count; rule++)
                        restrict_flags(request, call, &selectors[i], i, &rules->items.items[rule]);
        }
        return r;
}

static int add_item(const struct export_request *request, const struct export_item *item,
        enum fake_power power, struct filter_rules *rules)
{
        const enum treatment treatment = export_treatment_in(request, item, power);
        const bool native = item->feature.abi == abi_native();
        struct filter_rule *rule;

        if (item->feature.kind != FEATURE_SYSCALL ||
                (treatment == TREATMENT_STUB && !request->others_allowed))
                return 0;
        rules->abis[item->feature.abi] = true;
        if (has_rule(rules, &item->feature)) /* Passes already, for another reason. */
                return 0;
        if (treatment == TREATMENT_IMPLEMENT && request->features && item->divided && native)
                return divide_call(request, &item->feature, rules);
        rule = add_rule(rules, &item->feature);
        if (!rule)
                return -ENOMEM;
        rule->treatment = native ? treatment : TREATMENT_IMPLEMENT;
        return 0;
}

static bool is_withheld(const struct export_request *request, const struct export_item *item)
{
        return export_treatment(item, request->allow) != TREATMENT_IMPLEMENT;
}

/* The call passes in any case. `names` gets it where the programs would not have it pass so. */
static int add_extra(const struct export_request *request, const char *name,
        struct filter_rules *rules, char ***names)
{
        const struct syscall_info *info = syscall_by_name(name);
        struct feature call = {.kind = FEATURE_SYSCALL, .abi = abi_native()};
        const struct export_item *item;
        bool differs;

        if (!info || info->numbers[abi_native()] < 0)
                return 0;
        call.number = info->numbers[abi_native()];
        if (has_rule(rules, &call))
                return 0;
        if (!add_rule(rules, &call))
                return -ENOMEM;
        item = export_set_find(request->set, &call);
        /* Is there anything to tell? */
        if (request->others_allowed)
                differs = item && is_withheld(request, item);
        else
                differs =
                        !item || is_withheld(request, item) || (request->features && item->divided);
        if (!differs)
                return 0;
        return strings_add(names, name);
}

static int note_extras(struct export_notes *notes, const char *reason, char *const *names)
{
        CLEANUP_FREE char *list = NULL;

        if (!names)
                return 0;
        list = strings_join(names, ", ");
        return list ? export_note(notes, "allowed, as %s: %s", reason, list) : -ENOMEM;
}

static int add_launch(const struct export_request *request, struct filter_rules *rules,
        struct export_notes *notes)
{
        CLEANUP_STRINGS char **names = NULL;
        int r = 0;

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(launch_calls); i++)
                if (launch_calls[i].always || !request->no_new_privileges)
                        r = add_extra(request, launch_calls[i].name, rules, &names);
        return r < 0 ? r
                     : note_extras(notes,
                               "crun calls it between the filter and the program's start", names);
}

/*
 * The vDSO's calls never show in a run where it answers them, and are made where it cannot;
 * restart_syscall the kernel puts in the place of a call that a stop interrupted.
 */
static int add_kernel(const struct export_request *request, struct filter_rules *rules,
        struct export_notes *notes)
{
        CLEANUP_STRINGS char **names = NULL;
        const int limit = syscall_number_limit(abi_native());
        const struct syscall_info *info;
        int r = 0;

        for (int number = 0; r == 0 && number < limit; number++) {
                info = syscall_by_number(abi_native(), number);
                if (info && abi_has_vdso_call(abi_native(), number))
                        r = add_extra(request, info->name, rules, &names);
        }
        if (r == 0)
                r = add_extra(request, "restart_syscall", rules, &names);
        return r < 0 ? r
                     : note_extras(notes,
                               "the kernel may have it called where no run shows it (vDSO, "
                               "interrupted calls)",
                               names);
}

/* Where all others pass, what passes needs no rule. */
static void drop_allowed(struct filter_rules *rules)
{
        const struct filter_rule *rule;
        size_t count = 0;

        vector_for_each(rule, &rules->items)
                if (rule->treatment != TREATMENT_IMPLEMENT)
                        rules->items.items[count++] = *rule;
        rules->items.count = count;
}

int filter_rules_make(const struct export_request *request, unsigned extras, enum fake_power power,
        struct filter_rules *ret, struct export_notes *notes)
{
        CLEANUP_FILTER_RULES struct filter_rules rules = {};
        const struct export_item *item;
        int r = 0;

        rules.abis[abi_native()] = true;
        if (extras & EXTRA_LAUNCH)
                r = add_launch(request, &rules, notes);
        if (r == 0 && extras & EXTRA_KERNEL)
                r = add_kernel(request, &rules, notes);
        /* A rule holds for the calls of that name of all ABIs: those of others come first, and pass
         * as a whole. */
        for (unsigned native = 0; native <= 1; native++)
                vector_for_each(item, &request->set->items)
                        if (r == 0 && (item->feature.abi == abi_native()) == native)
                                r = add_item(request, item, power, &rules);
        if (r < 0)
                return r;
        if (request->others_allowed)
                drop_allowed(&rules);
        if (rules.items.count > 1)
                qsort(rules.items.items, rules.items.count, sizeof(*rules.items.items),
                        compare_rules);
        while (rules.plain < rules.items.count &&
                rules.items.items[rules.plain].argument_count == 0)
                rules.plain++;
        *ret = rules;
        rules = (struct filter_rules){};
        return 0;
}

int filter_note_unknown(const struct filter_rules *rules, struct export_notes *notes)
{
        CLEANUP_STRINGS char **names = NULL;
        CLEANUP_FREE char *list = NULL;
        const struct scmp_version *version = seccomp_version();
        const struct filter_rule *rule;
        char name[FEATURE_NAME_MAX];

        vector_for_each(rule, &rules->items)
                if (!filter_is_known(rule->call) &&
                        strings_add(&names, filter_call_name(rule->call, name)) < 0)
                        return -ENOMEM;
        if (!names)
                return 0;
        list = strings_join(names, ", ");
        if (!list)
                return -ENOMEM;
        return export_note(notes,
                "libseccomp %u.%u.%u here does not know these, and whoever uses such a one ignores "
                "them: %s",
                version->major, version->minor, version->micro, list);
}
