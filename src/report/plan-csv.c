/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/plan.h"

#include "base/csv.h"
#include "report/stream.h"

static void write_features(const struct feature_words *words, size_t step, const char *what,
        const uint32_t *features, size_t count, FILE *stream)
{
        for (size_t i = 0; i < count; i++)
                fprintf(stream, "%zu,%s,%s\n", step, what, feature_word(words, features[i], NULL));
}

static void write_applications(const struct plan_report *report, size_t step,
        const uint32_t *places, size_t count, FILE *stream)
{
        for (size_t i = 0; i < count; i++) {
                fprintf(stream, "%zu,works,", step);
                csv_write_field(report->problem->applications[places[i]].name, stream);
                fputc('\n', stream);
        }
}

int report_plan_csv(const struct plan_report *report, FILE *stream)
{
        CLEANUP_FEATURE_WORDS struct feature_words *words = NULL;
        const struct plan *plan = report->plan;
        const struct plan_substitute *substitute;
        const struct plan_step *step;
        size_t number = 0;
        int r;

        r = feature_words_new(report->problem->catalogue, report->spelling, FEATURE_CSV, &words);
        if (r < 0)
                return r;
        fputs("step,what,name\n", stream);
        write_applications(report, 0, plan->initial.items, plan->initial.count, stream);
        vector_for_each(step, &plan->steps) {
                number++;
                write_features(words, number, "implement", step->implement.items,
                        step->implement.count, stream);
                write_features(words, number, "stub", step->stub.items, step->stub.count, stream);
                write_features(words, number, "fake", step->fake.items, step->fake.count, stream);
                write_applications(
                        report, number, step->applications.items, step->applications.count, stream);
        }
        vector_for_each(substitute, &report->problem->substitutes) {
                fprintf(stream, ",equivalent,%s by ", feature_word(words, substitute->call, NULL));
                fprintf(stream, "%s\n", feature_word(words, substitute->by, NULL));
        }
        for (size_t i = 0; report->without_data[i]; i++) {
                fputs(",without-data,", stream);
                csv_write_field(report->without_data[i], stream);
                fputc('\n', stream);
        }
        return stream_result(stream);
}
