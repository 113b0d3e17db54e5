/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The readers against tests/profile: each folder there is of a format and holds `source`, a tree,
 * or a file source.…, which is recognised and read, and `expected`, what comes of it: a line
 * "NAME STATUS FILE:LINE NOTE" for each feature in order, "unknown NAME FILE:LINE" for each name
 * that is none. Further what each reader refuses, and with which words.
 */

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/strings.h"
#include "profile/format.h"
#include "profile/readers.h"
#include "profile/test-fixtures.h"
#include "profile/tree.h"

static char *describe(const struct profile *profile)
{
        const struct profile_unknown *unknown;
        const struct profile_entry *entry;
        char name[FEATURE_NAME_MAX];
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_non_null(stream);
        vector_for_each(entry, &profile->entries)
                fprintf(stream, "%s %s %s:%u%s%s\n", feature_name(entry->feature, name),
                        support_name(entry->support), entry->file, entry->line,
                        entry->note ? " " : "", entry->note ? entry->note : "");
        vector_for_each(unknown, &profile->unknown)
                fprintf(stream, "unknown %s %s:%u\n", unknown->name, unknown->file, unknown->line);
        assert_int_equal(fclose(stream), 0);
        return text;
}

/* The path of what a folder of the fixtures has to read. Owned by the caller. */
static char *source_of(const char *format)
{
        CLEANUP_FREE char *folder = string_format("%s/%s", PROFILE_FIXTURES, format);
        DIR *entries = opendir(folder);
        struct dirent *entry;
        char *path = NULL;

        assert_non_null(entries);
        while (!path && (entry = readdir(entries)))
                if (string_has_prefix(entry->d_name, "source"))
                        path = string_format("%s/%s", folder, entry->d_name);
        closedir(entries);
        assert_non_null(path);
        return path;
}

static void check_fixture(const char *format)
{
        CLEANUP_FREE char *path = source_of(format);
        CLEANUP_FREE char *expected_path =
                string_format("%s/%s/expected", PROFILE_FIXTURES, format);
        CLEANUP_PROFILE struct profile *profile = NULL;
        CLEANUP_FREE char *expected = NULL;
        CLEANUP_FREE char *text = NULL;
        struct error error = {};

        if (profile_read(path, NULL, NULL, &profile, &error) < 0)
                fail_msg("%s", error.message);
        assert_string_equal(profile->format, format);
        assert_int_equal(read_file(expected_path, 1 << 20, &expected, NULL), 0);
        text = describe(profile);
        assert_string_equal(text, expected);
}

/* Every format but those of test-profile has a fixture. */
static void test_fixtures(void **state)
{
        size_t count = 0;

        (void)state;
        for (const struct profile_format *format = profile_formats; format->name; format++) {
                if (strcmp(format->name, "list") == 0 || strcmp(format->name, "csv") == 0)
                        continue;
                check_fixture(format->name);
                count++;
        }
        assert_int_equal(count, 11);
}

