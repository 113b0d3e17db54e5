/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/progress.h"

/* What was written so far; a stream in memory is no terminal, but a bar can be drawn on it. */
struct screen {
        char *text;
        size_t size;
        FILE *stream;
        struct progress_display *display;
};

static void screen_open(struct screen *screen, bool terminal, bool events)
{
        screen->stream = open_memstream(&screen->text, &screen->size);
        assert_non_null(screen->stream);
        screen->display = progress_display_new(screen->stream, terminal, events);
        assert_non_null(screen->display);
}

static void screen_close(struct screen *screen, const char *expected)
{
        progress_display_free(screen->display);
        fclose(screen->stream);
        assert_string_equal(screen->text, expected);
        free(screen->text);
}

static void update(
        struct screen *screen, enum phase phase, unsigned done, double remaining, const char *event)
{
        const struct progress progress = {
                .phase = phase,
                .done = done,
                .expected = phase == PHASE_OBSERVE ? 0 : 20,
                .elapsed = 61.5,
                .remaining = remaining,
                .event = event,
        };

        progress_display_update(&progress, screen->display);
}

static void test_plain_lines(void **state)
{
        struct screen screen;

        (void)state;
        screen_open(&screen, false, false);
        update(&screen, PHASE_OBSERVE, 0, -1, NULL);
        update(&screen, PHASE_BASELINE, 1, 3.2, "passed");
        /* Within the same second: left out. */
        update(&screen, PHASE_BASELINE, 2, 3.0, "passed");
        update(&screen, PHASE_FEATURES, 0, 3723, "passed");
        screen_close(&screen, "observe: 0, 1:01 elapsed\n"
                              "baseline: 1/20, 4 s left\n"
                              "features: 0/20, 1:02:03 left\n");
}

static void test_events(void **state)
{
        struct screen screen;

        (void)state;
        screen_open(&screen, false, true);
        update(&screen, PHASE_FEATURES, 1, 9, "stub brk: passed");
        update(&screen, PHASE_FEATURES, 2, 9, "fake brk: hung");
        screen_close(&screen, "stub brk: passed\n"
                              "features: 1/20, 9 s left\n"
                              "fake brk: hung\n");
}

static void test_bar(void **state)
{
        struct screen screen;

        (void)state;
        screen_open(&screen, true, false);
        update(&screen, PHASE_FEATURES, 5, 65, NULL);
        update(&screen, PHASE_JOINT, 20, 0, NULL);
        screen_close(&screen,
                "\r\033[Kfeatures [##########..............................] 5/20, 1:05 left"
                "\r\033[Kjoint check [########################################] 20/20, 0 s left"
                "\r\033[K");
}

static void test_bar_makes_room_for_events(void **state)
{
        struct screen screen;

        (void)state;
        screen_open(&screen, true, true);
        update(&screen, PHASE_OBSERVE, 0, -1, NULL);
        update(&screen, PHASE_OBSERVE, 1, -1, "observed");
        screen_close(&screen, "\r\033[Kobserve 0, 1:01 elapsed"
                              "\r\033[Kobserved\n"
                              "\r\033[Kobserve 1, 1:01 elapsed"
                              "\r\033[K");
}

/* What is worked on stands before the phase; another one is told at once. */
static void test_about(void **state)
{
        struct screen screen;

        (void)state;
        screen_open(&screen, false, true);
        progress_display_about(screen.display, "redis (1/2)");
        update(&screen, PHASE_PROOF, 1, 3.2, "proof --stub brk: passed");
        update(&screen, PHASE_PROOF, 2, 3.2, NULL);
        progress_display_about(screen.display, "nginx (2/2)");
        update(&screen, PHASE_PROOF, 0, -1, NULL);
        progress_display_about(screen.display, NULL);
        update(&screen, PHASE_PROOF, 1, -1, NULL);
        screen_close(&screen, "redis (1/2): proof --stub brk: passed\n"
                              "redis (1/2): proof: 1/20, 4 s left\n"
                              "nginx (2/2): proof: 0/20, 1:01 elapsed\n"
                              "proof: 1/20, 1:01 elapsed\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_plain_lines),
                cmocka_unit_test(test_events),
                cmocka_unit_test(test_bar),
                cmocka_unit_test(test_bar_makes_room_for_events),
                cmocka_unit_test(test_about),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
