/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb-file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER "# syscall, used, works faked, works stubbed, works both\n"

/* A dyn.csv whose row `number` is `line`; other rows up to `rows` are those of unused calls. */
static char *table(const char *header, unsigned rows, unsigned number, const char *line)
{
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_non_null(stream);
        fputs(header, stream);
        for (unsigned i = 0; i < rows; i++) {
                if (i == number)
                        fprintf(stream, "%s\n", line);
                else
                        fprintf(stream, "%u,N,N,N,N\n", i);
        }
        fclose(stream);
        return text;
}

static void parse(const char *text, struct loupedb_file *ret)
{
        struct error error = {};

        assert_int_equal(
                loupedb_file_parse(LOUPEDB_DYNAMIC, "x", text, strlen(text), ret, &error), 0);
        assert_string_equal(error.message, "");
}

/* What was read is written as it was. */
static void expect_same(enum loupedb_table kind, const struct loupedb_file *file, const char *text)
{
        CLEANUP_FREE char *written = NULL;
        size_t size;
        FILE *stream = open_memstream(&written, &size);

        assert_non_null(stream);
        loupedb_file_write(kind, file, stream);
        fclose(stream);
        assert_string_equal(written, text);
}

static void test_classes(void **state)
{
        static const struct {
                const char *line;
                uint8_t verdict;
                unsigned all_marked, unused_marked;
                size_t lines;
        } rows[] = {
                {"7,N,N,N,N", LOUPEDB_UNUSED, 0, 0, 0},
                {"7,Y,N,N,N", VERDICT_REQUIRED, 0, 0, 0},
                {"7,Y,Y,N,N", VERDICT_FAKE, 0, 0, 0},
                {"7,Y,N,Y,N", VERDICT_STUB, 0, 0, 0},
                {"7,Y,N,N,Y", VERDICT_EITHER, 0, 0, 0},
                {"7,Y,Y,Y,Y", VERDICT_EITHER, 1, 0, 1},
                {"7,N,Y,Y,Y", LOUPEDB_UNUSED, 0, 1, 1},
                {"7,N,Y,N,N", LOUPEDB_UNUSED, 0, 1, 1},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_LOUPEDB_FILE struct loupedb_file file = {};
                CLEANUP_FREE char *text = table(HEADER, 335, 7, rows[i].line);

                parse(text, &file);
                assert_int_equal(file.rows, 335);
                assert_int_equal(file.verdicts[7], rows[i].verdict);
                assert_int_equal(file.verdicts[8], LOUPEDB_UNUSED);
                assert_int_equal(file.all_marked, rows[i].all_marked);
                assert_int_equal(file.unused_marked, rows[i].unused_marked);
                assert_int_equal(file.lines.count, rows[i].lines);
                assert_int_equal(loupedb_file_is_common(LOUPEDB_DYNAMIC, &file), !rows[i].lines);
                expect_same(LOUPEDB_DYNAMIC, &file, text);
        }
}

/* A row of text that is kept as it was; the verdict of call 9 is the same in all of them. */
static void expect_odd(const char *header, unsigned rows, const char *line, size_t lines)
{
        CLEANUP_LOUPEDB_FILE struct loupedb_file file = {};
        CLEANUP_FREE char *text = table(header, rows, 9, line);

        parse(text, &file);
        assert_int_equal(file.rows, rows);
        assert_int_equal(file.verdicts[9], VERDICT_STUB);
        assert_int_equal(file.lines.count, lines);
        assert_false(loupedb_file_is_common(LOUPEDB_DYNAMIC, &file));
        expect_same(LOUPEDB_DYNAMIC, &file, text);
}

