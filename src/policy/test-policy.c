/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/strings.h"
#include "policy/policy.h"
#include "policy/test-rules.h"

static void assert_text(const struct policy *policy, const char *expected)
{
        CLEANUP_FREE char *text = policy_text(policy);

        assert_non_null(text);
        assert_string_equal(text, expected);
}

static void test_parsed_lists_have_one_canonical_text(void **state)
{
        static const struct {
                const char *stubs, *fakes, *text;
        } rows[] = {
                {"", "", ""},
                {"read", "", "--stub read"},
                {"access,brk=EPERM", "", "--stub brk=EPERM,access"},
                {"brk=1,access=ENOSYS", "", "--stub brk=EPERM,access"},
                {"access,,brk=38,access", "", "--stub brk,access"},
                {"brk,brk=EPERM", "", "--stub brk=EPERM"},
                {"brk=EWOULDBLOCK", "", "--stub brk=EAGAIN"},
                {"brk=4000", "", "--stub brk=4000"},
                {"", "dup2,write", "--fake write,dup2"},
                {"", "dup2=0,write=3,close=0", "--fake write=3,close,dup2=0"},
                {"", "lseek=9223372036854775807", "--fake lseek=9223372036854775807"},
                {"brk", "brk", "--fake brk"},
                {"i386:read,x32:read,read", "", "--stub read,i386:read,x32:read"},
                {"setuid=EPERM,close", "futex,dup2=5",
                        "--stub close,setuid=EPERM --fake dup2=5,futex"},
                {"file:/proc/meminfo,fcntl:F_SETFL=EPERM,write", "prctl:PR_SET_NAME",
                        "--stub write,fcntl:F_SETFL=EPERM,file:/proc/meminfo "
                        "--fake prctl:PR_SET_NAME"},
                {"fcntl:cmd:4=38,fcntl:F_SETFD", "", "--stub fcntl:F_SETFD,fcntl:F_SETFL"},
                {"ioctl:0x5fff,i386:fcntl:F_SETFL", "", "--stub ioctl:0x5fff,i386:fcntl:F_SETFL"},
                {"file:/proc/meminfo=2,file:/proc/17/maps=ENOSYS", "",
                        "--stub file:/proc/meminfo,file:/proc/self/maps=ENOSYS"},
                {"", "file:/proc/meminfo,fcntl:F_GETFL=5",
                        "--fake fcntl:F_GETFL=5,file:/proc/meminfo"},
                /* Of a call that is withheld as a whole the rest says nothing. */
                {"fcntl,fcntl:F_SETFL=EPERM", "fcntl:F_SETFD", "--stub fcntl"},
                {"fcntl:F_SETFL=EPERM", "fcntl", "--fake fcntl"},
                {"", "fcntl:F_GETPIPE_SZ=65536,fcntl:F_DUPFD",
                        "--fake fcntl:F_DUPFD,fcntl:F_GETPIPE_SZ"},
                {"fcntl:F_SETFL", "i386:fcntl", "--stub fcntl:F_SETFL --fake i386:fcntl"},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_POLICY struct policy *policy = policy_new();
                struct error error = {};

                assert_int_equal(policy_parse_stubs(policy, rows[i].stubs, &error), 0);
                assert_int_equal(policy_parse_fakes(policy, rows[i].fakes, &error), 0);
                assert_text(policy, rows[i].text);
        }
}

/* What follows "--stub " or "--fake " in a canonical text, read again, gives the same text. */
static void test_text_can_be_read_again(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP_POLICY struct policy *again = policy_new();
        CLEANUP_FREE char *text = NULL;
        CLEANUP_STRINGS char **words = NULL;
        struct error error = {};

        (void)state;
        assert_int_equal(policy_parse_stubs(policy, "access,i386:open=EIO,brk=4000", &error), 0);
        assert_int_equal(policy_parse_fakes(policy, "write,read=9,socket", &error), 0);
        text = policy_text(policy);
        words = strings_split(text, ' ');
        assert_int_equal(strings_count(words), 4);
        assert_string_equal(words[0], "--stub");
        assert_int_equal(policy_parse_stubs(again, words[1], &error), 0);
        assert_string_equal(words[2], "--fake");
        assert_int_equal(policy_parse_fakes(again, words[3], &error), 0);
        assert_text(again, text);
}

