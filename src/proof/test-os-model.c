/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proof/os-model.h"

static struct feature feature_of(const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return feature;
}

static void add(struct profile *profile, const char *name, enum support support, int errnum)
{
        const struct profile_entry entry = {
                .feature = feature_of(name),
                .support = support,
                .errnum = errnum,
        };

        assert_int_equal(profile_add_entry(profile, &entry), 0);
}

static void assert_policy(const struct os_model *model, const char *expected)
{
        CLEANUP_POLICY struct policy *policy = NULL;
        CLEANUP_FREE char *text = NULL;

        assert_int_equal(os_model_policy(model, &policy), 0);
        text = policy_text(policy);
        assert_string_equal(text, expected);
}

static void test_nothing(void **state)
{
        const struct os_model_options options = {};
        CLEANUP_OS_MODEL struct os_model *model = os_model_new(&options);

        (void)state;
        assert_int_equal(os_model_treatment(model, feature_of("read")), TREATMENT_NONE);
        assert_policy(model, "--only-allow ");
        assert_int_equal(os_model_treat(model, feature_of("write"), TREATMENT_IMPLEMENT), 0);
        assert_int_equal(os_model_treat(model, feature_of("read"), TREATMENT_IMPLEMENT), 0);
        assert_int_equal(os_model_treat(model, feature_of("chown"), TREATMENT_FAKE), 0);
        assert_int_equal(os_model_treat(model, feature_of("brk"), TREATMENT_STUB), 0);
        assert_policy(model, "--only-allow read,write --fake chown");
        assert_int_equal(os_model_treat(model, feature_of("chown"), TREATMENT_IMPLEMENT), 0);
        assert_policy(model, "--only-allow read,write,chown");
}

static void test_support(void **state)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();
        struct os_model_options options = {.profile = profile};
        CLEANUP_OS_MODEL struct os_model *model = NULL;
        CLEANUP_OS_MODEL struct os_model *strict = NULL;

        (void)state;
        add(profile, "read", SUPPORT_FULL, 0);
        add(profile, "write", SUPPORT_PARTIAL, 0);
        add(profile, "chown", SUPPORT_FAKE, 0);
        add(profile, "mount", SUPPORT_STUB, EPERM);
        add(profile, "ptrace", SUPPORT_MISSING, EPERM);
        add(profile, "brk", SUPPORT_STUB, 0);
        assert_int_equal(profile_finish(profile), 0);
        model = os_model_new(&options);
        assert_policy(
                model, "--only-allow read,write --stub ptrace=EPERM,mount=EPERM --fake chown");
        options.partial_is_missing = true;
        strict = os_model_new(&options);
        assert_policy(strict, "--only-allow read --stub ptrace=EPERM,mount=EPERM --fake chown");
        /* What a plan says counts before the profile. */
        assert_int_equal(os_model_treat(strict, feature_of("mount"), TREATMENT_FAKE), 0);
        assert_int_equal(os_model_treat(strict, feature_of("ptrace"), TREATMENT_STUB), 0);
        assert_policy(strict, "--only-allow read --fake chown,mount");
}

static void test_listed_values(void **state)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();
        const struct os_model_options options = {.profile = profile};
        CLEANUP_OS_MODEL struct os_model *model = NULL;
        CLEANUP_POLICY struct policy *policy = NULL;

        (void)state;
        add(profile, "fcntl", SUPPORT_PARTIAL, 0);
        add(profile, "fcntl:F_SETFL", SUPPORT_FULL, 0);
        add(profile, "fcntl:F_SETFD", SUPPORT_FAKE, 0);
        add(profile, "pipe2", SUPPORT_PARTIAL, 0);
        add(profile, "pipe2:O_CLOEXEC", SUPPORT_FULL, 0);
        add(profile, "madvise", SUPPORT_FULL, 0);
        add(profile, "madvise:MADV_FREE", SUPPORT_MISSING, EINVAL);
        add(profile, "prctl:PR_SET_NAME", SUPPORT_FULL, 0);
        assert_int_equal(profile_finish(profile), 0);
        model = os_model_new(&options);
        assert_int_equal(os_model_policy(model, &policy), 0);
        /* An enumeration: nothing but what is listed. */
        assert_null(policy_find(policy, feature_of("fcntl")));
        assert_int_equal(policy_find(policy, feature_of("fcntl:F_SETFL"))->action, ACTION_ALLOW);
        assert_int_equal(policy_find(policy, feature_of("fcntl:F_SETFD"))->action, ACTION_FAKE);
        assert_int_equal(os_model_treatment(model, feature_of("fcntl:F_GETFL")), TREATMENT_NONE);
        assert_int_equal(os_model_treatment(model, feature_of("fcntl:0x7777")), TREATMENT_NONE);
        /* Flags: all but what is listed are withheld, also those without a name. */
        assert_int_equal(policy_find(policy, feature_of("pipe2"))->action, ACTION_ALLOW);
        assert_int_equal(policy_find(policy, feature_of("pipe2:O_NONBLOCK"))->action, ACTION_STUB);
        assert_int_equal(policy_find(policy, feature_of("pipe2:0x8"))->action, ACTION_STUB);
        /* One that is missing says nothing of the others. */
        assert_int_equal(policy_find(policy, feature_of("madvise"))->action, ACTION_ALLOW);
        assert_int_equal(policy_find(policy, feature_of("madvise:MADV_FREE"))->errnum, EINVAL);
        assert_null(policy_find(policy, feature_of("madvise:MADV_DONTNEED")));
        /* A value of a call about which nothing is said. */
        assert_int_equal(
                policy_find(policy, feature_of("prctl:PR_SET_NAME"))->action, ACTION_ALLOW);
        assert_int_equal(os_model_treatment(model, feature_of("prctl")), TREATMENT_NONE);
}

