/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "sandbox/hierarchy.h"
#include "sandbox/mounts.h"

static void test_parse(void **state)
{
        static const char text[] =
                "27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard\n"
                "40 27 0:30 / /a-b rw - tmpfs none rw\n"
                "41 27 0:31 /part\\040of /a rw - tmpfs  rw,size=4k\n"
                "42 41 0:32 / /a/with\\040blank\\134\\012end ro - cgroup x rw,cpu,cpuacct\n";
        struct mount_table table;
        struct error error = {};

        (void)state;
        assert_int_equal(mount_table_parse(strdup(text), &table, &error), 0);
        assert_int_equal(table.entries.count, 4);
        assert_string_equal(table.entries.items[0].point, "/");
        assert_int_equal(table.entries.items[0].id, 27);
        assert_string_equal(table.entries.items[0].type, "ext4");
        assert_string_equal(table.entries.items[1].point, "/a");
        assert_string_equal(table.entries.items[1].root, "/part of");
        assert_string_equal(table.entries.items[1].options, "rw,size=4k");
        assert_string_equal(table.entries.items[2].point, "/a/with blank\\\nend");
        assert_true(mount_entry_has_option(&table.entries.items[2], "cpu"));
        assert_true(mount_entry_has_option(&table.entries.items[2], "cpuacct"));
        assert_false(mount_entry_has_option(&table.entries.items[2], "cpua"));
        assert_string_equal(table.entries.items[3].point, "/a-b");
        mount_table_clear(&table);
}

static void test_parse_rejects(void **state)
{
        static const char *const lines[] = {"27 1 254:0 /", "27 1 254:0 / / rw", "x",
                "27 1 254:0 / / rw - ext4", "27 1 254:0 / / rw - ext4 dev"};
        struct mount_table table;
        struct error error = {};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
                assert_int_equal(mount_table_parse(strdup(lines[i]), &table, &error), -EINVAL);
}

static void test_read(void **state)
{
        struct mount_table table;
        struct mount_entry *entry;
        struct error error = {};
        int roots = 0;

        (void)state;
        assert_int_equal(mount_table_read(&table, &error), 0);
        vector_for_each(entry, &table.entries)
                roots += entry->visible && string_equal(entry->point, "/");
        assert_int_equal(roots, 1);
        mount_table_clear(&table);
}

static void test_paths(void **state)
{
        (void)state;
        assert_true(path_is_below("/a/b", "/a"));
        assert_true(path_is_below("/a", "/"));
        assert_false(path_is_below("/a", "/a"));
        assert_false(path_is_below("/ab", "/a"));
        assert_false(path_is_below("/", "/"));
        assert_true(path_compare("/a", "/a/b") < 0);
        assert_true(path_compare("/a/b", "/a-b") < 0);
        assert_true(path_compare("/a-b", "/a/b") > 0);
        assert_true(path_compare("/", "/a") < 0);
        assert_int_equal(path_compare("/a", "/a"), 0);
}

static void test_own_group(void **state)
{
        static const char text[] = "9:name=systemd:/\n8:pids,rdma:/own\n4:memory:/with:colon\n"
                                   "0::/user.slice\n";
        CLEANUP_FREE char *pids = hierarchy_own_group(text, "pids");
        CLEANUP_FREE char *memory = hierarchy_own_group(text, "memory");
        CLEANUP_FREE char *unified = hierarchy_own_group(text, NULL);

        (void)state;
        assert_string_equal(pids, "/own");
        assert_string_equal(memory, "/with:colon");
        assert_string_equal(unified, "/user.slice");
        assert_null(hierarchy_own_group(text, "cpu"));
        assert_null(hierarchy_own_group("9:name=systemd:/\n", NULL));
}

static void test_group_folder(void **state)
{
        const struct mount_entry whole = {.root = "/", .point = "/sys/fs/cgroup/pids"};
        const struct mount_entry part = {.root = "/docker/x", .point = "/cg"};
        CLEANUP_FREE char *top = hierarchy_folder(&whole, "/");
        CLEANUP_FREE char *group = hierarchy_folder(&whole, "/a/b");
        CLEANUP_FREE char *own = hierarchy_folder(&part, "/docker/x");
        CLEANUP_FREE char *below = hierarchy_folder(&part, "/docker/x/y");

        (void)state;
        assert_string_equal(top, "/sys/fs/cgroup/pids");
        assert_string_equal(group, "/sys/fs/cgroup/pids/a/b");
        assert_string_equal(own, "/cg");
        assert_string_equal(below, "/cg/y");
        assert_null(hierarchy_folder(&part, "/docker/xy"));
        assert_null(hierarchy_folder(&part, "/"));
        assert_null(hierarchy_folder(&whole, "/../sibling"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_parse),
                cmocka_unit_test(test_parse_rejects),
                cmocka_unit_test(test_read),
                cmocka_unit_test(test_paths),
                cmocka_unit_test(test_own_group),
                cmocka_unit_test(test_group_folder),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