static void test_wrong_words_are_named(void **state)
{
        static const struct {
                const char *stubs, *fakes;
                const char *parts[3]; /* that the message must have */
        } rows[] = {
                {"brk,raed", NULL, {"raed", "read"}},
                {"brk=EFOO", NULL, {"brk=EFOO", "'EFOO' is no errno", "from 1 to 4095"}},
                {"brk=0", NULL, {"brk=0", "no errno"}},
                {"brk=4096", NULL, {"brk=4096", "no errno"}},
                {"brk=-1", NULL, {"brk=-1", "no errno"}},
                {"brk=", NULL, {"brk=", "no errno"}},
                {"=EPERM", NULL, {""}},
                {NULL, "brk=x", {"brk=x", "'x' is no value of success"}},
                {NULL, "brk=-1", {"brk=-1", "no value"}},
                {NULL, "brk=1x", {"brk=1x", "no value"}},
                {NULL, "brk=9223372036854775808", {"no value"}},
                {NULL, "wirte", {"wirte", "write"}},
                {"fcntl:F_SETFLL", NULL, {"F_SETFLL", "F_SETFL"}},
                {"fcntl:F_SETFL=EFOO", NULL, {"fcntl:F_SETFL=EFOO", "no errno"}},
                {"file:/etc/passwd", NULL, {"/etc/passwd"}},
                {NULL, "file:/proc/meminfo=1", {"file:/proc/meminfo=1", "no value of success"}},
                {NULL, "file:/proc/meminfo=", {"file:/proc/meminfo=", "no value of success"}},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_POLICY struct policy *policy = policy_new();
                struct error error = {};
                int r = rows[i].stubs ? policy_parse_stubs(policy, rows[i].stubs, &error)
                                      : policy_parse_fakes(policy, rows[i].fakes, &error);

                assert_int_equal(r, -EINVAL);
                for (size_t part = 0; part < 3 && rows[i].parts[part]; part++) {
                        if (!strstr(error.message, rows[i].parts[part]))
                                fail_msg("'%s' lacks '%s'", error.message, rows[i].parts[part]);
                }
        }
}

static void write_profile(char path[], const char *text)
{
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(write_all(fd, text, strlen(text)), 0);
        close(fd);
}

static void test_profile_allows_what_it_lists(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        char path[] = "/tmp/loupe-profile-XXXXXX";
        struct error error = {};
        int r;

        (void)state;
        write_profile(path, "# an OS\r\n\n  write # to files\r\nread\nread\n\t\nexit_group");
        r = policy_parse_only_allow(policy, path, &error);
        unlink(path);
        assert_int_equal(r, 0);
        assert_int_equal(policy_default(policy), ENOSYS);
        assert_false(policy_is_empty(policy));
        assert_text(policy, "--only-allow read,write,exit_group");
        assert_int_equal(policy_parse_stubs(policy, "read=EIO,access", &error), 0);
        assert_int_equal(policy_parse_fakes(policy, "dup2", &error), 0);
        assert_text(policy, "--only-allow write,exit_group --stub read=EIO --fake dup2");
        policy_set_default(policy, EPERM);
        assert_text(policy, "--only-allow write,exit_group --default EPERM "
                            "--stub read=EIO,access --fake dup2");
}

static void test_default_of_files(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP_POLICY struct policy *copy = NULL;
        struct feature file;

        (void)state;
        assert_int_equal(feature_parse("file:/proc/stat", &file, NULL), 0);
        assert_int_equal(policy_allow(policy, file), 0);
        assert_true(policy_is_empty(policy));
        assert_text(policy, "");
        policy_set_default_of_files(policy, ENOENT);
        assert_false(policy_is_empty(policy));
        assert_true(policy_withholds_files(policy));
        assert_text(
                policy, "--only-allow file:/proc/stat --default allow --default-of-files ENOENT");
        policy_set_default(policy, ENOSYS);
        assert_text(policy, "--only-allow file:/proc/stat --default-of-files ENOENT");
        copy = policy_copy(policy);
        assert_int_equal(policy_default_of_files(copy), ENOENT);
        assert_int_equal(policy_stub(policy, file, ENOENT), 0);
        assert_text(policy, "--only-allow  --default-of-files ENOENT");
}

static void test_profile_errors_name_the_line(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP_FREE char *expected = NULL;
        char path[] = "/tmp/loupe-profile-XXXXXX";
        struct error error = {};
        int r;

        (void)state;
        write_profile(path, "# first\nread\nwirte # third\n");
        r = policy_parse_only_allow(policy, path, &error);
        unlink(path);
        assert_int_equal(r, -EINVAL);
        expected = string_format("%s:3: ", path);
        assert_true(string_has_prefix(error.message, expected));
        assert_non_null(strstr(error.message, "write"));
        assert_int_equal(policy_default(policy), 0);

        assert_int_equal(policy_parse_only_allow(policy, "/nowhere/profile", &error), -ENOENT);
        assert_string_equal(error.message, "/nowhere/profile: No such file or directory");
}

