/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/metrics.h"

#include <math.h>

#include "base/strings.h"
#include "report/json.h"

/* A number, or null where there is none. */
static json_t *json_share(double share)
{
        return isnan(share) ? json_null() : json_real(share);
}

static json_t *feature_json(const struct metrics_report *report, uint32_t number)
{
        const struct feature feature = catalogue_feature(report->collection->catalogue, number);

        return json_feature(&feature);
}

/* The object with the members of `more`; takes both over. */
static json_t *extended(json_t *object, json_t *more)
{
        int r = object && more ? json_object_update(object, more) : -1;

        json_decref(more);
        if (r == 0)
                return object;
        json_decref(object);
        return NULL;
}

static json_t *importance_json(
        const struct metrics_report *report, const struct importance *importance)
{
        bool popular = report->metrics->has_popularity;

        return extended(feature_json(report, importance->feature),
                json_pack("{s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:o*, s:o*}", "used",
                        (json_int_t)importance->used, "required", (json_int_t)importance->required,
                        "stub", (json_int_t)importance->stub, "fake", (json_int_t)importance->fake,
                        "either", (json_int_t)importance->either, "used_share",
                        importance->used_share, "required_share", importance->required_share,
                        "importance", popular ? json_share(importance->popular) : NULL,
                        "importance_required",
                        popular ? json_share(importance->popular_required) : NULL));
}

static json_t *result_json(
        const struct metrics_report *report, const struct completeness_result *result)
{
        double share = result->datasets > 0 ? (double)result->supported / result->datasets : NAN;

        return json_pack("{s:I, s:o, s:o*}", "supported", (json_int_t)result->supported, "share",
                json_share(share), "weighted",
                report->metrics->has_popularity ? json_share(result->weighted) : NULL);
}

static json_t *completeness_json(
        const struct metrics_report *report, const struct completeness_result *results)
{
        json_t *object = json_object();

        for (enum completeness by = 0; object && by < COMPLETENESS_COUNT; by++)
                if (json_object_set_new(
                            object, completeness_name(by), result_json(report, &results[by])) < 0) {
                        json_decref(object);
                        return NULL;
                }
        return object;
}

static json_t *curve_json(const struct metrics_report *report)
{
        const struct curve_point *point;
        const struct feature *added;
        struct feature feature;
        char name[FEATURE_NAME_MAX];
        json_t *array = json_array();

        vector_for_each(point, &report->metrics->curve) {
                feature = catalogue_feature(report->collection->catalogue, point->feature);
                added = point->calls > 0 ? &feature : NULL;
                array = json_append(array,
                        json_pack("{s:I, s:o, s:o}", "calls", (json_int_t)point->calls, "call",
                                added ? json_text(feature_name(*added, name)) : json_null(),
                                "completeness", completeness_json(report, point->completeness)));
        }
        return array;
}

/* What names a dataset. */
static json_t *dataset_json(const struct metrics_report *report, size_t place)
{
        const struct dataset *dataset = &report->collection->datasets.items[place];

        return json_pack("{s:o, s:o, s:s, s:o}", "application", json_text(dataset->application),
                "workload", json_text(dataset->workload), "kind", dataset_kind_key(dataset->kind),
                "run", json_text(dataset->run));
}

/*
 * "redis/suite": the names of datasets, by place, made when they are wanted. With many datasets
 * they are most of the document, and the same ones are wanted again and again.
 */
struct names {
        const struct metrics_report *report;
        json_t **items; /* references; NULL where not wanted yet */
};

static void names_clear(struct names *names)
{
        for (size_t i = 0; names->items && i < names->report->metrics->datasets; i++)
                json_decref(names->items[i]);
        free(names->items);
}

/* The name, as a new reference; NULL when out of memory. */
static json_t *dataset_name(struct names *names, uint32_t place)
{
        const struct dataset *dataset = &names->report->collection->datasets.items[place];
        CLEANUP_FREE char *name = NULL;

        if (!names->items[place]) {
                name = string_format("%s/%s", dataset->application, dataset->workload);
                names->items[place] = name ? json_text(name) : NULL;
        }
        return json_incref(names->items[place]);
}

static json_t *places_json(struct names *names, const uint32_t *places, size_t count)
{
        json_t *array = json_array();

        for (size_t i = 0; i < count; i++)
                array = json_append(array, dataset_name(names, places[i]));
        return array;
}

/* Calls found by static analysis, by method; empty where none was made. */
static json_t *statics_json(const struct dataset_figures *figures)
{
        json_t *object = json_object();

        for (enum static_method method = 0; object && method < STATIC_COUNT; method++)
                if (figures->statics[method] != SIZE_MAX)
                        json_object_set_new(object, static_method_name(method),
                                json_integer(figures->statics[method]));
        return object;
}

