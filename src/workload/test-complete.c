/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "workload/workload.h"

static struct workload *make(const char *program)
{
        struct workload *workload = workload_new();

        assert_non_null(workload);
        assert_int_equal(strings_add(&workload->command, program), 0);
        return workload;
}

static void assert_refused(struct workload *workload, const char *message)
{
        struct error error = {};

        assert_int_equal(workload_complete(workload, &error), -EINVAL);
        assert_string_equal(error.message, message);
}

static void test_fills_in(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = make("/usr/bin/redis-server");
        CLEANUP_FREE char *here = getcwd(NULL, 0);
        struct error error = {};

        (void)state;
        assert_int_equal(workload_complete(workload, &error), 0);
        assert_string_equal(error.message, "");
        assert_string_equal(workload->application_name, "redis-server");
        assert_string_equal(workload->directory, here);
}

static void test_keeps_what_is_given(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = make("x");

        (void)state;
        workload->application_name = strdup("name");
        workload->directory = strdup("/usr");
        workload->mode = WORKLOAD_SERVER;
        workload->script = strdup("/bin/true");
        workload->user = strdup("root");
        assert_int_equal(workload_complete(workload, NULL), 0);
        assert_string_equal(workload->application_name, "name");
        assert_string_equal(workload->directory, "/usr");
}

static void test_command(void **state)
{
        CLEANUP_WORKLOAD struct workload *none = workload_new();
        CLEANUP_WORKLOAD struct workload *empty = make("");

        (void)state;
        assert_refused(none, "no command to run");
        assert_refused(empty, "no command to run");
        none->source = strdup("w.yaml");
        assert_refused(none, "w.yaml: no command to run");
}

static void test_environment(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = make("x");

        (void)state;
        assert_int_equal(strings_add(&workload->environment, "A="), 0);
        assert_int_equal(workload_complete(workload, NULL), 0);
        assert_int_equal(strings_add(&workload->environment, "B"), 0);
        assert_refused(workload, "environment: \"B\" is not NAME=value");
}

static void test_script(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = make("x");

        (void)state;
        workload->mode = WORKLOAD_SERVER;
        assert_refused(workload, "mode server needs a test script (key test, or option -t)");
        workload->script = strdup("/etc/passwd");
        assert_refused(workload, "test: /etc/passwd is not executable; chmod +x makes it so");
        strcpy(workload->script, "/etc");
        assert_refused(workload, "test: /etc is not a file");
        strcpy(workload->script, "/nowhere");
        assert_refused(workload, "test: /nowhere: No such file or directory");
        strcpy(workload->script, "/bin/true");
        assert_int_equal(workload_complete(workload, NULL), 0);
}

static void test_ready(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = make("x");

        (void)state;
        workload->ready = (struct ready){.kind = READY_TCP, .port = 80};
        assert_refused(workload, "ready has a meaning only for servers: it needs mode server");
}

static void test_user(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = make("x");

        (void)state;
        workload->user = strdup("nobody-of-this-name");
        assert_refused(workload, "user: there is no user \"nobody-of-this-name\" here");
}

static void test_numbers(void **state)
{
        static const double timeouts[] = {0, -1, NAN, INFINITY, 1000001};
        static const char limits[] =
                "limits: memory and disk must be above 0, processes 1 to 4194304";
        CLEANUP_WORKLOAD struct workload *workload = make("x");

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(timeouts); i++) {
                workload->timeout = timeouts[i];
                assert_refused(workload, "timeout: must be above 0, at most 1000000 seconds");
        }
        workload->timeout = 1;
        workload->replicas = 0;
        assert_refused(workload, "replicas: must be 1 to 100");
        workload->replicas = 101;
        assert_refused(workload, "replicas: must be 1 to 100");
        workload->replicas = 100;
        workload->exit_status = 256;
        assert_refused(workload, "exit: must be 0 to 255");
        workload->exit_status = -1;
        assert_refused(workload, "exit: must be 0 to 255");
        workload->exit_status = 255;
        workload->limits.memory = 0;
        assert_refused(workload, limits);
        workload->limits.memory = 1;
        workload->limits.disk = 0;
        assert_refused(workload, limits);
        workload->limits.disk = 1;
        workload->limits.processes = 0;
        assert_refused(workload, limits);
        workload->limits.processes = WORKLOAD_PROCESSES_MAX + 1;
        assert_refused(workload, limits);
        workload->limits.processes = WORKLOAD_PROCESSES_MAX;
        assert_int_equal(workload_complete(workload, NULL), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fills_in),
                cmocka_unit_test(test_keeps_what_is_given),
                cmocka_unit_test(test_command),
                cmocka_unit_test(test_environment),
                cmocka_unit_test(test_script),
                cmocka_unit_test(test_ready),
                cmocka_unit_test(test_user),
                cmocka_unit_test(test_numbers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
