/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/strings.h"
#include "store/contents.h"
#include "store/summary-cache.h"
#include "store/test-database.h"

static struct summary_cache cache_of(struct store *store, uint64_t size)
{
        struct summary_cache cache;

        assert_int_equal(store_summary_cache_of_size(store, size, &cache), 0);
        return cache;
}

static int save(const struct summary_cache *cache, const char *identity, char fill, size_t size)
{
        CLEANUP_FREE char *data = malloc(size);

        memset(data, fill, size);
        return cache->save(cache->context, identity, "/lib/x", data, size);
}

/* "" where there is none, else what it is filled with. */
static void assert_there(
        const struct summary_cache *cache, const char *identity, char fill, size_t size)
{
        CLEANUP_FREE void *data = NULL;
        size_t there;

        if (cache->load(cache->context, identity, &data, &there) < 0)
                fail_msg("%s is not there", identity);
        assert_int_equal(there, size);
        for (size_t i = 0; i < size; i++)
                assert_int_equal(((char *)data)[i], fill);
}

static void assert_missing(const struct summary_cache *cache, const char *identity)
{
        size_t size = 7;
        void *data = &size;

        assert_int_equal(cache->load(cache->context, identity, &data, &size), -ENOENT);
        assert_ptr_equal(data, &size);
        assert_int_equal(size, 7);
}

static void keeps_what_is_saved(void **state)
{
        struct test_database *database = *state;
        struct summary_cache cache = cache_of(database->store, SUMMARY_CACHE_SIZE);

        assert_missing(&cache, "a");
        assert_int_equal(save(&cache, "a", 'a', 100000), 0);
        assert_int_equal(save(&cache, "b", 'b', 10), 0);
        assert_there(&cache, "a", 'a', 100000);
        assert_there(&cache, "b", 'b', 10);
        assert_int_equal(save(&cache, "b", 'c', 20), 0);
        assert_there(&cache, "b", 'c', 20);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM object_summary"), 2);

        /* In another life too. */
        test_database_open(database, STORE_WRITE);
        cache = cache_of(database->store, SUMMARY_CACHE_SIZE);
        assert_there(&cache, "a", 'a', 100000);
        assert_missing(&cache, "c");
}

/* What another version of the analysis left is as good as nothing. */
static void asks_for_its_own_format(void **state)
{
        struct test_database *database = *state;
        struct summary_cache cache = cache_of(database->store, SUMMARY_CACHE_SIZE);
        struct error error = {};

        assert_int_equal(save(&cache, "a", 'a', 10), 0);
        assert_int_equal(
                store_run(database->store, "UPDATE object_summary SET format = format + 1", &error),
                0);
        assert_missing(&cache, "a");
        assert_int_equal(save(&cache, "a", 'b', 10), 0);
        assert_there(&cache, "a", 'b', 10);
}

static void drops_the_least_recently_used(void **state)
{
        struct test_database *database = *state;
        struct summary_cache cache = cache_of(database->store, 100000);
        struct error error = {};
        char name[16];

        for (int i = 0; i < 9; i++) {
                snprintf(name, sizeof(name), "%d", i);
                assert_int_equal(save(&cache, name, 'x', 10000), 0);
        }
        /* Long ago, in this order, but for 0, which was used today. */
        assert_int_equal(store_run(database->store,
                                 "UPDATE object_summary SET used = 1000 + identity WHERE identity "
                                 "> '0'",
                                 &error),
                0);
        /* 5 is used once more: that is noted with the next one that is saved. */
        assert_there(&cache, "5", 'x', 10000);
        assert_int_equal(save(&cache, "9", 'x', 10000), 0);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM object_summary"), 10);
        /* One more than there is room for; 87500 bytes may stay. */
        assert_int_equal(save(&cache, "10", 'x', 10000), 0);
        assert_missing(&cache, "1");
        assert_missing(&cache, "2");
        assert_missing(&cache, "3");
        assert_there(&cache, "4", 'x', 10000);
        assert_there(&cache, "0", 'x', 10000);
        assert_there(&cache, "5", 'x', 10000);
        assert_there(&cache, "10", 'x', 10000);
        assert_int_equal(
                test_number(database->store, "SELECT sum(size) <= 87500 FROM object_summary"), 1);
        /* What would push out most of the others is not kept. */
        assert_int_equal(save(&cache, "large", 'x', 20000), -EFBIG);
        assert_there(&cache, "4", 'x', 10000);
}

static void notes_the_use_at_the_end(void **state)
{
        struct test_database *database = *state;
        struct summary_cache cache = cache_of(database->store, SUMMARY_CACHE_SIZE);
        struct error error = {};

        assert_int_equal(save(&cache, "a", 'a', 10), 0);
        assert_int_equal(save(&cache, "b", 'b', 10), 0);
        assert_int_equal(
                store_run(database->store, "UPDATE object_summary SET used = 1000", &error), 0);
        assert_there(&cache, "a", 'a', 10);
        test_database_open(database, STORE_READ);
        assert_int_equal(test_number(database->store,
                                 "SELECT used = 1000 FROM object_summary WHERE identity = 'b'"),
                1);
        assert_int_equal(
                test_number(database->store,
                        "SELECT used > 1000000000 FROM object_summary WHERE identity = 'a'"),
                1);
}