static void test_profile_lists_whole_calls_only(void **state)
{
        static const char *const lines[] = {"fcntl:F_SETFL\n", "file:/proc/meminfo\n"};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                CLEANUP_POLICY struct policy *policy = policy_new();
                char path[] = "/tmp/loupe-profile-XXXXXX";
                struct error error = {};
                int r;

                write_profile(path, lines[i]);
                r = policy_parse_only_allow(policy, path, &error);
                unlink(path);
                assert_int_equal(r, -EINVAL);
                assert_non_null(strstr(error.message, ":1: "));
                assert_non_null(strstr(error.message, "not a whole system call"));
                assert_true(policy_is_empty(policy));
        }
}

static void test_rules_replace_each_other_in_feature_order(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP_POLICY struct policy *copy = NULL;
        const struct feature newest = {FEATURE_SYSCALL, abi_native(), 4000};
        const struct policy_rule *rules;
        size_t count;

        (void)state;
        assert_null(policy_find(policy, newest));
        assert_int_equal(policy_stub(policy, newest, EIO), 0);
        assert_int_equal(policy_stub(policy, feature_of("write"), EIO), 0);
        assert_int_equal(policy_stub(policy, feature_of("read"), EIO), 0);
        assert_int_equal(policy_stub(policy, feature_of("write"), EPERM), 0);
        rules = policy_rules(policy, &count);
        assert_int_equal(count, 3);
        for (size_t i = 1; i < count; i++)
                assert_true(feature_compare(&rules[i - 1].feature, &rules[i].feature) < 0);
        assert_int_equal(policy_find(policy, feature_of("write"))->errnum, EPERM);
        assert_int_equal(policy_find(policy, newest)->errnum, EIO);

        copy = policy_copy(policy);
        assert_int_equal(policy_allow(policy, feature_of("read")), 0);
        assert_int_equal(policy_find(copy, feature_of("read"))->action, ACTION_STUB);
}

static void test_rules_that_change_nothing_leave_a_policy_empty(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();

        (void)state;
        assert_true(policy_is_empty(policy));
        assert_int_equal(policy_allow(policy, feature_of("read")), 0);
        assert_true(policy_is_empty(policy));
        assert_text(policy, "");
        assert_int_equal(policy_stub(policy, feature_of("read"), ENOSYS), 0);
        assert_false(policy_is_empty(policy));
        assert_int_equal(policy_allow(policy, feature_of("read")), 0);
        policy_set_default(policy, ENOSYS);
        assert_false(policy_is_empty(policy));
}

/* With a default, a rule like it is only redundant where nothing else is said about the same calls.
 */
static void test_subfeatures_and_the_default(void **state)
{
        static const struct {
                const char *allowed[2], *stubs, *fakes, *text;
        } rows[] = {
                /* As the call without a rule is. */
                {{}, "fcntl:F_SETFL", "", "--only-allow "},
                {{"fcntl:F_SETFL"}, "", "", "--only-allow fcntl:F_SETFL"},
                {{}, "fcntl:F_SETFL=EPERM", "", "--only-allow  --stub fcntl:F_SETFL=EPERM"},
                {{}, "fcntl:F_SETFL", "fcntl:F_SETFD", "--only-allow  --fake fcntl:F_SETFD"},
                /* The call itself is allowed. */
                {{"fcntl"}, "fcntl:F_SETFL", "", "--only-allow fcntl --stub fcntl:F_SETFL"},
                {{"fcntl", "fcntl:F_SETFD"}, "", "", "--only-allow fcntl"},
                /* What is denied by default would be allowed for its other bit. */
                {{"pipe2:O_CLOEXEC"}, "pipe2:O_NONBLOCK", "",
                        "--only-allow pipe2:O_CLOEXEC --stub pipe2:O_NONBLOCK"},
                /* The call is stubbed, as it was by default; that now holds for all of it. */
                {{"fcntl:F_SETFD"}, "fcntl", "fcntl:F_SETFL", "--only-allow "},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_POLICY struct policy *policy = policy_new();
                struct error error = {};

                for (size_t a = 0; a < 2 && rows[i].allowed[a]; a++)
                        assert_int_equal(policy_allow(policy, feature_of(rows[i].allowed[a])), 0);
                assert_int_equal(policy_parse_stubs(policy, rows[i].stubs, &error), 0);
                assert_int_equal(policy_parse_fakes(policy, rows[i].fakes, &error), 0);
                policy_set_default(policy, ENOSYS);
                assert_text(policy, rows[i].text);
        }
}

