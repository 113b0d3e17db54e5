/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/plan.h"

#include <ctype.h>
#include <string.h>

#include "report/stream.h"

/* Text as it is, whatever it would mean in a table of Markdown. */
static void write_escaped(const char *text, FILE *stream)
{
        for (; *text; text++) {
                if (iscntrl((unsigned char)*text)) {
                        fputc(' ', stream);
                        continue;
                }
                if (strchr("\\`*_{}[]<>()#+!|~&$", *text))
                        fputc('\\', stream);
                fputc(*text, stream);
        }
}

static void write_applications(
        const struct plan_report *report, const uint32_t *places, size_t count, FILE *stream)
{
        for (size_t i = 0; i < count; i++) {
                fputs(i > 0 ? ", " : "", stream);
                write_escaped(report->problem->applications[places[i]].name, stream);
        }
}

static void write_features(
        const struct feature_words *words, const uint32_t *features, size_t count, FILE *stream)
{
        fputs(" | ", stream);
        for (size_t i = 0; i < count; i++) {
                fputs(i > 0 ? ", " : "", stream);
                write_escaped(feature_word(words, features[i], NULL), stream);
        }
}

static void write_head(const struct plan_report *report, FILE *stream)
{
        fputs("# Support plan", stream);
        if (report->os) {
                fputs(" for ", stream);
                write_escaped(report->os, stream);
        }
        fprintf(stream, "\n\nStrategy: %s.", strategy_name(report->plan->strategy));
        if (report->plan->initial.count > 0) {
                fputs(" Works from the start: ", stream);
                write_applications(
                        report, report->plan->initial.items, report->plan->initial.count, stream);
                fputc('.', stream);
        }
        if (report->unproven_count > 0) {
                fputs(" Not proven: ", stream);
                write_applications(report, report->unproven, report->unproven_count, stream);
                fputc('.', stream);
        }
        if (report->without_data[0]) {
                fputs(" Without data: ", stream);
                for (size_t i = 0; report->without_data[i]; i++) {
                        fputs(i > 0 ? ", " : "", stream);
                        write_escaped(report->without_data[i], stream);
                }
                fputc('.', stream);
        }
        fputs("\n\n| Step | Applications | Implement | Stub | Fake | Working | Implemented |\n"
              "| ---: | --- | --- | --- | --- | ---: | ---: |\n",
                stream);
}

/* What stands for what, as a list. */
static void write_equivalents(
        const struct plan_report *report, const struct feature_words *words, FILE *stream)
{
        const struct plan_substitute *substitute;

        vector_for_each(substitute, &report->problem->substitutes) {
                fputs("- ", stream);
                write_escaped(feature_word(words, substitute->call, NULL), stream);
                fputs(" by ", stream);
                write_escaped(feature_word(words, substitute->by, NULL), stream);
                if (substitute->application != PLAN_EVERY_APPLICATION) {
                        fputs(" for ", stream);
                        write_escaped(report->problem->applications[substitute->application].name,
                                stream);
                }
                if (substitute->how) {
                        fputs(": ", stream);
                        write_escaped(substitute->how, stream);
                }
                fputc('\n', stream);
        }
        if (report->problem->substitutes.count > 0)
                fputc('\n', stream);
}

int report_plan_markdown(const struct plan_report *report, FILE *stream)
{
        CLEANUP_FEATURE_WORDS struct feature_words *words = NULL;
        const struct plan *plan = report->plan;
        size_t number = 0, working = plan->initial.count, implemented = 0;
        const struct plan_step *step;
        int r;

        r = feature_words_new(report->problem->catalogue, report->spelling, FEATURE_PLAIN, &words);
        if (r < 0)
                return r;
        write_head(report, stream);
        vector_for_each(step, &plan->steps) {
                working += step->applications.count;
                implemented += step->implement.count;
                fprintf(stream, "| %zu | ", ++number);
                write_applications(
                        report, step->applications.items, step->applications.count, stream);
                write_features(words, step->implement.items, step->implement.count, stream);
                write_features(words, step->stub.items, step->stub.count, stream);
                write_features(words, step->fake.items, step->fake.count, stream);
                fprintf(stream, " | %zu | %zu |\n", working, implemented);
        }
        fputc('\n', stream);
        write_equivalents(report, words, stream);
        report_plan_summary(report, stream);
        return stream_result(stream);
}
