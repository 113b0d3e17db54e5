/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/input.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "export/static-document.h"
#include "store/analysis-document.h"

static void input_clear(struct export_input *input)
{
        struct feature_numbers *conflict;

        free(input->name);
        findings_clear(&input->findings);
        vector_for_each(conflict, &input->conflicts)
                vector_clear(&conflict->numbers);
        vector_clear(&input->conflicts);
        vector_clear(&input->open.numbers);
}

int export_inputs_init(struct export_inputs *inputs)
{
        *inputs = (struct export_inputs){.catalogue = catalogue_new()};
        return inputs->catalogue ? 0 : -ENOMEM;
}

void export_inputs_clear(struct export_inputs *inputs)
{
        struct export_input *input;

        vector_for_each(input, &inputs->items)
                input_clear(input);
        vector_clear(&inputs->items);
        inputs->catalogue = catalogue_free(inputs->catalogue);
}

static struct export_input *add_input(struct export_inputs *inputs, const char *name)
{
        struct export_input *input = vector_add(&inputs->items);

        if (!input)
                return NULL;
        input->name = strdup(name);
        return input->name ? input : NULL;
}

static int compare_numbers(const void *a, const void *b)
{
        const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

        return (left > right) - (left < right);
}

static void sort_numbers(struct feature_numbers *numbers)
{
        if (numbers->numbers.count > 1)
                qsort(numbers->numbers.items, numbers->numbers.count, sizeof(uint32_t),
                        compare_numbers);
}

static int add_number(
        struct catalogue *catalogue, const struct feature *feature, struct feature_numbers *numbers)
{
        const int number = catalogue_add(catalogue, feature);
        uint32_t *added = number < 0 ? NULL : vector_add(&numbers->numbers);

        if (!added)
                return -ENOMEM;
        *added = number;
        return 0;
}

static bool tells_subfeatures(const struct catalogue *catalogue, const struct findings *findings)
{
        const struct finding *finding;

        vector_for_each(finding, &findings->items)
                if (catalogue_feature(catalogue, finding->feature).kind == FEATURE_SUBFEATURE)
                        return true;
        return false;
}

static int add_conflicts(struct export_inputs *inputs, const struct catalogue *from,
        const struct dataset *dataset, struct export_input *input)
{
        const struct feature_numbers *conflict;

        vector_for_each(conflict, &dataset->conflicts) {
                struct feature_numbers *added = vector_add(&input->conflicts);
                const uint32_t *number;

                if (!added)
                        return -ENOMEM;
                vector_for_each(number, &conflict->numbers) {
                        const struct feature feature = catalogue_feature(from, *number);

                        if (add_number(inputs->catalogue, &feature, added) < 0)
                                return -ENOMEM;
                }
        }
        return 0;
}

/* Sub-features of an application are all known only where each of its results tells them. */
static bool all_tell_subfeatures(const struct collection *collection, const char *application)
{
        const struct dataset *dataset;

        vector_for_each(dataset, &collection->datasets)
                if (strcmp(dataset->application, application) == 0 &&
                        !tells_subfeatures(collection->catalogue, &dataset->findings))
                        return false;
        return true;
}

int export_inputs_add_results(struct export_inputs *inputs, const struct collection *collection)
{
        CLEANUP_COLLECTION struct collection *merged = NULL;
        const struct dataset *dataset;
        struct export_input *input;

        if (collection_merge_applications(collection, &merged) < 0)
                return -ENOMEM;
        vector_for_each(dataset, &merged->datasets) {
                input = add_input(inputs, dataset->application);
                if (!input ||
                        findings_renumber(&dataset->findings, collection->catalogue,
                                inputs->catalogue, &input->findings) < 0 ||
                        add_conflicts(inputs, collection->catalogue, dataset, input) < 0)
                        return -ENOMEM;
                input->partial = dataset->partial;
                input->divided = all_tell_subfeatures(collection, dataset->application);
        }
        return 0;
}

/* What a static analysis names is untested, and which values its calls have is not kept. */
static int add_static(struct export_inputs *inputs, const struct catalogue *catalogue,
        const struct static_set *set)
{
        CLEANUP_FINDINGS struct findings findings = {};
        struct export_input *input = add_input(inputs, set->application);
        const uint32_t *number;

        if (!input)
                return -ENOMEM;
        input->is_static = true;
        input->incomplete = set->complete == 0;
        vector_for_each(number, &set->features.numbers)
                if (findings_add(&findings, *number, VERDICT_UNTESTED) < 0)
                        return -ENOMEM;
        return findings_renumber(&findings, catalogue, inputs->catalogue, &input->findings);
}

int export_inputs_add_statics(struct export_inputs *inputs, const struct catalogue *catalogue,
        const struct static_sets *statics)
{
        const struct static_set *set = NULL;

        while ((set = static_sets_last(statics, STATIC_BINARY, set)))
                if (add_static(inputs, catalogue, set) < 0)
                        return -ENOMEM;
        return 0;
}

