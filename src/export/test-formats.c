/* SPDX-License-Identifier: BSD-3-Clause */

/* What each format makes of a small set, to the letter. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/strings.h"
#include "export/format.h"
#include "export/test-inputs.h"

/* The text of the format, for one program "a" with these findings; owned by the caller. Its notes
 * go to `ret_notes` where that is not NULL. */
static char *write_set(enum export_format_id format, const char *line,
        struct export_request request, struct export_notes *ret_notes)
{
        CLEANUP_EXPORT_INPUTS struct export_inputs inputs = {};
        CLEANUP_EXPORT_SET struct export_set set = {};
        CLEANUP_EXPORT_NOTES struct export_notes notes = {};
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_non_null(stream);
        assert_int_equal(export_inputs_init(&inputs), 0);
        sample_input(&inputs, "a", line);
        assert_int_equal(export_set_make(&inputs, EXPORT_UNION, &set, NULL), 0);
        request.set = &set;
        assert_int_equal(export_formats[format].write(&request, stream, &notes), 0);
        assert_int_equal(fclose(stream), 0);
        if (ret_notes) {
                *ret_notes = notes;
                notes = (struct export_notes){};
        }
        return text;
}

static void expect(enum export_format_id format, const char *line, struct export_request request,
        const char *expected)
{
        CLEANUP_FREE char *text = write_set(format, line, request, NULL);

        assert_string_equal(text, expected);
}

static const struct export_request required = {.allow = EXPORT_REQUIRED, .name = "a"};
static const struct export_request used = {
        .allow = EXPORT_USED, .name = "a", .no_new_privileges = true};

#define SAMPLE "read=required write=fake close=fake mmap=required brk=either"

#define ORIGIN(what) "loupe " LOUPE_VERSION ": what is " what " by a\n"

static void osv(void **state)
{
        (void)state;
        expect(EXPORT_OSV, SAMPLE, required, "read\nwrite\nclose\nmmap\nlong_mmap\n");
}

static void asterinas(void **state)
{
        struct export_request request = required;

        (void)state;
        expect(EXPORT_ASTERINAS, "read=required getpid=required brk=stub", required,
                "// " ORIGIN("required") "read(..);\ngetpid();\n");
        request.features = true;
        expect(EXPORT_ASTERINAS,
                "fcntl=required fcntl:F_GETFL=required fcntl:F_SETFL=required "
                "fcntl:F_GETFD=stub socket=required socket:AF_INET=required "
                "socket:SOCK_STREAM=required socket:SOCK_CLOEXEC=required "
                "setsockopt=required setsockopt:SO_REUSEADDR=required "
                "ioctl=required ioctl:0xdeadbeef=required",
                request,
                "// " ORIGIN("required") //
                "ioctl(..);\n"
                "socket(domain = AF_INET, type = SOCK_STREAM | SOCK_CLOEXEC, ..);\n"
                "setsockopt(fd0, arg1, option = SO_REUSEADDR, ..);\n"
                "fcntl(fd0, cmd = F_GETFL, ..);\n"
                "fcntl(fd0, cmd = F_SETFL, ..);\n");
}

static void provide(struct profile *libraries, const char *call, const char *option)
{
        assert_int_equal(profile_add(libraries, call, SUPPORT_FULL, "Makefile.uk", 1, option), 0);
}

static void unikraft(void **state)
{
        CLEANUP_PROFILE struct profile *libraries = profile_new();
        CLEANUP_EXPORT_NOTES struct export_notes notes = {};
        CLEANUP_FREE char *text = NULL;
        struct export_request request = required;

        (void)state;
        assert_non_null(libraries);
        assert_false(export_has_libraries(libraries));
        /* LIBFIRST comes first, but LIBBOTH brings more; mount is not wanted. */
        provide(libraries, "read", "CONFIG_LIBFIRST");
        provide(libraries, "mount", "CONFIG_LIBMOUNT");
        provide(libraries, "read", "CONFIG_LIBBOTH");
        provide(libraries, "write", "CONFIG_LIBBOTH");
        provide(libraries, "close", NULL);
        assert_true(export_has_libraries(libraries));
        request.libraries = libraries;
        text = write_set(EXPORT_UNIKRAFT, SAMPLE, request, &notes);
        assert_string_equal(text,
                "# " ORIGIN("required") "CONFIG_LIBSYSCALL_SHIM=y\nCONFIG_LIBBOTH=y\n"
                                        "# no library provides mmap\n");
        assert_int_equal(strings_count(notes.lines), 2);
        assert_string_equal(notes.lines[0],
                "could be faked, which this format cannot say; to be implemented instead: write, "
                "close");
        assert_string_equal(notes.lines[1],
                "no library of Unikraft's provides 1 of 4 calls: they stand in comments");
}

static void csv(void **state)
{
        struct export_request request = required;

        (void)state;
        expect(EXPORT_CSV, "read=required write=fake socket=fake brk=either file:/proc/stat=stub",
                required,
                "name,status,value,verdict,kind,number\n"
                "read,implemented,,required,syscall,0\n"
                "write,fake,arg2,fake,syscall,1\n"
                "brk,stub,-ENOSYS,either,syscall,12\n"
                "socket,fake,fd,fake,syscall,41\n");
        request.features = true;
        expect(EXPORT_CSV,
                "read=required mprotect=stub mprotect:PROT_READ=stub file:/proc/stat=stub", request,
                "name,status,value,verdict,kind,number\n"
                "read,implemented,,required,syscall,0\n"
                "mprotect,stub,-ENOSYS,stub,syscall,10\n"
                "mprotect:PROT_READ,stub,-ENOSYS,stub,subfeature,\n"
                "file:/proc/stat,stub,-ENOENT,stub,file,\n");
}

