/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "search/executor.h"
#include "search/silent.h"

/* A journal in the making. */
struct book {
        char *text;
        unsigned records;
};

static void add(struct book *book, const char *purpose, const char *policy, const char *outcome,
        const char *output, json_t *usage)
{
        json_t *record = json_pack("{s:o, s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:b, s:s, s:s, "
                                   "s:o*}",
                "key", json_sprintf("%s %s #%u", purpose, policy, book->records++), "policy",
                policy, "outcome", outcome, "wall_s", 1.0, "ready_s", 0.0, "total_s", 1.0, "cpu_s",
                1.0, "elapsed_s", 1.0, "limit_s", 1.0, "out_of_memory", 0, "output", output,
                "script_output", "", "usage", usage);
        char *line = json_dumps(record, JSON_COMPACT);
        char *text = string_format(
                "%s%s\n", book->text ? book->text : "{\"schema\":\"loupe/journal/1\"}\n", line);

        assert_non_null(record);
        assert_non_null(line);
        assert_non_null(text);
        json_decref(record);
        free(line);
        free(book->text);
        book->text = text;
}

static json_t *usage(int file_bytes, int network_bytes)
{
        return json_pack("{s:f, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "cpu_s", 1.0, "memory", 1,
                "files", 1, "context_switches", 1, "file_bytes", file_bytes, "file_operations",
                file_bytes / 100, "network_bytes", network_bytes, "network_operations",
                network_bytes / 100);
}

static void baseline(struct book *book, const char *output)
{
        add(book, "baseline", "", "passed", output, NULL);
}

static void variant(struct book *book, const char *output)
{
        add(book, "feature", "--stub brk", "passed", output, NULL);
}

/* The warnings on brk stubbed; ends the book. */
static char **warnings_of(struct book *book)
{
        CLEANUP_JOURNAL struct journal *journal = NULL;
        CLEANUP_SILENT struct silent *silent = NULL;
        struct error error = {};
        char **warnings = NULL;

        assert_int_equal(
                journal_parse("test", book->text, strlen(book->text), &journal, &error), 0);
        assert_int_equal(silent_new(journal, &silent), 0);
        assert_int_equal(silent_warnings(silent, "--stub brk", &warnings), 0);
        assert_non_null(warnings);
        free(book->text);
        *book = (struct book){};
        return warnings;
}

static void expect(struct book *book, const char *first)
{
        CLEANUP_STRINGS char **warnings = warnings_of(book);

        assert_int_equal(strings_count(warnings), first ? 1 : 0);
        if (first)
                assert_string_equal(warnings[0], first);
}

static void test_mask(void **state)
{
        static const struct {
                const char *line;
                const char *masked;
        } rows[] = {
                {"", ""},
                {"ready", "ready"},
                {"1234:M 21 Nov 2026 04:02:57.123 * Ready", "#:M # * Ready"},
                {"at 0x7ffd12ab (pid 12)", "at # (pid #)"},
                {"listening on 127.0.0.1:6390", "listening on #"},
                {"took 5 ms", "took # ms"},
                {"Sat, 21 Nov 2026 04:02:57 +0000 ok", "# ok"},
                {"[2026-11-21T04:02:57Z] up", "[#] up"},
                {"/tmp/tmpa8f3kz/x", "/tmp/#/x"},
                {"Saturn in March", "Saturn in March"},
                {"caf\303\251\033[1m", "caf??"
                                       "?[#"},
                {"7", "#"},
        };
        char line[128];

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                snprintf(line, sizeof(line), "%s", rows[i].line);
                silent_mask(line);
                assert_string_equal(line, rows[i].masked);
        }
}

static void test_new_line(void **state)
{
        struct book book = {};

        (void)state;
        baseline(&book, "pid 12: ready\n");
        baseline(&book, "pid 13: ready\nbusy\n");
        variant(&book, "pid 99: ready\nno heap: \033using 77 pages\n");
        variant(&book, "pid 98: ready\nno heap: \033using 78 pages\nbusy\n");
        expect(&book, "prints what no unmodified run printed: no heap: ?using 77 pages");
}

/* One run of two may say anything; what failed does not count, nor do other policies' runs. */
static void test_majority(void **state)
{
        struct book book = {};

        (void)state;
        baseline(&book, "ready\n");
        variant(&book, "ready\nodd\nodd\n");
        variant(&book, "ready\n");
        add(&book, "feature", "--stub brk", "exited 1", "odd\n", NULL);
        add(&book, "feature", "--stub mmap", "passed", "odd\n", NULL);
        add(&book, "impact", "--stub brk", "passed", "odd\n", NULL);
        expect(&book, NULL);
        baseline(&book, "ready\n");
        add(&book, "impact", "", "passed", "odd\n", NULL);
        add(&book, "baseline", "", "exited 1", "odd\n", NULL);
        variant(&book, "odd\n");
        expect(&book, "prints what no unmodified run printed: odd");
}