static void test_values_of_a_plan(void **state)
{
        const struct os_model_options options = {};
        CLEANUP_OS_MODEL struct os_model *model = os_model_new(&options);

        (void)state;
        assert_int_equal(os_model_treat(model, feature_of("fcntl"), TREATMENT_IMPLEMENT), 0);
        assert_int_equal(
                os_model_treatment(model, feature_of("fcntl:F_GETFL")), TREATMENT_IMPLEMENT);
        assert_int_equal(
                os_model_treat(model, feature_of("fcntl:F_SETFL"), TREATMENT_IMPLEMENT), 0);
        assert_int_equal(os_model_treat(model, feature_of("fcntl:F_SETFD"), TREATMENT_FAKE), 0);
        assert_int_equal(os_model_treatment(model, feature_of("fcntl:F_GETFL")), TREATMENT_NONE);
        assert_policy(model, "--only-allow fcntl:F_SETFL --fake fcntl:F_SETFD");
}

static void test_files(void **state)
{
        const struct os_model_options options = {};
        CLEANUP_OS_MODEL struct os_model *model = os_model_new(&options);

        (void)state;
        assert_int_equal(
                os_model_treatment(model, feature_of("file:/dev/null")), TREATMENT_IMPLEMENT);
        assert_int_equal(
                os_model_treat(model, feature_of("file:/dev/null"), TREATMENT_IMPLEMENT), 0);
        assert_int_equal(
                os_model_treat(model, feature_of("file:/proc/meminfo"), TREATMENT_FAKE), 0);
        assert_int_equal(os_model_treatment(model, feature_of("file:/proc/stat")), TREATMENT_NONE);
        assert_policy(model, "--only-allow file:/dev/null --default-of-files ENOENT --fake "
                             "file:/proc/meminfo");
}

static void test_equivalents(void **state)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();
        const struct os_model_options options = {.profile = profile, .equivalents = true};
        CLEANUP_OS_MODEL struct os_model *model = NULL;
        CLEANUP_POLICY struct policy *policy = NULL;

        (void)state;
        add(profile, "openat", SUPPORT_FULL, 0);
        add(profile, "accept", SUPPORT_FULL, 0);
        assert_int_equal(profile_finish(profile), 0);
        model = os_model_new(&options);
        /* creat by open by openat; without flags accept4 is accept. */
        assert_int_equal(os_model_treatment(model, feature_of("creat")), TREATMENT_IMPLEMENT);
        assert_int_equal(os_model_treatment(model, feature_of("open")), TREATMENT_IMPLEMENT);
        assert_int_equal(os_model_treatment(model, feature_of("accept4")), TREATMENT_NONE);
        assert_int_equal(os_model_policy(model, &policy), 0);
        assert_int_equal(policy_find(policy, feature_of("open"))->action, ACTION_ALLOW);
        assert_int_equal(policy_find(policy, feature_of("accept4"))->action, ACTION_ALLOW);
        assert_int_equal(
                policy_find(policy, feature_of("accept4:SOCK_CLOEXEC"))->action, ACTION_STUB);
        assert_null(policy_find(policy, feature_of("pipe2")));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nothing),
                cmocka_unit_test(test_support),
                cmocka_unit_test(test_listed_values),
                cmocka_unit_test(test_values_of_a_plan),
                cmocka_unit_test(test_files),
                cmocka_unit_test(test_equivalents),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
