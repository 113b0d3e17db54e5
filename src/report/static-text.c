/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/static.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

/* Of unknown places of one kind more are only counted: they should fit on a screen. */
#define PLACES_SHOWN 12

static char *call_word(const struct static_feature *feature, enum feature_spelling spelling)
{
        const char *mark = feature->vdso ? "*" : "";
        char name[FEATURE_NAME_MAX];

        if (spelling == FEATURE_BY_NUMBER && feature->feature.abi == abi_native())
                return string_format("%d%s", feature->feature.number, mark);
        return string_format("%s%s", feature_name(feature->feature, name), mark);
}

/* The words one below the other, in as many columns as fit. */
static void write_columns(char *const *words, unsigned width, FILE *stream)
{
        const size_t count = strings_count(words);
        size_t widest = 1, across, down;

        for (size_t i = 0; i < count; i++)
                if (strlen(words[i]) > widest)
                        widest = strlen(words[i]);
        across = width > widest + 2 ? width / (widest + 2) : 1;
        down = (count + across - 1) / across;
        for (size_t row = 0; row < down; row++) {
                for (size_t i = row; i < count; i += down)
                        fprintf(stream, "  %-*s", i + down < count ? (int)widest : 0, words[i]);
                fputc('\n', stream);
        }
}

static int write_name(const char *name, const struct palette *palette, FILE *stream)
{
        CLEANUP_FREE char *text = strdup(name);

        if (!text)
                return -ENOMEM;
        string_make_printable(text);
        fprintf(stream, "%s%s%s", palette->bold, text, palette->reset);
        return 0;
}

static int write_calls(const struct static_result *result, const struct static_options *options,
        const struct palette *palette, FILE *stream)
{
        const size_t count = static_result_count(result, FEATURE_SYSCALL);
        CLEANUP_STRINGS char **words = NULL;
        const struct static_feature *feature;
        size_t answered = 0;

        if (write_name(result->binary, palette, stream) < 0)
                return -ENOMEM;
        fprintf(stream, "%s could make %zu system call%s",
                result->post_init ? ", once main() has begun," : "", count, plural(count));
        fputs(result->complete ? " and no others" : ", and perhaps others, as told below", stream);
        fputs(count ? ":\n\n" : ".\n", stream);
        vector_for_each(feature, &result->features) {
                CLEANUP_FREE char *word = NULL;

                if (feature->feature.kind != FEATURE_SYSCALL)
                        continue;
                word = call_word(feature, options->spelling);
                if (!word || strings_add(&words, word) < 0)
                        return -ENOMEM;
                answered += feature->vdso;
        }
        write_columns(words, options->text.width, stream);
        if (answered > 0)
                fputs("\n* may be answered without entering the kernel (vDSO)\n", stream);
        return 0;
}

/* Writes a word behind others, on a new line where it would not fit. `column` is where the line is;
 * lines begin at `indent`. */
static void write_word(
        const char *word, size_t *column, size_t indent, unsigned width, FILE *stream)
{
        if (*column > indent && *column + 1 + strlen(word) > width) {
                fprintf(stream, "\n%*s", (int)indent, "");
                *column = indent;
        }
        *column += fprintf(stream, "%s%s", *column > indent ? " " : "", word);
}

#define CALL_COLUMN 20

/* What is known of one call's sub-features, which stand together from `i` on. Returns where they
 * end. */
static size_t write_call_selectors(
        const struct static_result *result, size_t i, unsigned width, FILE *stream)
{
        const struct feature call = feature_call(result->features.items[i].feature);
        char name[FEATURE_NAME_MAX];
        const size_t prefix = strlen(feature_name(call, name)) + 1;
        size_t column;

        column = fprintf(stream, "  %-*s", CALL_COLUMN - 2, name);
        if (prefix + 2 > CALL_COLUMN)
                column = fprintf(stream, "\n%*s", CALL_COLUMN, "") - 1;
        for (; i < result->features.count; i++) {
                const struct feature *feature = &result->features.items[i].feature;

                if (feature->kind != FEATURE_SUBFEATURE ||
                        !feature_equal(call, feature_call(*feature)))
                        break;
                write_word(
                        feature_name(*feature, name) + prefix, &column, CALL_COLUMN, width, stream);
        }
        fputc('\n', stream);
        return i;
}