/* The same form as what comes from the database: a collection of one. */
static int analysis_to_dataset(
        const struct analysis_document *document, struct collection *collection)
{
        CLEANUP_FINDINGS struct findings numbered = {};
        struct dataset *dataset = vector_add(&collection->datasets);
        const struct analysed_verdict *verdict;
        const struct analysed_conflict *conflict;
        const struct feature *feature;

        if (!dataset)
                return -ENOMEM;
        dataset->partial = json_array_size(json_object_get(document->settings, "only")) > 0;
        dataset->application = strdup(document->application);
        if (!dataset->application)
                return -ENOMEM;
        vector_for_each(verdict, &document->verdicts) {
                const int number = catalogue_add(collection->catalogue, &verdict->feature);

                if (number < 0 || findings_add(&numbered, number, verdict->verdict) < 0)
                        return -ENOMEM;
        }
        vector_for_each(conflict, &document->conflicts) {
                struct feature_numbers *numbers = vector_add(&dataset->conflicts);

                if (!numbers)
                        return -ENOMEM;
                vector_for_each(feature, &conflict->features)
                        if (add_number(collection->catalogue, feature, numbers) < 0)
                                return -ENOMEM;
        }
        /* Which also puts them in the order of their numbers. */
        return findings_renumber(
                &numbered, collection->catalogue, collection->catalogue, &dataset->findings);
}

static int read_analysis(
        struct export_inputs *inputs, const char *path, const json_t *json, struct error *error)
{
        CLEANUP_ANALYSIS_DOCUMENT struct analysis_document document = {};
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        int r = analysis_document_read(path, json, &document, error);

        if (r < 0)
                return r;
        if (!collection || analysis_to_dataset(&document, collection) < 0 ||
                export_inputs_add_results(inputs, collection) < 0)
                return error_errno(error, ENOMEM, "%s", path);
        return 0;
}

static int add_static_result(
        struct export_inputs *inputs, const struct static_document_result *result)
{
        CLEANUP_FINDINGS struct findings findings = {};
        struct export_input *input = add_input(inputs, result->name);
        const struct feature *feature;

        if (!input)
                return -ENOMEM;
        input->is_static = true;
        input->incomplete = !result->complete;
        input->divided = result->with_features;
        vector_for_each(feature, &result->features) {
                const int number = catalogue_add(inputs->catalogue, feature);

                if (number < 0 || findings_add(&findings, number, VERDICT_UNTESTED) < 0)
                        return -ENOMEM;
        }
        vector_for_each(feature, &result->open)
                if (add_number(inputs->catalogue, feature, &input->open) < 0)
                        return -ENOMEM;
        sort_numbers(&input->open);
        return findings_renumber(&findings, inputs->catalogue, inputs->catalogue, &input->findings);
}

static int read_static(
        struct export_inputs *inputs, const char *path, const json_t *json, struct error *error)
{
        CLEANUP_STATIC_DOCUMENT struct static_document document = {};
        const struct static_document_result *result;
        int r = static_document_read(path, json, &document, error);

        if (r < 0)
                return r;
        vector_for_each(result, &document.results)
                if (add_static_result(inputs, result) < 0)
                        return error_errno(error, ENOMEM, "%s", path);
        return 0;
}

/* Files of results, by their schema. */
static const struct {
        const char *schema;
        int (*read)(struct export_inputs *inputs, const char *path, const json_t *json,
                struct error *error);
} readers[] = {
        {"loupe/analysis/1", read_analysis},
        {"loupe/static/1", read_static},
};

int export_inputs_read(struct export_inputs *inputs, const char *path, struct error *error)
{
        json_error_t problem;
        json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);
        const char *schema;
        int r = -ENOENT;

        /* jansson says why a file cannot be opened in a text with its name in it. */
        if (!json && problem.line < 0)
                return error_set(error, EINVAL, "%s", problem.text);
        if (!json)
                return error_set(error, EINVAL, "%s:%d: %s", path, problem.line, problem.text);
        schema = json_string_value(json_object_get(json, "schema"));
        for (size_t i = 0; schema && i < ARRAY_SIZE(readers); i++)
                if (strcmp(schema, readers[i].schema) == 0)
                        r = readers[i].read(inputs, path, json, error);
        json_decref(json);
        if (r == -ENOENT)
                r = error_set(error, EINVAL,
                        "%s: its schema should be %s (loupe analyze --json) or %s (loupe static "
                        "--json)",
                        path, readers[0].schema, readers[1].schema);
        return r;
}

bool export_input_divides(const struct export_input *input, unsigned call)
{
        const uint32_t number = call;

        return input->divided &&
               (input->open.numbers.count == 0 ||
                       !bsearch(&number, input->open.numbers.items, input->open.numbers.count,
                               sizeof(number), compare_numbers));
}