static json_t *figures_json(const struct metrics_report *report, size_t place)
{
        const struct dataset_figures *figures = &report->metrics->figures.items[place];
        json_t *object = dataset_json(report, place);
        size_t avoidable = figures->verdicts[VERDICT_STUB] + figures->verdicts[VERDICT_FAKE] +
                           figures->verdicts[VERDICT_EITHER];

        if (!object)
                return NULL;
        json_object_set_new(object, "used", json_integer(figures->used));
        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
                json_object_set_new(
                        object, verdict_name(verdict), json_integer(figures->verdicts[verdict]));
        json_object_set_new(object, "avoidable",
                json_share(figures->used > 0 ? (double)avoidable / figures->used : NAN));
        json_object_set_new(object, "static", statics_json(figures));
        return object;
}

static json_t *results_json(const struct metrics_report *report)
{
        json_t *array = json_array();

        for (size_t i = 0; i < report->metrics->figures.count; i++)
                array = json_append(array, figures_json(report, i));
        return array;
}

static json_t *importances_json(const struct metrics_report *report)
{
        const struct importance *importance;
        json_t *array = json_array();

        vector_for_each(importance, &report->metrics->importance)
                array = json_append(array, importance_json(report, importance));
        return array;
}

static json_t *missing_call_json(struct names *names, const struct missing_call *missing)
{
        return extended(importance_json(names->report, &missing->importance),
                json_pack("{s:s, s:o, s:o, s:o}", "support", support_name(missing->support),
                        "required_in",
                        places_json(names, missing->required_in.items, missing->required_in.count),
                        "fake_works_in",
                        places_json(names, missing->faked_in.items, missing->faked_in.count),
                        "stub_works_in",
                        places_json(names, missing->stubbed_in.items, missing->stubbed_in.count)));
}

static json_t *missing_json(const struct metrics_report *report)
{
        CLEANUP(names_clear)
        struct names names = {
                .report = report,
                .items = calloc(report->metrics->datasets + 1, sizeof(*names.items)),
        };
        const struct missing_call *missing;
        json_t *array = names.items ? json_array() : NULL;

        vector_for_each(missing, &report->metrics->missing)
                array = json_append(array, missing_call_json(&names, missing));
        return array;
}

static json_t *os_json(const struct metrics_report *report)
{
        const struct metrics *metrics = report->metrics;

        if (!metrics->has_profile)
                return NULL;
        return json_pack("{s:o, s:o, s:I, s:o}", "name", json_text(report->profile->name),
                "completeness", completeness_json(report, metrics->completeness), "missing_total",
                (json_int_t)metrics->missing_total, "missing", missing_json(report));
}

static json_t *popularity_json(const struct metrics *metrics)
{
        if (!metrics->has_popularity)
                return NULL;
        return json_pack("{s:I, s:I, s:I}", "packages", (json_int_t)metrics->packages,
                "packages_without_installs", (json_int_t)metrics->packages_unpopular,
                "dependencies_without_data", (json_int_t)metrics->dependencies);
}

static json_t *static_json(const struct metrics *metrics)
{
        const struct static_comparison *comparison;
        json_t *object = json_object();

        for (enum static_method method = 0; object && method < STATIC_COUNT; method++) {
                comparison = &metrics->statics[method];
                if (comparison->datasets == 0)
                        continue;
                json_object_set_new(object, static_method_name(method),
                        json_pack("{s:I, s:f, s:f, s:f}", "datasets",
                                (json_int_t)comparison->datasets, "found", comparison->found,
                                "used", comparison->used, "required", comparison->required));
        }
        return object;
}

int report_metrics_json(const struct metrics_report *report, FILE *stream)
{
        const struct metrics *metrics = report->metrics;

        return json_write(
                json_pack("{s:s, s:o, s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o*, s:o*, s:o, "
                          "s:o, s:o*}",
                        "schema", "loupe/metrics/1", "tool", json_tool(NULL), "arch",
                        abi_info(abi_native())->name, "definition",
                        completeness_name(report->definition), "datasets",
                        (json_int_t)metrics->datasets, "applications",
                        (json_int_t)metrics->applications, "used", (json_int_t)metrics->used,
                        "required", (json_int_t)metrics->required, "avoidable",
                        json_share(metrics->avoidable), "static", static_json(metrics),
                        "popularity", popularity_json(metrics), "results",
                        report->datasets ? results_json(report) : NULL, "features",
                        importances_json(report), "curve", curve_json(report), "os",
                        os_json(report)),
                stream);
}