static void test_parts_of_lines(void **state)
{
        struct book book = {};
        char *cut = malloc(EXECUTOR_OUTPUT_KEPT + 1);

        (void)state;
        assert_non_null(cut);
        memset(cut, 'x', EXECUTOR_OUTPUT_KEPT);
        cut[EXECUTOR_OUTPUT_KEPT] = '\0';
        cut[100] = '\n';
        memcpy(cut + EXECUTOR_OUTPUT_KEPT - 5, "\nend\n", 5);
        /* What is left of the first line is of a length by chance. */
        baseline(&book, "ready\n");
        baseline(&book, cut);
        cut[90] = '\n';
        cut[100] = 'y';
        variant(&book, cut);
        expect(&book, "prints what no unmodified run printed: xxxxxxxxxyxxxxxxxxxxxxxxxxxxxxxx"
                      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                      "xxxxxxxxxxx...");
        /* The unmodified runs printed more than is kept: a shorter output may show more of it. */
        baseline(&book, cut);
        variant(&book, "the beginning\n");
        expect(&book, NULL);
        /* A last line without its end. */
        baseline(&book, "ready\n");
        variant(&book, "ready\nrea");
        expect(&book, NULL);
        /* No line at all within what is kept. */
        memset(cut, 'x', EXECUTOR_OUTPUT_KEPT);
        baseline(&book, "ready\n");
        variant(&book, cut);
        expect(&book, NULL);
        free(cut);
}

static void test_many_new_lines(void **state)
{
        CLEANUP_STRINGS char **warnings = NULL;
        struct book book = {};

        (void)state;
        baseline(&book, "ready\n");
        variant(&book, "a\nb\nc\nd\ne\n");
        warnings = warnings_of(&book);
        assert_int_equal(strings_count(warnings), 4);
        assert_string_equal(warnings[3], "prints 2 more such lines");
}

static void volumes(int low, int high, int first, int second, const char *expected)
{
        struct book book = {};

        add(&book, "baseline", "", "passed", "", usage(low, 0));
        add(&book, "parallel", "", "passed", "", usage(high, 0));
        add(&book, "feature", "--stub brk", "passed", "", usage(first, 0));
        add(&book, "feature", "--stub brk", "passed", "", usage(second, 0));
        if (expected) {
                CLEANUP_STRINGS char **warnings = warnings_of(&book);

                assert_true(strings_count(warnings) >= 1);
                assert_string_equal(warnings[0], expected);
        } else {
                expect(&book, NULL);
        }
}

static void test_volumes(void **state)
{
        (void)state;
        volumes(100000, 110000, 100000, 110000, NULL);
        /* Within a quarter, or within the factor between the ends of the range. */
        volumes(100000, 110000, 135000, 137000, NULL);
        volumes(100000, 200000, 290000, 299000, NULL);
        volumes(100000, 110000, 150000, 160000,
                "150000 to 160000 bytes read and written; unmodified, 100000 to 110000");
        volumes(100000, 110000, 0, 0, "0 bytes read and written; unmodified, 100000 to 110000");
        volumes(2000000, 4000000, 70000, 80000,
                "70000 to 80000 bytes read and written; unmodified, 2000000 to 4000000");
        volumes(2000000, 4000000, 1010000, 7990000, NULL);
        /* A range that begins at nothing tells nothing about its factor. */
        volumes(0, 100000, 0, 390000, NULL);
        volumes(0, 100000, 410000, 410000,
                "410000 bytes read and written; unmodified, 0 to 100000");
        /* Every run must be out of the range. */
        volumes(100000, 110000, 110000, 160000, NULL);
        /* A message or two more. */
        volumes(100, 100, 1600, 1600, NULL);
}

/* Journals of earlier versions say nothing about volumes. */
static void test_no_volumes(void **state)
{
        struct book book = {};

        (void)state;
        baseline(&book, "");
        add(&book, "feature", "--stub brk", "passed", "", usage(1 << 20, 0));
        expect(&book, NULL);
        add(&book, "baseline", "", "passed", "", usage(1 << 20, 0));
        variant(&book, "");
        expect(&book, NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_mask),
                cmocka_unit_test(test_new_line),
                cmocka_unit_test(test_majority),
                cmocka_unit_test(test_parts_of_lines),
                cmocka_unit_test(test_many_new_lines),
                cmocka_unit_test(test_volumes),
                cmocka_unit_test(test_no_volumes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
