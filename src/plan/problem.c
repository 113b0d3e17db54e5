/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/plan.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "base/strings.h"
#include "plan/equivalents.h"
#include "profile/coverage.h"

#define DEFAULT_WEIGHT 1000
#define DEFAULT_COST   1000

/* What the OS does about a feature, used or not. */
static enum treatment initial_treatment(
        const struct plan_options *options, const struct feature *feature)
{
        if (!options->profile)
                return TREATMENT_NONE;
        switch (profile_support(options->profile, feature)) {
        case SUPPORT_FULL:
                return TREATMENT_IMPLEMENT;
        case SUPPORT_PARTIAL:
                return options->partial_is_missing ? TREATMENT_NONE : TREATMENT_IMPLEMENT;
        case SUPPORT_STUB:
                return TREATMENT_STUB;
        case SUPPORT_FAKE:
                return TREATMENT_FAKE;
        case SUPPORT_MISSING:
        case SUPPORT_COUNT:
                break;
        }
        return TREATMENT_NONE;
}

/* Features that nobody uses are left at TREATMENT_NONE: there is nothing to plan about them. */
static int fill_features(struct plan_problem *problem, const struct plan_options *options)
{
        CLEANUP_FREE bool *seen = calloc(problem->limit, sizeof(*seen));
        const struct finding *finding;
        struct feature feature;

        if (!seen)
                return -ENOMEM;
        for (unsigned number = 0; number < problem->limit; number++)
                problem->costs[number] = options->costs ? options->costs[number] : DEFAULT_COST;
        for (size_t i = 0; i < problem->application_count; i++)
                vector_for_each(finding, &problem->applications[i].findings.items) {
                        if (seen[finding->feature])
                                continue;
                        seen[finding->feature] = true;
                        feature = catalogue_feature(problem->catalogue, finding->feature);
                        problem->initial[finding->feature] = initial_treatment(options, &feature);
                }
        return 0;
}

static int compare_names(const void *wanted, const void *dataset)
{
        return strcmp(wanted, ((const struct dataset *)dataset)->application);
}

/* The place of an application among the datasets, which are sorted by name, one for each. */
static int find_application(const struct collection *collection, const char *name, size_t *ret)
{
        const struct dataset *found;

        if (collection->datasets.count == 0)
                return -ENOENT;
        found = bsearch(name, collection->datasets.items, collection->datasets.count,
                sizeof(*found), compare_names);
        if (!found)
                return -ENOENT;
        *ret = found - collection->datasets.items;
        return 0;
}

/* Which calls the OS has, used or not. */
static void find_calls(const struct plan_options *options, bool *has)
{
        struct feature feature = {.kind = FEATURE_SYSCALL, .abi = abi_native()};

        for (unsigned number = 0; number < CATALOGUE_CALLS; number++) {
                feature.number = number;
                has[number] = initial_treatment(options, &feature) == TREATMENT_IMPLEMENT;
        }
}

/* Places in the problem are not those in the collection, where an order was given. */
static int apply_equivalents(struct plan_problem *problem, const struct collection *collection,
        const struct plan_options *options)
{
        CLEANUP_FREE bool *divided = calloc(problem->application_count + 1, sizeof(*divided));
        bool has[CATALOGUE_CALLS];
        size_t place;

        if (!divided)
                return -ENOMEM;
        find_calls(options, has);
        for (size_t i = 0; options->divided && i < problem->application_count; i++)
                if (find_application(collection, problem->applications[i].name, &place) == 0)
                        divided[i] = options->divided[place];
        return equivalents_apply(problem, has, divided);
}

static int copy_findings(const struct findings *from, struct findings *to)
{
        size_t count = from->items.count;

        to->items.items = reallocarray(NULL, count + 1, sizeof(*to->items.items));
        if (!to->items.items)
                return -ENOMEM;
        if (count > 0)
                memcpy(to->items.items, from->items.items, count * sizeof(*to->items.items));
        to->items.count = count;
        to->items.capacity = count + 1;
        return 0;
}

static int add_application(struct plan_problem *problem, const struct collection *collection,
        size_t place, const struct plan_options *options)
{
        const struct dataset *dataset = &collection->datasets.items[place];
        struct plan_application *added = &problem->applications[problem->application_count++];

        *added = (struct plan_application){
                .name = dataset->application,
                .weight = options->weights ? options->weights[place] : DEFAULT_WEIGHT,
                .conflicts = dataset->conflicts.items,
                .conflict_count = dataset->conflicts.count,
        };
        return copy_findings(&dataset->findings, &added->findings);
}

static int refuse_name(const struct collection *collection, const char *name, struct error *error)
{
        struct nearest nearest = {.wanted = name};
        const struct dataset *dataset;

        vector_for_each(dataset, &collection->datasets)
                nearest_consider(&nearest, dataset->application);
        if (nearest.word)
                return error_set(error, EINVAL,
                        "there is no application '%s' here: did you mean '%s'?", name,
                        nearest.word);
        return error_set(error, EINVAL, "there is no application '%s' here", name);
}

/* Those that were asked for but have no data have nothing to be put in order. */
static bool is_without_data(const struct collection *collection, const char *name)
{
        for (char **known = collection->applications; known && *known; known++)
                if (strcmp(*known, name) == 0)
                        return true;
        return false;
}

static int fill_applications(struct plan_problem *problem, const struct collection *collection,
        const struct plan_options *options, struct error *error)
{
        CLEANUP_FREE bool *taken = calloc(collection->datasets.count + 1, sizeof(*taken));
        size_t place;
        int r = 0;

        if (!taken)
                return -ENOMEM;
        for (char *const *name = options->order; r == 0 && name && *name; name++) {
                if (find_application(collection, *name, &place) < 0) {
                        if (is_without_data(collection, *name))
                                continue;
                        return refuse_name(collection, *name, error);
                }
                if (!taken[place])
                        r = add_application(problem, collection, place, options);
                taken[place] = true;
        }
        for (place = 0; r == 0 && place < collection->datasets.count; place++)
                if (!taken[place])
                        r = add_application(problem, collection, place, options);
        return r;
}

int plan_problem_new(const struct collection *collection, const struct plan_options *options,
        struct plan_problem **ret, struct error *error)
{
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = calloc(1, sizeof(*problem));
        int r;

        if (!problem)
                return -ENOMEM;
        problem->catalogue = collection->catalogue;
        problem->limit = catalogue_limit(collection->catalogue);
        problem->applications =
                calloc(collection->datasets.count + 1, sizeof(*problem->applications));
        problem->initial = calloc(problem->limit, sizeof(*problem->initial));
        problem->costs = calloc(problem->limit, sizeof(*problem->costs));
        if (!problem->applications || !problem->initial || !problem->costs)
                return -ENOMEM;
        r = fill_applications(problem, collection, options, error);
        if (r == 0)
                r = fill_features(problem, options);
        if (r == 0 && options->equivalents)
                r = apply_equivalents(problem, collection, options);
        if (r < 0)
                return r;
        *ret = steal_pointer(problem);
        return 0;
}

struct plan_problem *plan_problem_free(struct plan_problem *problem)
{
        if (!problem)
                return NULL;
        for (size_t i = 0; i < problem->application_count; i++)
                findings_clear(&problem->applications[i].findings);
        free(problem->applications);
        free(problem->initial);
        free(problem->costs);
        vector_clear(&problem->substitutes);
        free(problem);
        return NULL;
}
