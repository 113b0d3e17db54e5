/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/progress.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "report/terminal.h"

#define BAR_INTERVAL  0.1 /* seconds */
#define LINE_INTERVAL 1.0
#define BAR_WIDTH_MAX 40

/* Returns to the first column and erases the line. */
#define ERASE_LINE "\r\033[K"

struct progress_display {
        FILE *stream;
        bool terminal;
        bool events;
        bool shown;        /* a bar is on the screen */
        const char *about; /* before the phase, or NULL */
        enum phase phase;
        double last; /* clock_seconds() of what was drawn last; negative: nothing was */
};

struct progress_display *progress_display_new(FILE *stream, bool terminal, bool events)
{
        struct progress_display *display = calloc(1, sizeof(*display));

        if (display) {
                *display = (struct progress_display){
                        .stream = stream,
                        .terminal = terminal,
                        .events = events,
                        .last = -1,
                };
        }
        return display;
}

/* "7 s", "2:05", "1:02:03"; writes to and returns `buffer`. */
static const char *duration_text(double seconds, char buffer[32])
{
        unsigned long total = ceil(seconds);

        if (total < 60)
                snprintf(buffer, 32, "%lu s", total);
        else if (total < 3600)
                snprintf(buffer, 32, "%lu:%02lu", total / 60, total % 60);
        else
                snprintf(buffer, 32, "%lu:%02lu:%02lu", total / 3600, total / 60 % 60, total % 60);
        return buffer;
}

/* "12/88, 2:05 left"; writes to and returns `buffer`. */
static const char *count_text(const struct progress *progress, char buffer[96])
{
        char duration[32];
        int length;

        length = snprintf(buffer, 96, "%u", progress->done);
        if (progress->expected > 0)
                length += snprintf(buffer + length, 96 - length, "/%u", progress->expected);
        if (progress->remaining >= 0)
                snprintf(buffer + length, 96 - length, ", %s left",
                        duration_text(progress->remaining, duration));
        else
                snprintf(buffer + length, 96 - length, ", %s elapsed",
                        duration_text(floor(progress->elapsed), duration));
        return buffer;
}

static const char *about(const struct progress_display *display)
{
        return display->about ? display->about : "";
}

static const char *separator(const struct progress_display *display)
{
        return display->about ? ": " : "";
}

static void draw_bar(struct progress_display *display, const struct progress *progress)
{
        char count[96];
        unsigned width = terminal_width(display->stream), filled, bar, taken;

        count_text(progress, count);
        taken = fprintf(display->stream, ERASE_LINE "%s%s%s ", about(display), separator(display),
                phase_name(progress->phase));
        /* The last column stays free: some terminals would begin a new line. */
        taken += strlen(count) + 4 - strlen(ERASE_LINE);
        if (progress->expected > 0 && taken + 10 < width) {
                bar = width - taken < BAR_WIDTH_MAX ? width - taken : BAR_WIDTH_MAX;
                filled = progress->done < progress->expected
                                 ? (unsigned long)bar * progress->done / progress->expected
                                 : bar;
                fputc('[', display->stream);
                for (unsigned i = 0; i < bar; i++)
                        fputc(i < filled ? '#' : '.', display->stream);
                fputs("] ", display->stream);
        }
        fputs(count, display->stream);
        display->shown = true;
}

void progress_display_hide(struct progress_display *display)
{
        if (display->shown)
                fputs(ERASE_LINE, display->stream);
        display->shown = false;
        fflush(display->stream);
}

void progress_display_about(struct progress_display *display, const char *name)
{
        if (display->about != name)
                display->last = -1;
        display->about = name;
}

void progress_display_update(const struct progress *progress, void *context)
{
        struct progress_display *display = context;
        double now = clock_seconds();
        double interval = display->terminal ? BAR_INTERVAL : LINE_INTERVAL;
        bool due = display->last < 0 || progress->phase != display->phase ||
                   now - display->last >= interval;
        char count[96];

        if (display->events && progress->event) {
                progress_display_hide(display);
                fprintf(display->stream, "%s%s%s\n", about(display), separator(display),
                        progress->event);
                due = display->terminal || progress->phase != display->phase;
        }
        if (!due)
                return;
        if (display->terminal)
                draw_bar(display, progress);
        else
                fprintf(display->stream, "%s%s%s: %s\n", about(display), separator(display),
                        phase_name(progress->phase), count_text(progress, count));
        fflush(display->stream);
        display->phase = progress->phase;
        display->last = now;
}

struct progress_display *progress_display_free(struct progress_display *display)
{
        if (display)
                progress_display_hide(display);
        free(display);
        return NULL;
}