static void test_odd_shapes(void **state)
{
        (void)state;
        expect_odd("", 335, "9,Y,N,Y,N", 0);
        expect_odd("\n", 335, "9,Y,N,Y,N", 0);
        expect_odd(HEADER "# made by hand\n\n", 335, "9,Y,N,Y,N", 0);
        expect_odd("#syscall\n", 335, "9,Y,N,Y,N", 0);
        expect_odd(HEADER, 336, "9,Y,N,Y,N", 0);
        expect_odd(HEADER, LOUPEDB_ROWS_MAX, "9,Y,N,Y,N", 0);
        expect_odd(HEADER, 335, "9,Y,N,Y,N\r", 1);
        expect_odd(HEADER, 335, " 9 , Y ,N,\"Y\",N\t", 1);
        expect_odd(HEADER, 335, "009,Y,N,Y,N", 1);
        expect_odd(HEADER, 335, "# a comment, caf\xc3\xa9\n\n9,Y,N,Y,N", 1);
}

static void test_ends(void **state)
{
        static const struct {
                const char *end;
                size_t lines;
                bool final_newline;
        } ends[] = {{"", 0, false}, {"\n", 0, true}, {"\n\n", 1, true}, {"\n# end", 1, false},
                {"\n\n\n# end\n\n", 1, true}, {"\n  ", 1, false}};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
                CLEANUP_LOUPEDB_FILE struct loupedb_file file = {};
                CLEANUP_FREE char *most = table(HEADER, 334, 0, "0,Y,N,N,N"), *text = NULL;

                assert_true(asprintf(&text, "%s334,N,N,N,N%s", most, ends[i].end) > 0);
                parse(text, &file);
                assert_int_equal(file.rows, 335);
                assert_int_equal(file.lines.count, ends[i].lines);
                assert_int_equal(file.final_newline, ends[i].final_newline);
                expect_same(LOUPEDB_DYNAMIC, &file, text);
        }
}

static void test_static_table(void **state)
{
        CLEANUP_LOUPEDB_FILE struct loupedb_file file = {};
        CLEANUP_FREE char *text = NULL;
        struct error error = {};
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        (void)state;
        fputs("# syscall, used\n", stream);
        for (unsigned i = 0; i < 335; i++)
                fprintf(stream, "%u,%c\n", i, i == 3 ? 'Y' : 'N');
        fclose(stream);
        assert_int_equal(
                loupedb_file_parse(LOUPEDB_STATIC_BINARY, "x", text, size, &file, &error), 0);
        assert_int_equal(file.verdicts[3], VERDICT_UNTESTED);
        assert_int_equal(file.verdicts[4], LOUPEDB_UNUSED);
        assert_true(loupedb_file_is_common(LOUPEDB_STATIC_BINARY, &file));
        expect_same(LOUPEDB_STATIC_BINARY, &file, text);
        assert_int_equal(
                loupedb_file_parse(LOUPEDB_DYNAMIC, "x", text, size, &file, &error), -EINVAL);
        assert_string_equal(
                error.message, "x:2: 2 columns where a row is number,used,faked,stubbed,both");
}

static void expect_refused(const char *text, size_t size, const char *message)
{
        struct loupedb_file file = {.rows = 12345};
        struct error error = {};

        assert_int_equal(
                loupedb_file_parse(LOUPEDB_DYNAMIC, "a/dyn.csv", text, size, &file, &error),
                -EINVAL);
        assert_string_equal(error.message, message);
        assert_int_equal(file.rows, 12345);
}

#define EXPECT_REFUSED(text, message) expect_refused(text, sizeof(text) - 1, message)

