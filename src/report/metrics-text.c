/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/metrics.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/strings.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

/* The most that any of the tables has. */
#define COLUMNS_MAX 9

/* What the parts of the text share. */
struct writing {
        const struct metrics_report *report;
        const struct metrics *metrics;
        const struct palette *palette;
        unsigned width; /* of the terminal */
        FILE *stream;
};

static struct feature feature_of(const struct writing *writing, uint32_t number)
{
        return catalogue_feature(writing->report->collection->catalogue, number);
}

/* A call's number where numbers are wanted, else the name. */
static const char *label(
        const struct writing *writing, uint32_t number, char buffer[FEATURE_NAME_MAX])
{
        const struct feature feature = feature_of(writing, number);

        if (writing->report->numbers && catalogue_is_call(number))
                snprintf(buffer, FEATURE_NAME_MAX, "%u", number);
        else
                feature_name(feature, buffer);
        return buffer;
}

static int count_cell(struct table *table, size_t count)
{
        return table_cell(table, "", "%zu", count);
}

static int share_cell(struct table *table, double share)
{
        if (isnan(share))
                return table_cell(table, "", "-");
        return table_cell(table, "", "%.1f %%", 100 * share);
}

static double ratio(size_t part, size_t whole)
{
        return whole > 0 ? (double)part / whole : NAN;
}

static int finish_table(const struct writing *writing, const struct table *table)
{
        return table_write(table, writing->palette->bold, writing->palette->reset, writing->stream);
}

static void write_statics(const struct writing *writing, enum static_method method)
{
        static const char *const objects[STATIC_COUNT] = {
                [STATIC_BINARY] = "binaries",
                [STATIC_SOURCES] = "sources",
        };
        const struct static_comparison *comparison = &writing->metrics->statics[method];

        if (comparison->datasets == 0)
                return;
        fprintf(writing->stream,
                "Static analysis of %s finds %.1f calls on average in the applications of %zu "
                "result%s, which use %.1f and require %.1f",
                objects[method], comparison->found, comparison->datasets,
                plural(comparison->datasets), comparison->used, comparison->required);
        if (comparison->required > 0)
                fprintf(writing->stream, ": %.1f times what is required",
                        comparison->found / comparison->required);
        fputs(".\n", writing->stream);
}

static void write_headline(const struct writing *writing)
{
        const struct metrics *metrics = writing->metrics;

        fprintf(writing->stream,
                "%s%zu result%s of %zu application%s: %zu call%s used, %zu "
                "required%s.\n",
                writing->palette->bold, metrics->datasets, plural(metrics->datasets),
                metrics->applications, plural(metrics->applications), metrics->used,
                plural(metrics->used), metrics->required, writing->palette->reset);
        if (!isnan(metrics->avoidable))
                fprintf(writing->stream,
                        "%.1f %% of the calls that a result uses are avoidable%s.\n",
                        100 * metrics->avoidable, metrics->datasets > 1 ? ", on average" : "");
        for (enum static_method method = 0; method < STATIC_COUNT; method++)
                write_statics(writing, method);
        if (!metrics->has_popularity)
                return;
        fprintf(writing->stream, "%zu package%s; the contest knows no installs of %zu.\n",
                metrics->packages, plural(metrics->packages), metrics->packages_unpopular);
        if (metrics->dependencies > 0)
                fprintf(writing->stream,
                        "They depend on %zu package%s without data, which hinder%s none of them.\n",
                        metrics->dependencies, plural(metrics->dependencies),
                        metrics->dependencies == 1 ? "s" : "");
}

static int static_cell(
        struct table *table, const struct dataset_figures *figures, enum static_method method)
{
        if (figures->statics[method] == SIZE_MAX)
                return table_cell(table, "", "-");
        return count_cell(table, figures->statics[method]);
}

static int add_dataset(const struct writing *writing, struct table *table, size_t place)
{
        const struct dataset *dataset = &writing->report->collection->datasets.items[place];
        const struct dataset_figures *figures = &writing->metrics->figures.items[place];
        size_t avoidable = figures->verdicts[VERDICT_STUB] + figures->verdicts[VERDICT_FAKE] +
                           figures->verdicts[VERDICT_EITHER];
        int r;

        r = table_cell(table, "", "%s", dataset->application);
        if (r == 0)
                r = table_cell(table, "", "%s", dataset->workload);
        if (r == 0)
                r = table_cell(table, "", "%s", dataset_kind_key(dataset->kind));
        if (r == 0)
                r = count_cell(table, figures->used);
        if (r == 0)
                r = count_cell(table, figures->verdicts[VERDICT_REQUIRED]);
        if (r == 0)
                r = share_cell(table, ratio(avoidable, figures->used));
        for (enum static_method method = 0; r == 0 && method < STATIC_COUNT; method++)
                r = static_cell(table, figures, method);
        return r;
}

