/* SPDX-License-Identifier: BSD-3-Clause */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/io.h"
#include "binary/object.h"
#include "program/start.h"
#include "program/test-program.h"

extern const char start_of_file[] __asm__("__ehdr_start");

/* ---- The call ---- */

static struct summary *executable(uint32_t functions)
{
        struct summary *summary = test_summary(functions);

        summary->kind = OBJECT_PIE;
        summary->entry = test_address(0);
        return summary;
}

static uint32_t function_value(struct summary *summary, uint32_t function)
{
        return test_value(summary, (struct value){.kind = VALUE_FUNCTION, .first = function});
}

/* Refuses a call that enters what `context` points to. */
static bool is_other(void *context, uint32_t function, const struct fact *call)
{
        (void)function;
        return call->target != *(const uint32_t *)context;
}

static bool find(struct summary *summary, uint32_t refused, struct start *ret)
{
        test_sort_facts(summary);
        return start_find(summary, is_other, &refused, ret);
}

/* The entry point hands over a number, and then function 3. */
static void test_entry_point(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = executable(4);
        struct start start;

        (void)state;
        test_call(summary, 0, FACT_CALL, 1, TEST_RDI, test_number(summary, 3));
        test_call(summary, 0, FACT_CALL, 2, TEST_RDI, function_value(summary, 3));
        assert_true(find(summary, UINT32_MAX, &start));
        assert_int_equal(start.main, 3);
        assert_int_equal(start.fact->target, 2);
        assert_int_equal(start.constructor, NO_START_FUNCTION);
        assert_false(find(summary, 2, &start));
}

static void test_imported(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = executable(3);
        uint32_t import = test_import(summary, "__libc_start_main");
        struct start start;

        (void)state;
        test_call(summary, 0, FACT_CALL_IMPORT, import, TEST_RDI, function_value(summary, 2));
        assert_true(find(summary, UINT32_MAX, &start));
        assert_int_equal(start.fact->kind, FACT_CALL_IMPORT);
        assert_int_equal(start.main, 2);
}

/* As in musl: what the entry point calls does it. What that calls, does not count. */
static void test_called_by_entry_point(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = executable(5);
        CLEANUP_SUMMARY struct summary *deeper = executable(5);
        struct start start;

        (void)state;
        test_call(summary, 0, FACT_CALL, 1, PLACE_COUNT, 0);
        test_call(summary, 1, FACT_CALL, 2, TEST_RDI, function_value(summary, 4));
        assert_true(find(summary, UINT32_MAX, &start));
        assert_int_equal(start.main, 4);

        test_call(deeper, 0, FACT_CALL, 1, PLACE_COUNT, 0);
        test_call(deeper, 1, FACT_CALL, 2, PLACE_COUNT, 0);
        test_call(deeper, 2, FACT_CALL, 3, TEST_RDI, function_value(deeper, 4));
        assert_false(find(deeper, UINT32_MAX, &start));
}

static void test_go(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = executable(3);
        struct start start;

        (void)state;
        summary->is_go = true;
        test_call(summary, 0, FACT_CALL, 1, TEST_RDI, function_value(summary, 2));
        assert_false(find(summary, UINT32_MAX, &start));
}

/* ---- In files ---- */

int main(void);

/* This test itself: where it is in memory tells where things are in the file. */
static void test_own_main(void **state)
{
        struct start_main found = {};
        struct error error = {};

        (void)state;
        if (start_find_main("/proc/self/exe", &found, &error) != 0)
                fail_msg("%s", error.message);
        assert_int_equal(found.address - found.entry, (uintptr_t)main - getauxval(AT_ENTRY));
        assert_int_equal(found.address - found.first, (uintptr_t)main - (uintptr_t)start_of_file);
}

static void test_loader(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct start_main found = {};
        struct error error = {};

        (void)state;
        assert_int_equal(object_open("/proc/self/exe", &object, &error), 0);
        assert_non_null(object->interpreter);
        assert_int_equal(start_find_main(object->interpreter, &found, &error), 1);
}

static void assert_refused(const char *path, int result, const char *message)
{
        struct start_main found = {.address = 1};
        struct error error = {};

        assert_int_equal(start_find_main(path, &found, &error), result);
        assert_int_equal(found.address, 1);
        assert_non_null(strstr(error.message, message));
        assert_null(strstr(error.message, path));
}

/* The C library has an entry point, which tells its version and enters the kernel by itself. */
static void test_no_main(void **state)
{
        const struct link_map *map = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
        char path[] = "/tmp/loupe-test-start.XXXXXX";
        int fd = mkstemp(path);

        (void)state;
        assert_non_null(map);
        assert_refused(map->l_name, -ENOENT, "main()");
        assert_true(fd >= 0);
        assert_int_equal(write_all(fd, "#!/bin/sh\n", 10), 0);
        assert_refused(path, -ENOEXEC, "ELF");
        unlink(path);
        assert_refused(path, -ENOENT, "No such file");
        close(fd);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_entry_point),
                cmocka_unit_test(test_imported),
                cmocka_unit_test(test_called_by_entry_point),
                cmocka_unit_test(test_go),
                cmocka_unit_test(test_own_main),
                cmocka_unit_test(test_loader),
                cmocka_unit_test(test_no_main),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
