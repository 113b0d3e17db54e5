/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/test-folder.h"
#include "dataset/test-collection.h"
#include "proof/steps.h"
#include "proof/test-feigned-programs.h"

static bool reads(struct world *world)
{
        return ask(world, "read") == GRANTED;
}

static bool writes(struct world *world)
{
        return ask(world, "write") == GRANTED;
}

static bool wants_one_of_two(struct world *world)
{
        enum answer times = ask(world, "times"), getcpu = ask(world, "getcpu");

        return times != REFUSED || getcpu != REFUSED;
}

/* After the first lesson, that times and getcpu conflict, it has another one to teach. */
static bool wants_more_the_more_it_gets(struct world *world)
{
        bool times = ask(world, "times") == GRANTED, getcpu = ask(world, "getcpu") == GRANTED;

        if (!times && !getcpu)
                return false;
        return ask(world, "mlock") == GRANTED || ask(world, "umask") == GRANTED;
}

/* What is faked is believed, and leads astray. */
static bool believes_fakes(struct world *world)
{
        return ask(world, "brk") != PRETENDED;
}

/* Fails on the system, but not when just what it asked for in vain is withheld. */
static bool fails_for_no_reason(struct world *world)
{
        ask(world, "brk");
        return !world->policy || policy_default(world->policy) == 0;
}

static bool never_works(struct world *world)
{
        (void)world;
        return false;
}

static const struct {
        const char *name;
        program program;
        const char *findings; /* what was measured */
} applications[] = {
        {"astray", believes_fakes, "brk=either"},
        {"broken", never_works, "read=required"},
        {"chance", fails_for_no_reason, "brk=either"},
        {"more", wants_more_the_more_it_gets,
                "times=stub getcpu=stub mlock=stub umask=stub exit=required"},
        {"pair", wants_one_of_two, "times=stub getcpu=stub"},
        {"reader", reads, "read=required"},
        {"writer", writes, "write=required"},
};

static program program_of(const char *application)
{
        for (size_t i = 0; i < ARRAY_SIZE(applications); i++)
                if (strcmp(applications[i].name, application) == 0)
                        return applications[i].program;
        fail_msg("no program is %s", application);
        return NULL;
}

#define STEP(apps, implement, stub, fake)                                               \
        "{\"apps\": [" apps "], \"implement\": [" implement "], \"stub\": [" stub "], " \
        "\"fake\": [" fake "]}"

struct scene {
        const char *name;
        const char *names; /* of the applications, sorted, with blanks in between */
        const char *steps; /* of the plan */
        bool measured;
        unsigned repairs_max;
        const char *proof; /* see describe() */
};

static const struct scene scenes[] = {
        {"a plan that holds", "reader writer",
                STEP("\"reader\"", "\"read\"", "", "") ",\n" STEP(
                        "\"writer\"", "\"write\"", "", ""),
                true, 5, "published, proven, 0 repairs: [] [reader+] [reader+ writer+]"},
        {"two stubs do not go together", "pair reader",
                STEP("\"pair\"", "", "\"times\", \"getcpu\"", "") ",\n" STEP(
                        "\"reader\"", "\"read\"", "", ""),
                true, 5,
                "greedy, proven, 1 repairs: [] [reader+] [reader+ pair+]; "
                "pair: times stub, getcpu stub"},
        {"the same without repairs", "pair reader",
                STEP("\"pair\"", "", "\"times\", \"getcpu\"", "") ",\n" STEP(
                        "\"reader\"", "\"read\"", "", ""),
                true, 0,
                "published, not proven, 0 repairs: [] [pair-(times getcpu)] [pair? reader+]; "
                "pair: times stub, getcpu stub"},
        {"the same without results", "pair reader",
                STEP("\"pair\"", "", "\"times\", \"getcpu\"", "") ",\n" STEP(
                        "\"reader\"", "\"read\"", "", ""),
                false, 5,
                "published, not proven, 0 repairs: [] [pair-(times getcpu)] [pair? reader+]; "
                "pair: times stub, getcpu stub"},
        {"one lesson after the other", "more",
                STEP("\"more\"", "\"exit\"", "\"times\", \"getcpu\", \"mlock\", \"umask\"", ""),
                true, 5,
                "greedy, proven, 2 repairs: [] [more+]; more: times stub, getcpu stub; "
                "more: umask stub, mlock stub"},
        {"as many as there may be", "more",
                STEP("\"more\"", "\"exit\"", "\"times\", \"getcpu\", \"mlock\", \"umask\"", ""),
                true, 1,
                "greedy, not proven, 1 repairs: [] [more-(umask mlock)]; "
                "more: times stub, getcpu stub; more: umask stub, mlock stub"},
        {"what is required was left out of the plan", "reader writer",
                STEP("\"reader\"", "\"brk\"", "", "") ",\n" STEP("\"writer\"", "\"write\"", "", ""),
                true, 5,
                "greedy, proven, 1 repairs: [] [reader+] [reader+ writer+]; reader: read stub"},
        {"a later step fakes what was stubbed", "astray writer",
                STEP("\"astray\"", "", "\"brk\"", "") ",\n" STEP(
                        "\"writer\"", "\"write\"", "", "\"brk\""),
                false, 5,
                "published, not proven, 0 repairs: [] [astray+] [astray-(brk) writer+]; "
                "astray: brk fake"},
        {"chance teaches nothing", "chance reader",
                STEP("\"chance\"", "\"write\"", "\"brk\"", "") ",\n" STEP(
                        "\"reader\"", "\"read\"", "", ""),
                true, 5, "published, not proven, 0 repairs: [] [chance-()] [chance? reader+]"},
        {"what does not work unmodified is not tried", "broken reader",
                STEP("\"broken\"", "\"read\"", "", "") ",\n" STEP("\"reader\"", "\"brk\"", "", ""),
                true, 5, "published, not proven, 0 repairs: [] [broken?] [broken? reader+]"},
};

