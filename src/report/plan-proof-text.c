/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/plan-proof.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "policy/policy.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

struct writer {
        const struct plan_proof *proof;
        const struct palette *palette;
        FILE *stream;
};

static const char *name_of(const struct writer *writer, const struct step_proof *application)
{
        return writer->proof->applications.items[application->application].name;
}

static size_t count_working(const struct proven_step *step)
{
        const struct step_proof *application;
        size_t count = 0;

        vector_for_each(application, &step->applications)
                count += application->works;
        return count;
}

/* "hello-musl, redis"; owned by the caller; NULL when out of memory. */
static char *promises_of(const struct proven_step *step)
{
        const struct written_application *application;
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        if (!stream)
                return NULL;
        vector_for_each(application, &step->step.applications)
                fprintf(stream, "%s%s", application == step->step.applications.items ? "" : ", ",
                        application->name);
        if (fclose(stream) != 0)
                return NULL;
        string_make_printable(text);
        return steal_pointer(text);
}

static int add_step(const struct writer *writer, const struct proven_step *step, size_t number,
        struct table *table)
{
        const struct palette *palette = writer->palette;
        CLEANUP_FREE char *promises = promises_of(step);
        const char *color = step->proven ? palette->green : palette->red;

        if (!promises || table_cell(table, "", "%zu", number) < 0 ||
                table_cell(table, "", "%zu", step->step.implement.count) < 0 ||
                table_cell(table, "", "%zu", step->step.stub.count) < 0 ||
                table_cell(table, "", "%zu", step->step.fake.count) < 0 ||
                table_cell(table, color, "%zu of %zu", count_working(step),
                        step->applications.count) < 0 ||
                table_cell(table, color, "%s", step->proven ? "proven" : "not proven") < 0 ||
                table_cell(table, "", "%s", promises) < 0)
                return -ENOMEM;
        return 0;
}

static int write_table(const struct writer *writer)
{
        static const struct table_column columns[] = {
                {.title = "step", .right = true},
                {.title = "implement", .right = true},
                {.title = "stub", .right = true},
                {.title = "fake", .right = true},
                {.title = "working", .right = true},
                {.title = ""},
                {.title = "then should work"},
        };
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns));
        const struct proven_step *step;
        size_t number = 0;
        int r = table ? 0 : -ENOMEM;

        vector_for_each(step, &writer->proof->steps)
                if (r == 0)
                        r = add_step(writer, step, number++, table);
        return r == 0 ? table_write(table, writer->palette->bold, writer->palette->reset,
                                writer->stream)
                      : r;
}

/* "for want of pipe2 (ENOSYS, libc.so.6) and futex (faked)" */
static void write_culprits(const struct culprits *culprits, FILE *stream)
{
        const struct refusal *culprit;
        char name[FEATURE_NAME_MAX];
        const char *object;

        if (culprits->items.count == 0) {
                fputs("; what it lacks could not be found: it worked with all that it asked for in "
                      "vain withheld alone",
                        stream);
                return;
        }
        fputs(" for want of ", stream);
        vector_for_each(culprit, &culprits->items) {
                object = strrchr(culprit->object, '/');
                fprintf(stream, "%s%s (%s, %s)",
                        culprit == culprits->items.items ? "" : " together with ",
                        feature_name(culprit->feature, name),
                        culprit->action == ACTION_FAKE ? "faked" : errno_name(culprit->errnum),
                        object ? object + 1 : culprit->object);
        }
}

static void write_failure(const struct writer *writer, const struct step_proof *application)
{
        const struct mode_result *result = &application->result;
        char outcome[OUTCOME_TEXT_MAX];

        fprintf(writer->stream, "%s%s%s: %s in %u of %u run%s", writer->palette->bold,
                name_of(writer, application), writer->palette->reset,
                outcome_text(result->outcome, outcome), result->runs - result->passed, result->runs,
                plural(result->runs));
        write_culprits(&application->culprits, writer->stream);
        fputc('\n', writer->stream);
}

/* A blank line goes before the first of them. */
static void begin_failure(const struct writer *writer, bool *first)
{
        if (*first)
                fputc('\n', writer->stream);
        *first = false;
}

static void write_failures(const struct writer *writer)
{
        const struct plan_subject *subject;
        const struct step_proof *application;
        const struct proven_step *step;
        size_t number = 0;
        bool first = true;

        vector_for_each(subject, &writer->proof->applications) {
                if (!subject->failure)
                        continue;
                begin_failure(writer, &first);
                fprintf(writer->stream, "%s%s%s does not work unmodified: %s\n",
                        writer->palette->bold, subject->name, writer->palette->reset,
                        subject->failure);
        }
        vector_for_each(step, &writer->proof->steps) {
                vector_for_each(application, &step->applications) {
                        if (application->works || application->untested)
                                continue;
                        begin_failure(writer, &first);
                        fprintf(writer->stream, "step %zu: ", number);
                        write_failure(writer, application);
                }
                number++;
        }
}

static void write_lessons(const struct writer *writer)
{
        const struct plan_proof *proof = writer->proof;
        const struct lesson *lesson;
        const struct lesson_part *part;
        char name[FEATURE_NAME_MAX];

        if (proof->lessons.count == 0)
                return;
        fprintf(writer->stream,
                "\nLearnt, and kept in mind by loupe plan (the plan was made anew %u time%s):\n",
                proof->repairs, plural(proof->repairs));
        vector_for_each(lesson, &proof->lessons) {
                fprintf(writer->stream, "  %s does not work with ", lesson->application);
                vector_for_each(part, &lesson->parts)
                        fprintf(writer->stream, "%s%s %s",
                                part == lesson->parts.items ? "" : " and ",
                                feature_name(part->feature, name),
                                part->faked ? "faked" : "stubbed");
                fputc('\n', writer->stream);
        }
}

static void write_summary(const struct writer *writer)
{
        const struct plan_proof *proof = writer->proof;
        const struct proven_step *step;
        size_t proven = 0;

        vector_for_each(step, &proof->steps)
                proven += step->proven;
        fprintf(writer->stream, "\n%zu of %zu step%s proven, the start counted; %s.\n", proven,
                proof->steps.count, plural(proof->steps.count),
                proof->proven ? "so the whole plan is" : "the plan is not");
}

int report_plan_proof_text(const struct plan_proof_report *report, FILE *stream)
{
        const struct writer writer = {
                .proof = report->proof,
                .palette = report->text.color ? &palette_ansi : &palette_none,
                .stream = stream,
        };
        int r;

        fprintf(stream, "%sPlan for %s (%s), carried out%s\n\n", writer.palette->bold,
                report->proof->os ? report->proof->os : "a system that offers nothing yet",
                report->proof->strategy, writer.palette->reset);
        r = write_table(&writer);
        if (r < 0)
                return r;
        write_failures(&writer);
        write_lessons(&writer);
        write_summary(&writer);
        return stream_result(stream);
}
