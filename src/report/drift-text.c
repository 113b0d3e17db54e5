/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/drift.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/strings.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

/* Digits of a digest that tell it from another. */
#define DIGEST_DIGITS 12

static int add_fact(struct table *table, const char *what, const char *before, const char *now,
        int digits, const struct palette *palette)
{
        const bool same = string_equal(before, now);

        if (table_cell(table, "", "  %s", what) < 0 ||
                table_cell(table, "", "%.*s", digits, before ? before : "unknown") < 0)
                return -ENOMEM;
        return table_cell(table, same ? palette->dim : palette->yellow, "%.*s", digits,
                same  ? "the same"
                : now ? now
                      : "unknown");
}

/* What changed around the program. */
static int write_facts(
        const struct drift_report *report, const struct palette *palette, FILE *stream)
{
        static const struct table_column columns[] = {{""}, {"then"}, {"now"}};
        const struct reference *before = report->before;
        const struct analysis *now = report->now;
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns));
        const struct {
                const char *what, *before, *now;
                int digits; /* shown; -1: all */
        } facts[] = {
                {"version", before->version, now->application_version, -1},
                {"executable", before->executable, now->executable, -1},
                {"SHA-256", before->executable_digest, now->executable_digest, DIGEST_DIGITS},
                {"libc", before->libc, now->libc, -1},
                {"kernel", before->kernel, now->kernel, -1},
                {"loupe", before->tool_version, LOUPE_VERSION, -1},
        };

        if (!table)
                return -ENOMEM;
        for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
                if (!facts[i].before && !facts[i].now)
                        continue;
                if (add_fact(table, facts[i].what, facts[i].before, facts[i].now, facts[i].digits,
                            palette) < 0)
                        return -ENOMEM;
        }
        return table_write(table, palette->bold, palette->reset, stream);
}

/* "stubbed: exited 1" */
static void write_mode(enum mode mode, const struct mode_result *result, bool *any,
        const struct palette *palette, FILE *stream)
{
        char outcome[OUTCOME_TEXT_MAX];

        if (result->runs == 0)
                return;
        fprintf(stream, "%s%s: ", *any ? "; " : "      ", mode_participle(mode));
        *any = true;
        if (result->works)
                fputs("works", stream);
        else if (result->unstable)
                fprintf(stream, "%sunstable, passed %u of %u: %s%s", palette->yellow,
                        result->passed, result->runs, outcome_text(result->outcome, outcome),
                        palette->reset);
        else
                fprintf(stream, "%s, %u times of %u", outcome_text(result->outcome, outcome),
                        result->runs - result->passed, result->runs);
}

static void write_objects(const struct observed_call *asked, FILE *stream)
{
        const struct observed_object *object;

        if (!asked || asked->objects.count == 0)
                return;
        fputs("      asked for by: ", stream);
        vector_for_each(object, &asked->objects)
                fprintf(stream, "%s%s (%" PRIu64 ")", object == asked->objects.items ? "" : ", ",
                        object->path, object->count);
        fputc('\n', stream);
}

/* How it failed, who asks for it, and how to see it again. */
static void write_evidence(
        const struct drift_evidence *evidence, const struct palette *palette, FILE *stream)
{
        const struct analysed_feature *analysed = evidence->analysed;
        bool any = false;

        if (analysed) {
                write_mode(MODE_STUB, &analysed->stub, &any, palette, stream);
                write_mode(MODE_FAKE, &analysed->fake, &any, palette, stream);
        }
        if (any)
                fputc('\n', stream);
        if (evidence->output)
                fprintf(stream, "      it said: %s\n", evidence->output);
        write_objects(evidence->asked, stream);
        if (evidence->watched > 0 && evidence->seen < evidence->watched)
                fprintf(stream, "      used in %u of %u unmodified runs only\n", evidence->seen,
                        evidence->watched);
        if (evidence->command)
                fprintf(stream, "      to see it: %s\n", evidence->command);
}

static void write_item(const struct drift_report *report, size_t index,
        const struct palette *palette, FILE *stream)
{
        const struct drift_item *item = &report->drift->items.items[index];
        const bool fails = drift_item_fails(item, report->gate);
        char name[FEATURE_NAME_MAX];

        fprintf(stream, "  %s%s%s  %s -> %s\n", fails ? palette->red : "",
                feature_name(catalogue_feature(report->catalogue, item->feature), name),
                fails ? palette->reset : "", drift_word_before(item), drift_word_now(item));
        if (item->change != DRIFT_GONE)
                write_evidence(&report->evidence[index], palette, stream);
}

static void write_items(
        const struct drift_report *report, const struct palette *palette, FILE *stream)
{
        static const char *const headings[DRIFT_CHANGE_COUNT] = {
                [DRIFT_NEW_REQUIRED] = "Newly required",
                [DRIFT_NEW_USED] = "Newly used",
                [DRIFT_GONE] = "No longer used",
        };
        const struct drift *drift = report->drift;
        enum drift_change last = DRIFT_CHANGE_COUNT;

        for (size_t i = 0; i < drift->items.count; i++) {
                const enum drift_change change = drift->items.items[i].change;

                if (change != last)
                        fprintf(stream, "%s%s (%zu)%s\n", palette->bold, headings[change],
                                drift->counts[change], palette->reset);
                write_item(report, i, palette, stream);
                last = change;
                if (i + 1 == drift->items.count || drift->items.items[i + 1].change != last)
                        fputc('\n', stream);
        }
}

static void write_verdict(
        const struct drift_report *report, const struct palette *palette, FILE *stream)
{
        const size_t failures = drift_failures(report->drift, report->gate);
        const char *what = report->gate == DRIFT_GATE_REQUIRED ? "required" : "used";

        if (failures == 0)
                fprintf(stream, "%sNo drift:%s nothing is newly %s.", palette->green,
                        palette->reset, what);
        else
                fprintf(stream, "%sDrift:%s %zu feature%s newly %s.", palette->red, palette->reset,
                        failures, failures == 1 ? " is" : "s are", what);
        fprintf(stream, " %zu features used, %zu then; %u runs in %.1f s.\n",
                report->drift->used_now, report->drift->used_before, report->now->runs,
                report->now->wall);
        if (report->gate == DRIFT_GATE_REQUIRED && report->drift->not_tried > 0)
                fprintf(stream, "%zu that were required then were not tried again.\n",
                        report->drift->not_tried);
}

int report_drift_text(
        const struct drift_report *report, const struct text_options *options, FILE *stream)
{
        const struct palette *palette = options->color ? &palette_ansi : &palette_none;
        const struct analysis *now = report->now;
        int r;

        fprintf(stream, "%s%s%s, %s (%s), against %s\n\n", palette->bold, now->application_name,
                palette->reset, now->workload_name, now->workload_kind, report->before->source);
        r = write_facts(report, palette, stream);
        if (r < 0)
                return r;
        fputc('\n', stream);
        write_items(report, palette, stream);
        write_verdict(report, palette, stream);
        return stream_result(stream);
}
