/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/proof.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

/* What a list has at least, and what stands before it and behind it at most: "for want of ", and
 * " and 12 more". */
#define NARROWEST 24
#define AROUND    24

struct writer {
        const struct proof_report *report;
        const struct palette *palette;
        FILE *stream;
};

/* Names with commas in between, cut off at a width: "a, b and 12 more". */
struct list {
        FILE *stream;
        size_t width;
        size_t length;
        size_t count, left_out;
};

static void list_add(struct list *list, const char *name)
{
        size_t length = strlen(name) + (list->count > 0 ? 2 : 0);

        if (list->left_out > 0 || (list->count > 0 && list->length + length > list->width)) {
                list->left_out++;
                return;
        }
        fprintf(list->stream, "%s%s", list->count > 0 ? ", " : "", name);
        list->length += length;
        list->count++;
}

static void list_end(const struct list *list)
{
        if (list->left_out > 0)
                fprintf(list->stream, " and %zu more", list->left_out);
}

static void write_features(
        const char *label, const struct features *features, size_t width, FILE *stream)
{
        struct list list = {.stream = stream, .width = width};
        const struct feature *feature;
        char name[FEATURE_NAME_MAX];

        fputs(label, stream);
        vector_for_each(feature, &features->items)
                list_add(&list, feature_name(*feature, name));
        list_end(&list);
}

static void write_refusals(
        const char *label, const struct refusal *refusals, size_t count, size_t width, FILE *stream)
{
        struct list list = {.stream = stream, .width = width};
        char name[FEATURE_NAME_MAX];

        fputs(label, stream);
        for (size_t i = 0; i < count; i++)
                list_add(&list, feature_name(refusals[i].feature, name));
        list_end(&list);
}

/* What is not there, as far as that is known; and of that what was found to be the reason. */
static void write_failure(const struct application_proof *proof, size_t width, FILE *stream)
{
        const struct foretelling *foretold = &proof->foretold;
        bool known = foretold->missing.items.count > 0 || foretold->conflicts.count > 0;

        if (known && proof->culprits.items.count > 0)
                width /= 2;
        if (foretold->missing.items.count > 0)
                write_features("", &foretold->missing, width, stream);
        else if (foretold->conflicts.count > 0)
                write_features("one of ", &foretold->conflicts.items[0], width, stream);
        if (proof->culprits.items.count > 0)
                write_refusals(known ? "; fails for want of " : "for want of ",
                        proof->culprits.items.items, proof->culprits.items.count, width, stream);
        else if (!known && proof->refusals.items.count > 0)
                write_refusals("of these, some: ", proof->refusals.items.items,
                        proof->refusals.items.count, width, stream);
}

/* What was of use, or is in the way. */
static void write_lacks(const struct application_proof *proof, size_t width, FILE *stream)
{
        const struct foretelling *foretold = &proof->foretold;

        if (proof->seen == FATE_UNTESTED) {
                fputs(proof->failure, stream);
        } else if (proof->seen == FATE_HELPED) {
                if (foretold->stubs.items.count > 0)
                        write_features("stubs: ", &foretold->stubs, width, stream);
                if (foretold->stubs.items.count > 0 && foretold->fakes.items.count > 0)
                        fputs("; ", stream);
                if (foretold->fakes.items.count > 0)
                        write_features("fakes: ", &foretold->fakes, width, stream);
        } else if (proof->seen == FATE_FAILS) {
                write_failure(proof, width, stream);
        }
}

static const char *color_of(const struct palette *palette, enum fate fate)
{
        switch (fate) {
        case FATE_WORKS:
                return palette->green;
        case FATE_HELPED:
                return palette->yellow;
        case FATE_FAILS:
                return palette->red;
        case FATE_UNSTABLE:
        case FATE_UNTESTED:
                return palette->cyan;
        case FATE_UNKNOWN:
        case FATE_COUNT:
                break;
        }
        return palette->dim;
}

/* True where two rows would have the same name. */
static bool is_ambiguous(const struct os_proof *all, const struct application_proof *proof)
{
        const struct application_proof *other;

        vector_for_each(other, &all->applications)
                if (other != proof && strcmp(other->application, proof->application) == 0)
                        return true;
        return false;
}

/* "redis", or "redis (suite)" where there are others. Owned by the caller; NULL: out of memory. */
static char *title_of(const struct os_proof *all, const struct application_proof *proof)
{
        char *title = is_ambiguous(all, proof)
                              ? string_format("%s (%s)", proof->application, proof->workload)
                              : strdup(proof->application);

        if (title)
                string_make_printable(title);
        return title;
}

/* Columns that are left for a list, beside the other cells. */
static size_t list_width(const struct writer *writer)
{
        const struct os_proof *proof = writer->report->proof;
        size_t titles = strlen("application"), foretold = strlen("foretold"), seen = strlen("seen"),
               taken, width = writer->report->text.width;
        const struct application_proof *application;

        vector_for_each(application, &proof->applications) {
                size_t title = strlen(application->application) +
                               (is_ambiguous(proof, application)
                                               ? strlen(application->workload) + strlen(" ()")
                                               : 0);

                titles = title > titles ? title : titles;
                title = strlen(fate_name(application->foretold.fate));
                foretold = title > foretold ? title : foretold;
                title = strlen(fate_name(application->seen));
                seen = title > seen ? title : seen;
        }
        taken = titles + foretold + seen + 3 * 2 + AROUND;
        return width > taken + NARROWEST ? width - taken : NARROWEST;
}

