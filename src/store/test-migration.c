/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/strings.h"
#include "store/contents.h"
#include "store/loupedb.h"
#include "store/schema.h"
#include "store/test-database.h"
#include "store/test-schema.h"

/* What loupe of version 1 stored: static tables of odd shapes, a result, and a profile. */
static const char contents_of_1[] =
        "INSERT INTO application (id, name) VALUES (7, 'redis'), (9, 'nginx');"
        "INSERT INTO workload (id, application_id, name, kind) VALUES"
        " (3, 7, 'suite', 'suite'), (4, 9, 'wrk', 'benchmark');"
        "INSERT INTO feature (id, kind, name, number) VALUES"
        " (1, 'syscall', 'read', 0), (2, 'syscall', 'open', 2);"
        "INSERT INTO static_result (id, workload_id, run, method, content, measured) VALUES"
        " (11, 3, '1', 'binary', "
        "'4eb1d0ec4a21ffb1de77b0c68b6f9e6d6a3bc1d68d9e6b5a9a3a5e0fd1cd0e5c', 5),"
        " (12, 4, 'imported', 'sources', "
        "'4eb1d0ec4a21ffb1de77b0c68b6f9e6d6a3bc1d68d9e6b5a9a3a5e0fd1cd0e5c', 6);"
        "INSERT INTO static_feature (static_id, feature_id) VALUES (11, 1), (11, 2), (12, 1), (12, "
        "2);"
        "INSERT INTO loupedb_shape (id, static_id, header, rows, final_newline) VALUES"
        " (21, 11, '# odd', 4, 0), (22, 12, NULL, 3, 1);"
        "INSERT INTO loupedb_line (shape_id, number, text) VALUES (21, 1, '1, N');"
        "INSERT INTO result (id, workload_id, digest, content, origin, run, measured, executable, "
        "executable_digest, findings) VALUES (31, 3, printf('%064d', 1), printf('%064d', 2), "
        "'analysis', 'r', 8, '/bin/redis', printf('%064d', 3), x'010000');"
        "INSERT INTO profile (id, name, format, imported) VALUES (41, 'Kerla', 'list', 5);"
        "INSERT INTO profile_feature (profile_id, feature_id, support) VALUES (41, 1, "
        "'supported');";

static void run(sqlite3 *connection, const char *sql)
{
        if (sqlite3_exec(connection, sql, NULL, NULL, NULL) != SQLITE_OK)
                fail_msg("%s", sqlite3_errmsg(connection));
}

static sqlite3 *new_connection(const char *path)
{
        sqlite3 *connection;

        assert_int_equal(sqlite3_open(path, &connection), SQLITE_OK);
        return connection;
}

/* Puts a database of version 1 where the test's was. */
static void make_first(struct test_database *database)
{
        sqlite3 *connection;

        database->store = store_close(database->store);
        assert_int_equal(unlink(database->path), 0);
        connection = new_connection(database->path);
        run(connection, "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON");
        run(connection, first_schema);
        run(connection, contents_of_1);
        run(connection, "PRAGMA application_id = 0x4c6f7570; PRAGMA user_version = 1");
        sqlite3_close(connection);
}

static int count(struct store *store, const char *sql)
{
        return (int)test_number(store, sql);
}