static void write_step(const struct plan_proof *proof, const struct proven_step *step, FILE *to)
{
        const struct step_proof *application;
        const struct refusal *culprit;
        char name[FEATURE_NAME_MAX];

        fputs(" [", to);
        vector_for_each(application, &step->applications) {
                fprintf(to, "%s%s%c", application == step->applications.items ? "" : " ",
                        proof->applications.items[application->application].name,
                        application->untested ? '?'
                        : application->works  ? '+'
                                              : '-');
                assert_int_equal(application->result.runs > 0, !application->untested);
                assert_int_equal(application->policy != NULL, !application->untested);
                if (application->works || application->untested)
                        continue;
                fputc('(', to);
                vector_for_each(culprit, &application->culprits.items)
                        fprintf(to, "%s%s", culprit == application->culprits.items.items ? "" : " ",
                                feature_name(culprit->feature, name));
                fputc(')', to);
        }
        fputc(']', to);
}

/* "greedy, proven, 1 repairs: [] [pair+ reader-(read) broken?]; pair: times stub": what became of
 * each application at each step, and the lessons. Owned by the caller. */
static char *describe(const struct plan_proof *proof)
{
        const struct proven_step *step;
        const struct lesson *lesson;
        const struct lesson_part *part;
        char name[FEATURE_NAME_MAX];
        char *text = NULL;
        size_t size;
        FILE *to = open_memstream(&text, &size);

        assert_non_null(to);
        fprintf(to, "%s, %s, %u repairs:", proof->strategy, proof->proven ? "proven" : "not proven",
                proof->repairs);
        vector_for_each(step, &proof->steps)
                write_step(proof, step, to);
        vector_for_each(lesson, &proof->lessons) {
                fprintf(to, "; %s:", lesson->application);
                vector_for_each(part, &lesson->parts)
                        fprintf(to, "%s %s %s", part == lesson->parts.items ? "" : ",",
                                feature_name(part->feature, name), part->faked ? "fake" : "stub");
        }
        assert_int_equal(fclose(to), 0);
        return text;
}

/* The programs of a scene, and what is known of them. */
struct company {
        struct workload *workloads[4];
        char *directories[4];
        struct subject_options subjects[4];
        size_t count;
        struct collection *measured;
};

static void company_init(struct company *company, const char *names, const char *folder)
{
        CLEANUP_STRINGS char **words = strings_split(names, ' ');

        *company = (struct company){.measured = collection_new()};
        assert_non_null(company->measured);
        for (char **word = words; *word; word++) {
                size_t place = company->count++;

                company->workloads[place] = feigned_workload(*word);
                company->directories[place] = string_format("%s/%s", folder, *word);
                company->subjects[place] = (struct subject_options){
                        .workload = company->workloads[place],
                        .directory = company->directories[place],
                        .interrupt_fd = -1,
                };
                for (size_t i = 0; i < ARRAY_SIZE(applications); i++)
                        if (strcmp(applications[i].name, *word) == 0)
                                sample_findings(company->measured,
                                        &sample_dataset(company->measured, *word, WORKLOAD_HEALTH,
                                                "health", "run", 1)
                                                 ->findings,
                                        applications[i].findings);
        }
}

