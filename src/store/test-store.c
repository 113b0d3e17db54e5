/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strings.h"
#include "store/schema.h"
#include "store/test-database.h"

static const struct schema_step two_steps[] = {
        {2, "ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 7; UPDATE t SET a = a + 1"},
        {3, "CREATE TABLE u (c INTEGER); INSERT INTO u SELECT b FROM t"},
        {},
};
static const struct schema_step failing_steps[] = {
        {2, "ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 7; UPDATE t SET a = a + 1"},
        {3, "CREATE TABLE u (c INTEGER); INSERT INTO nowhere VALUES (1)"},
        {},
};
static const struct schema_step no_steps[] = {{}};

static const struct schema first = {
        "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)", 1, no_steps};
static const struct schema second = {
        "CREATE TABLE t (a INTEGER, b INTEGER); INSERT INTO t VALUES (1, 7)", 2, two_steps};
static const struct schema third = {
        "CREATE TABLE t (a INTEGER, b INTEGER); CREATE TABLE u (c INTEGER)", 3, two_steps};
static const struct schema failing = {"CREATE TABLE t (a INTEGER)", 3, failing_steps};

static int number(sqlite3 *connection, const char *sql)
{
        sqlite3_stmt *statement;
        int result;

        assert_int_equal(sqlite3_prepare_v2(connection, sql, -1, &statement, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        result = sqlite3_column_int(statement, 0);
        sqlite3_finalize(statement);
        return result;
}

static sqlite3 *database_of(const struct schema *schema)
{
        sqlite3 *connection;
        int version;

        assert_int_equal(sqlite3_open(":memory:", &connection), SQLITE_OK);
        assert_int_equal(schema_look(connection, schema, &version), SCHEMA_EMPTY);
        assert_int_equal(schema_update(connection, schema, NULL), 0);
        assert_int_equal(schema_look(connection, schema, &version), SCHEMA_CURRENT);
        assert_int_equal(version, schema->version);
        return connection;
}

static void takes_steps_to_the_newest_version(void **state)
{
        sqlite3 *connection = database_of(&first);
        int version;

        (void)state;
        assert_int_equal(schema_look(connection, &third, &version), SCHEMA_OLDER);
        assert_int_equal(version, 1);
        assert_int_equal(schema_update(connection, &third, NULL), 0);
        assert_int_equal(schema_look(connection, &third, &version), SCHEMA_CURRENT);
        assert_int_equal(version, 3);
        assert_int_equal(number(connection, "SELECT a FROM t"), 2);
        assert_int_equal(number(connection, "SELECT c FROM u"), 7);
        /* Nothing is done twice. */
        assert_int_equal(schema_update(connection, &third, NULL), 0);
        assert_int_equal(number(connection, "SELECT a FROM t"), 2);
        assert_int_equal(schema_look(connection, &first, &version), SCHEMA_NEWER);
        sqlite3_close(connection);
}

static void takes_no_step_that_was_taken(void **state)
{
        sqlite3 *connection = database_of(&second);

        (void)state;
        assert_int_equal(schema_update(connection, &third, NULL), 0);
        assert_int_equal(number(connection, "SELECT a FROM t"), 1);
        assert_int_equal(number(connection, "SELECT c FROM u"), 7);
        sqlite3_close(connection);
}

static void keeps_the_old_version_where_a_step_fails(void **state)
{
        sqlite3 *connection = database_of(&first);
        struct error error = {};
        int version;

        (void)state;
        assert_true(schema_update(connection, &failing, &error) < 0);
        assert_string_equal(error.message, "making version 3: no such table: nowhere");
        assert_int_equal(schema_look(connection, &first, &version), SCHEMA_CURRENT);
        assert_int_equal(number(connection, "SELECT a FROM t"), 1);
        assert_int_equal(number(connection, "SELECT count(*) FROM sqlite_schema"), 1);
        assert_int_equal(number(connection, "SELECT count(*) FROM pragma_table_info('t')"), 1);
        sqlite3_close(connection);
}

/* Makes the database, as another process would, when a connection begins its `due`th statement. */
struct other_maker {
        sqlite3 *connection;
        unsigned due;
};

static int make_meanwhile(unsigned reason, void *context, void *statement, void *sql)
{
        struct other_maker *maker = context;

        (void)reason;
        (void)statement;
        (void)sql;
        if (maker->due > 0 && --maker->due == 0)
                assert_int_equal(schema_update(maker->connection, &first, NULL), 0);
        return 0;
}

static void looks_at_one_moment_while_another_makes_it(void **state)
{
        struct test_database *database = *state;
        struct other_maker maker = {};
        sqlite3 *looking;
        char path[160];
        int version, found;

        for (unsigned due = 1; due <= 4; due++) {
                snprintf(path, sizeof(path), "%s/made-%u", database->folder, due);
                assert_int_equal(sqlite3_open(path, &looking), SQLITE_OK);
                assert_int_equal(sqlite3_open(path, &maker.connection), SQLITE_OK);
                assert_int_equal(sqlite3_exec(looking, "PRAGMA journal_mode = WAL", 0, 0, 0), 0);
                maker.due = due;
                sqlite3_trace_v2(looking, SQLITE_TRACE_STMT, make_meanwhile, &maker);
                found = schema_look(looking, &first, &version);
                assert_true(found == SCHEMA_EMPTY || found == SCHEMA_CURRENT);
                assert_int_equal(version, found == SCHEMA_EMPTY ? 0 : 1);
                sqlite3_close(looking);
                sqlite3_close(maker.connection);
        }
}

static void makes_a_database_with_its_settings(void **state)
{
        struct test_database *database = *state;

        assert_int_equal(test_number(database->store, "PRAGMA application_id"), 0x4c6f7570);
        assert_int_equal(test_number(database->store, "PRAGMA user_version"), 3);
        assert_int_equal(test_number(database->store, "PRAGMA foreign_keys"), 1);
        assert_int_equal(test_number(database->store, "PRAGMA synchronous"), 2);
        assert_int_equal(test_number(database->store,
                                 "SELECT journal_mode = 'wal' FROM pragma_journal_mode"),
                1);
        assert_int_equal(test_number(database->store, "PRAGMA busy_timeout"), 60000);
}

static void holds_to_references(void **state)
{
        struct test_database *database = *state;
        struct error error = {};

        assert_int_equal(store_run(database->store,
                                 "INSERT INTO workload (application_id, name, kind) VALUES (9, "
                                 "'a', 'suite')",
                                 &error),
                -EEXIST);
}

/* Opens what is in the file; the message must hold `message`. */
static void assert_refused(
        struct test_database *database, enum store_mode mode, int result, const char *message)
{
        struct store *store = NULL;
        struct error error = {};

        assert_int_equal(store_open(database->path, mode, &store, &error), result);
        assert_null(store);
        if (!strstr(error.message, message) || !string_has_prefix(error.message, database->path))
                fail_msg("'%s', wanted '%s'", error.message, message);
}

static void write_bytes(const char *path, const char *text, size_t size)
{
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
}

static void refuses_what_is_no_database_of_loupe(void **state)
{
        static const char text[] = "This is a letter, not a database, and long enough to be one "
                                   "of at least a hundred bytes, as its header would be.";
        struct test_database *database = *state;
        sqlite3 *foreign;

        database->store = store_close(database->store);
        write_bytes(database->path, text, sizeof(text));
        assert_refused(database, STORE_READ, -EINVAL, "this is no database of loupe");
        assert_refused(database, STORE_CREATE, -EINVAL, "this is no database of loupe");
        write_bytes(database->path, "", 0);
        assert_refused(database, STORE_READ, -EINVAL, "it is empty");
        assert_refused(database, STORE_WRITE, -EINVAL, "it is empty");
        unlink(database->path);
        assert_refused(database, STORE_READ, -ENOENT, "there is no database: `loupe db init`");
        assert_int_equal(sqlite3_open(database->path, &foreign), SQLITE_OK);
        assert_int_equal(sqlite3_exec(foreign, "CREATE TABLE t (a)", NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(foreign);
        assert_refused(database, STORE_CREATE, -EINVAL, "not one of loupe");
        unlink(database->path);
        assert_int_equal(mkdir(database->path, 0755), 0);
        assert_refused(database, STORE_CREATE, -EISDIR, "Is a directory");
        rmdir(database->path);
        assert_int_equal(mkfifo(database->path, 0644), 0);
        assert_refused(database, STORE_CREATE, -EINVAL, "no regular file");
}

static void refuses_one_of_a_newer_loupe(void **state)
{
        struct test_database *database = *state;
        struct error error = {};

        assert_int_equal(store_run(database->store, "PRAGMA user_version = 99", &error), 0);
        database->store = store_close(database->store);
        assert_refused(database, STORE_CREATE, -EPROTO, "a newer loupe made it (version 99");
        assert_refused(database, STORE_READ, -EPROTO, "use that one");
}

/* An empty file is what is left where making a database was interrupted. */
static void fills_an_empty_file(void **state)
{
        struct test_database *database = *state;

        database->store = store_close(database->store);
        write_bytes(database->path, "", 0);
        test_database_open(database, STORE_CREATE);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM result"), 0);
}

static void changes_nothing_where_it_only_reads(void **state)
{
        struct test_database *database = *state;
        struct error error = {};

        test_database_open(database, STORE_READ);
        assert_true(store_run(database->store, "INSERT INTO application (name) VALUES ('a')",
                            &error) < 0);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM application"), 0);
}

static void reads_names_that_mean_something_to_sqlite(void **state)
{
        static const char *const names[] = {
                ":memory:", "a?mode=memory", "a b%20c", "file:x", "ä#1", "sub/folder/d.db"};
        static const char *const slashes[] = {"", "/", "//"};
        struct test_database *database = *state;
        struct store *store;
        struct error error = {};
        struct stat status;
        char path[160];
        int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        assert_int_equal(chdir(database->folder), 0);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                if (store_open(names[i], STORE_CREATE, &store, &error) != 0)
                        fail_msg("%s", error.message);
                store_close(store);
                snprintf(path, sizeof(path), "%s/%s", database->folder, names[i]);
                assert_int_equal(stat(path, &status), 0);
                assert_true(status.st_size > 0);
        }
        assert_int_equal(fchdir(here), 0);
        close(here);
        for (size_t i = 0; i < ARRAY_SIZE(slashes); i++) {
                snprintf(path, sizeof(path), "%s%s", slashes[i], database->path);
                if (store_open(path, STORE_READ, &store, &error) != 0)
                        fail_msg("%s", error.message);
                store_close(store);
        }
}

static void finds_the_place(void **state)
{
        static const struct {
                const char *option, *variable, *data, *home, *expected;
        } rows[] = {
                {"x.db", "/v.db", "/data", "/home/me", "x.db"},
                {NULL, "/v.db", "/data", "/home/me", "/v.db"},
                {NULL, "", "/data", "/home/me", "/data/loupe/loupe.db"},
                {NULL, NULL, "relative", "/home/me", "/home/me/.local/share/loupe/loupe.db"},
                {NULL, NULL, NULL, "/home/me", "/home/me/.local/share/loupe/loupe.db"},
                {NULL, NULL, "/data", NULL, "/data/loupe/loupe.db"},
                {NULL, NULL, NULL, NULL, NULL},
                {"", "/v.db", "/data", "/home/me", NULL},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct error error = {};
                char *path = NULL;
                int r;

                unsetenv("LOUPE_DB");
                unsetenv("XDG_DATA_HOME");
                unsetenv("HOME");
                if (rows[i].variable)
                        setenv("LOUPE_DB", rows[i].variable, 1);
                if (rows[i].data)
                        setenv("XDG_DATA_HOME", rows[i].data, 1);
                if (rows[i].home)
                        setenv("HOME", rows[i].home, 1);
                r = store_path(rows[i].option, &path, &error);
                assert_int_equal(r == 0, rows[i].expected != NULL);
                if (rows[i].expected)
                        assert_string_equal(path, rows[i].expected);
                else
                        assert_true(error.message[0] != '\0');
                free(path);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_database_make, test_database_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(takes_steps_to_the_newest_version),
                cmocka_unit_test(takes_no_step_that_was_taken),
                cmocka_unit_test(keeps_the_old_version_where_a_step_fails),
                TEST(looks_at_one_moment_while_another_makes_it),
                TEST(makes_a_database_with_its_settings),
                TEST(holds_to_references),
                TEST(refuses_what_is_no_database_of_loupe),
                TEST(refuses_one_of_a_newer_loupe),
                TEST(fills_an_empty_file),
                TEST(changes_nothing_where_it_only_reads),
                TEST(reads_names_that_mean_something_to_sqlite),
                cmocka_unit_test(finds_the_place),
        };

        return cmocka_run_group_tests_name("store/store", tests, NULL, NULL);
}
