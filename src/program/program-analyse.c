/* SPDX-License-Identifier: BSD-3-Clause */

/* The summaries of a program's objects. */

#include <errno.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "program/program-private.h"

/* Objects whose summaries are made side by side. */
struct analysis {
        struct program *program;
        size_t *objects; /* the largest first */
        struct error *errors;
        int *results;
        bool *is_done;
};

static int analyse_one(void *context, size_t number)
{
        struct analysis *analysis = context;
        size_t object = analysis->objects[number];
        struct program *program = analysis->program;
        struct program_link *link = program->index->links.items[object];
        struct error error = {};

        analysis->results[number] = library_summary(program->library, link->file,
                &program->objects.items[object].summary, &link->symbols, &error);
        link->held = true;
        if (analysis->results[number] < 0)
                analysis->errors[number] = error;
        analysis->is_done[number] = true;
        return 0;
}

/* The same, unless another program's thread is about it: waiting for that comes last. */
static int analyse_free(void *context, size_t number)
{
        struct analysis *analysis = context;
        struct program *program = analysis->program;

        return library_is_busy(program->library,
                       program->index->links.items[analysis->objects[number]]->file)
                       ? 0
                       : analyse_one(context, number);
}

static int analyse_rest(void *context, size_t number)
{
        const struct analysis *analysis = context;

        return analysis->is_done[number] ? 0 : analyse_one(context, number);
}

/* An object of which nothing is known, since it could not be analysed. */
static int set_empty(struct program *program, size_t object)
{
        struct program_index *index = program->index;

        if (!index->empty)
                index->empty = summary_new();
        if (index->empty && index->empty->text.count == 0)
                vector_add(&index->empty->text);
        if (index->empty && !index->empty_symbols)
                index->empty_symbols = symbol_table_new(index->empty);
        if (!index->empty_symbols)
                return -ENOMEM;
        program->objects.items[object].summary = index->empty;
        index->links.items[object]->symbols = index->empty_symbols;
        return 0;
}

static int compare_sizes(const void *left, const void *right, void *context)
{
        const struct program *program = context;
        uint64_t a = program->index->links.items[*(const size_t *)left]->file->size;
        uint64_t b = program->index->links.items[*(const size_t *)right]->file->size;

        return (a < b) - (a > b);
}

/* What the failed analyses mean: nothing without the executable, missing objects otherwise. */
static int tell_failures(struct analysis *analysis, size_t count, struct error *error)
{
        struct program *program = analysis->program;
        const struct program_object *object;
        size_t i;

        for (i = 0; i < count; i++) {
                if (analysis->results[i] == 0)
                        continue;
                if (analysis->objects[i] == 0 || analysis->results[i] == -ENOMEM)
                        return error_set(
                                error, -analysis->results[i], "%s", analysis->errors[i].message);
                object = &program->objects.items[analysis->objects[i]];
                if (set_empty(program, analysis->objects[i]) < 0 ||
                        program_miss(program, object->path, analysis->errors[i].message,
                                object->reason, object->by) < 0)
                        return error_set(error, ENOMEM, "out of memory");
        }
        return 0;
}

int program_analyse(struct program *program, struct error *error)
{
        struct program_index *index = program->index;
        size_t count = program->objects.count - index->analysed, i;
        CLEANUP_FREE size_t *objects = calloc(count + 1, sizeof(*objects));
        CLEANUP_FREE struct error *errors = calloc(count + 1, sizeof(*errors));
        CLEANUP_FREE int *results = calloc(count + 1, sizeof(*results));
        CLEANUP_FREE bool *is_done = calloc(count + 1, sizeof(*is_done));
        struct analysis analysis = {
                .program = program,
                .objects = objects,
                .errors = errors,
                .results = results,
                .is_done = is_done,
        };

        if (!objects || !errors || !results || !is_done)
                return error_set(error, ENOMEM, "out of memory");
        for (i = 0; i < count; i++)
                objects[i] = index->analysed + i;
        qsort_r(objects, count, sizeof(*objects), compare_sizes, program);
        index->analysed = program->objects.count;
        parallel_for(count, index->threads, analyse_free, &analysis);
        parallel_for(count, index->threads, analyse_rest, &analysis);
        return tell_failures(&analysis, count, error);
}

const struct call_index *program_calls(struct program *program, size_t object)
{
        const struct summary *summary = program->objects.items[object].summary;
        struct program_link *link = program->index->links.items[object];

        if (link->held && summary != program->index->empty)
                return library_calls(program->library, link->file);
        if (!link->calls)
                link->calls = call_index_new(summary);
        return link->calls;
}
