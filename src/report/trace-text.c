/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "policy/policy.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

/* The last one is left out where the callers are not known. */
static const struct table_column columns[] = {
        {"count", .right = true},
        {"call"},
        {"errors"},
        {"called from"},
};

static bool has_objects(const struct observation *observation)
{
        const struct observed_call *call;

        vector_for_each(call, &observation->calls) {
                if (call->objects.count > 0)
                        return true;
        }
        return false;
}

/* The most frequent first, equals in feature order. */
static int compare_calls(const void *a, const void *b)
{
        const struct observed_call *const *x = a, *const *y = b;

        if ((*x)->count != (*y)->count)
                return (*x)->count > (*y)->count ? -1 : 1;
        return feature_compare(&(*x)->feature, &(*y)->feature);
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

static int add_call(struct table *table, const struct observed_call *call, bool objects,
        const struct palette *palette)
{
        char name[FEATURE_NAME_MAX];

        if (table_cell(table, "", "%" PRIu64, call->count) < 0 ||
                table_cell(table, palette->cyan, "%s", feature_name(call->feature, name)) < 0 ||
                add_list(table, palette->red, call, write_errors) < 0)
                return -ENOMEM;
        return objects ? add_list(table, "", call, write_objects) : 0;
}

int report_trace_text(
        const struct observation *observation, const struct text_options *options, FILE *stream)
{
        const struct palette *palette = options->color ? &palette_ansi : &palette_none;
        bool objects = has_objects(observation);
        CLEANUP_TABLE struct table *table =
                table_new(columns, ARRAY_SIZE(columns) - (objects ? 0 : 1));
        CLEANUP_FREE const struct observed_call **calls = NULL;
        size_t count = observation->calls.count;
        uint64_t total = 0;
        int r;

        calls = calloc(count + 1, sizeof(calls[0]));
        if (!table || !calls)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                calls[i] = &observation->calls.items[i];
        qsort(calls, count, sizeof(calls[0]), compare_calls);
        for (size_t i = 0; i < count; i++) {
                r = add_call(table, calls[i], objects, palette);
                if (r < 0)
                        return r;
                total += calls[i]->count;
        }
        r = table_write(table, palette->bold, palette->reset, stream);
        if (r < 0)
                return r;
        fprintf(stream, "%zu different calls, %" PRIu64 " in all.\n", count, total);
        return stream_result(stream);
}