static int add_row(const struct writer *writer, const struct application_proof *proof, size_t width,
        struct table *table)
{
        CLEANUP_FREE char *title = title_of(writer->report->proof, proof), *lacks = NULL;
        const struct palette *palette = writer->palette;
        size_t size;
        FILE *stream = open_memstream(&lacks, &size);

        if (!stream)
                return -ENOMEM;
        write_lacks(proof, width, stream);
        if (fclose(stream) != 0 || !title)
                return -ENOMEM;
        string_make_printable(lacks);
        if (table_cell(table, palette->bold, "%s", title) < 0 ||
                table_cell(table, color_of(palette, proof->foretold.fate), "%s",
                        fate_name(proof->foretold.fate)) < 0 ||
                table_cell(table, color_of(palette, proof->seen), "%s", fate_name(proof->seen)) <
                        0 ||
                table_cell(table, "", "%s", lacks) < 0)
                return -ENOMEM;
        return 0;
}

static int write_table(const struct writer *writer)
{
        static const struct table_column columns[] = {
                {.title = "application"},
                {.title = "foretold"},
                {.title = "seen"},
                {.title = "what it lacks"},
        };
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns));
        const struct os_proof *proof = writer->report->proof;
        const size_t width = list_width(writer);
        const struct application_proof *application;
        int r = table ? 0 : -ENOMEM;

        vector_for_each(application, &proof->applications)
                if (r == 0)
                        r = add_row(writer, application, width, table);
        return r == 0 ? table_write(table, writer->palette->bold, writer->palette->reset,
                                writer->stream)
                      : r;
}

/* " --stub a,b": an option and its list, for the shell. */
static int write_option(const char *option, const struct features *features, FILE *stream)
{
        const struct feature *feature;
        char name[FEATURE_NAME_MAX];

        vector_for_each(feature, &features->items) {
                CLEANUP_FREE char *quoted = string_shell_quote(feature_name(*feature, name));

                if (!quoted)
                        return -ENOMEM;
                fprintf(stream, "%s%s", feature == features->items.items ? option : ",", quoted);
        }
        return 0;
}

/* The run that this is about, once more. */
static int write_command(const struct writer *writer, const struct application_proof *proof)
{
        const struct os_proof *all = writer->report->proof;
        CLEANUP_FREE char *os = string_shell_quote(writer->report->os);
        CLEANUP_FREE char *source =
                string_shell_quote(proof->workload_source ? proof->workload_source : "");
        int r;

        if (!os || !source)
                return -ENOMEM;
        fprintf(writer->stream, "  loupe run --os %s%s%s", os,
                all->equivalents ? " --equivalents" : "",
                all->partial_is_missing ? " --partial-missing" : "");
        if (proof->helped.runs > 0) {
                r = write_option(" --stub ", &proof->foretold.stubs, writer->stream);
                if (r == 0)
                        r = write_option(" --fake ", &proof->foretold.fakes, writer->stream);
                if (r < 0)
                        return r;
        }
        fprintf(writer->stream, " %s\n", source);
        return 0;
}

static int write_disagreement(const struct writer *writer, const struct application_proof *proof)
{
        const struct palette *palette = writer->palette;
        CLEANUP_FREE char *title = title_of(writer->report->proof, proof);

        if (!title)
                return -ENOMEM;
        fprintf(writer->stream, "\n%s%s%s: foretold: %s, seen: %s. %s%s%s", palette->bold, title,
                palette->reset, fate_name(proof->foretold.fate), fate_name(proof->seen),
                palette->yellow, disagreement_name(proof->disagreement), palette->reset);
        if (proof->evidence.items.count > 0)
                write_features(" about ", &proof->evidence, SIZE_MAX, writer->stream);
        fprintf(writer->stream, ":\n  %s\n", disagreement_text(proof->disagreement));
        return write_command(writer, proof);
}

struct proof_summary report_proof_summary(const struct os_proof *proof)
{
        struct proof_summary summary = {};
        const struct application_proof *application;

        vector_for_each(application, &proof->applications) {
                if (application->foretold.fate == FATE_UNKNOWN ||
                        application->seen == FATE_UNTESTED)
                        summary.open++;
                else if (proof_disagrees(application))
                        summary.disagree++;
                else
                        summary.agree++;
        }
        return summary;
}

static void write_summary(const struct os_proof *proof, FILE *stream)
{
        const struct proof_summary summary = report_proof_summary(proof);
        const struct application_proof *application;
        size_t untested = 0;

        vector_for_each(application, &proof->applications)
                untested += application->seen == FATE_UNTESTED;
        fprintf(stream, "\n%zu as foretold, %zu otherwise", summary.agree, summary.disagree);
        if (summary.open > untested)
                fprintf(stream, ", %zu without a result to foretell from", summary.open - untested);
        if (untested > 0)
                fprintf(stream, ", %zu untested", untested);
        fputc('\n', stream);
}

int report_proof_text(const struct proof_report *report, FILE *stream)
{
        const struct writer writer = {
                .report = report,
                .palette = report->text.color ? &palette_ansi : &palette_none,
                .stream = stream,
        };
        const size_t count = report->proof->applications.count;
        const struct application_proof *application;
        int r;

        fprintf(stream, "%s%zu application%s on %s%s\n", writer.palette->bold, count, plural(count),
                report->proof->os, writer.palette->reset);
        r = write_table(&writer);
        vector_for_each(application, &report->proof->applications)
                if (r == 0 && proof_disagrees(application))
                        r = write_disagreement(&writer, application);
        if (r < 0)
                return r;
        write_summary(report->proof, stream);
        return stream_result(stream);
}
