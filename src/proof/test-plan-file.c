/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proof/plan-file.h"

#define HEAD "{\n\"schema\": \"loupe/plan/1\", \"os\": \"Kerla\", \"strategy\": \"greedy\",\n"

static int parse(const char *text, struct written_plan *ret, struct error *error)
{
        return plan_file_parse("p.json", text, strlen(text), ret, error);
}

static void assert_refused(const char *text, const char *message)
{
        struct written_plan plan = {};
        struct error error = {};

        assert_int_equal(parse(text, &plan, &error), -EINVAL);
        assert_string_equal(error.message, message);
        assert_null(plan.path);
}

static void assert_feature(const struct written_feature *feature, const char *name, unsigned line)
{
        char buffer[FEATURE_NAME_MAX];

        assert_string_equal(feature_name(feature->feature, buffer), name);
        assert_int_equal(feature->line, line);
}

static void test_plan(void **state)
{
        CLEANUP_WRITTEN_PLAN struct written_plan plan = {};
        struct error error = {};
        const char *text =
                HEAD "\"initial\": [\"ls\"],\n"
                     "\"steps\": [\n"
                     "{\"apps\": [\"redis\",\n\"nginx\"], \"implement\": [\"read\", 1],\n"
                     " \"stub\": [\"brk\"], \"fake\": [\"fcntl:F_SETFD\"]},\n"
                     "{\"apps\": [\"sqlite3\"], \"implement\": [\"file:/proc/meminfo\"],\n"
                     " \"stub\": [], \"fake\": [\"brk\"]}\n"
                     "], \"equivalents_allowed\": true, \"partial_missing\": true}";

        (void)state;
        if (parse(text, &plan, &error) < 0)
                fail_msg("%s", error.message);
        assert_string_equal(plan.os, "Kerla");
        assert_string_equal(plan.strategy, "greedy");
        assert_true(plan.equivalents);
        assert_true(plan.partial_is_missing);
        assert_int_equal(plan.initial.applications.count, 1);
        assert_int_equal(plan.steps.count, 2);
        assert_string_equal(plan.steps.items[0].applications.items[1].name, "nginx");
        assert_int_equal(plan.steps.items[0].applications.items[1].line, 6);
        assert_feature(&plan.steps.items[0].implement.items[1], "write", 6);
        assert_feature(&plan.steps.items[0].fake.items[0], "fcntl:F_SETFD", 7);
        assert_feature(&plan.steps.items[1].implement.items[0], "file:/proc/meminfo", 8);
        assert_feature(&plan.steps.items[1].fake.items[0], "brk", 9);
}

static void test_no_os(void **state)
{
        CLEANUP_WRITTEN_PLAN struct written_plan plan = {};
        struct error error = {};

        (void)state;
        assert_int_equal(parse("{\"schema\": \"loupe/plan/1\", \"os\": null, \"strategy\": "
                               "\"optimal\", \"initial\": [\"true\"], \"steps\": []}",
                                 &plan, &error),
                0);
        assert_null(plan.os);
        assert_false(plan.equivalents);
        assert_false(plan.partial_is_missing);
}

static void test_refusals(void **state)
{
        (void)state;
        assert_refused("", "p.json:1: no JSON: '[' or '{' expected near end of file");
        assert_refused("{\n\n\"a\" 1}", "p.json:3: no JSON: ':' expected near '1'");
        assert_refused("[]", "p.json:1: a plan is a JSON object");
        assert_refused("{}", "p.json:1: \"schema\" is missing here");
        assert_refused("{\n\"schema\": \"loupe/usage/1\"}",
                "p.json:2: this is of schema \"loupe/usage/1\": a plan is of \"loupe/plan/1\", as "
                "loupe plan --json writes it");
        assert_refused(
                HEAD "\"initial\": {}, \"steps\": []}", "p.json:3: \"initial\" is to be an array");
        assert_refused(HEAD "\"initial\": [],\n\"steps\": []}",
                "p.json:1: the plan promises no application");
        assert_refused(HEAD "\"partial_missing\": \"true\"}",
                "p.json:3: \"partial_missing\" is to be true or false");
        assert_refused(HEAD "\n\"equivalents_allowed\": []}",
                "p.json:4: \"equivalents_allowed\" is to be true or false");
        assert_refused(HEAD "\"initial\": [7], \"steps\": []}",
                "p.json:3: an application is named by a string");
        assert_refused(
                HEAD "\"initial\": [], \"steps\": [\n3]}", "p.json:4: a step is to be an object");
        assert_refused(HEAD "\"initial\": [], \"steps\": [\n{\"apps\": [\"a\"]}]}",
                "p.json:4: \"implement\" is missing here");
}