static void write_subfeatures(const struct static_result *result,
        const struct static_options *options, const struct palette *palette, FILE *stream)
{
        const size_t count = static_result_count(result, FEATURE_SUBFEATURE);
        const struct feature *call;
        size_t i = 0, column = 0;
        char name[FEATURE_NAME_MAX];

        fprintf(stream, "\n%sSub-features (%zu)%s\n", palette->bold, count, palette->reset);
        while (i < result->features.count)
                if (result->features.items[i].feature.kind == FEATURE_SUBFEATURE)
                        i = write_call_selectors(result, i, options->text.width, stream);
                else
                        i++;
        if (result->unknown_selectors.count == 0)
                return;
        fputs("Not all values are known of:\n  ", stream);
        column = 2;
        vector_for_each(call, &result->unknown_selectors)
                write_word(feature_name(*call, name), &column, 2, options->text.width, stream);
        fputc('\n', stream);
}

static void write_files(
        const struct static_result *result, const struct palette *palette, FILE *stream)
{
        const size_t count = static_result_count(result, FEATURE_FILE);
        const struct static_feature *feature;
        char name[FEATURE_NAME_MAX];

        fprintf(stream, "\n%sPseudo-files (%zu)%s\n", palette->bold, count, palette->reset);
        vector_for_each(feature, &result->features)
                if (feature->feature.kind == FEATURE_FILE)
                        fprintf(stream, "  %s\n",
                                strchr(feature_name(feature->feature, name), ':') + 1);
}

static void write_more(size_t count, FILE *stream)
{
        if (count > PLACES_SHOWN)
                fprintf(stream, "    and %zu more, which --json tells\n", count - PLACES_SHOWN);
}

static int write_unknown(const char *one, const char *several, const struct static_unknown *unknown,
        size_t count, FILE *stream)
{
        static const struct table_column columns[] = {
                {"    object"}, {"function"}, {"address"}, {"unknown"}};
        CLEANUP_TABLE struct table *table = NULL;
        int r;

        if (count == 0)
                return 0;
        fprintf(stream, "  %zu %s:\n", count, count == 1 ? one : several);
        table = table_new(columns, ARRAY_SIZE(columns));
        if (!table)
                return -ENOMEM;
        for (size_t i = 0; i < count && i < PLACES_SHOWN; i++)
                if (table_cell(table, "", "    %s", unknown[i].object) < 0 ||
                        table_cell(table, "", "%s", unknown[i].function) < 0 ||
                        table_cell(table, "", "0x%" PRIx64, unknown[i].address) < 0 ||
                        table_cell(table, "", "%s", unknown[i].what) < 0)
                        return -ENOMEM;
        r = table_write(table, "", "", stream);
        write_more(count, stream);
        return r;
}

/* Names are what some file holds. */
static int write_missing(const struct static_result *result, FILE *stream)
{
        const struct static_missing *missing = result->missing.items;
        const size_t count = result->missing.count;

        if (count == 0)
                return 0;
        fprintf(stream, "  %zu object%s that %s not there:\n", count, plural(count),
                count == 1 ? "is" : "are");
        for (size_t i = 0; i < count && i < PLACES_SHOWN; i++) {
                CLEANUP_FREE char *line = string_format("%s (%s%s%s): %s", missing[i].name,
                        load_reason_name(missing[i].reason), missing[i].by ? " by " : "",
                        missing[i].by ? missing[i].by : "", missing[i].problem);

                if (!line)
                        return -ENOMEM;
                string_make_printable(line);
                fprintf(stream, "    %s\n", line);
        }
        write_more(count, stream);
        return 0;
}

static int write_completeness(
        const struct static_result *result, const struct palette *palette, FILE *stream)
{
        int r;

        if (result->complete) {
                fprintf(stream, "\n%sComplete%s: nothing is unknown, nothing missing.\n",
                        palette->green, palette->reset);
                return 0;
        }
        fprintf(stream, "\n%sNot complete%s: it could make more, since these are not known:\n",
                palette->yellow, palette->reset);
        r = write_unknown("system call", "system calls", result->unknown_sites.items,
                result->unknown_sites.count, stream);
        if (r == 0)
                r = write_unknown("use of dlopen() or dlsym()", "uses of dlopen() or dlsym()",
                        result->unknown_loads.items, result->unknown_loads.count, stream);
        return r < 0 ? r : write_missing(result, stream);
}

