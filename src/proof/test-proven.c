/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "dataset/test-collection.h"
#include "proof/proven.h"

/* Three applications, a step for each; mlock is first stubbed, then faked, then implemented. */
struct scene {
        struct collection *collection;
        struct plan_problem *problem;
        struct plan plan;
};

/* What each step leaves of the system, as policies are written. */
static const char *const policies[] = {
        "--only-allow ",
        "--only-allow read",
        "--only-allow read,write --fake mlock",
        "--only-allow read,write,mlock",
};

/* The answers by application and step: a row for each application, a letter for each of the four
 * systems: y(es), n(o), and a dot where it was never tried. */
struct answers {
        const char *rows[3];
        int failure; /* what the lookup returns instead, where not 0 */
        unsigned asked;
};

static int look_up(size_t application, const char *policy, void *context, struct error *error)
{
        struct answers *answers = context;

        (void)error;
        answers->asked++;
        if (answers->failure)
                return answers->failure;
        for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
                if (strcmp(policies[i], policy) == 0)
                        switch (answers->rows[application][i]) {
                        case 'y':
                                return 1;
                        case 'n':
                                return 0;
                        default:
                                return -ENOENT;
                        }
        fail_msg("no step has the policy '%s'", policy);
        return -ENOENT;
}

static uint32_t number_of(const struct scene *scene, const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return (uint32_t)catalogue_find(scene->collection->catalogue, &feature);
}

#define PUSH(vector, value)                            \
        do {                                           \
                uint32_t *place_ = vector_add(vector); \
                assert_non_null(place_);               \
                *place_ = (value);                     \
        } while (0)

static struct plan_step *add_step(struct scene *scene, uint32_t application)
{
        struct plan_step *step = vector_add(&scene->plan.steps);

        assert_non_null(step);
        PUSH(&step->applications, application);
        return step;
}

static int set_up(void **state)
{
        static struct scene scene;
        struct plan_step *step;

        scene = (struct scene){.collection = collection_new()};
        assert_non_null(scene.collection);
        for (unsigned i = 0; i < 3; i++)
                sample_findings(scene.collection,
                        &sample_dataset(scene.collection, (const char *[]){"a", "b", "c"}[i],
                                WORKLOAD_HEALTH, "health", "run", 1)
                                 ->findings,
                        "read=required write=required mlock=either");
        assert_int_equal(
                plan_problem_new(scene.collection, &(struct plan_options){}, &scene.problem, NULL),
                0);
        step = add_step(&scene, 0);
        PUSH(&step->implement, number_of(&scene, "read"));
        PUSH(&step->stub, number_of(&scene, "mlock"));
        step = add_step(&scene, 1);
        PUSH(&step->implement, number_of(&scene, "write"));
        PUSH(&step->fake, number_of(&scene, "mlock"));
        step = add_step(&scene, 2);
        PUSH(&step->implement, number_of(&scene, "mlock"));
        *state = &scene;
        return 0;
}

static int tear_down(void **state)
{
        struct scene *scene = *state;
        struct proven_plan plan = {.plan = scene->plan};

        proven_plan_clear(&plan);
        plan_problem_free(scene->problem);
        collection_free(scene->collection);
        return 0;
}

static void write_numbers(const struct scene *scene, const char *word, const uint32_t *numbers,
        size_t count, FILE *to)
{
        char name[FEATURE_NAME_MAX];

        for (size_t i = 0; i < count; i++)
                fprintf(to, "%s%s", i == 0 ? word : ",",
                        feature_name(
                                catalogue_feature(scene->problem->catalogue, numbers[i]), name));
}

/* "a: +read ~mlock | b: +write =mlock | not c": implemented, stubbed, faked; owned by the caller.
 */
