/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/observation.h"

#include <errno.h>
#include <string.h>

#include "feature/selector.h"

/*
 * Three sorted arrays, one in the other. Insertion moves what is behind the new element:
 * observations are small (some hundred calls, a few errnos and objects each).
 */

/* Index of the first call that is not before `feature`. */
static size_t call_position(const struct observation *observation, struct feature feature)
{
        return vector_position(
                &observation->calls, call, feature_compare(&call->feature, &feature) < 0);
}

const struct observed_call *observation_find(
        const struct observation *observation, struct feature feature)
{
        size_t position = call_position(observation, feature);
        const struct observed_call *call = observation->calls.items + position;

        if (position == observation->calls.count || !feature_equal(call->feature, feature))
                return NULL;
        return call;
}

struct observed_call *observation_call(struct observation *observation, struct feature feature)
{
        size_t position = call_position(observation, feature);
        struct observed_call *call;

        if (observation_find(observation, feature))
                return observation->calls.items + position;
        if (!vector_add(&observation->calls))
                return NULL;
        call = observation->calls.items + position;
        memmove(call + 1, call, (observation->calls.count - 1 - position) * sizeof(*call));
        *call = (struct observed_call){.feature = feature};
        return call;
}

int observed_call_add_error(struct observed_call *call, int errnum, uint64_t count)
{
        struct observed_error *error;
        size_t position = 0;

        while (position < call->errors.count && call->errors.items[position].errnum < errnum)
                position++;
        if (position == call->errors.count || call->errors.items[position].errnum != errnum) {
                if (!vector_add(&call->errors))
                        return -ENOMEM;
                error = call->errors.items + position;
                memmove(error + 1, error, (call->errors.count - 1 - position) * sizeof(*error));
                *error = (struct observed_error){.errnum = errnum};
        }
        call->errors.items[position].count += count;
        return 0;
}

int observed_call_add_object(struct observed_call *call, const char *path, uint64_t count)
{
        CLEANUP_FREE char *copy = NULL;
        struct observed_object *object;
        size_t position = 0;

        while (position < call->objects.count &&
                strcmp(call->objects.items[position].path, path) < 0)
                position++;
        if (position == call->objects.count ||
                strcmp(call->objects.items[position].path, path) != 0) {
                copy = strdup(path);
                if (!copy || !vector_add(&call->objects))
                        return -ENOMEM;
                object = call->objects.items + position;
                memmove(object + 1, object, (call->objects.count - 1 - position) * sizeof(*object));
                *object = (struct observed_object){.path = steal_pointer(copy)};
        }
        call->objects.items[position].count += count;
        return 0;
}

int observation_add_word(struct observation *observation, enum abi abi, int number,
        unsigned selector, uint64_t word, enum call_phase phase, uint64_t count)
{
        uint64_t values[SELECTOR_VALUES_MAX];
        size_t selector_count, value_count;
        const struct selector *selectors = selectors_of(abi, number, &selector_count);

        value_count = selector_split(&selectors[selector], word, values);
        for (size_t i = 0; i < value_count; i++) {
                struct observed_call *call = observation_call(observation,
                        (struct feature){FEATURE_SUBFEATURE, abi, number, selector, values[i]});

                if (!call)
                        return -ENOMEM;
                call->count += count;
                if (phase < CALL_PHASE_COUNT)
                        call->phases[phase] += count;
        }
        return 0;
}

int observation_add_program(
        struct observation *observation, const char *path, uint64_t main, const char *problem)
{
        CLEANUP_FREE char *path_copy = strdup(path);
        CLEANUP_FREE char *problem_copy = problem ? strdup(problem) : NULL;
        struct observed_program *program;

        if (!path_copy || (problem && !problem_copy))
                return -ENOMEM;
        program = vector_add(&observation->programs);
        if (!program)
                return -ENOMEM;
        program->found = !problem;
        program->main = main;
        program->path = steal_pointer(path_copy);
        program->problem = steal_pointer(problem_copy);
        return 0;
}

static uint64_t higher(uint64_t a, uint64_t b)
{
        return a > b ? a : b;
}

static int merge_call(struct observed_call *into, const struct observed_call *from)
{
        struct observed_error *error;
        struct observed_object *object;
        int r;

        into->count = higher(into->count, from->count);
        vector_for_each(error, &from->errors) {
                struct observed_error *known;
                uint64_t count = 0;

                vector_for_each(known, &into->errors) {
                        if (known->errnum == error->errnum)
                                count = known->count;
                }
                r = observed_call_add_error(
                        into, error->errnum, higher(count, error->count) - count);
                if (r < 0)
                        return r;
        }
        vector_for_each(object, &from->objects) {
                struct observed_object *known;
                uint64_t count = 0;

                vector_for_each(known, &into->objects) {
                        if (strcmp(known->path, object->path) == 0)
                                count = known->count;
                }
                r = observed_call_add_object(
                        into, object->path, higher(count, object->count) - count);
                if (r < 0)
                        return r;
        }
        return 0;
}

int observation_merge(struct observation *into, const struct observation *from)
{
        struct observed_call *call, *merged;
        int r;

        vector_for_each(call, &from->calls) {
                merged = observation_call(into, call->feature);
                if (!merged)
                        return -ENOMEM;
                r = merge_call(merged, call);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void call_clear(struct observed_call *call)
{
        struct observed_object *object;

        vector_for_each(object, &call->objects)
                free(object->path);
        vector_clear(&call->objects);
        vector_clear(&call->errors);
}

void observation_remove(struct observation *observation, struct feature feature)
{
        size_t position = call_position(observation, feature);
        struct observed_call *call = observation->calls.items + position;

        if (!observation_find(observation, feature))
                return;
        call_clear(call);
        observation->calls.count--;
        memmove(call, call + 1, (observation->calls.count - position) * sizeof(*call));
}

void observation_clear(struct observation *observation)
{
        struct observed_call *call;
        struct observed_program *program;

        vector_for_each(call, &observation->calls)
                call_clear(call);
        vector_clear(&observation->calls);
        vector_for_each(program, &observation->programs) {
                free(program->path);
                free(program->problem);
        }
        vector_clear(&observation->programs);
        observation->phased = false;
}