static int write_objects(
        const struct static_result *result, const struct palette *palette, FILE *stream)
{
        static const struct table_column columns[] = {{"object"}, {"because"},
                {"functions", .right = true}, {"reachable", .right = true}};
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns));
        const struct static_object *object;

        if (!table)
                return -ENOMEM;
        vector_for_each(object, &result->objects)
                if (table_cell(table, "", "%s", object->path) < 0 ||
                        table_cell(table, "", "%s%s%s", load_reason_name(object->reason),
                                object->by ? " by " : "", object->by ? object->by : "") < 0 ||
                        table_cell(table, "", "%zu", object->functions) < 0 ||
                        table_cell(table, "", "%zu", object->reached) < 0)
                        return -ENOMEM;
        fputc('\n', stream);
        return table_write(table, palette->bold, palette->reset, stream);
}

static void write_figures(const struct static_result *result, FILE *stream)
{
        const struct static_object *object;
        size_t modules = 0;

        vector_for_each(object, &result->objects)
                modules += object->reason == LOAD_MODULE;
        fprintf(stream, "\n%zu object%s with %zu function%s, %zu of them reachable; %.3f s.\n",
                result->objects.count, plural(result->objects.count), result->functions,
                plural(result->functions), result->reached, result->seconds);
        /* They are most of the objects, and a surprise to who sees them for the first time. */
        if (modules > 0)
                fprintf(stream,
                        "%zu of the objects only the C library loads, if it does: see --objects, "
                        "--no-modules.\n",
                        modules);
}

int report_static_text(
        const struct static_result *result, const struct static_options *options, FILE *stream)
{
        const struct palette *palette = options->text.color ? &palette_ansi : &palette_none;
        int r;

        if (options->why_count > 0)
                return report_static_why(result, options, stream);
        r = write_calls(result, options, palette, stream);
        if (r < 0)
                return r;
        if (result->with_features) {
                write_subfeatures(result, options, palette, stream);
                write_files(result, palette, stream);
        }
        r = write_completeness(result, palette, stream);
        if (r == 0 && options->objects)
                r = write_objects(result, palette, stream);
        if (r < 0)
                return r;
        write_figures(result, stream);
        return stream_result(stream);
}

/* "socket: 7 steps …" and the steps. */
static int write_way(
        const struct static_feature *feature, const struct palette *palette, FILE *stream)
{
        static const struct table_column columns[] = {
                {"  object"}, {"function"}, {"address"}, {"reached by"}};
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns));
        const struct static_step *step;
        char name[FEATURE_NAME_MAX];

        if (!table)
                return -ENOMEM;
        vector_for_each(step, &feature->via)
                if (table_cell(table, "", "  %s", step->object) < 0 ||
                        table_cell(table, "", "%s", step->function) < 0 ||
                        table_cell(table, "", "0x%" PRIx64, step->address) < 0 ||
                        table_cell(table, palette->dim, "%s", step->how) < 0)
                        return -ENOMEM;
        fprintf(stream, "%s%s%s can be reached:\n", palette->bold,
                feature_name(feature->feature, name), palette->reset);
        return table_write(table, palette->bold, palette->reset, stream);
}

int report_static_why(
        const struct static_result *result, const struct static_options *options, FILE *stream)
{
        const struct palette *palette = options->text.color ? &palette_ansi : &palette_none;
        char name[FEATURE_NAME_MAX];
        int r = 0;

        r = write_name(result->binary, palette, stream);
        if (r < 0)
                return r;
        fputc('\n', stream);
        for (size_t i = 0; r == 0 && i < options->why_count; i++) {
                const struct static_feature *feature = static_result_find(result, &options->why[i]);

                fputc('\n', stream);
                if (feature)
                        r = write_way(feature, palette, stream);
                else
                        fprintf(stream, "%s cannot be reached%s.\n",
                                feature_name(options->why[i], name),
                                result->complete ? "" : ", as far as is known");
        }
        return r < 0 ? r : stream_result(stream);
}
