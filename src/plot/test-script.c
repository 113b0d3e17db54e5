/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "plot/script.h"

#define REPLACED "\xef\xbf\xbd"
#define ELLIPSIS "\xe2\x80\xa6"

static void test_formats_by_ending(void **state)
{
        static const struct {
                const char *path;
                enum plot_format format;
        } rows[] = {
                {"a.svg", PLOT_SVG},
                {"/tmp/x.y/a.b.png", PLOT_PNG},
                {"FIGURE.PDF", PLOT_PDF},
        };
        static const char *const wrong[] = {"a", "svg", "a.gif", "a.svg/b", "a.", "", ".svg.gz"};
        enum plot_format format;
        struct error error;

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_int_equal(plot_format_of_path(rows[i].path, &format, &error), 0);
                assert_int_equal(format, rows[i].format);
        }
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
                assert_int_equal(plot_format_of_path(wrong[i], &format, &error), -EINVAL);
                assert_non_null(strstr(error.message, ".svg, .png or .pdf"));
        }
}

static void assert_clean(const char *text, const char *expected)
{
        char clean[64];

        assert_string_equal(script_clean(text, 50, clean, sizeof(clean)), expected);
}

static void test_text_becomes_valid(void **state)
{
        (void)state;
        assert_clean("", "");
        assert_clean("redis-6.0", "redis-6.0");
        assert_clean("na\xc3\xafve \xe2\x82\xac \xf0\x9f\x90\xa7",
                "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x90\xa7");
        assert_clean("a\nb\rc\td\x1b[0m\x7f",
                "a" REPLACED "b" REPLACED "c" REPLACED "d" REPLACED "[0m" REPLACED);
        /* A lone byte, a sequence cut short by the end and by a letter, an overlong slash, half of
         * a pair, a control of ISO 8859, beyond Unicode, and what XML forbids. */
        assert_clean("\xff", REPLACED);
        assert_clean("a\xe2\x82", "a" REPLACED REPLACED);
        assert_clean("\xe2xy", REPLACED "xy");
        assert_clean("\xc0\xaf", REPLACED REPLACED);
        assert_clean("\xed\xa0\x80", REPLACED REPLACED REPLACED);
        assert_clean("\xc2\x9b", REPLACED REPLACED);
        assert_clean("\xf4\x90\x80\x80", REPLACED REPLACED REPLACED REPLACED);
        assert_clean("\xef\xbf\xbe", REPLACED REPLACED REPLACED);
}

static void test_text_is_shortened_between_characters(void **state)
{
        char clean[64], small[9];

        (void)state;
        assert_string_equal(script_clean("abcdef", 6, clean, sizeof(clean)), "abcdef");
        assert_string_equal(script_clean("abcdefg", 6, clean, sizeof(clean)), "abcde" ELLIPSIS);
        /* Eight bytes are room for eight letters, or for five and the ellipsis. */
        assert_string_equal(script_clean("12345678", 50, small, sizeof(small)), "12345678");
        assert_string_equal(script_clean("123456789", 50, small, sizeof(small)), "12345" ELLIPSIS);
        /* Two bytes each: four, or two and the ellipsis. */
        assert_string_equal(
                script_clean("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", 50, small, sizeof(small)),
                "\xc3\xa4\xc3\xa4" ELLIPSIS);
        assert_int_equal(script_label_length("\xc3\xa4\xc3\xa4"), 2);
        assert_int_equal(script_label_length("0123456789012345678901234567890123456789"), 32);
}

/* What `write` writes, owned by the caller. */
static char *written(void (*write)(FILE *stream, const char *text), const char *text)
{
        char *content = NULL;
        size_t size;
        FILE *stream = open_memstream(&content, &size);

        assert_non_null(stream);
        write(stream, text);
        assert_int_equal(fclose(stream), 0);
        return content;
}

static void write_quote(FILE *stream, const char *text)
{
        script_quote(text, stream);
}

static void write_tick(FILE *stream, const char *text)
{
        script_tick("x", text, 2.5, stream);
}

static void test_quotes(void **state)
{
        CLEANUP_FREE char *quoted = written(write_quote, "it's \"`$x` @y\\\n%d");
        CLEANUP_FREE char *tick = written(write_tick, "it's 5%d\\");

        (void)state;
        assert_string_equal(
                quoted, "\"it\\047s \\042\\140\\044x\\140 \\100y\\134" REPLACED "\\045d\"");
        assert_string_equal(tick, "set xtics add (\"it\\047s 5\\045\\045d\\134\" 2.5)\n");
}

static void write_begin(FILE *stream, const char *text)
{
        script_begin(stream, PLOT_PNG, (struct script_size){100000, 50}, text);
}

static void write_begin_pdf(FILE *stream, const char *text)
{
        script_begin(stream, PLOT_PDF, (struct script_size){960, 480}, text);
}

static void test_terminals(void **state)
{
        CLEANUP_FREE char *png = written(write_begin, "x'\nset output 'y'");
        CLEANUP_FREE char *pdf = written(write_begin_pdf, "x");

        (void)state;
        assert_non_null(strstr(png, "\nset terminal pngcairo size 32000,50 "));
        assert_non_null(strstr(png, "\nset title \"x\\047" REPLACED "set output \\047y\\047\" "));
        assert_non_null(strstr(pdf, "\nset terminal pdfcairo size 10.000in,5.000in "));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_formats_by_ending),
                cmocka_unit_test(test_text_becomes_valid),
                cmocka_unit_test(test_text_is_shortened_between_characters),
                cmocka_unit_test(test_quotes),
                cmocka_unit_test(test_terminals),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
