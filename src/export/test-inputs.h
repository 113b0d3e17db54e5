/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Inputs for tests, in a few words each. Include it behind cmocka.h. */

#include <stdlib.h>
#include <string.h>

#include "dataset/test-collection.h"
#include "export/set.h"

/* Adds an input with the findings of a line such as "read=required fcntl:F_SETFL=stub". It counts
 * as divided where there are sub-features. */
static inline struct export_input *sample_input(
        struct export_inputs *inputs, const char *name, const char *line)
{
        struct collection borrowed = {.catalogue = inputs->catalogue};
        struct export_input *input = vector_add(&inputs->items);
        const struct finding *finding;

        assert_non_null(input);
        input->name = strdup(name);
        assert_non_null(input->name);
        sample_findings(&borrowed, &input->findings, line);
        vector_for_each(finding, &input->findings.items)
                input->divided |= catalogue_feature(inputs->catalogue, finding->feature).kind ==
                                  FEATURE_SUBFEATURE;
        return input;
}

/* Adds a minimal set of those names, with blanks between them, that cannot all be left out. */
static inline void sample_input_conflict(
        struct export_inputs *inputs, struct export_input *input, const char *names)
{
        struct feature_numbers *conflict = vector_add(&input->conflicts);
        char *copy = strdup(names), *rest = copy, *word;

        assert_non_null(conflict);
        assert_non_null(copy);
        while ((word = strtok_r(rest, " ", &rest))) {
                uint32_t *number = vector_add(&conflict->numbers);
                struct feature feature;

                assert_non_null(number);
                assert_int_equal(feature_parse(word, &feature, NULL), 0);
                *number = catalogue_add(inputs->catalogue, &feature);
        }
        free(copy);
}

static inline struct feature sample_feature(const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return feature;
}