static char *describe(const struct scene *scene, const struct proven_plan *proven)
{
        const struct plan_step *step;
        char *text = NULL;
        size_t size;
        FILE *to = open_memstream(&text, &size);

        assert_non_null(to);
        for (size_t i = 0; i < proven->plan.initial.count; i++)
                fprintf(to, "at once %s | ",
                        scene->problem->applications[proven->plan.initial.items[i]].name);
        vector_for_each(step, &proven->plan.steps) {
                for (size_t i = 0; i < step->applications.count; i++)
                        fprintf(to, "%s",
                                scene->problem->applications[step->applications.items[i]].name);
                fputc(':', to);
                write_numbers(scene, " +", step->implement.items, step->implement.count, to);
                write_numbers(scene, " ~", step->stub.items, step->stub.count, to);
                write_numbers(scene, " =", step->fake.items, step->fake.count, to);
                fputs(" | ", to);
        }
        fputs("not ", to);
        for (size_t i = 0; i < proven->unproven.count; i++)
                fputs(scene->problem->applications[proven->unproven.items[i]].name, to);
        assert_int_equal(fclose(to), 0);
        return text;
}

static const struct {
        const char *name;
        const char *rows[3];
        const char *plan;
        size_t implemented;
} rows[] = {
        {"all of it", {".yyy", "..yy", "...y"},
                "a: +read ~mlock | b: +write =mlock | c: +mlock | not ", 3},
        {"nothing was tried", {"....", "....", "...."}, "not abc", 0},
        {"the last fails", {".yyy", "..yy", "...n"}, "a: +read ~mlock | b: +write =mlock | not c",
                2},
        {"the second only from the third step on", {".yyy", "..ny", "...y"},
                "a: +read ~mlock | bc: +write,mlock | not ", 3},
        {"one that fails later does not count", {".yny", "..yy", "...y"},
                "b: +read,write =mlock | ac: +mlock | not ", 3},
        {"one that fails at the end does not count at all", {".yyn", "..yy", "...y"},
                "b: +read,write =mlock | c: +mlock | not a", 3},
        {"nobody counts before the last: one step, one treatment", {".nny", "..ny", "...y"},
                "abc: +read,write,mlock | not ", 3},
        {"not tried any further: the plan ends there", {".y..", "....", "...."},
                "a: +read ~mlock | not bc", 1},
        {"not tried in between: not proven all the while", {".y.y", "...y", "...y"},
                "abc: +read,write,mlock | not ", 3},
        {"one that was not tried where others were", {".y.y", "..yy", "...y"},
                "b: +read,write =mlock | ac: +mlock | not ", 3},
        {"the only one that fails", {".n..", "....", "...."}, "not abc", 0},
};

static void test_rows(void **state)
{
        struct scene *scene = *state;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_PROVEN_PLAN struct proven_plan proven = {};
                CLEANUP_FREE char *text = NULL;
                struct answers answers = {};

                print_message("%s\n", rows[i].name);
                memcpy(answers.rows, rows[i].rows, sizeof(answers.rows));
                assert_int_equal(
                        proven_plan_make(scene->problem, &scene->plan, &(struct os_model_options){},
                                look_up, &answers, &proven, NULL),
                        0);
                text = describe(scene, &proven);
                assert_string_equal(text, rows[i].plan);
                assert_int_equal(proven.plan.implemented, rows[i].implemented);
                /* Each application is asked about from the step on that promises it. */
                assert_int_equal(answers.asked, 6);
        }
}

/* Whoever works from the start is asked about there, too. */
static void test_start(void **state)
{
        struct scene *scene = *state;
        CLEANUP_PROVEN_PLAN struct proven_plan proven = {};
        CLEANUP_FREE char *text = NULL;
        struct answers answers = {.rows = {"yyyy", "..yy", "...y"}};

        scene->plan.steps.items[0].applications.count = 0;
        PUSH(&scene->plan.initial, 0);
        assert_int_equal(proven_plan_make(scene->problem, &scene->plan,
                                 &(struct os_model_options){}, look_up, &answers, &proven, NULL),
                0);
        text = describe(scene, &proven);
        /* The first step promises nobody any more: what it adds comes with the next. */
        assert_string_equal(text, "at once a | b: +read,write =mlock | c: +mlock | not ");
        assert_int_equal(answers.asked, 7);
}

static void test_failure(void **state)
{
        struct scene *scene = *state;
        struct proven_plan proven = {};
        struct answers answers = {.failure = -EIO};

        assert_int_equal(proven_plan_make(scene->problem, &scene->plan,
                                 &(struct os_model_options){}, look_up, &answers, &proven, NULL),
                -EIO);
        assert_null(proven.plan.steps.items);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_start, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_failure, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
