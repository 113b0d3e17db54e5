/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Problems for tests, in a few words each. Include it behind cmocka.h. */

#include "base/strings.h"
#include "dataset/test-collection.h"
#include "plan/plan.h"
#include "plan/test-random.h"

/* An application and what it uses, as of sample_findings(). */
static inline struct dataset *sample_application(
        struct collection *collection, const char *name, const char *findings)
{
        struct dataset *dataset =
                sample_dataset(collection, name, WORKLOAD_BENCHMARK, "benchmark-x", "run", 0);

        sample_findings(collection, &dataset->findings, findings);
        return dataset;
}

/* A conflict of the names of features, blanks between them. Datasets do not move meanwhile. */
static inline void sample_conflict(
        struct collection *collection, struct dataset *dataset, const char *names)
{
        CLEANUP_STRINGS char **words = strings_split(names, ' ');
        struct feature_numbers *conflict = vector_add(&dataset->conflicts);
        struct feature feature;
        uint32_t *number;

        assert_non_null(words);
        assert_non_null(conflict);
        for (size_t i = 0; words[i]; i++) {
                number = vector_add(&conflict->numbers);
                assert_non_null(number);
                assert_int_equal(feature_parse(words[i], &feature, NULL), 0);
                *number = catalogue_add(collection->catalogue, &feature);
        }
}

/* A profile that supports what is named, blanks between; "name=partial" says how. */
static inline struct profile *sample_profile(const char *names)
{
        CLEANUP_STRINGS char **words = strings_split(names, ' ');
        struct profile *profile = profile_new();
        struct feature feature;
        enum support support;
        char *equals;

        assert_non_null(words);
        assert_non_null(profile);
        for (size_t i = 0; words[i]; i++) {
                support = SUPPORT_FULL;
                equals = strchr(words[i], '=');
                if (equals) {
                        *equals = '\0';
                        assert_int_equal(support_parse(equals + 1, &support, NULL), 0);
                }
                assert_int_equal(feature_parse(words[i], &feature, NULL), 0);
                assert_int_equal(profile_add_feature(profile, &feature, support, NULL, 0, NULL), 0);
        }
        assert_int_equal(profile_finish(profile), 0);
        return profile;
}

static inline struct plan_problem *sample_problem(
        const struct collection *collection, const struct plan_options *options)
{
        struct plan_problem *problem = NULL;
        struct error error = {};

        if (plan_problem_new(collection, options, &problem, &error) < 0)
                fail_msg("%s", error.message);
        return problem;
}

/* Words that are written one behind the other. */
struct text {
        char *text;
        size_t size;
        FILE *stream;
};

static inline void text_features(struct text *text, const struct plan_problem *problem, char mark,
        const uint32_t *features, size_t count)
{
        char name[FEATURE_NAME_MAX];

        for (size_t i = 0; i < count; i++)
                fprintf(text->stream, " %c%s", mark,
                        feature_name(catalogue_feature(problem->catalogue, features[i]), name));
}

/*
 * The plan in one line: what works at first, then for each step behind a semicolon what works, what
 * is implemented (+), stubbed (-) and faked (~): "perl; redis nginx +read -prctl ~write". Owned by
 * the caller.
 */
static inline char *plan_text(const struct plan_problem *problem, const struct plan *plan)
{
        struct text text = {};
        const struct plan_step *step;
        const uint32_t *place;

        text.stream = open_memstream(&text.text, &text.size);
        assert_non_null(text.stream);
        vector_for_each(place, &plan->initial)
                fprintf(text.stream, "%s%s", place > plan->initial.items ? " " : "",
                        problem->applications[*place].name);
        vector_for_each(step, &plan->steps) {
                fputc(';', text.stream);
                vector_for_each(place, &step->applications)
                        fprintf(text.stream, " %s", problem->applications[*place].name);
                text_features(&text, problem, '+', step->implement.items, step->implement.count);
                text_features(&text, problem, '-', step->stub.items, step->stub.count);
                text_features(&text, problem, '~', step->fake.items, step->fake.count);
        }
        assert_int_equal(fclose(text.stream), 0);
        return text.text;
}

/* What random problems are like. */
struct randomness {
        unsigned applications, features; /* at most */
        bool conflicts;
};

static inline void random_application(struct random *random, const struct randomness *wanted,
        struct collection *collection, unsigned number)
{
        CLEANUP_FREE char *name = string_format("app%03u", number);
        unsigned features = 1 + random_below(random, wanted->features);
        unsigned density = 1 + random_below(random, 4);
        struct feature_numbers *conflict = NULL;
        struct dataset *dataset;
        enum verdict verdict;

        assert_non_null(name);
        dataset = sample_application(collection, name, "");
        for (unsigned feature = 0; feature < features; feature++) {
                if (random_below(random, density) != 0)
                        continue;
                verdict = random_below(random, VERDICT_COUNT);
                assert_int_equal(findings_add(&dataset->findings, feature, verdict), 0);
                if (!wanted->conflicts || verdict == VERDICT_REQUIRED)
                        continue;
                if (!conflict || random_below(random, 3) == 0) {
                        conflict = vector_add(&dataset->conflicts);
                        assert_non_null(conflict);
                }
                *(uint32_t *)vector_add(&conflict->numbers) = feature;
        }
}

/* Applications app000, app001, … that use calls of low numbers. */
static inline struct collection *random_collection(
        struct random *random, const struct randomness *wanted)
{
        unsigned applications = random_below(random, wanted->applications + 1);
        struct collection *collection = collection_new();

        assert_non_null(collection);
        for (unsigned i = 0; i < applications; i++)
                random_application(random, wanted, collection, i);
        return collection;
}

/* A profile in which each call of a low number has some random support, or none. */
static inline struct profile *random_profile(struct random *random, unsigned features)
{
        struct profile *profile = profile_new();
        struct feature feature = {.kind = FEATURE_SYSCALL, .abi = abi_native()};

        assert_non_null(profile);
        for (unsigned number = 0; number < features; number++) {
                feature.number = number;
                if (random_below(random, 2) == 0)
                        assert_int_equal(
                                profile_add_feature(profile, &feature,
                                        random_below(random, SUPPORT_COUNT), NULL, 0, NULL),
                                0);
        }
        assert_int_equal(profile_finish(profile), 0);
        return profile;
}
