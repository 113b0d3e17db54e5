/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/static.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"

static void clear_feature(struct static_feature *feature)
{
        struct static_step *step;

        vector_for_each(step, &feature->via) {
                free(step->object);
                free(step->function);
        }
        vector_clear(&feature->via);
}

static void clear_unknown(struct static_unknown *unknown)
{
        free(unknown->object);
        free(unknown->function);
        free(unknown->what);
}

static void clear_missing(struct static_missing *missing)
{
        free(missing->name);
        free(missing->problem);
        free(missing->by);
}

static void clear_object(struct static_object *object)
{
        free(object->path);
        free(object->identity);
        free(object->by);
}

struct static_result *static_result_free(struct static_result *result)
{
        struct static_feature *feature;
        struct static_unknown *unknown;
        struct static_missing *missing;
        struct static_object *object;

        if (!result)
                return NULL;
        vector_for_each(feature, &result->features)
                clear_feature(feature);
        vector_for_each(unknown, &result->unknown_sites)
                clear_unknown(unknown);
        vector_for_each(unknown, &result->unknown_loads)
                clear_unknown(unknown);
        vector_for_each(missing, &result->missing)
                clear_missing(missing);
        vector_for_each(object, &result->objects)
                clear_object(object);
        vector_clear(&result->features);
        vector_clear(&result->unknown_sites);
        vector_clear(&result->unknown_loads);
        vector_clear(&result->unknown_selectors);
        vector_clear(&result->missing);
        vector_clear(&result->objects);
        free(result->binary);
        free(result->application);
        free(result->workload);
        free(result);
        return NULL;
}

/* The name of the object that wants number `own`; `*ret` stays NULL where nobody does. */
static int copy_by(const struct program *program, size_t by, size_t own, char **ret)
{
        if (by == own || by >= program->objects.count)
                return 0;
        *ret = strdup(program_object_name(program, by));
        return *ret ? 0 : -ENOMEM;
}

/* The name of a function, or of the address where it is in none. */
static char *function_name(const struct summary *summary, uint32_t function, uint64_t address)
{
        if (function < summary->functions.count)
                address = summary->functions.items[function].address;
        return summary_place_name(summary, address);
}

static int add_step(const struct program *program, const struct reach_step *step,
        struct static_feature *feature)
{
        const struct summary *summary = program->objects.items[step->object].summary;
        struct static_step *added = vector_add(&feature->via);

        if (!added)
                return -ENOMEM;
        added->object = strdup(program_object_name(program, step->object));
        added->function = function_name(summary, step->function, step->address);
        added->address = step->address;
        added->how = step->how;
        return added->object && added->function ? 0 : -ENOMEM;
}

static int add_witness(
        const struct program *program, const struct reach *reach, struct static_feature *feature)
{
        struct reach_path path = {};
        const struct reach_step *step;
        int r;

        r = reach_witness(reach, &feature->feature, &path);
        /* What is reachable has a way there; without one a result is less, but not wrong. */
        if (r == -ENOENT)
                r = 0;
        vector_for_each(step, &path.steps)
                if (r == 0)
                        r = add_step(program, step, feature);
        vector_clear(&path.steps);
        return r;
}

static int add_features(const struct program *program, const struct reach *reach, bool witnesses,
        struct static_result *result)
{
        const struct reach_feature *found;
        const struct feature *selectors;
        int r;

        vector_for_each(found, &reach->features) {
                struct static_feature *feature = vector_add(&result->features);

                if (!feature)
                        return -ENOMEM;
                feature->feature = found->feature;
                feature->vdso = found->vdso;
                r = witnesses ? add_witness(program, reach, feature) : 0;
                if (r < 0)
                        return r;
        }
        vector_for_each(selectors, &reach->unknown_selectors) {
                struct feature *added = vector_add(&result->unknown_selectors);

                if (!added)
                        return -ENOMEM;
                *added = *selectors;
        }
        return 0;
}

