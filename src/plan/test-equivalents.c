/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/equivalents.h"
#include "plan/test-problem.h"

/* "open by openat, …": what stands for what, behind the plan as of plan_text(). */
static void expect(const struct collection *collection, const char *supported,
        const struct plan_options *wanted, const char *expected)
{
        CLEANUP_PROFILE struct profile *profile = sample_profile(supported);
        struct plan_options options = *wanted;
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
        CLEANUP_PLAN struct plan *plan = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FREE char *whole = NULL;
        const struct plan_substitute *substitute;
        char names[1024] = "", call[FEATURE_NAME_MAX], by[FEATURE_NAME_MAX];

        options.profile = profile;
        options.equivalents = true;
        problem = sample_problem(collection, &options);
        assert_int_equal(plan_make(problem, STRATEGY_GREEDY, &plan), 0);
        assert_int_equal(plan_verify(problem, plan, NULL), 0);
        text = plan_text(problem, plan);
        vector_for_each(substitute, &problem->substitutes)
                snprintf(names + strlen(names), sizeof(names) - strlen(names), ", %s by %s%s%s",
                        feature_name(catalogue_feature(problem->catalogue, substitute->call), call),
                        feature_name(catalogue_feature(problem->catalogue, substitute->by), by),
                        substitute->application == PLAN_EVERY_APPLICATION ? "" : " for ",
                        substitute->application == PLAN_EVERY_APPLICATION
                                ? ""
                                : problem->applications[substitute->application].name);
        whole = string_format("%s%s", text, names);
        assert_string_equal(whole, expected);
}

static void test_supported(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        const struct plan_options options = {};

        (void)test;
        sample_application(collection, "a", "open=required read=stub");
        sample_application(collection, "b", "creat=required");
        sample_application(collection, "c", "pipe=stub");
        expect(collection, "openat pipe2", &options,
                "b; a -read; c -pipe, open by openat, creat by openat");
}

/* The other way round only where the arguments are known. */
static void test_fitting(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        const bool divided[] = {true, true, false};

        (void)test;
        sample_application(collection, "a", "accept4=required socket:AF_INET=required");
        sample_application(collection, "b", "accept4=required accept4:SOCK_CLOEXEC=stub");
        sample_application(collection, "c", "accept4=required");
        expect(collection, "accept socket", &(struct plan_options){.divided = divided},
                "a; c +accept4; b -accept4:SOCK_CLOEXEC, accept4 by accept for a");
        expect(collection, "accept socket", &(struct plan_options){},
                "; a c +accept4; b -accept4:SOCK_CLOEXEC");
}

static void test_listed_values(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        const bool divided[] = {true, true};

        (void)test;
        sample_application(collection, "a",
                "statx=required statx:STATX_SIZE=required statx:AT_EMPTY_PATH=required");
        sample_application(
                collection, "b", "statx=required statx:STATX_SIZE=fake statx:STATX_BTIME=fake");
        expect(collection, "newfstatat", &(struct plan_options){.divided = divided},
                "a; b +statx ~statx:STATX_SIZE ~statx:STATX_BTIME, statx by newfstatat for a");
}

/* Of two that are missing and needed, the one that stands for the other is enough. */
static void test_left_to_another(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        uint64_t costs[CATALOGUE_CALLS];

        (void)test;
        sample_application(collection, "a", "stat=required");
        sample_application(collection, "b", "newfstatat=required stat=required");
        sample_application(collection, "c", "lstat=required newfstatat=either read=required");
        sample_application(collection, "d", "stat=fake");
        expect(collection, "", &(struct plan_options){},
                "; d ~stat; a b +newfstatat; c +read, stat by newfstatat, lstat by newfstatat");
        for (unsigned i = 0; i < CATALOGUE_CALLS; i++)
                costs[i] = 1000;
        costs[262] = 5000;
        expect(collection, "", &(struct plan_options){.costs = costs},
                "; d ~stat; a +stat; c +read +lstat -newfstatat; b +newfstatat");
        /* The cheaper of two, for all of them. */
        sample_application(collection, "e", "statx=required");
        costs[332] = 1000;
        expect(collection, "", &(struct plan_options){.costs = costs},
                "; d ~stat; a b e +statx; c +read -newfstatat, stat by statx, lstat by statx, "
                "newfstatat by statx");
}

/* Nor is it implemented because one needs it stubbed and another faked. */
static void test_contradiction(void **test)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();

        (void)test;
        sample_application(collection, "a", "stat=stub");
        sample_application(collection, "b", "stat=fake");
        sample_application(collection, "c", "newfstatat=required read=required");
        sample_application(collection, "d", "stat=stub");
        expect(collection, "newfstatat", &(struct plan_options){},
                "a b d; c +read, stat by newfstatat");
        expect(collection, "", &(struct plan_options){},
                "; a d -stat; b +newfstatat; c +read, stat by newfstatat");
}

/* What the table says of values must be sub-features of the call. */
static void test_values(void **test)
{
        char name[FEATURE_NAME_MAX];
        struct feature feature;
        struct error error = {};
        size_t listed = 0;

        (void)test;
        for (const struct equivalent *row = equivalent_table; row->call; row++)
                for (size_t i = 0; row->values && row->values[i]; i++, listed++) {
                        snprintf(name, sizeof(name), "%s:%s", row->call, row->values[i]);
                        if (feature_parse(name, &feature, &error) < 0)
                                fail_msg("%s", error.message);
                        assert_int_equal(feature.kind, FEATURE_SUBFEATURE);
                        assert_string_equal(
                                strrchr(feature_name(feature, name), ':') + 1, row->values[i]);
                }
        assert_true(listed > 10);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_supported),
                cmocka_unit_test(test_fitting),
                cmocka_unit_test(test_listed_values),
                cmocka_unit_test(test_left_to_another),
                cmocka_unit_test(test_contradiction),
                cmocka_unit_test(test_values),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
