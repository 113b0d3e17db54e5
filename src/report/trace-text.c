/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/strings.h"
#include "policy/policy.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

/* What is told of the calls. */
struct told {
        bool phases;  /* in place of the count */
        bool unknown; /* a third phase */
        bool objects;
};

#define COLUMNS_MAX 6

static size_t choose_columns(struct told told, struct table_column ret[COLUMNS_MAX])
{
        size_t count = 0;

        if (told.phases) {
                ret[count++] = (struct table_column){"before", .right = true};
                ret[count++] = (struct table_column){"after", .right = true};
                if (told.unknown)
                        ret[count++] = (struct table_column){"unknown", .right = true};
        } else {
                ret[count++] = (struct table_column){"count", .right = true};
        }
        ret[count++] = (struct table_column){"call"};
        ret[count++] = (struct table_column){"errors"};
        if (told.objects)
                ret[count++] = (struct table_column){"called from"};
        return count;
}

static bool has_objects(const struct observation *observation)
{
        const struct observed_call *call;

        vector_for_each(call, &observation->calls) {
                if (call->objects.count > 0)
                        return true;
        }
        return false;
}

static bool has_unknown(const struct observation *observation)
{
        const struct observed_call *call;

        vector_for_each(call, &observation->calls) {
                if (call->phases[CALL_PHASE_UNKNOWN] > 0)
                        return true;
        }
        return false;
}

/* A feature, and the count by which it is sorted: a sub-feature stands below its call. */
struct row {
        const struct observed_call *call;
        uint64_t rank;
};

static bool is_subfeature(const struct observed_call *call)
{
        return call->feature.kind == FEATURE_SUBFEATURE;
}

/*
 * The most frequent first: calls, each with its sub-features, most frequent first as well; then
 * files. Equals in feature order.
 */
static int compare_rows(const void *a, const void *b)
{
        const struct row *x = a, *y = b;
        struct feature x_call = feature_call(x->call->feature);
        struct feature y_call = feature_call(y->call->feature);
        bool x_file = x->call->feature.kind == FEATURE_FILE;
        bool y_file = y->call->feature.kind == FEATURE_FILE;

        if (x_file != y_file)
                return x_file ? 1 : -1;
        if (x->rank != y->rank)
                return x->rank > y->rank ? -1 : 1;
        if (!x_file && !feature_equal(x_call, y_call))
                return feature_compare(&x_call, &y_call);
        if (is_subfeature(x->call) != is_subfeature(y->call))
                return is_subfeature(x->call) ? 1 : -1;
        if (x->call->count != y->call->count)
                return x->call->count > y->call->count ? -1 : 1;
        return feature_compare(&x->call->feature, &y->call->feature);
}

static uint64_t rank_of(const struct observation *observation, const struct observed_call *call)
{
        const struct observed_call *whole = NULL;

        if (is_subfeature(call))
                whole = observation_find(observation, feature_call(call->feature));
        return whole ? whole->count : call->count;
}

/* Text that is built up in memory. */
struct text {
        char *data;
        size_t size;
        FILE *stream;
};

static void text_clear(struct text *text)
{
        if (text->stream)
                fclose(text->stream);
        free(text->data);
}

/* "ENOENT 4, EAGAIN" */
static void write_errors(const struct observed_call *call, FILE *stream)
{
        const struct observed_error *error;
        const char *name;

        vector_for_each(error, &call->errors) {
                if (error != call->errors.items)
                        fputs(", ", stream);
                name = errno_name(error->errnum);
                if (name)
                        fputs(name, stream);
                else
                        fprintf(stream, "errno %d", error->errnum);
                fprintf(stream, " %" PRIu64, error->count);
        }
}

/* "libc.so.6 12, redis-server 3" */
static void write_objects(const struct observed_call *call, FILE *stream)
{
        const struct observed_object *object;
        const char *slash;

        vector_for_each(object, &call->objects) {
                slash = strrchr(object->path, '/');
                fprintf(stream, "%s%s %" PRIu64, object == call->objects.items ? "" : ", ",
                        slash ? slash + 1 : object->path, object->count);
        }
}

static int add_list(struct table *table, const char *color, const struct observed_call *call,
        void (*write)(const struct observed_call *call, FILE *stream))
{
        CLEANUP(text_clear) struct text text = {};

        text.stream = open_memstream(&text.data, &text.size);
        if (!text.stream)
                return -ENOMEM;
        write(call, text.stream);
        if (fflush(text.stream) != 0)
                return -ENOMEM;
        return table_cell(table, color, "%s", text.data);
}

