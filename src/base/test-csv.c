/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/csv.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

/* Writes each row as "LINE:field|field;". */
static int write_row(void *context, const struct csv_row *row, struct error *error)
{
        if (strcmp(row->fields[0], "refuse") == 0)
                return csv_refuse(row, error, "%s is refused", row->fields[0]);
        fprintf(context, "%u:", row->line);
        for (size_t i = 0; i < row->count; i++)
                fprintf(context, "%s%s", i ? "|" : "", row->fields[i]);
        fputc(';', context);
        return 0;
}

static void expect(const char *text, size_t size, int result, const char *rows, const char *message)
{
        CLEANUP_FREE char *written = NULL;
        struct error error = {};
        size_t written_size;
        FILE *stream = open_memstream(&written, &written_size);

        assert_non_null(stream);
        assert_int_equal(csv_read("x.csv", text, size, write_row, stream, &error), result);
        fclose(stream);
        assert_string_equal(written, rows);
        assert_string_equal(error.message, message);
}

#define EXPECT(text, result, rows, message) expect(text, sizeof(text) - 1, result, rows, message)

static void test_rows(void **state)
{
        (void)state;
        EXPECT("", 0, "", "");
        EXPECT("# a, b\n0,Y\n", 0, "1:# a|b;2:0|Y;", "");
        EXPECT("0,Y\n\n1,N", 0, "1:0|Y;3:1|N;", "");
        EXPECT("0,Y\r\n1,\r\n", 0, "1:0|Y;2:1|;", "");
        EXPECT("\v\na\n", 0, "1:\v;2:a;", "");
        EXPECT("a\n\"b\nc\"\rd\n", 0, "1:a;2:b\nc;3:d;", "");
        EXPECT("\"a,\"\"b\nc\",d\ne\n", 0, "1:a,\"b\nc|d;3:e;", "");
}

static void test_refusals(void **state)
{
        (void)state;
        EXPECT("a\nb\"c\n", -EINVAL, "1:a;",
                "x.csv:2: a quote inside a field: such a field is written in quotes, and its own "
                "quotes twice");
        EXPECT("a\n\"b\nc\n", -EINVAL, "1:a;", "x.csv:2: the quote has no end");
        EXPECT("a\nb\0c\n", -EINVAL, "1:a;", "x.csv:2: a NUL byte is no text");
        EXPECT("a\n\nrefuse,1\nb\n", -EINVAL, "1:a;", "x.csv:3: refuse is refused");
}

static void test_fields_are_read_back(void **state)
{
        static const char *const fields[] = {
                "plain", "with, comma", "with \"quotes\"", "two\nlines"};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
                CLEANUP_FREE char *written = NULL, *expected = NULL;
                size_t size;
                FILE *stream = open_memstream(&written, &size);

                assert_non_null(stream);
                csv_write_field(fields[i], stream);
                fclose(stream);
                assert_true(asprintf(&expected, "1:%s;", fields[i]) > 0);
                expect(written, size, 0, expected, "");
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_refusals),
                cmocka_unit_test(test_fields_are_read_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