static void test_refusals(void **state)
{
        (void)state;
        EXPECT_REFUSED(
                "", "a/dyn.csv:1: no row; \"number,used,faked,stubbed,both\" of call 0 is due");
        EXPECT_REFUSED(
                HEADER, "a/dyn.csv:2: no row; \"number,used,faked,stubbed,both\" of call 0 is due");
        EXPECT_REFUSED("0,Y,N,N,N\n1,N,N,N,N\n",
                "a/dyn.csv:2: the file ends after call 1; rows up to call 334 are due");
        EXPECT_REFUSED("0,Y,N,N,N\n\n0,Y,N,N,N\n",
                "a/dyn.csv:3: call 0 is here for the second time; the row of call 1 is due");
        EXPECT_REFUSED("0,Y,N,N,N\n2,Y,N,N,N\n",
                "a/dyn.csv:2: call 2 where call 1 is due: no call is left out");
        EXPECT_REFUSED("0,Y,N,N,N\nread,Y,N,N,N\n",
                "a/dyn.csv:2: \"read\" is not the number of a call; the row of call 1 is due here");
        EXPECT_REFUSED("-0,Y,N,N,N\n",
                "a/dyn.csv:1: \"-0\" is not the number of a call; the row of call 0 is due here");
        EXPECT_REFUSED("99999999999999999999999,Y,N,N,N\n",
                "a/dyn.csv:1: call 99999999999999999999999 "
                "where call 0 is due: no call is left out");
        EXPECT_REFUSED("0,Y,N,yes,N\n", "a/dyn.csv:1: \"yes\" in column 4 is neither Y nor N");
        EXPECT_REFUSED("0,y,N,N,N\n", "a/dyn.csv:1: \"y\" in column 2 is neither Y nor N");
        EXPECT_REFUSED("0,,N,N,N\n", "a/dyn.csv:1: \"\" in column 2 is neither Y nor N");
        EXPECT_REFUSED("0,Y,N,N\n",
                "a/dyn.csv:1: 4 columns where a row is number,used,faked,stubbed,both");
        EXPECT_REFUSED("0,Y,N,N,N,N\n",
                "a/dyn.csv:1: 6 columns where a row is number,used,faked,stubbed,both");
        EXPECT_REFUSED("0,Y,Y,Y,N\n",
                "a/dyn.csv:1: two of works faked, works stubbed and works both, which exclude each "
                "other: one Y is right, or none, or three for either");
        EXPECT_REFUSED("# syscall, used, works stubbed, works faked, works both\n",
                "a/dyn.csv:1: columns of other names than \"# syscall, used, works faked, works "
                "stubbed, works both\"");
        EXPECT_REFUSED("0,Y,N,N,N\n1,N\xff,N,N,N\n", "a/dyn.csv:2: not UTF-8 text");
        EXPECT_REFUSED("\xef\xbb\xbf# syscall\n",
                "a/dyn.csv:1: a byte order mark; the first character is # or a digit");
        EXPECT_REFUSED("0,Y,N,N,N\n1,\0N,N,N,N\n", "a/dyn.csv:2: a NUL byte is no text");
        EXPECT_REFUSED("0,Y,N,N,N\r1,N,N,N,N\r",
                "a/dyn.csv:1: a carriage return within a line; a line ends with a line feed");
        EXPECT_REFUSED("0,\"Y,N,N,N\n", "a/dyn.csv:1: the quote has no end");
        EXPECT_REFUSED("0,\"Y\nY\",N,N,N\n", "a/dyn.csv:1: \"Y?Y\" in column 2 is neither Y nor N");
}

static void test_too_many_rows(void **state)
{
        CLEANUP_FREE char *text = table(HEADER, LOUPEDB_ROWS_MAX + 1, 0, "0,N,N,N,N");

        (void)state;
        expect_refused(text, strlen(text), "a/dyn.csv:1026: more than 1024 rows");
}

static void test_empty_file(void **state)
{
        CLEANUP_LOUPEDB_FILE struct loupedb_file file = {};
        CLEANUP_FREE char *text = table(HEADER, 335, 2, "2,Y,N,N,Y");

        (void)state;
        assert_int_equal(loupedb_file_init(LOUPEDB_DYNAMIC, &file), 0);
        assert_true(loupedb_file_is_common(LOUPEDB_DYNAMIC, &file));
        file.verdicts[2] = VERDICT_EITHER;
        expect_same(LOUPEDB_DYNAMIC, &file, text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_classes),
                cmocka_unit_test(test_odd_shapes),
                cmocka_unit_test(test_ends),
                cmocka_unit_test(test_static_table),
                cmocka_unit_test(test_refusals),
                cmocka_unit_test(test_too_many_rows),
                cmocka_unit_test(test_empty_file),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