static void only_reads_where_the_store_does(void **state)
{
        struct test_database *database = *state;
        struct summary_cache cache = cache_of(database->store, SUMMARY_CACHE_SIZE);
        struct error error = {};

        assert_int_equal(save(&cache, "a", 'a', 10), 0);
        assert_int_equal(
                store_run(database->store, "UPDATE object_summary SET used = 1000", &error), 0);
        test_database_open(database, STORE_READ);
        cache = cache_of(database->store, SUMMARY_CACHE_SIZE);
        assert_there(&cache, "a", 'a', 10);
        assert_int_equal(save(&cache, "b", 'b', 10), -EROFS);
        test_database_open(database, STORE_READ);
        assert_int_equal(
                test_number(database->store, "SELECT sum(used) FROM object_summary"), 1000);
}

/* While another one writes, what is there can be read, and saving does not take for ever. */
static void does_not_wait_for_others(void **state)
{
        struct test_database *database = *state;
        struct summary_cache cache = cache_of(database->store, SUMMARY_CACHE_SIZE);
        struct error error = {};

        assert_int_equal(save(&cache, "a", 'a', 10), 0);
        assert_int_equal(store_begin(database->store, &error), 0);
        assert_there(&cache, "a", 'a', 10);
        assert_int_equal(save(&cache, "b", 'b', 10), -EBUSY);
        assert_int_equal(store_end(database->store, 0, &error), 0);
        assert_int_equal(save(&cache, "b", 'b', 10), 0);
        assert_there(&cache, "b", 'b', 10);
}

static void shares_with_another_process(void **state)
{
        struct test_database *database = *state;
        CLEANUP_STORE struct store *other = NULL;
        struct summary_cache cache = cache_of(database->store, SUMMARY_CACHE_SIZE), others;

        assert_int_equal(store_open(database->path, STORE_WRITE, &other, NULL), 0);
        others = cache_of(other, SUMMARY_CACHE_SIZE);
        assert_int_equal(save(&cache, "a", 'a', 10), 0);
        assert_there(&others, "a", 'a', 10);
        assert_int_equal(save(&others, "a", 'b', 10), 0);
        assert_int_equal(save(&others, "b", 'b', 10), 0);
        assert_there(&cache, "a", 'b', 10);
        assert_there(&cache, "b", 'b', 10);
}

/* A program's loads are one transaction, which ends when something is saved, or by itself: what
 * others saved shows then. */
static void loads_in_one_transaction(void **state)
{
        struct test_database *database = *state;
        CLEANUP_STORE struct store *other = NULL;
        struct summary_cache cache = cache_of(database->store, SUMMARY_CACHE_SIZE), others;

        assert_int_equal(store_open(database->path, STORE_WRITE, &other, NULL), 0);
        others = cache_of(other, SUMMARY_CACHE_SIZE);
        assert_int_equal(save(&cache, "a", 'a', 10), 0);
        assert_there(&cache, "a", 'a', 10);
        assert_int_equal(save(&others, "a", 'b', 20), 0);
        assert_int_equal(save(&others, "b", 'b', 10000), 0);
        assert_there(&cache, "a", 'a', 10);
        assert_missing(&cache, "b");
        for (int i = 0; i < 1024; i++)
                assert_missing(&cache, "c");
        assert_there(&cache, "a", 'b', 20);
        assert_there(&cache, "b", 'b', 10000);
}

static void limit_files(rlim_t size)
{
        struct rlimit limit;

        assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
        limit.rlim_cur = size;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* It costs time only: what is there can still be used, and so can the database. */
static void survives_a_full_disk(void **state)
{
        struct test_database *database = *state;
        struct summary_cache cache = cache_of(database->store, SUMMARY_CACHE_SIZE);
        CLEANUP_STRINGS char **faults = NULL;
        struct error error = {};
        int r;

        assert_int_equal(save(&cache, "a", 'a', 10000), 0);
        signal(SIGXFSZ, SIG_IGN);
        limit_files(200000);
        r = save(&cache, "b", 'b', 1000000);
        limit_files(RLIM_INFINITY);
        signal(SIGXFSZ, SIG_DFL);
        assert_true(r == -ENOSPC || r == -EIO);
        assert_missing(&cache, "b");
        assert_there(&cache, "a", 'a', 10000);
        assert_int_equal(store_verify(database->store, &faults, &error), 0);
        assert_null(faults);
        assert_int_equal(
                store_run(database->store, "INSERT INTO application (name) VALUES ('a')", &error),
                0);
}

/* It is not merged, nor does it make a database differ. */
static void is_no_result(void **state)
{
        struct test_database *database = *state;
        CLEANUP_FREE char *path = string_format("%s/other.db", database->folder);
        CLEANUP_STORE struct store *other = NULL;
        struct merge_report report = {};
        struct summary_cache cache;
        struct error error = {};

        assert_int_equal(store_open(path, STORE_CREATE, &other, &error), 0);
        cache = cache_of(other, SUMMARY_CACHE_SIZE);
        assert_int_equal(save(&cache, "a", 'a', 10), 0);
        assert_int_equal(store_merge(database->store, path, &report, &error), 0);
        merge_report_clear(&report);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM object_summary"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_database_make, test_database_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(keeps_what_is_saved),
                TEST(asks_for_its_own_format),
                TEST(drops_the_least_recently_used),
                TEST(notes_the_use_at_the_end),
                TEST(only_reads_where_the_store_does),
                TEST(does_not_wait_for_others),
                TEST(shares_with_another_process),
                TEST(loads_in_one_transaction),
                TEST(survives_a_full_disk),
                TEST(is_no_result),
        };

        return cmocka_run_group_tests_name("store/summary-cache", tests, NULL, NULL);
}
