/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/static.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

int static_overview_add(struct static_overview *overview, const struct static_result *result)
{
        struct static_line *row = vector_add(&overview->rows);

        if (!row)
                return -ENOMEM;
        *row = (struct static_line){
                .binary = strdup(result->binary),
                .kind = result->kind,
                .calls = static_result_count(result, FEATURE_SYSCALL),
                .objects = result->objects.count,
                .unknown = result->unknown_sites.count + result->unknown_loads.count +
                           result->missing.count,
                .complete = result->complete,
                .seconds = result->seconds,
        };
        return row->binary ? 0 : -ENOMEM;
}

int static_overview_refuse(
        struct static_overview *overview, const char *binary, const char *problem)
{
        struct static_refusal *refusal = vector_add(&overview->refusals);

        if (!refusal)
                return -ENOMEM;
        refusal->binary = strdup(binary);
        refusal->problem = strdup(problem);
        return refusal->binary && refusal->problem ? 0 : -ENOMEM;
}

void static_overview_clear(struct static_overview *overview)
{
        struct static_refusal *refusal;
        struct static_line *row;

        vector_for_each(row, &overview->rows)
                free(row->binary);
        vector_for_each(refusal, &overview->refusals) {
                free(refusal->binary);
                free(refusal->problem);
        }
        vector_clear(&overview->rows);
        vector_clear(&overview->refusals);
}

static int compare_sizes(const void *a, const void *b)
{
        const size_t left = *(const size_t *)a, right = *(const size_t *)b;

        return (left > right) - (left < right);
}

/* Of `count` numbers in ascending order. */
static void describe(const size_t *calls, size_t count, struct static_figures *figures)
{
        double sum = 0;

        figures->mean = figures->median = NAN;
        if (count == 0)
                return;
        for (size_t i = 0; i < count; i++)
                sum += (double)calls[i];
        figures->mean = sum / (double)count;
        figures->median = (double)(calls[(count - 1) / 2] + calls[count / 2]) / 2;
        figures->least = calls[0];
        figures->most = calls[count - 1];
}

int static_overview_figures(const struct static_overview *overview, struct static_figures *ret)
{
        CLEANUP_FREE size_t *calls = calloc(overview->rows.count + 1, sizeof(*calls));
        struct static_figures figures = {};
        const struct static_line *row;

        if (!calls)
                return -ENOMEM;
        vector_for_each(row, &overview->rows) {
                figures.complete += row->complete;
                if (row->kind == OBJECT_SHARED)
                        figures.libraries++;
                else
                        calls[figures.programs++] = row->calls;
        }
        qsort(calls, figures.programs, sizeof(*calls), compare_sizes);
        describe(calls, figures.programs, &figures);
        *ret = figures;
        return 0;
}

static int add_row(
        struct table *table, const struct static_line *row, const struct palette *palette)
{
        if (table_cell(table, "", "%s", row->binary) < 0 ||
                table_cell(table, "", "%s", object_kind_name(row->kind)) < 0 ||
                table_cell(table, "", "%zu", row->calls) < 0 ||
                table_cell(table, "", "%zu", row->objects) < 0)
                return -ENOMEM;
        if (row->complete)
                return table_cell(table, palette->green, "yes") < 0 ||
                                       table_cell(table, "", "%.3f", row->seconds) < 0
                               ? -ENOMEM
                               : 0;
        return table_cell(table, palette->yellow, "no, %zu unknown", row->unknown) < 0 ||
                               table_cell(table, "", "%.3f", row->seconds) < 0
                       ? -ENOMEM
                       : 0;
}

/* "3 refused, 120 no ELF files, 34 other names of the same files." */
static void write_rest(const struct static_overview *overview, FILE *stream)
{
        const struct {
                size_t count;
                const char *one, *several;
        } parts[] = {
                {overview->refusals.count, "refused", "refused"},
                {overview->skipped, "no ELF file", "no ELF files"},
                {overview->repeated, "other name of the same file",
                        "other names of the same files"},
        };
        const char *separator = "Besides: ";

        for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
                if (parts[i].count == 0)
                        continue;
                fprintf(stream, "%s%zu %s", separator, parts[i].count,
                        parts[i].count == 1 ? parts[i].one : parts[i].several);
                separator = ", ";
        }
        if (*separator == ',')
                fputs(".\n", stream);
}

/* "1,402 programs and 3 libraries, 1,310 of them complete. …" */
static void write_figures(
        const struct static_overview *overview, const struct static_figures *figures, FILE *stream)
{
        fprintf(stream, "%zu program%s", figures->programs, plural(figures->programs));
        if (figures->libraries > 0)
                fprintf(stream, " and %zu librar%s", figures->libraries,
                        figures->libraries == 1 ? "y" : "ies");
        fprintf(stream, ", %zu of them complete", figures->complete);
        if (figures->programs > 0)
                fprintf(stream, "; calls of a program: %.1f on average, median %g, from %zu to %zu",
                        figures->mean, figures->median, figures->least, figures->most);
        fputs(".\n", stream);
        write_rest(overview, stream);
}

int report_static_table(
        const struct static_overview *overview, const struct text_options *options, FILE *stream)
{
        static const struct table_column columns[] = {
                {"binary"},
                {"kind"},
                {"calls", .right = true},
                {"objects", .right = true},
                {"complete"},
                {"seconds", .right = true},
        };
        const struct palette *palette = options->color ? &palette_ansi : &palette_none;
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns));
        struct static_figures figures;
        const struct static_line *row;
        int r = static_overview_figures(overview, &figures);

        if (r < 0 || !table)
                return -ENOMEM;
        vector_for_each(row, &overview->rows)
                if (add_row(table, row, palette) < 0)
                        return -ENOMEM;
        r = table_write(table, palette->bold, palette->reset, stream);
        if (r < 0)
                return r;
        fputc('\n', stream);
        write_figures(overview, &figures, stream);
        return stream_result(stream);
}