static const struct {
        source_parser *parse;
        const char *text;
        const char *message; /* NULL: it is read */
} refusals[] = {
        {unikraft_parse, "LIBS-y += read-3\n", NULL},
        {unikraft_parse, "UK_PROVIDED_SYSCALLS-y += read-3 write\n",
                "file:1: 'write' is not a system call and the number of its arguments, as in "
                "read-3"},
        {unikraft_parse, "\nUK_PROVIDED_SYSCALLS-y += \\\n -3\n",
                "file:3: '-3' is not a system call and the number of its arguments, as in read-3"},
        {unikraft_parse, "UK_PROVIDED_SYSCALLS-y += $(MORE)\n",
                "file:1: '$(MORE)' is not a system call and the number of its arguments, as in "
                "read-3"},
        {gramine_parse, "int table[] = { read, write };",
                "file: there is no table with rows like [__NR_read] = "
                "(libos_syscall_t)libos_syscall_read"},
        {gramine_parse_features, "# Features\n\n- read\n",
                "file: there is no line like - ☑ `read()`"},
        {gvisor_parse, "package linux\n",
                "file: there is no table AMD64 = &kernel.SyscallTable{…}"},
        {gvisor_parse, "var AMD64 = &kernel.SyscallTable{\n0: syscalls.Maybe(\"read\", Read),\n}",
                "file:2: syscalls.Maybe says nothing that is known of a system call: there are "
                "Supported, PartiallySupported, Error, ErrorWithEvent, CapError"},
        {gvisor_parse, "var AMD64 = &kernel.SyscallTable{\n0: syscalls.Supported(Read),\n}",
                "file:2: the system call has no name in quotes"},
        {gvisor_parse_json, "{\n\"linux\": [}", "file:2: no JSON: unexpected token near '}'"},
        {gvisor_parse_json, "{\"linux\": {}}",
                "file: there is no object linux.amd64.syscalls, as runsc help syscalls -format "
                "json "
                "writes it"},
        {gvisor_parse_json,
                "{\"linux\":\n{\"amd64\": {\"syscalls\": {\"0\":\n{\"name\": \"read\"}}}}}",
                "file:3: system call '0' has no name and support, both of them text"},
        {gvisor_parse_json,
                "{\"linux\":\n{\"amd64\": {\"syscalls\": {\"0\":\n{\"name\": \"read\", "
                "\"support\": "
                "\"Some\"}}}}}",
                "file:3: 'Some' is no known support: there are Full Support, Partial Support and "
                "Unimplemented"},
        {asterinas_parse, "read(fd, buf)\nwrite(fd);\n",
                "file:1: the rule for read does not end in a semicolon"},
        {asterinas_parse, "\nread(fd, buf;\n", "file:2: the rule for read has no closing bracket"},
        {asterinas_parse, "flags = A | B\n",
                "file:1: the definition of flags does not end in a semicolon"},
        {asterinas_parse, "read(fd);\n= 3;\n",
                "file:2: a rule begins with the name of a system call, of flags, or with struct; "
                "not with '='"},
        {asterinas_parse_table, "# Nothing\n",
                "file: there is no table with rows like | 0 | read | ✅ |"},
        {asterinas_parse_table, "| 0 | read | yes |\n",
                "file:1: neither ✅ nor ❌ is there for read"},
        {nanos_parse, "register_syscall(map);\nregister_syscall(", NULL},
        {osv_parse, "SYSCALL2(; SYSCALL9", NULL},
        {freebsd_parse, "0 AUE_NULL\n",
                "file:1: a number, an audit event and a type are looked for, as in: 0 AUE_NULL "
                "STD { … }"},
        {freebsd_parse, "; a table\n0 AUE_NULL NOPROTO|MAYBE { int read(); }\n",
                "file:2: 'MAYBE' is no known type of a system call: there are STD, NOPROTO, "
                "UNIMPL, OBSOL and their like"},
        {starnix_parse, "macro_rules! syscall_match { {} => {} }",
                "file: there is no syscall_match! { … read[3], … }"},
        {kerla_parse, "const SYS_READ: usize = 0;",
                "file: there is no match with arms like SYS_READ => self.sys_read(…)"},
        {starryos_parse, "use syscalls::Sysno;",
                "file: there is no match with arms like Sysno::read => sys_read(…)"},
};

static void test_refusals(void **state)
{
        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
                CLEANUP_PROFILE struct profile *profile = profile_new();
                const struct source_text source = {
                        .path = "file",
                        .relative = "file",
                        .text = refusals[i].text,
                        .size = strlen(refusals[i].text),
                };
                struct error error = {};
                int r = refusals[i].parse(&source, profile, &error);

                if (r != (refusals[i].message ? -EINVAL : 0))
                        fail_msg("%s: %d %s", refusals[i].text, r, error.message);
                if (refusals[i].message)
                        assert_string_equal(error.message, refusals[i].message);
                else
                        assert_int_equal(profile->entries.count, 0);
        }
}