static int add_counts(struct table *table, const struct observed_call *call, struct told told)
{
        enum call_phase count = told.unknown ? CALL_PHASE_UNKNOWN + 1 : CALL_PHASE_UNKNOWN;
        int r = 0;

        if (!told.phases)
                return table_cell(table, "", "%" PRIu64, call->count);
        for (enum call_phase phase = 0; phase < count && r == 0; phase++)
                r = call->phases[phase] > 0 ? table_cell(table, "", "%" PRIu64, call->phases[phase])
                                            : table_cell(table, "", "-");
        return r;
}

static int add_call(struct table *table, const struct observed_call *call, struct told told,
        const struct palette *palette)
{
        char name[FEATURE_NAME_MAX];

        if (add_counts(table, call, told) < 0 ||
                table_cell(table, is_subfeature(call) ? "" : palette->cyan, "%s%s",
                        is_subfeature(call) ? "  " : "", feature_name(call->feature, name)) < 0 ||
                add_list(table, palette->red, call, write_errors) < 0)
                return -ENOMEM;
        return told.objects ? add_list(table, "", call, write_objects) : 0;
}

static void write_phase(const struct observation *observation, enum call_phase phase,
        const char *when, FILE *stream)
{
        const struct observed_call *call;
        size_t different = 0;
        uint64_t total = 0;

        vector_for_each(call, &observation->calls) {
                if (call->feature.kind != FEATURE_SYSCALL || call->phases[phase] == 0)
                        continue;
                different++;
                total += call->phases[phase];
        }
        fprintf(stream, "%s: %zu different call%s, %" PRIu64 " in all.\n", when, different,
                plural(different), total);
}

/* Programs have whatever names they like. */
static int write_not_found(const struct observed_program *program, FILE *stream)
{
        CLEANUP_FREE char *path = strdup(program->path), *problem = strdup(program->problem);

        if (!path || !problem)
                return -ENOMEM;
        string_make_printable(path);
        string_make_printable(problem);
        fprintf(stream, "main() not found in %s, whose calls count as unknown: %s\n", path,
                problem);
        return 0;
}

static int write_phases(const struct observation *observation, FILE *stream)
{
        const struct observed_program *program;
        int r = 0;

        write_phase(observation, CALL_BEFORE_MAIN, "Before main()", stream);
        write_phase(observation, CALL_AFTER_MAIN, "After main() has begun", stream);
        if (has_unknown(observation))
                write_phase(observation, CALL_PHASE_UNKNOWN, "Unknown", stream);
        vector_for_each(program, &observation->programs) {
                if (!program->found && r == 0)
                        r = write_not_found(program, stream);
        }
        return r;
}

int report_trace_text(
        const struct observation *observation, const struct text_options *options, FILE *stream)
{
        const struct palette *palette = options->color ? &palette_ansi : &palette_none;
        const struct told told = {
                .phases = observation->phased,
                .unknown = observation->phased && has_unknown(observation),
                .objects = has_objects(observation),
        };
        struct table_column columns[COLUMNS_MAX];
        size_t column_count = choose_columns(told, columns);
        CLEANUP_TABLE struct table *table = table_new(columns, column_count);
        size_t count = observation->calls.count;
        CLEANUP_FREE struct row *rows = calloc(count + 1, sizeof(*rows));
        size_t kinds[FEATURE_KIND_COUNT] = {};
        uint64_t total = 0;
        int r;

        if (!table || !rows)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                const struct observed_call *call = &observation->calls.items[i];

                rows[i] = (struct row){call, rank_of(observation, call)};
                kinds[call->feature.kind]++;
                total += call->feature.kind == FEATURE_SYSCALL ? call->count : 0;
        }
        qsort(rows, count, sizeof(rows[0]), compare_rows);
        for (size_t i = 0; i < count; i++) {
                r = add_call(table, rows[i].call, told, palette);
                if (r < 0)
                        return r;
        }
        r = table_write(table, palette->bold, palette->reset, stream);
        if (r < 0)
                return r;
        fprintf(stream, "%zu different call%s, %" PRIu64 " in all", kinds[FEATURE_SYSCALL],
                plural(kinds[FEATURE_SYSCALL]), total);
        if (kinds[FEATURE_SUBFEATURE] > 0)
                fprintf(stream, "; %zu sub-feature%s", kinds[FEATURE_SUBFEATURE],
                        plural(kinds[FEATURE_SUBFEATURE]));
        if (kinds[FEATURE_FILE] > 0)
                fprintf(stream, "; %zu file%s", kinds[FEATURE_FILE], plural(kinds[FEATURE_FILE]));
        fputs(".\n", stream);
        r = observation->phased ? write_phases(observation, stream) : 0;
        return r < 0 ? r : stream_result(stream);
}