static void test_allowing_a_subfeature_or_file_leaves_a_policy_empty(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();

        (void)state;
        assert_int_equal(policy_allow(policy, feature_of("fcntl:F_SETFL")), 0);
        assert_int_equal(policy_allow(policy, feature_of("file:/proc/meminfo")), 0);
        assert_true(policy_is_empty(policy));
        assert_false(policy_withholds_files(policy));
        assert_text(policy, "");
        assert_int_equal(policy_stub(policy, feature_of("file:/proc/meminfo"), ENOENT), 0);
        assert_false(policy_is_empty(policy));
        assert_true(policy_withholds_files(policy));
}

static void test_rules_of_the_subfeatures_of_one_call(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        const struct policy_rule *rules;
        struct error error = {};
        size_t count;

        (void)state;
        assert_null(policy_subfeature_rules(policy, feature_of("fcntl"), &count));
        assert_int_equal(count, 0);
        assert_int_equal(policy_parse_stubs(policy,
                                 "fcntl,read,ioctl:TCGETS,fcntl:F_SETFL,fcntl:F_SETFD,"
                                 "i386:fcntl:F_SETFL,file:/proc/meminfo,pipe2:O_CLOEXEC",
                                 &error),
                0);
        rules = policy_subfeature_rules(policy, feature_of("fcntl"), &count);
        assert_int_equal(count, 2);
        assert_true(feature_equal(rules[0].feature, feature_of("fcntl:F_SETFD")));
        assert_true(feature_equal(rules[1].feature, feature_of("fcntl:F_SETFL")));
        policy_subfeature_rules(policy, feature_of("read"), &count);
        assert_int_equal(count, 0);
}

static void test_the_fake_of_a_file_has_no_value(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        const struct success five = {.kind = SUCCESS_CONSTANT, .value = 5};

        (void)state;
        assert_int_equal(policy_fake(policy, feature_of("file:/proc/meminfo"), five), 0);
        assert_text(policy, "--fake file:/proc/meminfo");
        assert_int_equal(policy_errno_of(feature_of("file:/proc/meminfo")), ENOENT);
        assert_int_equal(policy_errno_of(feature_of("fcntl:F_SETFL")), ENOSYS);
        assert_int_equal(policy_errno_of(feature_of("read")), ENOSYS);
}

static void test_success_comes_from_the_table(void **state)
{
        struct success success = policy_success_of(feature_of("write"));

        (void)state;
        assert_int_equal(success.kind, SUCCESS_ARGUMENT);
        assert_int_equal(success.value, 2);
        success = policy_success_of(feature_of("fcntl:F_DUPFD"));
        assert_int_equal(success.kind, SUCCESS_DESCRIPTOR);
        success = policy_success_of(feature_of("fcntl:F_SETFD"));
        assert_int_equal(success.kind, SUCCESS_CONSTANT);
        assert_int_equal(success.value, 0);
        success = policy_success_of((struct feature){FEATURE_SYSCALL, abi_native(), 4000});
        assert_int_equal(success.kind, SUCCESS_CONSTANT);
        assert_int_equal(success.value, 0);
}

static void test_errno_names(void **state)
{
        (void)state;
        assert_string_equal(errno_name(EPERM), "EPERM");
        assert_string_equal(errno_name(ENOSYS), "ENOSYS");
        assert_null(errno_name(0));
        assert_null(errno_name(-1));
        assert_null(errno_name(4000));
        assert_int_equal(errno_from_name("EHWPOISON"), EHWPOISON);
        assert_int_equal(errno_from_name("EWOULDBLOCK"), EAGAIN);
        assert_int_equal(errno_from_name("ENOTSUP"), EOPNOTSUPP);
        assert_int_equal(errno_from_name("eperm"), 0);
        assert_int_equal(errno_from_name(""), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_parsed_lists_have_one_canonical_text),
                cmocka_unit_test(test_text_can_be_read_again),
                cmocka_unit_test(test_wrong_words_are_named),
                cmocka_unit_test(test_profile_allows_what_it_lists),
                cmocka_unit_test(test_default_of_files),
                cmocka_unit_test(test_profile_errors_name_the_line),
                cmocka_unit_test(test_profile_lists_whole_calls_only),
                cmocka_unit_test(test_rules_replace_each_other_in_feature_order),
                cmocka_unit_test(test_rules_that_change_nothing_leave_a_policy_empty),
                cmocka_unit_test(test_subfeatures_and_the_default),
                cmocka_unit_test(test_allowing_a_subfeature_or_file_leaves_a_policy_empty),
                cmocka_unit_test(test_rules_of_the_subfeatures_of_one_call),
                cmocka_unit_test(test_the_fake_of_a_file_has_no_value),
                cmocka_unit_test(test_success_comes_from_the_table),
                cmocka_unit_test(test_errno_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