static int write_datasets(const struct writing *writing)
{
        static const struct table_column columns[] = {
                {"application"},
                {"workload"},
                {"kind"},
                {"used", .right = true},
                {"required", .right = true},
                {"avoidable", .right = true},
                {"in binary", .right = true},
                {"in sources", .right = true},
        };
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns));
        int r = 0;

        if (!table)
                return -ENOMEM;
        fputc('\n', writing->stream);
        for (size_t i = 0; r == 0 && i < writing->metrics->figures.count; i++)
                r = add_dataset(writing, table, i);
        return r < 0 ? r : finish_table(writing, table);
}

/* The columns that only popularity has, where there is any. */
static int add_popular(
        const struct writing *writing, struct table *table, const struct importance *importance)
{
        int r;

        if (!writing->metrics->has_popularity)
                return 0;
        r = share_cell(table, importance->popular);
        return r < 0 ? r : share_cell(table, importance->popular_required);
}

static int add_importance(
        const struct writing *writing, struct table *table, const struct importance *importance)
{
        const size_t counts[] = {importance->used, importance->required, importance->fake,
                importance->stub, importance->either};
        char name[FEATURE_NAME_MAX];
        int r;

        r = table_cell(
                table, writing->palette->cyan, "%s", label(writing, importance->feature, name));
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(counts); i++)
                r = count_cell(table, counts[i]);
        if (r == 0)
                r = share_cell(table, importance->used_share);
        return r < 0 ? r : add_popular(writing, table, importance);
}

static int write_importance(const struct writing *writing)
{
        static const struct table_column columns[COLUMNS_MAX] = {
                {"call"},
                {"used in", .right = true},
                {"required in", .right = true},
                {"fake only", .right = true},
                {"stub only", .right = true},
                {"either", .right = true},
                {"share", .right = true},
                {"machines use", .right = true},
                {"machines require", .right = true},
        };
        size_t top = writing->report->top, calls = writing->metrics->used;
        CLEANUP_TABLE struct table *table =
                table_new(columns, COLUMNS_MAX - (writing->metrics->has_popularity ? 0 : 2));
        int r = 0;

        if (!table)
                return -ENOMEM;
        if (top == 0 || top > calls)
                top = calls;
        if (top == 0)
                return 0;
        fprintf(writing->stream, "\nThe most important calls, %zu of %zu, by results:\n", top,
                calls);
        for (size_t i = 0; r == 0 && i < top; i++)
                r = add_importance(writing, table, &writing->metrics->importance.items[i]);
        return r < 0 ? r : finish_table(writing, table);
}

/* "redis/suite", … broken to the width of the terminal. */
static void write_places(
        const struct writing *writing, const char *heading, const uint32_t *places, size_t count)
{
        const unsigned indent = 20;
        unsigned column;

        if (count == 0)
                return;
        column = fprintf(writing->stream, "  %-*s", (int)indent - 2, heading);
        for (size_t i = 0; i < count; i++) {
                const struct dataset *dataset =
                        &writing->report->collection->datasets.items[places[i]];
                size_t length = strlen(dataset->application) + 1 + strlen(dataset->workload);

                if (column > indent && column + 1 + length > writing->width)
                        column = fprintf(writing->stream, "\n%*s", (int)indent, "") - 1;
                column += fprintf(writing->stream, "%s%s/%s", column > indent ? " " : "",
                        dataset->application, dataset->workload);
        }
        fputc('\n', writing->stream);
}

static void write_missing_places(const struct writing *writing)
{
        const struct missing_call *missing;
        char name[FEATURE_NAME_MAX];

        vector_for_each(missing, &writing->metrics->missing) {
                fprintf(writing->stream, "\n%s%s%s\n", writing->palette->bold,
                        label(writing, missing->importance.feature, name), writing->palette->reset);
                write_places(writing, "required in", missing->required_in.items,
                        missing->required_in.count);
                write_places(writing, "faking works in", missing->faked_in.items,
                        missing->faked_in.count);
                write_places(writing, "stubbing works in", missing->stubbed_in.items,
                        missing->stubbed_in.count);
        }
}

static int add_missing(
        const struct writing *writing, struct table *table, const struct missing_call *missing)
{
        const size_t counts[] = {missing->importance.used, missing->faked_in.count,
                missing->stubbed_in.count, missing->required_in.count};
        char name[FEATURE_NAME_MAX];
        int r;

        r = table_cell(table, writing->palette->cyan, "%s",
                label(writing, missing->importance.feature, name));
        if (r == 0)
                r = table_cell(table, "", "%s", support_name(missing->support));
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(counts); i++)
                r = count_cell(table, counts[i]);
        return r < 0 ? r : add_popular(writing, table, &missing->importance);
}

