/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/strings.h"
#include "export/filter-rules.h"
#include "export/test-inputs.h"

struct sample {
        struct export_inputs inputs;
        struct export_set set;
        struct filter_rules rules;
        struct export_notes notes;
};

static void sample_clear(struct sample *sample)
{
        export_inputs_clear(&sample->inputs);
        export_set_clear(&sample->set);
        filter_rules_clear(&sample->rules);
        export_notes_clear(&sample->notes);
}

/* The rules of one program with these findings. */
static void make(struct sample *sample, const char *line, struct export_request request,
        unsigned extras, enum fake_power power)
{
        assert_int_equal(export_inputs_init(&sample->inputs), 0);
        sample_input(&sample->inputs, "a", line);
        assert_int_equal(export_set_make(&sample->inputs, EXPORT_UNION, &sample->set, NULL), 0);
        request.set = &sample->set;
        assert_int_equal(
                filter_rules_make(&request, extras, power, &sample->rules, &sample->notes), 0);
}

/* "read; write=fake; fcntl 1&ffffffff=4": each rule with its conditions. */
static void expect(const struct filter_rules *rules, const char *expected)
{
        CLEANUP_FREE char *text = NULL;
        const struct filter_rule *rule;
        char name[FEATURE_NAME_MAX];
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_non_null(stream);
        vector_for_each(rule, &rules->items) {
                fprintf(stream, "%s%s", rule == rules->items.items ? "" : "; ",
                        filter_call_name(rule->call, name));
                if (rule->treatment != TREATMENT_IMPLEMENT)
                        fprintf(stream, "=%s", treatment_name(rule->treatment));
                for (size_t i = 0; i < rule->argument_count; i++)
                        fprintf(stream, " %u&%llx=%llx", rule->arguments[i].index,
                                (unsigned long long)rule->arguments[i].mask,
                                (unsigned long long)rule->arguments[i].value);
        }
        assert_int_equal(fclose(stream), 0);
        assert_string_equal(text, expected);
}

static const struct export_request used = {.allow = EXPORT_USED};
static const struct export_request valued = {.allow = EXPORT_USED, .features = true};
static const struct export_request required = {.allow = EXPORT_REQUIRED};
static const struct export_request minimal = {.allow = EXPORT_REQUIRED, .others_allowed = true};

static void what_is_used_passes(void **state)
{
        CLEANUP(sample_clear) struct sample sample = {};

        (void)state;
        make(&sample, "read=required write=stub close=fake", used, EXTRA_NONE, FAKE_ZERO);
        expect(&sample.rules, "read; write; close");
        assert_null(sample.notes.lines);
}

static void stubs_are_left_out_and_fakes_of_zero_said(void **state)
{
        CLEANUP(sample_clear) struct sample sample = {};

        (void)state;
        /* write's success is its count: no fake of 0. */
        make(&sample, "read=stub write=fake close=fake open=required", required, EXTRA_NONE,
                FAKE_ZERO);
        expect(&sample.rules, "write; open; close=fake");
}

static void what_is_withheld_where_all_else_passes(void **state)
{
        CLEANUP(sample_clear) struct sample sample = {};

        (void)state;
        make(&sample, "read=stub write=fake close=fake mprotect=fake open=required", minimal,
                EXTRA_LAUNCH, FAKE_ZERO);
        expect(&sample.rules, "read=stub; mprotect=fake");
        /* crun closes a descriptor behind the filter, which is told as it is withheld no more. */
        assert_int_equal(strings_count(sample.notes.lines), 1);
        assert_non_null(strstr(sample.notes.lines[0], ": close, write"));
}

static void values_of_an_enumeration_are_a_rule_each(void **state)
{
        CLEANUP(sample_clear) struct sample sample = {};

        (void)state;
        make(&sample, "fcntl=required fcntl:F_GETFL=required fcntl:F_SETFL=stub read=required",
                valued, EXTRA_NONE, FAKE_ZERO);
        expect(&sample.rules, "read; fcntl 1&ffffffff=3; fcntl 1&ffffffff=4");
        assert_int_equal(sample.rules.plain, 1);
}

static void a_value_that_can_be_left_out_has_no_rule(void **state)
{
        CLEANUP(sample_clear) struct sample sample = {};
        const struct export_request both = {.allow = EXPORT_REQUIRED, .features = true};

        (void)state;
        make(&sample, "fcntl=required fcntl:F_GETFL=required fcntl:F_SETFL=stub", both, EXTRA_NONE,
                FAKE_ZERO);
        expect(&sample.rules, "fcntl 1&ffffffff=3");
}