static void company_clear(struct company *company)
{
        for (size_t i = 0; i < company->count; i++) {
                CLEANUP_FREE char *journal =
                        string_format("%s/journal.jsonl", company->directories[i]);

                unlink(journal);
                rmdir(company->directories[i]);
                free(company->directories[i]);
                workload_free(company->workloads[i]);
        }
        collection_free(company->measured);
}

static void parse_plan(const char *steps, struct written_plan *ret)
{
        CLEANUP_FREE char *text = string_format(
                "{\"schema\": \"loupe/plan/1\", \"os\": \"Paper\", \"strategy\": \"published\",\n"
                "\"initial\": [], \"steps\": [\n%s]}",
                steps);
        struct error error = {};

        if (plan_file_parse("p.json", text, strlen(text), ret, &error) < 0)
                fail_msg("%s", error.message);
}

static int carry_out(const struct company *company, const struct written_plan *plan, bool measured,
        unsigned repairs_max, struct plan_proof *ret, struct error *error)
{
        const struct plan_options planning = {};
        const struct plan_proof_options options = {
                .plan = plan,
                .planning = &planning,
                .strategy = STRATEGY_GREEDY,
                .measured = measured ? company->measured : NULL,
                .subjects = company->subjects,
                .subject_count = company->count,
                .repairs_max = repairs_max,
        };

        return prove_plan(&options, ret, error);
}

static void check_scene(const struct scene *scene, const char *folder)
{
        CLEANUP(company_clear) struct company company;
        CLEANUP_WRITTEN_PLAN struct written_plan plan = {};
        CLEANUP_PLAN_PROOF struct plan_proof proof = {};
        CLEANUP_FREE char *text = NULL;
        struct error error = {};

        print_message("%s\n", scene->name);
        company_init(&company, scene->names, folder);
        parse_plan(scene->steps, &plan);
        if (carry_out(&company, &plan, scene->measured, scene->repairs_max, &proof, &error) != 0)
                fail_msg("%s", error.message);
        assert_string_equal(proof.os, "Paper");
        text = describe(&proof);
        assert_string_equal(text, scene->proof);
}

static void test_scenes(void **state)
{
        const struct test_folder *folder = *state;

        for (size_t i = 0; i < ARRAY_SIZE(scenes); i++)
                check_scene(&scenes[i], folder->folder);
}

/* What is there at each step is exactly what the plan says. */
static void test_policies(void **state)
{
        const struct test_folder *folder = *state;
        CLEANUP(company_clear) struct company company;
        CLEANUP_WRITTEN_PLAN struct written_plan plan = {};
        CLEANUP_PLAN_PROOF struct plan_proof proof = {};
        static const char *const policies[] = {
                "--only-allow read --fake mlock",
                "--only-allow read,write --fake umask",
        };

        company_init(&company, "reader writer", folder->folder);
        parse_plan(STEP("\"reader\"", "\"read\"", "\"umask\"", "\"mlock\"") ",\n" STEP(
                           "\"writer\"", "\"write\"", "\"mlock\"", "\"umask\""),
                &plan);
        assert_int_equal(carry_out(&company, &plan, false, 0, &proof, NULL), 0);
        assert_true(proof.proven);
        for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
                assert_string_equal(
                        proof.steps.items[i + 1].applications.items[0].policy, policies[i]);
        /* All replicas. */
        assert_int_equal(proof.steps.items[2].applications.items[1].result.runs, 3);
        assert_int_equal(proof.steps.items[2].applications.items[1].result.passed, 3);
}

static void test_unknown_application(void **state)
{
        const struct test_folder *folder = *state;
        CLEANUP(company_clear) struct company company;
        CLEANUP_WRITTEN_PLAN struct written_plan plan = {};
        CLEANUP_PLAN_PROOF struct plan_proof proof = {};
        struct error error = {};

        company_init(&company, "reader", folder->folder);
        parse_plan(
                STEP("\"reader\"", "\"read\"", "", "") ",\n" STEP("\"raeder\"", "", "", ""), &plan);
        stage.runs = 0;
        assert_int_equal(carry_out(&company, &plan, false, 0, &proof, &error), -EINVAL);
        assert_string_equal(error.message,
                "p.json:4: there is no workload of 'raeder' among those given: did you mean "
                "'reader'?");
        assert_int_equal(stage.runs, 0);
}

static int make_folder(void **state)
{
        return test_folder_make(state, "nothing");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_scenes, make_folder, test_folder_remove),
                cmocka_unit_test_setup_teardown(test_policies, make_folder, test_folder_remove),
                cmocka_unit_test_setup_teardown(
                        test_unknown_application, make_folder, test_folder_remove),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
