/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/strings.h"
#include "report/refusals.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

#define TIME_TEXT_MAX 32

/* The last one is left out where the program works. */
static const struct table_column columns[] = {
        {"count", .right = true},
        {"asked for"},
        {"answer"},
        {"first by"},
        {"coped"},
        {"last before the end", .right = true},
};

/* The file without its folders. */
static const char *object_word(const struct refusal *refusal)
{
        const char *slash = strrchr(refusal->object, '/');

        return slash ? slash + 1 : refusal->object;
}

static const char *time_text(double seconds, char buffer[TIME_TEXT_MAX])
{
        if (seconds < 0.00995)
                snprintf(buffer, TIME_TEXT_MAX, "%.1f ms", seconds * 1000);
        else if (seconds < 0.9995)
                snprintf(buffer, TIME_TEXT_MAX, "%.0f ms", seconds * 1000);
        else
                snprintf(buffer, TIME_TEXT_MAX, "%.1f s", seconds);
        return buffer;
}

/* How it took the refusal, as far as that is known. */
static int add_coped(struct table *table, const struct refusal_report *report, size_t item,
        const struct palette *palette)
{
        struct refusal_suspect suspects[REFUSAL_SUSPECTS_MAX];
        size_t count = refusal_suspects(report, suspects);
        bool is_suspect = false;

        if (report->outcome.kind == OUTCOME_PASSED)
                return table_cell(table, palette->green, "yes");
        for (size_t i = 0; i < count; i++)
                is_suspect |= suspects[i].item == item;
        if (is_suspect)
                return table_cell(table, palette->red, "suspect");
        return table_cell(table, palette->dim, "not known");
}

static int add_row(struct table *table, const struct refusal_report *report, size_t item,
        const struct palette *palette)
{
        const struct refusal *refusal = &report->refusals->items.items[item];
        char name[FEATURE_NAME_MAX], answer[REFUSAL_ANSWER_MAX], time[TIME_TEXT_MAX];
        double before = report->total > refusal->last ? report->total - refusal->last : 0;

        if (table_cell(table, "", "%" PRIu64, refusal->count) < 0 ||
                table_cell(table, palette->cyan, "%s", feature_name(refusal->feature, name)) < 0 ||
                table_cell(table, "", "%s", refusal_answer(refusal, answer)) < 0 ||
                table_cell(table, "", "%s", object_word(refusal)) < 0 ||
                add_coped(table, report, item, palette) < 0)
                return -ENOMEM;
        if (report->outcome.kind == OUTCOME_PASSED)
                return 0;
        return table_cell(table, "", "%s", time_text(before, time));
}

static int write_table(
        const struct refusal_report *report, const struct palette *palette, FILE *stream)
{
        size_t left_out = report->outcome.kind == OUTCOME_PASSED ? 1 : 0;
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns) - left_out);
        int r = table ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < report->refusals->items.count; i++)
                r = add_row(table, report, i, palette);
        if (r < 0)
                return r;
        fputs("Asked for in vain", stream);
        if (report->os)
                fprintf(stream, " on %s", report->os);
        fputs(", in this order:\n\n", stream);
        r = table_write(table, palette->bold, palette->reset, stream);
        if (r < 0)
                return r;
        if (report->refusals->lost > 0)
                fprintf(stream, "And %" PRIu64 " times for others, for which there was no room.\n",
                        report->refusals->lost);
        fputc('\n', stream);
        return 0;
}

/* "pipe2 failed with ENOSYS (libc.so.6)"; who asked a later time is not known. */
static void write_refusal(const struct refusal *refusal, FILE *stream)
{
        char name[FEATURE_NAME_MAX], answer[REFUSAL_ANSWER_MAX];

        fprintf(stream, "%s %s%s (%s%s)", feature_name(refusal->feature, name),
                refusal->action == ACTION_STUB ? "failed with " : "was ",
                refusal_answer(refusal, answer), refusal->count > 1 ? "first asked by " : "",
                object_word(refusal));
}

/* "0.4 ms after pipe2 failed with ENOSYS (libc.so.6)" */
static void write_suspect(
        const struct refusal_report *report, const struct refusal_suspect *suspect, FILE *stream)
{
        char time[TIME_TEXT_MAX];

        fprintf(stream, "%s after ", time_text(suspect->before_end, time));
        write_refusal(&report->refusals->items.items[suspect->item], stream);
}

static void write_suspects(const struct refusal_report *report,
        const struct refusal_suspect *suspects, size_t count, FILE *stream)
{
        for (size_t i = 0; i < count; i++) {
                if (i == 0)
                        fputs(", ", stream);
                else if (suspects[i].by_ended)
                        fputs(", which it may have called because it failed; ", stream);
                else
                        fputs("; and, in another process, ", stream);
                write_suspect(report, &suspects[i], stream);
        }
        fputs(".\n", stream);
}

static void write_end(const struct refusal_report *report, FILE *stream)
{
        bool any = report->refusals->items.count > 0;
        struct refusal_suspect suspects[REFUSAL_SUSPECTS_MAX];
        size_t count = refusal_suspects(report, suspects);
        char outcome[OUTCOME_TEXT_MAX];

        if (report->outcome.kind == OUTCOME_PASSED) {
                fprintf(stream, "%s: works%s%s%s.\n", report->program, report->os ? " on " : "",
                        report->os ? report->os : "",
                        any ? ", and coped with all of this" : ", and asked for nothing in vain");
                return;
        }
        fprintf(stream, "%s: %s", report->program, outcome_text(report->outcome, outcome));
        if (count > 0)
                write_suspects(report, suspects, count, stream);
        else if (any)
                fputs("; what it was refused last is not known.\n", stream);
        else
                fputs("; it had asked for nothing in vain.\n", stream);
}

int report_refusals_text(
        const struct refusal_report *report, const struct text_options *options, FILE *stream)
{
        const struct palette *palette = options->color ? &palette_ansi : &palette_none;
        CLEANUP_FREE char *program = strdup(report->program);
        CLEANUP_FREE char *os = report->os ? strdup(report->os) : NULL;
        struct refusal_report printable = *report;
        int r = 0;

        if (!program || (report->os && !os))
                return -ENOMEM;
        string_make_printable(program);
        if (os)
                string_make_printable(os);
        printable.program = program;
        printable.os = os;
        if (report->refusals->items.count > 0)
                r = write_table(&printable, palette, stream);
        if (r < 0)
                return r;
        write_end(&printable, stream);
        return stream_result(stream);
}
