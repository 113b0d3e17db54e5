/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/strings.h"
#include "cli/static-targets.h"

/* Each test works in a folder of its own, its current one. */
static int enter_folder(void **state)
{
        char folder[] = "/tmp/loupe-test-XXXXXX";

        assert_non_null(mkdtemp(folder));
        assert_int_equal(chdir(folder), 0);
        *state = strdup(folder);
        return *state ? 0 : -1;
}

static int leave_folder(void **state)
{
        CLEANUP_FREE char *folder = *state;
        CLEANUP_FREE char *command = string_format("rm -rf '%s'", folder);

        return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static void write_file(const char *path, const char *content)
{
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        fputs(content, file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(chmod(path, 0755), 0);
}

#define ELF "\177ELF"

/* Finds what `words` name; `ret` is to be cleared. */
static int find(const char *words, struct static_target_options *options,
        struct static_targets *ret, struct error *error)
{
        const struct loader_options loading = {.root = options->root};
        CLEANUP_STRINGS char **operands = strings_split(words, ' ');
        CLEANUP_LOADER struct loader *loader = NULL;
        const struct operands given = {.words = operands, .count = strings_count(operands)};

        assert_int_equal(loader_new(&loading, &loader, error), 0);
        options->loader = loader;
        return static_targets_find(&given, options, ret, error);
}

/* The names, with blanks between them. */
static void assert_names(const struct static_targets *targets, const char *expected)
{
        CLEANUP_STRINGS char **names = strings_copy(NULL);
        CLEANUP_FREE char *joined = NULL;
        const struct static_target *target;

        vector_for_each(target, &targets->items)
                assert_int_equal(strings_add(&names, target->name), 0);
        joined = strings_join(names, " ");
        assert_string_equal(joined, expected);
}

static void test_folder(void **state)
{
        struct static_target_options options = {.folders = true};
        CLEANUP_STATIC_TARGETS struct static_targets targets = {};
        struct error error = {};

        (void)state;
        assert_int_equal(mkdir("bin", 0755), 0);
        assert_int_equal(mkdir("bin/below", 0755), 0);
        write_file("bin/below/program", ELF "below");
        write_file("bin/tool", ELF "tool");
        write_file("bin/other", ELF "other");
        write_file("bin/script", "#!/bin/sh\n");
        write_file("bin/empty", "");
        assert_int_equal(symlink("tool", "bin/a-link"), 0);
        assert_int_equal(symlink("nowhere", "bin/broken"), 0);
        assert_int_equal(link("bin/tool", "bin/tool-again"), 0);
        write_file("single", ELF "single");
        assert_int_equal(find("bin/ single bin", &options, &targets, &error), 0);
        /* Links are further names, also where they come first in the alphabet. */
        assert_names(&targets, "bin/other bin/tool single");
        assert_int_equal(targets.skipped, 4);  /* script and empty, twice */
        assert_int_equal(targets.repeated, 6); /* two, then all four */
}

static void test_folder_needs_all(void **state)
{
        struct static_target_options options = {};
        struct static_targets targets = {};
        struct error error = {};

        (void)state;
        assert_int_equal(mkdir("bin", 0755), 0);
        assert_int_equal(find("bin", &options, &targets, &error), -EISDIR);
        assert_non_null(strstr(error.message, "bin is a folder"));
}

static void test_path(void **state)
{
        struct static_target_options options = {.application = "shell"};
        CLEANUP_STATIC_TARGETS struct static_targets targets = {}, own = {};
        struct error error = {};

        (void)state;
        assert_int_equal(find("sh", &options, &targets, &error), 0);
        assert_int_equal(targets.items.items[0].name[0], '/');
        assert_string_equal(strrchr(targets.items.items[0].name, '/'), "/sh");
        assert_string_equal(targets.items.items[0].application, "shell");
        assert_null(targets.items.items[0].workload);
        /* What is here goes before what PATH finds. */
        write_file("sh", ELF);
        assert_int_equal(find("sh", &options, &own, &error), 0);
        assert_names(&own, "sh");
}

static void test_root(void **state)
{
        struct static_target_options options = {.root = "system", .folders = true};
        CLEANUP_STATIC_TARGETS struct static_targets targets = {};
        CLEANUP_FREE char *file = NULL, *words = NULL, *expected = NULL;
        const char *here = *state;
        struct error error = {};

        assert_int_equal(mkdir("system", 0755), 0);
        assert_int_equal(mkdir("system/bin", 0755), 0);
        write_file("system/bin/tool", ELF);
        /* A link that stays inside. */
        assert_int_equal(symlink("/bin/tool", "system/bin/link"), 0);
        words = string_format("/bin/tool system/bin/tool %s/system/bin/link /bin", here);
        file = realpath("system/bin/tool", NULL);
        assert_int_equal(find(words, &options, &targets, &error), 0);
        assert_int_equal(targets.items.count, 4);
        for (size_t i = 0; i < targets.items.count; i++) {
                assert_string_equal(targets.items.items[i].file, file);
                assert_string_equal(
                        targets.items.items[i].path, i == 2 ? "/bin/link" : "/bin/tool");
        }
        assert_int_equal(targets.repeated, 1);
        expected = string_format("/bin/tool system/bin/tool %s/system/bin/link /bin/tool", here);
        assert_names(&targets, expected);
}

static void test_workload(void **state)
{
        struct static_target_options options = {};
        CLEANUP_STATIC_TARGETS struct static_targets targets = {};
        CLEANUP_FREE char *source = NULL;
        const struct static_target *target;
        struct error error = {};

        (void)state;
        write_file("hello", ELF);
        write_file("hello.yaml",
                "application:\n  name: greeter\nworkload:\n  name: polite\n  kind: suite\n"
                "command: [/tmp/hello]\nfiles:\n  - path: /tmp/hello\n    source: hello\n"
                "environment: [A=1, 'LD_PRELOAD=one.so:two.so three.so', "
                "LD_LIBRARY_PATH=/opt/l]\n");
        write_file("suite.yaml", "application: {name: suite}\ncommand: [sh]\nconsider: ['*/dd', "
                                 "/opt/g*, /opt/tested, /opt/more]\n");
        write_file("plain.yaml", "application: {name: plain}\ncommand: [sh]\n");
        assert_int_equal(find("hello.yaml suite.yaml plain.yaml", &options, &targets, &error), 0);
        assert_int_equal(targets.items.count, 3);
        target = targets.items.items;
        source = realpath("hello", NULL);
        assert_string_equal(target->path, source);
        assert_string_equal(target->application, "greeter");
        assert_string_equal(target->workload, "polite");
        assert_int_equal(target->kind, WORKLOAD_SUITE);
        assert_string_equal(target->library_path, "/opt/l");
        assert_int_equal(strings_count(target->preload), 3);
        assert_string_equal(target->preload[2], "three.so");
        assert_string_equal(target[1].path, "/opt/tested");
        assert_null(target[1].library_path);
        assert_string_equal(strrchr(target[2].path, '/'), "/sh");
}

static void test_workload_without_executable(void **state)
{
        struct static_target_options options = {};
        struct static_targets targets = {};
        struct error error = {};

        (void)state;
        write_file("none.yaml", "application: {name: none}\ncommand: [no-such-program-anywhere]\n");
        assert_int_equal(find("none.yaml", &options, &targets, &error), -ENOENT);
        assert_non_null(strstr(error.message, "no-such-program-anywhere"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, enter_folder, leave_folder)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_folder),
                TEST(test_folder_needs_all),
                TEST(test_path),
                TEST(test_root),
                TEST(test_workload),
                TEST(test_workload_without_executable),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