/* A tree without what a format looks for is refused by it, with the names of the files. */
static void test_wrong_trees(void **state)
{
        static const struct {
                const char *format, *message;
        } cases[] = {
                {"unikraft", " has no Makefile.uk"},
                {"gramine", " has none of the files: libos/src/arch/x86_64/libos_table.c, "},
                {"gvisor", " has none of the files: pkg/sentry/syscalls/linux/linux64.go"},
                {"asterinas", " has none of the files: book/src/kernel/linux-compatibility/"},
                {"nanos", " has no C files"},
                {"osv", " has none of the files: linux.cc, syscalls/syscalls.cc.in"},
                {"freebsd", " has none of the files: sys/amd64/linux/syscalls.master"},
                {"starnix", " has none of the files: src/starnix/kernel/syscalls/table.rs"},
                {"kerla", " has none of the files: kernel/syscalls/mod.rs"},
                {"starryos", " has none of the files: api/src/syscall/mod.rs"},
        };
        char folder[] = "/tmp/loupe-test-XXXXXX";
        struct profile *profile = NULL;
        struct error error = {};

        (void)state;
        assert_non_null(mkdtemp(folder));
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                assert_int_equal(
                        profile_read(folder, cases[i].format, NULL, &profile, &error), -ENOENT);
                assert_memory_equal(error.message, folder, strlen(folder));
                if (!string_has_prefix(error.message + strlen(folder), cases[i].message))
                        fail_msg("%s", error.message);
        }
        assert_null(profile);
        rmdir(folder);
}

/* Links are not followed: one that leads up again would never end. */
static void test_links(void **state)
{
        CLEANUP_FREE char *fixture = source_of("unikraft");
        char folder[] = "/tmp/loupe-test-XXXXXX";
        CLEANUP_PROFILE struct profile *profile = profile_new();
        CLEANUP_FREE char *link = NULL;
        struct error error = {};

        (void)state;
        assert_non_null(mkdtemp(folder));
        link = string_format("%s/link", folder);
        assert_int_equal(symlink(fixture, link), 0);
        assert_int_equal(unikraft_read(folder, profile, &error), -ENOENT);
        assert_int_equal(unikraft_read(link, profile, &error), 0);
        assert_int_equal(profile->entries.count, 6);
        assert_int_equal(unlink(link), 0);
        rmdir(folder);
}

/* What fails there fails as the table says, also for those without a capability. */
static void test_errnos_of_gvisor(void **state)
{
        CLEANUP_PROFILE struct profile *profile = NULL;
        struct error error = {};
        const char *path = PROFILE_FIXTURES "/gvisor/source/pkg/sentry/syscalls/linux/linux64.go";

        (void)state;
        assert_int_equal(profile_read(path, NULL, "One", &profile, &error), 0);
        assert_int_equal(profile_find_call(profile, "modify_ldt")->errnum, EPERM);
        assert_int_equal(profile_find_call(profile, "sched_setparam")->errnum, EPERM);
        assert_int_equal(profile_find_call(profile, "setfsuid")->errnum, ENOSYS);
        assert_int_equal(profile_find_call(profile, "read")->errnum, 0);
}

/* A single file of a source tree is enough, by its own name or its place. */
static void test_single_files(void **state)
{
        static const struct {
                const char *path, *format;
        } cases[] = {
                {"gvisor/source/pkg/sentry/syscalls/linux/linux64.go", "gvisor"},
                {"gramine/source/libos/src/arch/x86_64/libos_table.c", "gramine"},
                {"kerla/source/kernel/syscalls/mod.rs", "kerla"},
                {"starryos/source/api/src/syscall/mod.rs", "starryos"},
                {"starnix/source/src/starnix/kernel/syscalls/table.rs", "starnix"},
                {"freebsd/source/sys/amd64/linux/syscalls.master", "freebsd"},
                {"osv/source/syscalls/syscalls.cc.in", "osv"},
                {"unikraft/source/lib/files/Makefile.uk", "unikraft"},
                {"asterinas/source/book/src/kernel/linux-compatibility/files/open.scml",
                        "asterinas"},
                {"nanos/source/src/unix/syscall.c", "nanos"},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                CLEANUP_FREE char *path = string_format("%s/%s", PROFILE_FIXTURES, cases[i].path);
                CLEANUP_PROFILE struct profile *profile = NULL;
                struct error error = {};

                if (profile_read(path, NULL, "One", &profile, &error) < 0)
                        fail_msg("%s", error.message);
                assert_string_equal(profile->format, cases[i].format);
                assert_string_equal(profile->name, "One");
                assert_string_equal(profile->entries.items[0].file, strrchr(path, '/') + 1);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fixtures),
                cmocka_unit_test(test_refusals),
                cmocka_unit_test(test_wrong_trees),
                cmocka_unit_test(test_links),
                cmocka_unit_test(test_errnos_of_gvisor),
                cmocka_unit_test(test_single_files),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