static void flags_that_are_not_used_must_be_unset(void **state)
{
        CLEANUP(sample_clear) struct sample sample = {};

        (void)state;
        /* PROT_READ is 1, PROT_WRITE 2. */
        make(&sample, "mprotect=required mprotect:PROT_READ=required mprotect:PROT_WRITE=required",
                valued, EXTRA_NONE, FAKE_ZERO);
        expect(&sample.rules, "mprotect 2&fffffffc=0");
}

static void selectors_of_one_argument_are_one_condition(void **state)
{
        CLEANUP(sample_clear) struct sample sample = {};

        (void)state;
        /* AF_UNIX 1, AF_INET 2; SOCK_STREAM 1; SOCK_CLOEXEC 0x80000; protocol 0. */
        make(&sample,
                "socket=required socket:AF_UNIX=required socket:AF_INET=required "
                "socket:SOCK_STREAM=required socket:SOCK_CLOEXEC=required",
                valued, EXTRA_NONE, FAKE_ZERO);
        expect(&sample.rules, "socket 0&ffffffff=1 1&fff7ffff=1; socket 0&ffffffff=2 1&fff7ffff=1");
}

static void a_pair_is_two_conditions(void **state)
{
        CLEANUP(sample_clear) struct sample sample = {};

        (void)state;
        /* SOL_SOCKET is 1, SO_REUSEADDR 2. */
        make(&sample, "setsockopt=required setsockopt:SO_REUSEADDR=required", valued, EXTRA_NONE,
                FAKE_ZERO);
        expect(&sample.rules, "setsockopt 1&ffffffff=1 2&ffffffff=2");
}

static void what_the_runtime_needs_passes_as_a_whole(void **state)
{
        CLEANUP(sample_clear) struct sample sample = {};
        struct export_request request = valued;

        (void)state;
        request.no_new_privileges = true;
        make(&sample, "prctl=required prctl:PR_SET_NAME=required read=required", request,
                EXTRA_LAUNCH, FAKE_ZERO);
        expect(&sample.rules, "read; close; execve; prctl 0&ffffffff=f");
        sample_clear(&sample);
        sample = (struct sample){};
        make(&sample, "prctl=required prctl:PR_SET_NAME=required read=required", valued,
                EXTRA_LAUNCH, FAKE_ZERO);
        expect(&sample.rules, "read; write; close; rt_sigaction; rt_sigprocmask; execve; "
                              "setresuid; setresgid; capset; "
                              "prctl");
}

static void other_abis_pass_by_name(void **state)
{
        CLEANUP(sample_clear) struct sample sample = {};

        (void)state;
        if (!abi_reachable(ABI_I386))
                skip();
        make(&sample, "read=stub i386:read=fake i386:socketcall=required close=required", required,
                EXTRA_NONE, FAKE_ZERO);
        expect(&sample.rules, "close; read; socketcall");
        assert_true(sample.rules.abis[ABI_I386]);
}

static void unknown_names_are_told(void **state)
{
        CLEANUP(sample_clear) struct sample sample = {};

        (void)state;
        make(&sample, "read=required syscall_999=required", used, EXTRA_NONE, FAKE_ZERO);
        assert_int_equal(filter_note_unknown(&sample.rules, &sample.notes), 0);
        assert_int_equal(strings_count(sample.notes.lines), 1);
        assert_non_null(strstr(sample.notes.lines[0], ": syscall_999"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_used_passes),
                cmocka_unit_test(stubs_are_left_out_and_fakes_of_zero_said),
                cmocka_unit_test(what_is_withheld_where_all_else_passes),
                cmocka_unit_test(values_of_an_enumeration_are_a_rule_each),
                cmocka_unit_test(a_value_that_can_be_left_out_has_no_rule),
                cmocka_unit_test(flags_that_are_not_used_must_be_unset),
                cmocka_unit_test(selectors_of_one_argument_are_one_condition),
                cmocka_unit_test(a_pair_is_two_conditions),
                cmocka_unit_test(what_the_runtime_needs_passes_as_a_whole),
                cmocka_unit_test(other_abis_pass_by_name),
                cmocka_unit_test(unknown_names_are_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
