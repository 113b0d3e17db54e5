/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/profiles.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "store/test-database.h"

/* A profile with every kind of entry; `calls` of it have further names from the table. */
static struct profile *make_profile(const char *name)
{
        struct profile *profile = profile_new();
        struct feature feature;
        struct error error = {};

        assert_non_null(profile);
        profile->name = strdup(name);
        profile->format = "gvisor";
        profile->source = strdup("/src/os");
        assert_int_equal(
                profile_add(profile, "write", SUPPORT_PARTIAL, "a.go", 7, "only files"), 0);
        assert_int_equal(profile_add(profile, "read", SUPPORT_FULL, NULL, 0, NULL), 0);
        assert_int_equal(profile_add_statement(profile, "ptrace",
                                 &(struct profile_entry){
                                         .support = SUPPORT_STUB,
                                         .errnum = EPERM,
                                         .file = (char *)"a.go",
                                         .line = 9,
                                 }),
                0);
        assert_int_equal(profile_add(profile, "no_such_call", SUPPORT_FULL, "b.go", 3, NULL), 0);
        assert_int_equal(feature_parse("fcntl:F_GETFL", &feature, &error), 0);
        assert_int_equal(profile_add_feature(profile, &feature, SUPPORT_FAKE, NULL, 0, NULL), 0);
        assert_int_equal(profile_finish(profile), 0);
        return profile;
}

static void add(struct store *store, const char *name)
{
        CLEANUP_PROFILE struct profile *profile = make_profile(name);
        struct error error = {};

        if (store_add_profile(store, profile, &error) != 0)
                fail_msg("%s", error.message);
}

static void expect_equal(const struct profile *a, const struct profile *b)
{
        assert_string_equal(a->name, b->name);
        assert_string_equal(a->format, b->format);
        assert_string_equal(a->source, b->source);
        assert_int_equal(a->entries.count, b->entries.count);
        for (size_t i = 0; i < a->entries.count; i++) {
                const struct profile_entry *left = &a->entries.items[i];
                const struct profile_entry *right = &b->entries.items[i];

                assert_true(feature_equal(left->feature, right->feature));
                assert_int_equal(left->support, right->support);
                assert_int_equal(left->errnum, right->errnum);
                assert_true(string_equal(left->file, right->file));
                assert_int_equal(left->line, right->line);
                assert_true(string_equal(left->note, right->note));
        }
        assert_int_equal(a->unknown.count, b->unknown.count);
        for (size_t i = 0; i < a->unknown.count; i++) {
                assert_string_equal(a->unknown.items[i].name, b->unknown.items[i].name);
                assert_true(string_equal(a->unknown.items[i].file, b->unknown.items[i].file));
                assert_int_equal(a->unknown.items[i].line, b->unknown.items[i].line);
        }
}

static void test_stored_and_found(void **state)
{
        struct test_database *database = *state;
        CLEANUP_PROFILE struct profile *expected = make_profile("Kerla"), *found = NULL;
        struct error error = {};

        add(database->store, "Kerla");
        add(database->store, "Kerla");
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM profile"), 1);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM profile_feature"), 4);
        test_database_open(database, STORE_READ);
        assert_int_equal(store_find_profile(database->store, "kerla", &found, &error), 0);
        expect_equal(expected, found);
}

static void expect_missing(struct store *store, const char *name, const char *message)
{
        struct profile *profile = NULL;
        struct error error = {};

        assert_int_equal(store_find_profile(store, name, &profile, &error), -ENOENT);
        assert_null(profile);
        if (!strstr(error.message, message))
                fail_msg("%s", error.message);
}

static void test_names(void **state)
{
        struct test_database *database = *state;
        CLEANUP_STRINGS char **names = NULL;
        CLEANUP_PROFILE struct profile *found = NULL;
        struct error error = {};

        expect_missing(database->store, "Kerla", "no profile of an operating system is in it");
        add(database->store, "osv");
        add(database->store, "Gvisor");
        add(database->store, "OSv");
        assert_int_equal(store_list_profiles(database->store, &names, &error), 0);
        assert_int_equal(strings_count(names), 3);
        assert_string_equal(names[0], "Gvisor");
        assert_string_equal(names[1], "OSv");
        assert_string_equal(names[2], "osv");
        assert_int_equal(store_find_profile(database->store, "osv", &found, &error), 0);
        assert_string_equal(found->name, "osv");
        expect_missing(database->store, "OSV", "no profile 'OSV'");
        expect_missing(database->store, "Gviser", "no profile 'Gviser': did you mean 'Gvisor'?");
        expect_missing(database->store, "Starnix-on-Fuchsia",
                "no profile 'Starnix-on-Fuchsia'; there are Gvisor, OSv, osv");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        test_stored_and_found, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        test_names, test_database_make, test_database_remove),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