#define STEP(apps, implement, stub, fake)                                               \
        "{\"apps\": [" apps "], \"implement\": [" implement "], \"stub\": [" stub "], " \
        "\"fake\": [" fake "]}"

static void test_contradictions(void **state)
{
        (void)state;
        assert_refused(HEAD
                "\"initial\": [], \"steps\": [\n" STEP("\"a\"", "\"reed\"", "", "") "]}",
                "p.json:4: x86_64 has no system call 'reed': did you mean 'read'?");
        assert_refused(HEAD
                "\"initial\": [], \"steps\": [\n" STEP("\"a\"", "99999999999", "", "") "]}",
                "p.json:4: 99999999999 is no number of a call");
        assert_refused(HEAD "\"initial\": [], \"steps\": [\n" STEP("", "\"read\"", "", "") "]}",
                "p.json:4: the step promises no application");
        assert_refused(HEAD "\"initial\": [], \"steps\": [\n" STEP(
                               "\"a\"", "\"read\"", "", "") ",\n" STEP("\"b\"", "", "", "0") "]}",
                "p.json:5: read is to be faked, but it is implemented since line 4");
        assert_refused(HEAD
                "\"initial\": [], \"steps\": [\n" STEP("\"a\"", "", "\"brk\"", "\"brk\"") "]}",
                "p.json:4: brk is to be faked, but it is stubbed since line 4");
        assert_refused(HEAD "\"initial\": [], \"steps\": [\n" STEP("\"a\"", "", "\"brk\"",
                               "") ",\n" STEP("\"b\"", "", "\"brk\"", "") "]}",
                "p.json:5: brk is to be stubbed, as it is since line 4");
        assert_refused(HEAD "\"initial\": [\"a\"],\n\"steps\": [\n" STEP("\"a\"", "0", "", "") "]}",
                "p.json:5: a is promised, as it is since line 3");
}

/* A copy is one's own. */
static void test_copy(void **state)
{
        CLEANUP_WRITTEN_PLAN struct written_plan plan = {};
        struct written_step copy = {};

        (void)state;
        assert_int_equal(parse(HEAD "\"initial\": [], \"steps\": [\n" STEP(
                                       "\"a\", \"b\"", "0, 1", "\"brk\"", "\"mlock\"") "]}",
                                 &plan, NULL),
                0);
        assert_int_equal(written_step_copy(&plan.steps.items[0], &copy), 0);
        assert_ptr_not_equal(
                copy.applications.items[1].name, plan.steps.items[0].applications.items[1].name);
        written_plan_clear(&plan);
        assert_int_equal(copy.line, 4);
        assert_int_equal(copy.applications.count, 2);
        assert_string_equal(copy.applications.items[1].name, "b");
        assert_int_equal(copy.applications.items[1].line, 4);
        assert_int_equal(copy.implement.count, 2);
        assert_feature(&copy.implement.items[1], "write", 4);
        assert_feature(&copy.stub.items[0], "brk", 4);
        assert_feature(&copy.fake.items[0], "mlock", 4);
        written_step_clear(&copy);
}

static void assert_no_workload(const struct written_plan *plan, const char *const *names,
        size_t count, const char *message)
{
        struct error error = {};

        assert_int_equal(plan_check_workloads(plan, names, count, &error), -EINVAL);
        assert_string_equal(error.message, message);
}

static void test_workloads(void **state)
{
        CLEANUP_WRITTEN_PLAN struct written_plan plan = {};
        const char *const names[] = {"nginx", "redis", "sqlite3"};

        (void)state;
        assert_int_equal(parse(HEAD "\"initial\": [\"redis\"],\n\"steps\": [\n" STEP(
                                       "\"nginx\"", "0", "", "") "]}",
                                 &plan, NULL),
                0);
        assert_int_equal(plan_check_workloads(&plan, names, 3, NULL), 0);
        assert_no_workload(
                &plan, names, 1, "p.json:3: there is no workload of 'redis' among those given");
        assert_no_workload(
                &plan, names + 1, 2, "p.json:5: there is no workload of 'nginx' among those given");
        assert_no_workload(&plan, (const char *const[]){"redis", "ngnix"}, 2,
                "p.json:5: there is no workload of 'nginx' among those given: did you mean "
                "'ngnix'?");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_plan),
                cmocka_unit_test(test_no_os),
                cmocka_unit_test(test_refusals),
                cmocka_unit_test(test_contradictions),
                cmocka_unit_test(test_copy),
                cmocka_unit_test(test_workloads),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
