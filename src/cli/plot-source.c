/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/plot-source.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "cli/database-arguments.h"
#include "cli/profile-argument.h"
#include "store/statics.h"

/* A system that plans are made for. */
struct planned {
        struct profile *profile; /* NULL: one that has nothing */
        struct plan_problem *problem;
};

struct plot_source {
        struct collection *collection;
        struct collection *merged; /* a dataset an application: shares the catalogue */
        struct static_sets statics;
        struct metrics *metrics;
        VECTOR(struct planned) systems;
        VECTOR(struct figure_plan) plans; /* each owns its plan, and nothing else */
        struct figure_input input;
};

struct plot_source *plot_source_free(struct plot_source *source)
{
        struct figure_plan *plan;
        struct planned *system;

        if (!source)
                return NULL;
        vector_for_each(plan, &source->plans)
                plan_free((struct plan *)plan->plan);
        vector_clear(&source->plans);
        vector_for_each(system, &source->systems) {
                plan_problem_free(system->problem);
                profile_free(system->profile);
        }
        vector_clear(&source->systems);
        metrics_free(source->metrics);
        static_sets_clear(&source->statics);
        collection_free(source->merged);
        collection_free(source->collection);
        free(source);
        return NULL;
}

const struct figure_input *plot_source_input(const struct plot_source *source)
{
        return &source->input;
}

/* The profiles of one --os. */
static int load_profiles(
        struct plot_source *source, struct store *store, const char *text, struct error *error)
{
        CLEANUP_STRINGS char **names = strings_split(text, ',');
        struct planned *system;
        int r = 0;

        if (!names)
                return -ENOMEM;
        if (!names[0])
                return error_set(error, EINVAL, "--os: no profile is named");
        for (size_t i = 0; r == 0 && names[i]; i++) {
                system = vector_add(&source->systems);
                if (!system)
                        return -ENOMEM;
                if (strcmp(names[i], "none") != 0)
                        r = profile_from_argument(store, names[i], &system->profile, error);
        }
        return r;
}

static int load_systems(struct plot_source *source, struct store *store,
        const struct option_list *os, struct error *error)
{
        const char **text;
        int r = 0;

        vector_for_each(text, &os->values) {
                r = load_profiles(source, store, *text, error);
                if (r < 0)
                        return r;
        }
        if (source->systems.count == 0 && !vector_add(&source->systems))
                return -ENOMEM;
        return 0;
}

/* All that comes out of the database. */
static int load(struct plot_source *source, const struct plot_request *request,
        const struct selection_arguments *selection, struct error *error)
{
        CLEANUP_STORE struct store *store = NULL;
        unsigned needs = request->figure->needs;
        int r;

        r = database_open(request->database, STORE_READ, &store, error);
        if (r == 0 && needs & FIGURE_NEEDS_PLANS)
                r = load_systems(source, store, request->os, error);
        if (r == 0)
                r = collection_from_store(
                        store, selection, request->applications, &source->collection, error);
        if (r == 0 && needs & FIGURE_NEEDS_STATICS)
                r = store_load_statics(store, source->collection, &source->statics, error);
        return r;
}

static int add_plan(
        struct plot_source *source, const struct planned *system, enum strategy strategy)
{
        struct plan *plan;
        struct figure_plan *added;
        int r;

        r = plan_make(system->problem, strategy, &plan);
        if (r < 0)
                return r;
        added = vector_add(&source->plans);
        if (!added) {
                plan_free(plan);
                return -ENOMEM;
        }
        *added = (struct figure_plan){
                .system = system->profile ? system->profile->name : NULL,
                .problem = system->problem,
                .plan = plan,
        };
        return 0;
}

/* The strategies to be drawn: see struct plot_request. */
static unsigned choose_strategies(const struct plot_source *source, unsigned asked)
{
        if (asked != 0)
                return asked;
        return source->systems.count == 1 ? (1u << STRATEGY_COUNT) - 1 : 1u << STRATEGY_GREEDY;
}

/* Tells of applications that were asked for, and that no plan can be made for. */
static int note_missing(const struct collection *collection)
{
        CLEANUP_FREE const char **names = NULL;
        int r = collection_without_data(collection, NULL, &names);

        if (r == 0)
                tell_without_result(NULL, names, "left out of the plans");
        return r;
}

static int make_plans(
        struct plot_source *source, const struct plot_request *request, struct error *error)
{
        unsigned strategies = choose_strategies(source, request->strategies);
        struct planned *system;
        int r;

        r = collection_merge_applications(source->collection, &source->merged);
        if (r == 0)
                r = note_missing(source->collection);
        if (r < 0)
                return r;
        vector_for_each(system, &source->systems) {
                const struct plan_options options = {
                        .profile = system->profile,
                        .partial_is_missing = request->partial_missing,
                        .equivalents = request->equivalents,
                };

                r = plan_problem_new(source->merged, &options, &system->problem, error);
                for (enum strategy i = 0; r == 0 && i < STRATEGY_COUNT; i++)
                        if (strategies & 1u << i)
                                r = add_plan(source, system, i);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int calculate(
        struct plot_source *source, const struct plot_request *request, struct error *error)
{
        CLEANUP_POPULARITY struct popularity *popularity = NULL;
        unsigned needs = request->figure->needs;
        int r;

        r = popularity_from_arguments(request->popularity, &popularity, error);
        if (r < 0)
                return r;
        const struct metrics_options options = {.popularity = popularity};

        if (needs & FIGURE_NEEDS_METRICS)
                r = metrics_calculate(source->collection, &options, &source->metrics);
        if (r == 0 && needs & FIGURE_NEEDS_PLANS)
                r = make_plans(source, request, error);
        return r;
}

int plot_source_load(
        const struct plot_request *request, struct plot_source **ret, struct error *error)
{
        CLEANUP_PLOT_SOURCE struct plot_source *source = calloc(1, sizeof(*source));
        struct selection_arguments selection = *request->selection;
        int r;

        if (!source)
                return -ENOMEM;
        if (request->figure->needs & FIGURE_NEEDS_HISTORY)
                selection.every = true;
        r = load(source, request, &selection, error);
        if (r == 0)
                r = calculate(source, request, error);
        if (r < 0)
                return r;
        source->input = (struct figure_input){
                .collection = source->collection,
                .metrics = source->metrics,
                .statics = &source->statics,
                .plans = source->plans.items,
                .plan_count = source->plans.count,
                .top = request->top,
                .axis = request->axis,
        };
        *ret = steal_pointer(source);
        return 0;
}