/* Everything of version 1, wherever the newest has it. */
static void assert_contents(struct store *store)
{
        assert_int_equal(count(store, "PRAGMA user_version"), 3);
        assert_int_equal(
                count(store, "SELECT count(*) FROM static_result WHERE id = 11 AND "
                             "application_id = 7 AND workload_id = 3 AND run = '1' AND method "
                             "= 'binary' AND origin = 'loupedb' AND measured = 5 AND complete "
                             "IS NULL AND executable IS NULL"),
                1);
        assert_int_equal(count(store, "SELECT count(*) FROM static_result WHERE id = 12 AND "
                                      "application_id = 9 AND workload_id = 4"),
                1);
        assert_int_equal(count(store, "SELECT count(*) FROM static_result"), 2);
        assert_int_equal(count(store, "SELECT count(*) FROM static_feature"), 4);
        assert_int_equal(
                count(store, "SELECT count(*) FROM loupedb_shape WHERE static_id = 11"), 1);
        assert_int_equal(count(store, "SELECT count(*) FROM loupedb_line WHERE shape_id = 21"), 1);
        assert_int_equal(count(store, "SELECT count(*) FROM result WHERE id = 31"), 1);
        assert_int_equal(count(store, "SELECT count(*) FROM profile_feature"), 1);
        assert_int_equal(count(store, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
        assert_int_equal(count(store, "PRAGMA foreign_keys"), 1);
}

static void assert_file(const char *folder, const char *name, const char *expected)
{
        CLEANUP_FREE char *path = string_format("%s/%s", folder, name), *text = NULL;
        size_t size;

        if (read_file(path, 4096, &text, &size) < 0)
                fail_msg("%s is missing", path);
        assert_string_equal(text, expected);
}

/* As version 1 wrote them. */
static void assert_export(struct test_database *database)
{
        CLEANUP_FREE char *folder = string_format("%s/exported", database->folder);
        struct error error = {};
        size_t files;

        if (loupedb_export(database->store, folder, &files, &error) < 0)
                fail_msg("%s", error.message);
        assert_int_equal(files, 3);
        assert_file(folder, "redis/suite/1/data/static_binary.csv", "# odd\n0,Y\n1, N\n2,Y\n3,N");
        assert_file(
                folder, "nginx/benchmark-wrk/imported/data/static_sources.csv", "0,Y\n1,N\n2,Y\n");
        assert_file(folder, "Kerla.syscalls", "read\n");
}

static void brings_the_first_version_up_to_date(void **state)
{
        struct test_database *database = *state;

        make_first(database);
        test_database_open(database, STORE_WRITE);
        assert_contents(database->store);
        assert_export(database);
        /* It is on disk, and stays. */
        test_database_open(database, STORE_READ);
        assert_contents(database->store);
        assert_int_equal(sqlite3_db_readonly(store_connection(database->store), "main"), 0);
}

/* References hold as before. */
static void keeps_references(void **state)
{
        struct test_database *database = *state;
        struct error error = {};

        make_first(database);
        test_database_open(database, STORE_WRITE);
        assert_int_equal(
                store_run(database->store, "DELETE FROM application WHERE id = 7", &error), 0);
        assert_int_equal(count(database->store, "SELECT count(*) FROM static_result"), 1);
        assert_int_equal(count(database->store, "SELECT count(*) FROM static_feature"), 2);
        assert_int_equal(count(database->store, "SELECT count(*) FROM loupedb_line"), 0);
}

static int version_of(const char *path)
{
        sqlite3 *connection = new_connection(path);
        sqlite3_stmt *statement;
        int version;

        assert_int_equal(
                sqlite3_prepare_v2(connection, "PRAGMA user_version", -1, &statement, NULL), 0);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        version = sqlite3_column_int(statement, 0);
        sqlite3_finalize(statement);
        sqlite3_close(connection);
        return version;
}

/* Though it is not changed. */
static void reads_the_first_version(void **state)
{
        struct test_database *database = *state;
        struct error error = {};

        make_first(database);
        test_database_open(database, STORE_READ);
        assert_contents(database->store);
        assert_export(database);
        assert_true(store_run(database->store, "INSERT INTO application (name) VALUES ('a')",
                            &error) < 0);
        assert_int_equal(version_of(database->path), 1);
}

/* Where nothing can be written at all, not even the files that SQLite makes beside it. */
static void reads_the_first_version_in_a_folder_of_others(void **state)
{
        struct test_database *database = *state;

        make_first(database);
        assert_int_equal(chmod(database->path, 0444), 0);
        assert_int_equal(chmod(database->folder, 0555), 0);
        /* Rights do not hold root. */
        if (geteuid() == 0)
                assert_int_equal(seteuid(65534), 0);
        test_database_open(database, STORE_READ);
        assert_contents(database->store);
        if (getuid() == 0)
                assert_int_equal(seteuid(0), 0);
        assert_int_equal(chmod(database->folder, 0755), 0);
}

/* "type name: text" of everything, in which blanks and quotes do not count. */
static char *schema_text(sqlite3 *connection)
{
        sqlite3_stmt *statement;
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_int_equal(sqlite3_prepare_v2(connection,
                                 "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name",
                                 -1, &statement, NULL),
                SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
                fprintf(stream, "%s %s: ", column_text(statement, 0), column_text(statement, 1));
                for (const char *c = column_text(statement, 2); *c; c++)
                        if (!isspace((unsigned char)*c) && *c != '"')
                                fputc(*c, stream);
                fputc('\n', stream);
        }
        sqlite3_finalize(statement);
        fclose(stream);
        return text;
}

/* An old database that was brought up to date has what a new one has. */
static void ends_where_a_new_database_begins(void **state)
{
        sqlite3 *old = new_connection(":memory:"), *new = new_connection(":memory:");
        CLEANUP_FREE char *old_schema = NULL, *new_schema = NULL;
        struct error error = {};

        (void)state;
        run(old, first_schema);
        run(old, "PRAGMA application_id = 0x4c6f7570; PRAGMA user_version = 1");
        if (schema_update(old, &schema_current, &error) < 0)
                fail_msg("%s", error.message);
        assert_int_equal(schema_update(new, &schema_current, &error), 0);
        old_schema = schema_text(old);
        new_schema = schema_text(new);
        assert_string_equal(old_schema, new_schema);
        sqlite3_close(old);
        sqlite3_close(new);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_database_make, test_database_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(brings_the_first_version_up_to_date),
                TEST(keeps_references),
                TEST(reads_the_first_version),
                TEST(reads_the_first_version_in_a_folder_of_others),
                cmocka_unit_test(ends_where_a_new_database_begins),
        };

        return cmocka_run_group_tests_name("store/migration", tests, NULL, NULL);
}