static int fill_unknown(const struct program *program, const struct reach_unknown *unknown,
        struct static_unknown *ret)
{
        const struct summary *summary = program->objects.items[unknown->object].summary;

        ret->object = strdup(program_object_name(program, unknown->object));
        ret->function = function_name(summary, unknown->function, unknown->address);
        ret->address = unknown->address;
        ret->what = strdup(unknown->what);
        return ret->object && ret->function && ret->what ? 0 : -ENOMEM;
}

static int add_unknown(
        const struct program *program, const struct reach *reach, struct static_result *result)
{
        const struct reach_unknown *unknown;
        struct static_unknown *added;

        vector_for_each(unknown, &reach->unknown_sites) {
                added = vector_add(&result->unknown_sites);
                if (!added || fill_unknown(program, unknown, added) < 0)
                        return -ENOMEM;
        }
        vector_for_each(unknown, &reach->unknown_loads) {
                added = vector_add(&result->unknown_loads);
                if (!added || fill_unknown(program, unknown, added) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int add_missing(const struct program *program, struct static_result *result)
{
        const struct program_missing *missing;

        vector_for_each(missing, &program->missing) {
                struct static_missing *added = vector_add(&result->missing);

                if (!added)
                        return -ENOMEM;
                added->name = strdup(missing->name);
                added->problem = strdup(missing->problem);
                added->reason = missing->reason;
                if (!added->name || !added->problem ||
                        copy_by(program, missing->by, SIZE_MAX, &added->by) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int add_objects(
        const struct program *program, const struct reach *reach, struct static_result *result)
{
        for (size_t i = 0; i < program->objects.count; i++) {
                const struct program_object *object = &program->objects.items[i];
                struct static_object *added = vector_add(&result->objects);

                if (!added)
                        return -ENOMEM;
                added->path = strdup(object->path);
                added->identity = strdup(object->summary->identity);
                added->reason = object->reason;
                added->functions = object->summary->functions.count;
                added->reached = reach_object_functions(reach, i);
                if (!added->path || !added->identity ||
                        copy_by(program, object->by, i, &added->by) < 0)
                        return -ENOMEM;
        }
        return 0;
}

int static_result_new(const struct program *program, const struct reach *reach,
        const struct reach_options *options, bool witnesses, const char *binary,
        struct static_result **ret)
{
        CLEANUP_STATIC_RESULT struct static_result *result = calloc(1, sizeof(*result));

        if (!result)
                return -ENOMEM;
        result->binary = strdup(binary);
        result->kind = program->objects.items[0].summary->kind;
        result->post_init = options->post_init;
        result->with_features = options->features;
        result->complete = reach->complete;
        result->functions = reach->functions;
        result->reached = reach->reached;
        if (!result->binary || add_features(program, reach, witnesses, result) < 0 ||
                add_unknown(program, reach, result) < 0 || add_missing(program, result) < 0 ||
                add_objects(program, reach, result) < 0)
                return -ENOMEM;
        *ret = steal_pointer(result);
        return 0;
}

size_t static_result_count(const struct static_result *result, enum feature_kind kind)
{
        const struct static_feature *feature;
        size_t count = 0;

        vector_for_each(feature, &result->features)
                count += feature->feature.kind == kind;
        return count;
}

const struct static_feature *static_result_find(
        const struct static_result *result, const struct feature *feature)
{
        const struct static_feature *found;

        vector_for_each(found, &result->features)
                if (feature_equal(found->feature, *feature))
                        return found;
        return NULL;
}

const char *object_kind_name(enum object_kind kind)
{
        static const char *const names[] = {
                [OBJECT_STATIC] = "static",
                [OBJECT_STATIC_PIE] = "static-pie",
                [OBJECT_EXECUTABLE] = "executable",
                [OBJECT_PIE] = "pie",
                [OBJECT_SHARED] = "shared",
        };

        return names[kind];
}