static void oci(void **state)
{
        struct export_request request = required;

        (void)state;
        request.no_new_privileges = true;
        expect(EXPORT_OCI,
                "read=required write=fake mprotect=fake brk=either clock_gettime=required "
                "gettimeofday=required time=required getcpu=required clock_getres=required",
                request,
                "{\n"
                "  \"defaultAction\": \"SCMP_ACT_ERRNO\",\n"
                "  \"defaultErrnoRet\": 38,\n"
                "  \"architectures\": [\"SCMP_ARCH_X86_64\"],\n"
                "  \"syscalls\": [\n"
                "    {\n"
                "      \"names\": [\"read\", \"write\", \"close\", \"execve\", \"gettimeofday\", "
                "\"time\", \"restart_syscall\", \"clock_gettime\", \"clock_getres\", "
                "\"getcpu\"],\n"
                "      \"action\": \"SCMP_ACT_ALLOW\"\n"
                "    },\n"
                "    {\n"
                "      \"names\": [\"mprotect\"],\n"
                "      \"action\": \"SCMP_ACT_ERRNO\",\n"
                "      \"errnoRet\": 0\n"
                "    }\n"
                "  ]\n"
                "}\n");
}

static void systemd(void **state)
{
        struct export_request request = {.allow = EXPORT_REQUIRED, .others_allowed = true};

        (void)state;
        expect(EXPORT_SYSTEMD, "read=required", used,
                "# " ORIGIN("used") "[Service]\n"
                                    "SystemCallArchitectures=x86-64\n"
                                    "SystemCallErrorNumber=ENOSYS\n"
                                    "SystemCallFilter=read gettimeofday time restart_syscall "
                                    "clock_gettime clock_getres getcpu\n");
        expect(EXPORT_SYSTEMD, SAMPLE, request,
                "# " ORIGIN("required") "[Service]\n"
                                        "SystemCallArchitectures=x86-64\n"
                                        "SystemCallErrorNumber=ENOSYS\n"
                                        "SystemCallFilter=~close:0 brk\n");
}

static void names_of_kubernetes(void **state)
{
        static const struct {
                const char *name, *line;
        } names[] = {
                {"redis", "\n  name: \"redis\"\n"},
                {"My App_1.2", "\n  name: \"my-app-1-2\"\n"},
                {"--a--", "\n  name: \"a\"\n"},
                {"\"\n: {", "\n  name: \"loupe\"\n"},
                {"", "\n  name: \"loupe\"\n"},
        };
        struct export_request request = used;

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                CLEANUP_FREE char *text = NULL;

                request.name = names[i].name;
                text = write_set(EXPORT_KUBERNETES, "read=required", request, NULL);
                assert_non_null(strstr(text, names[i].line));
        }
}

static void c_header(void **state)
{
        CLEANUP_FREE char *text = write_set(EXPORT_C_HEADER, SAMPLE, required, NULL);

        (void)state;
        assert_non_null(strstr(text, "    {0, \"read\"},\n        {9, \"mmap\"},\n"));
        assert_non_null(
                strstr(text, "loupe_stub[] = {\n        {12, \"brk\"},\n        {-1, NULL}"));
        assert_non_null(strstr(text, "{1, \"write\", LOUPE_ARGUMENT, 2},\n"));
        assert_non_null(strstr(text, "{3, \"close\", LOUPE_CONSTANT, 0},\n"));
        assert_non_null(strstr(text, "case 9:\n                function = loupe_do_mmap;\n"));
        assert_null(strstr(text, "loupe_do_brk"));
}

/* A list without items would be null. */
static void nothing_to_refuse(void **state)
{
        const struct export_request request = {
                .allow = EXPORT_REQUIRED, .others_allowed = true, .name = "a"};

        (void)state;
        expect(EXPORT_KUBERNETES, "read=required", request,
                "# " ORIGIN("required") "apiVersion: security-profiles-operator.x-k8s.io/v1beta1\n"
                                        "kind: SeccompProfile\n"
                                        "metadata:\n"
                                        "  name: \"a\"\n"
                                        "spec:\n"
                                        "  defaultAction: SCMP_ACT_ALLOW\n"
                                        "  architectures:\n"
                                        "  - SCMP_ARCH_X86_64\n");
}

/* Names are anybody's. */
static void control_characters_do_not_reach_the_format(void **state)
{
        struct export_inputs inputs;
        CLEANUP_EXPORT_SET struct export_set set = {};
        CLEANUP_EXPORT_NOTES struct export_notes notes = {};
        CLEANUP_FREE char *text = NULL;
        struct export_request request = required;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        (void)state;
        assert_int_equal(export_inputs_init(&inputs), 0);
        sample_input(&inputs, "a\nevil(..);", "read=required");
        assert_int_equal(export_set_make(&inputs, EXPORT_UNION, &set, NULL), 0);
        export_inputs_clear(&inputs);
        request.set = &set;
        assert_int_equal(export_asterinas(&request, stream, &notes), 0);
        assert_int_equal(fclose(stream), 0);
        assert_string_equal(
                text, "// loupe " LOUPE_VERSION ": what is required by a?evil(..);\nread(..);\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(osv),
                cmocka_unit_test(asterinas),
                cmocka_unit_test(unikraft),
                cmocka_unit_test(csv),
                cmocka_unit_test(oci),
                cmocka_unit_test(systemd),
                cmocka_unit_test(names_of_kubernetes),
                cmocka_unit_test(c_header),
                cmocka_unit_test(nothing_to_refuse),
                cmocka_unit_test(control_characters_do_not_reach_the_format),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
