/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strings.h"
#include "plot/gnuplot.h"

struct drawn {
        int result;
        char *figure, *said;
        size_t size;
        struct error error;
};

/* Has the script drawn; `drawn_clear()` is due. */
static struct drawn draw(const char *script, enum plot_format format)
{
        struct drawn drawn = {};
        FILE *stream = open_memstream(&drawn.figure, &drawn.size);

        assert_non_null(stream);
        drawn.result =
                gnuplot_draw(script, strlen(script), format, stream, &drawn.said, &drawn.error);
        assert_int_equal(fclose(stream), 0);
        return drawn;
}

static void drawn_clear(struct drawn *drawn)
{
        free(drawn->figure);
        free(drawn->said);
}

/* A folder in which `gnuplot` is the shell script given, and which alone is in $PATH. */
struct feigned {
        char folder[32];
        char *program, *path_before;
};

static void feign(struct feigned *feigned, const char *text)
{
        FILE *stream;

        strcpy(feigned->folder, "/tmp/loupe-gnuplot-XXXXXX");
        assert_non_null(mkdtemp(feigned->folder));
        feigned->program = string_format("%s/gnuplot", feigned->folder);
        feigned->path_before = strdup(getenv("PATH"));
        if (text) {
                stream = fopen(feigned->program, "we");
                assert_non_null(stream);
                fprintf(stream, "#!/bin/sh\n%s\n", text);
                assert_int_equal(fclose(stream), 0);
                assert_int_equal(chmod(feigned->program, 0755), 0);
        }
        setenv("PATH", feigned->folder, 1);
}

static void unfeign(struct feigned *feigned)
{
        setenv("PATH", feigned->path_before, 1);
        unlink(feigned->program);
        assert_int_equal(rmdir(feigned->folder), 0);
        free(feigned->program);
        free(feigned->path_before);
}

static void test_every_format(void **state)
{
        static const char *const begins[] = {"<?xml", "\x89PNG", "%PDF-"};

        (void)state;
        for (enum plot_format format = 0; format < PLOT_FORMAT_COUNT; format++) {
                CLEANUP(drawn_clear) struct drawn drawn = {};
                char *script = NULL;
                size_t size;
                FILE *stream = open_memstream(&script, &size);

                script_begin(stream, format, (struct script_size){300, 200}, "it's");
                fputs("plot x\n", stream);
                fclose(stream);
                drawn = draw(script, format);
                free(script);
                assert_string_equal(drawn.error.message, "");
                assert_int_equal(drawn.result, 0);
                assert_memory_equal(drawn.figure, begins[format], strlen(begins[format]));
                assert_null(drawn.said);
        }
}

static void test_a_wrong_script_is_told(void **state)
{
        CLEANUP(drawn_clear) struct drawn drawn = {};

        (void)state;
        drawn = draw("set terminal svg\nplot nonsense(\n", PLOT_SVG);
        assert_int_equal(drawn.result, -EIO);
        assert_int_equal(drawn.size, 0);
        assert_non_null(strstr(drawn.error.message, "gnuplot failed with status "));
        assert_non_null(strstr(drawn.error.message, "invalid expression"));
}

static void test_settings_of_the_user_play_no_part(void **state)
{
        CLEANUP(drawn_clear) struct drawn drawn = {};

        (void)state;
        setenv("GNUTERM", "no such terminal", 1);
        setenv("LC_ALL", "C", 1);
        drawn = draw("set encoding utf8\nset terminal svg\nplot x\n", PLOT_SVG);
        unsetenv("LC_ALL");
        unsetenv("GNUTERM");
        assert_int_equal(drawn.result, 0);
        assert_null(drawn.said);
}

static void test_no_gnuplot(void **state)
{
        struct feigned feigned;
        struct drawn drawn;

        (void)state;
        feign(&feigned, NULL);
        drawn = draw("plot x\n", PLOT_SVG);
        unfeign(&feigned);
        assert_int_equal(drawn.result, -ENOENT);
        assert_non_null(strstr(drawn.error.message, "gnuplot-nox"));
        drawn_clear(&drawn);
}

static void assert_fails(const char *program, const char *message)
{
        CLEANUP(drawn_clear) struct drawn drawn = {};
        struct feigned feigned;

        feign(&feigned, program);
        drawn = draw("plot x\n", PLOT_SVG);
        unfeign(&feigned);
        assert_int_equal(drawn.result, -EIO);
        assert_non_null(strstr(drawn.error.message, message));
        assert_int_equal(drawn.size, 0);
}

static void test_failures(void **state)
{
        (void)state;
        assert_fails("echo first >&2; echo '  second ' >&2; echo >&2; exit 3", "status 3: second");
        assert_fails("kill -9 $$", "signal 9");
        assert_fails("exit 1", "status 1: it does not say why");
        /* What it has drawn is not there, not whole, and of another format. */
        assert_fails("exit 0", "no whole svg");
        assert_fails("echo '<?xml version=\"1.0\"?><svg>'", "no whole svg");
        assert_fails("echo '%PDF-1.5'; echo '%%EOF'; echo too bad >&2", "no whole svg: too bad");
}

static void test_what_it_says_is_passed_on(void **state)
{
        CLEANUP(drawn_clear) struct drawn drawn = {};
        struct feigned feigned;

        (void)state;
        feign(&feigned, "echo hm >&2; read line; echo \"<?xml $line </svg>\"");
        drawn = draw("plot x\n", PLOT_SVG);
        unfeign(&feigned);
        assert_int_equal(drawn.result, 0);
        assert_string_equal(drawn.said, "hm\n");
        assert_string_equal(drawn.figure, "<?xml plot x </svg>\n");
}

static void test_a_full_disk(void **state)
{
        struct error error = {};
        struct feigned feigned;
        char *said = NULL;
        FILE *stream = fopen("/dev/full", "we");
        int r;

        (void)state;
        assert_non_null(stream);
        setvbuf(stream, NULL, _IONBF, 0);
        feign(&feigned, "echo '<?xml </svg>'");
        r = gnuplot_draw("", 0, PLOT_SVG, stream, &said, &error);
        unfeign(&feigned);
        fclose(stream);
        assert_int_equal(r, -ENOSPC);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_format),
                cmocka_unit_test(test_a_wrong_script_is_told),
                cmocka_unit_test(test_settings_of_the_user_play_no_part),
                cmocka_unit_test(test_no_gnuplot),
                cmocka_unit_test(test_failures),
                cmocka_unit_test(test_what_it_says_is_passed_on),
                cmocka_unit_test(test_a_full_disk),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
