/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/plan.h"

#include <string.h>

#include "report/stream.h"
#include "report/terminal.h"

/* Columns of the counts at the left, and of the word that says what a list is. */
#define COUNTS_WIDTH 24
#define LABEL_WIDTH  11
#define NARROWEST    20

/* A list that is wrapped at the terminal's width, under the place where it started. */
struct wrapped {
        FILE *stream;
        unsigned indent; /* columns before it */
        unsigned width;  /* of the terminal */
        unsigned column; /* where the next word would start */
        bool begun;
};

static void wrapped_add(struct wrapped *list, const char *word)
{
        unsigned length = strlen(word);
        bool fits = list->column + 2 + length < list->width || list->column <= list->indent;

        if (!list->begun) {
                list->begun = true;
        } else if (fits) {
                fputs(", ", list->stream);
                list->column += 2;
        } else {
                fprintf(list->stream, ",\n%*s", (int)list->indent, "");
                list->column = list->indent;
        }
        fputs(word, list->stream);
        list->column += length;
}

struct writer {
        const struct plan_report *report;
        const struct feature_words *words;
        const struct palette *palette;
        FILE *stream;
        unsigned width;
        bool first; /* the next list stands beside the counts */
};

/* The label, and where its list begins; the counts stand before the first label of a step. */
static struct wrapped begin_list(
        struct writer *writer, const char *color, const char *label, unsigned indent)
{
        if (!writer->first)
                fprintf(writer->stream, "%*s", (int)indent, "");
        writer->first = false;
        fprintf(writer->stream, "%s%-*s%s", color, LABEL_WIDTH, label, writer->palette->reset);
        return (struct wrapped){
                .stream = writer->stream,
                .indent = indent + LABEL_WIDTH,
                .column = indent + LABEL_WIDTH,
                .width = writer->width,
        };
}

static void write_applications(struct writer *writer, const char *label, unsigned indent,
        const uint32_t *places, size_t count)
{
        struct wrapped list;

        if (count == 0)
                return;
        list = begin_list(writer, writer->palette->bold, label, indent);
        for (size_t i = 0; i < count; i++)
                wrapped_add(&list, writer->report->problem->applications[places[i]].name);
        fputc('\n', writer->stream);
}

static void write_features(struct writer *writer, const char *color, const char *label,
        const uint32_t *features, size_t count)
{
        struct wrapped list;

        if (count == 0)
                return;
        list = begin_list(writer, color, label, COUNTS_WIDTH);
        for (size_t i = 0; i < count; i++)
                wrapped_add(&list, feature_word(writer->words, features[i], NULL));
        fputc('\n', writer->stream);
}

static void write_head(struct writer *writer)
{
        const struct plan_report *report = writer->report;
        struct wrapped list;

        fprintf(writer->stream, "%sSupport plan for %s (%s)%s\n", writer->palette->bold,
                report->os ? report->os : "a system that offers nothing yet",
                strategy_name(report->plan->strategy), writer->palette->reset);
        writer->first = false;
        write_applications(
                writer, "at first", 0, report->plan->initial.items, report->plan->initial.count);
        write_applications(writer, "not proven", 0, report->unproven, report->unproven_count);
        if (report->without_data[0]) {
                list = begin_list(writer, writer->palette->yellow, "no data", 0);
                for (size_t i = 0; report->without_data[i]; i++)
                        wrapped_add(&list, report->without_data[i]);
                fputc('\n', writer->stream);
        }
        fputc('\n', writer->stream);
}

static void write_steps(struct writer *writer)
{
        const struct palette *palette = writer->palette;
        const struct plan *plan = writer->report->plan;
        size_t number = 0, working = plan->initial.count, implemented = 0;
        const struct plan_step *step;

        if (plan->steps.count > 0)
                fprintf(writer->stream, "%s%4s%9s%9s%s\n", palette->bold, "step", "working",
                        "calls", palette->reset);
        vector_for_each(step, &plan->steps) {
                working += step->applications.count;
                implemented += step->implement.count;
                fprintf(writer->stream, "%4zu%9zu%9zu  ", ++number, working, implemented);
                writer->first = true;
                write_features(writer, palette->red, "implement", step->implement.items,
                        step->implement.count);
                write_features(writer, palette->yellow, "stub", step->stub.items, step->stub.count);
                write_features(writer, palette->cyan, "fake", step->fake.items, step->fake.count);
                write_applications(writer, "then works", COUNTS_WIDTH, step->applications.items,
                        step->applications.count);
        }
        if (plan->steps.count > 0)
                fputc('\n', writer->stream);
}

/* "stat by newfstatat": the OS has the latter, or will. */
static void write_equivalents(struct writer *writer)
{
        const struct plan_problem *problem = writer->report->problem;
        const struct plan_substitute *substitute;

        vector_for_each(substitute, &problem->substitutes) {
                fprintf(writer->stream, "%s by ",
                        feature_word(writer->words, substitute->call, NULL));
                fputs(feature_word(writer->words, substitute->by, NULL), writer->stream);
                if (substitute->application != PLAN_EVERY_APPLICATION)
                        fprintf(writer->stream, " for %s",
                                problem->applications[substitute->application].name);
                if (substitute->how)
                        fprintf(writer->stream, " (%s)", substitute->how);
                fputc('\n', writer->stream);
        }
        if (problem->substitutes.count > 0)
                fputc('\n', writer->stream);
}

int report_plan_text(const struct plan_report *report, FILE *stream)
{
        CLEANUP_FEATURE_WORDS struct feature_words *words = NULL;
        const unsigned narrowest = COUNTS_WIDTH + LABEL_WIDTH + NARROWEST;
        struct writer writer = {
                .report = report,
                .palette = report->text.color ? &palette_ansi : &palette_none,
                .stream = stream,
                .width = report->text.width > narrowest ? report->text.width : narrowest,
        };
        int r;

        r = feature_words_new(report->problem->catalogue, report->spelling, FEATURE_PLAIN, &words);
        if (r < 0)
                return r;
        writer.words = words;
        write_head(&writer);
        write_steps(&writer);
        write_equivalents(&writer);
        report_plan_summary(report, stream);
        return stream_result(stream);
}