static int write_missing(const struct writing *writing)
{
        static const struct table_column columns[] = {
                {"call"},
                {"support"},
                {"used in", .right = true},
                {"faked in", .right = true},
                {"stubbed in", .right = true},
                {"required in", .right = true},
                {"machines use", .right = true},
                {"machines require", .right = true},
        };
        const struct metrics *metrics = writing->metrics;
        CLEANUP_TABLE struct table *table =
                table_new(columns, ARRAY_SIZE(columns) - (metrics->has_popularity ? 0 : 2));
        const struct missing_call *missing;
        int r = 0;

        if (!table)
                return -ENOMEM;
        if (metrics->missing_total == 0) {
                fputs("It lacks nothing that is used.\n", writing->stream);
                return 0;
        }
        fprintf(writing->stream, "\nWhat it lacks, %zu of %zu, the most important first:\n",
                metrics->missing.count, metrics->missing_total);
        vector_for_each(missing, &metrics->missing)
                if (r == 0)
                        r = add_missing(writing, table, missing);
        if (r == 0)
                r = finish_table(writing, table);
        if (r == 0 && writing->report->places)
                write_missing_places(writing);
        return r;
}

/* What a definition of completeness asks of an OS. */
static const char *const definition_texts[COMPLETENESS_COUNT] = {
        [COMPLETENESS_REQUIRED] = "what they require",
        [COMPLETENESS_NOT_STUBBED] = "what they use and cannot do stubbed",
};

static int write_os(const struct writing *writing)
{
        const struct completeness_result *result;

        fprintf(writing->stream, "\n%s%s%s has of the results\n", writing->palette->bold,
                writing->report->profile->name, writing->palette->reset);
        for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++) {
                result = &writing->metrics->completeness[by];
                fprintf(writing->stream, "  %-36s %zu of %zu, %.1f %%", definition_texts[by],
                        result->supported, result->datasets,
                        100 * ratio(result->supported, result->datasets));
                if (!isnan(result->weighted))
                        fprintf(writing->stream, "; weighted by installs %.1f %%",
                                100 * result->weighted);
                fputc('\n', writing->stream);
        }
        return write_missing(writing);
}

static int add_point(
        const struct writing *writing, struct table *table, const struct curve_point *point)
{
        char name[FEATURE_NAME_MAX];
        int r;

        r = count_cell(table, point->calls);
        if (r == 0)
                r = table_cell(table, writing->palette->cyan, "%s",
                        point->calls > 0 ? label(writing, point->feature, name) : "");
        for (enum completeness by = 0; r == 0 && by < COMPLETENESS_COUNT; by++)
                r = share_cell(table,
                        ratio(point->completeness[by].supported, point->completeness[by].datasets));
        if (!writing->metrics->has_popularity)
                return r;
        for (enum completeness by = 0; r == 0 && by < COMPLETENESS_COUNT; by++)
                r = share_cell(table, point->completeness[by].weighted);
        return r;
}

static int write_curve(const struct writing *writing)
{
        static const struct table_column columns[] = {
                {"calls", .right = true},
                {"and with"},
                {"required", .right = true},
                {"not stubbed", .right = true},
                {"required, weighted", .right = true},
                {"not stubbed, weighted", .right = true},
        };
        CLEANUP_TABLE struct table *table = table_new(
                columns, ARRAY_SIZE(columns) - (writing->metrics->has_popularity ? 0 : 2));
        const struct curve_point *point;
        int r = 0;

        if (!table)
                return -ENOMEM;
        fputs("\nResults complete with the most important calls:\n", writing->stream);
        vector_for_each(point, &writing->metrics->curve)
                if (r == 0)
                        r = add_point(writing, table, point);
        return r < 0 ? r : finish_table(writing, table);
}

int report_metrics_text(
        const struct metrics_report *report, const struct text_options *options, FILE *stream)
{
        const struct writing writing = {
                .report = report,
                .metrics = report->metrics,
                .palette = options->color ? &palette_ansi : &palette_none,
                .width = options->width,
                .stream = stream,
        };
        int r = 0;

        write_headline(&writing);
        if (report->datasets)
                r = write_datasets(&writing);
        if (r == 0)
                r = write_importance(&writing);
        if (r == 0 && report->metrics->has_profile)
                r = write_os(&writing);
        if (r == 0 && report->curve)
                r = write_curve(&writing);
        return r < 0 ? r : stream_result(stream);
}
