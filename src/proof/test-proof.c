/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "base/test-folder.h"
#include "dataset/test-collection.h"
#include "proof/proof.h"
#include "proof/test-feigned-programs.h"
#include "search/environment.h"

static bool needs_read(struct world *world)
{
        ask(world, "brk");
        return ask(world, "read") == GRANTED;
}

static bool needs_nothing(struct world *world)
{
        ask(world, "brk");
        ask(world, "read");
        return true;
}

static bool wants_mlock_pretended(struct world *world)
{
        return ask(world, "mlock") != REFUSED;
}

static bool wants_one_of_two(struct world *world)
{
        enum answer times = ask(world, "times"), getcpu = ask(world, "getcpu");

        ask(world, "brk");
        return times != REFUSED || getcpu != REFUSED;
}

/* Without brk it takes another way. */
static bool goes_round(struct world *world)
{
        return ask(world, "brk") == GRANTED ? ask(world, "read") == GRANTED
                                            : ask(world, "times") == GRANTED;
}

/* It does, after it has asked anyhow. */
static bool asks_and_goes_round(struct world *world)
{
        bool read = ask(world, "read") == GRANTED;

        return read || ask(world, "brk") != GRANTED;
}

static bool knows_one_errno(struct world *world)
{
        const struct policy_rule *rule =
                world->policy ? policy_find(world->policy, named("brk")) : NULL;

        return ask(world, "brk") != REFUSED || !rule || rule->errnum == ENOSYS;
}

static bool comes_and_goes(struct world *world)
{
        return !world->policy || world->run % 2 == 0;
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

/* What the only application is. */
static program playing;

static program program_of(const char *application)
{
        assert_string_equal(application, "sample");
        return playing;
}

struct scene {
        const char *name;
        program program;
        const char *findings; /* NULL: nobody measured it */
        const char *conflict; /* names, or NULL */
        const char *profile; /* "read brk=stub/EPERM mlock=fake": supported where nothing is said */
        bool explain;
        bool other_build, other_workload, partial;
        enum fate foretold, seen;
        enum disagreement disagreement;
        const char *evidence;
        const char *culprits;
        const char *missing;
};

#define BRK_EITHER "brk=either read=required"

static const struct scene scenes[] = {
        {"all is there", needs_read, BRK_EITHER, NULL, "read brk", .foretold = FATE_WORKS,
                .seen = FATE_WORKS},
        {"what can be left out is missing", needs_read, BRK_EITHER, NULL, "read",
                .foretold = FATE_WORKS, .seen = FATE_WORKS},
        {"what is required is missing", needs_read, BRK_EITHER, NULL, "brk", .foretold = FATE_FAILS,
                .seen = FATE_FAILS, .missing = "read"},
        {"the same, explained", needs_read, BRK_EITHER, NULL, "", .explain = true,
                .foretold = FATE_FAILS, .seen = FATE_FAILS, .missing = "read", .culprits = "read"},
        {"untested counts as required", needs_read, "brk=untested read=required", NULL, "read",
                .foretold = FATE_FAILS, .seen = FATE_WORKS, .missing = "brk",
                .disagreement = VERDICT_WRONG, .evidence = "brk"},
        {"nobody measured it", needs_read, NULL, NULL, "brk", .foretold = FATE_UNKNOWN,
                .seen = FATE_FAILS},
        {"nobody measured it, explained", needs_read, NULL, NULL, "", .explain = true,
                .foretold = FATE_UNKNOWN, .seen = FATE_FAILS, .culprits = "read"},
        {"only some features were measured", needs_read, BRK_EITHER, NULL, "read", .partial = true,
                .foretold = FATE_UNKNOWN, .seen = FATE_WORKS},
        {"a fake helps", wants_mlock_pretended, "mlock=fake", NULL, "", .foretold = FATE_HELPED,
                .seen = FATE_HELPED},
        {"the system fakes it itself", wants_mlock_pretended, "mlock=fake", NULL, "mlock=fake",
                .foretold = FATE_WORKS, .seen = FATE_WORKS},
        {"a stub helps where the system fakes", needs_nothing, "brk=stub", NULL, "brk=fake",
                .foretold = FATE_HELPED, .seen = FATE_WORKS, .disagreement = VERDICT_WRONG,
                .evidence = "brk"},
        {"a known conflict", wants_one_of_two, "brk=either times=either getcpu=either",
                "times getcpu", "brk", .foretold = FATE_FAILS, .seen = FATE_FAILS},
        {"of a known conflict one is there", wants_one_of_two,
                "brk=either times=either getcpu=either", "times getcpu", "times",
                .foretold = FATE_WORKS, .seen = FATE_WORKS},
        {"an unknown conflict", wants_one_of_two, "brk=either times=either getcpu=either", NULL, "",
                .foretold = FATE_WORKS, .seen = FATE_FAILS, .disagreement = JOINT_CONFLICT,
                .evidence = "times getcpu", .culprits = "times getcpu"},
        {"a conflict that is avoided", wants_one_of_two, "brk=either times=either getcpu=either",
                "times getcpu", "times=fake getcpu=fake", .foretold = FATE_FAILS,
                .seen = FATE_WORKS, .disagreement = CONFLICT_AVOIDED, .evidence = "times getcpu"},
        {"a fallback is refused", goes_round, BRK_EITHER, NULL, "read", .foretold = FATE_WORKS,
                .seen = FATE_FAILS, .disagreement = FALLBACK_REFUSED, .evidence = "brk times",
                .culprits = "brk times"},
        {"a fallback is taken", goes_round, BRK_EITHER, NULL, "times", .foretold = FATE_FAILS,
                .seen = FATE_WORKS, .missing = "read", .disagreement = FALLBACK_TAKEN,
                .evidence = "read"},
        {"what is asked for is not needed any more", asks_and_goes_round, BRK_EITHER, NULL, "",
                .foretold = FATE_FAILS, .seen = FATE_WORKS, .missing = "read",
                .disagreement = FALLBACK_TAKEN, .evidence = "read"},
        {"a verdict is too good", needs_read, "brk=either read=either", NULL, "",
                .foretold = FATE_WORKS, .seen = FATE_FAILS, .disagreement = VERDICT_WRONG,
                .evidence = "read", .culprits = "read"},
        {"a verdict is too bad", needs_nothing, BRK_EITHER, NULL, "", .foretold = FATE_FAILS,
                .seen = FATE_WORKS, .missing = "read", .disagreement = VERDICT_WRONG,
                .evidence = "read"},
        {"another errno", knows_one_errno, "brk=stub", NULL, "brk=stub/EPERM",
                .foretold = FATE_WORKS, .seen = FATE_FAILS, .disagreement = ANOTHER_ERRNO,
                .evidence = "brk", .culprits = "brk"},
        {"another build", needs_read, "brk=either read=either", NULL, "", .other_build = true,
                .foretold = FATE_WORKS, .seen = FATE_FAILS, .disagreement = ANOTHER_BUILD,
                .evidence = "read", .culprits = "read"},
        {"another build, and better", needs_nothing, BRK_EITHER, NULL, "", .other_build = true,
                .foretold = FATE_FAILS, .seen = FATE_WORKS, .missing = "read",
                .disagreement = ANOTHER_BUILD, .evidence = "read"},
        {"another workload", needs_read, "brk=either read=either", NULL, "", .other_workload = true,
                .foretold = FATE_WORKS, .seen = FATE_FAILS, .disagreement = ANOTHER_WORKLOAD,
                .evidence = "read", .culprits = "read"},
        {"another build is no matter where all is as foretold", needs_read, BRK_EITHER, NULL,
                "read", .other_build = true, .foretold = FATE_WORKS, .seen = FATE_WORKS},
        {"flaky", comes_and_goes, BRK_EITHER, NULL, "read", .foretold = FATE_WORKS,
                .seen = FATE_UNSTABLE, .disagreement = CHANCE},
        {"not to be attributed", fails_for_no_reason, BRK_EITHER, NULL, "read",
                .foretold = FATE_WORKS, .seen = FATE_FAILS, .disagreement = CHANCE},
        {"does not work at all", never_works, BRK_EITHER, NULL, "read", .foretold = FATE_WORKS,
                .seen = FATE_UNTESTED},
};

static struct profile *make_profile(const char *text)
{
        struct profile *profile = profile_new();
        CLEANUP_STRINGS char **words = strings_split(text, ' ');

        assert_non_null(profile);
        assert_non_null(words);
        profile->name = strdup("Paper");
        for (char **word = words; *word; word++) {
                char *status = strchr(*word, '=');
                enum support support = SUPPORT_FULL;
                char *errno_word = status ? strchr(status, '/') : NULL;

                if (errno_word)
                        *errno_word++ = '\0';
                if (status) {
                        *status++ = '\0';
                        assert_int_equal(support_parse(status, &support, NULL), 0);
                }
                assert_int_equal(profile_add(profile, *word, support, NULL, 0, NULL), 0);
                if (errno_word)
                        profile->entries.items[profile->entries.count - 1].errnum =
                                errno_from_name(errno_word);
        }
        assert_int_equal(profile_finish(profile), 0);
        return profile;
}

static struct collection *make_collection(const struct scene *scene, const char *digest)
{
        struct collection *collection = collection_new();
        struct dataset *dataset;

        assert_non_null(collection);
        if (!scene->findings)
                return collection;
        dataset = sample_dataset(collection, "sample", WORKLOAD_HEALTH,
                scene->other_workload ? "other" : "health", "run", 1);
        dataset->partial = scene->partial;
        dataset->executable_digest = strdup(scene->other_build ? "0123" : digest);
        sample_findings(collection, &dataset->findings, scene->findings);
        if (scene->conflict) {
                CLEANUP_STRINGS char **names = strings_split(scene->conflict, ' ');
                struct feature_numbers *conflict = vector_add(&dataset->conflicts);

                assert_non_null(conflict);
                for (char **name = names; *name; name++) {
                        const struct feature feature = named(*name);
                        uint32_t *number = vector_add(&conflict->numbers);

                        assert_non_null(number);
                        *number = (uint32_t)catalogue_find(collection->catalogue, &feature);
                }
        }
        return collection;
}

static struct workload *make_workload(void)
{
        return feigned_workload("sample");
}

static void assert_names(const struct features *features, const char *expected)
{
        const struct feature *feature;
        char text[1024] = "", name[FEATURE_NAME_MAX];

        vector_for_each(feature, &features->items) {
                strcat(text, feature == features->items.items ? "" : " ");
                strcat(text, feature_name(*feature, name));
        }
        assert_string_equal(text, expected ? expected : "");
}

static void check_proof(const struct scene *scene, const struct application_proof *proof)
{
        struct features culprits = {};
        struct refusal *refusal;

        assert_string_equal(proof->application, "sample");
        assert_string_equal(fate_name(proof->foretold.fate), fate_name(scene->foretold));
        assert_string_equal(fate_name(proof->seen), fate_name(scene->seen));
        assert_string_equal(
                disagreement_name(proof->disagreement), disagreement_name(scene->disagreement));
        assert_names(&proof->foretold.missing, scene->missing);
        assert_names(&proof->evidence, scene->evidence);
        vector_for_each(refusal, &proof->culprits.items) {
                *(struct feature *)vector_add(&culprits.items) = refusal->feature;
                assert_string_equal(refusal->object, "/bin/true");
        }
        assert_names(&culprits, scene->culprits);
        assert_int_equal(proof->culprits.confirmed, scene->culprits != NULL);
        vector_clear(&culprits.items);
        assert_int_equal(proof->failure != NULL, scene->seen == FATE_UNTESTED);
        assert_int_equal(proof->helped.runs > 0,
                scene->foretold == FATE_HELPED && scene->seen != FATE_WORKS);
        if (scene->seen == FATE_WORKS)
                assert_int_equal(proof->bare.passed, 3);
}

static void check_scene(const struct scene *scene, const char *folder, const char *digest)
{
        CLEANUP_PROFILE struct profile *profile = make_profile(scene->profile);
        CLEANUP_COLLECTION struct collection *measured = make_collection(scene, digest);
        CLEANUP_WORKLOAD struct workload *workload = make_workload();
        CLEANUP_OS_PROOF struct os_proof proof = {};
        const struct subject_options subject = {
                .workload = workload,
                .directory = folder,
                .interrupt_fd = -1,
        };
        const struct proof_options options = {
                .profile = profile,
                .measured = measured,
                .subjects = &subject,
                .subject_count = 1,
                .explain_failures = scene->explain,
        };
        struct error error = {};

        print_message("%s\n", scene->name);
        playing = scene->program;
        stage.runs = 0;
        if (prove_on_os(&options, &proof, &error) != 0)
                fail_msg("%s", error.message);
        assert_string_equal(proof.os, "Paper");
        assert_int_equal(proof.applications.count, 1);
        check_proof(scene, &proof.applications.items[0]);
}

static void test_scenes(void **state)
{
        const struct test_folder *folder = *state;
        CLEANUP_WORKLOAD struct workload *workload = make_workload();
        CLEANUP_FREE char *path = NULL, *digest = NULL;

        assert_int_equal(environment_executable(workload, &path, &digest, NULL), 0);
        assert_non_null(digest);
        for (size_t i = 0; i < ARRAY_SIZE(scenes); i++) {
                check_scene(&scenes[i], folder->folder, digest);
                assert_int_equal(unlink(folder->path), 0);
        }
}

static int open_subject(const struct workload *workload, const char *folder, struct error *error)
{
        CLEANUP_SUBJECT struct subject subject = {};
        const struct subject_options options = {
                .workload = workload,
                .directory = folder,
                .interrupt_fd = -1,
        };

        return subject_open(&options, &subject, error);
}

/* The journal of a subject is continued for the same workload only. */
static void test_journal(void **state)
{
        const struct test_folder *folder = *state;
        CLEANUP_WORKLOAD struct workload *workload = make_workload();
        struct error error = {};
        FILE *file;

        playing = needs_nothing;
        assert_int_equal(open_subject(workload, folder->folder, &error), 0);
        assert_int_equal(open_subject(workload, folder->folder, &error), 0);
        assert_int_equal(strings_add(&workload->command, "argument"), 0);
        assert_int_equal(open_subject(workload, folder->folder, &error), -ESTALE);
        assert_non_null(strstr(error.message, "another workload"));
        free(workload->command[0]);
        workload->command[0] = strdup("/bin/false");
        free(workload->command[1]);
        workload->command[1] = NULL;
        assert_int_equal(open_subject(workload, folder->folder, &error), -ESTALE);
        file = fopen(folder->path, "w");
        assert_non_null(file);
        fputs("{\"schema\": \"loupe/journal/1\", \"digest\": \"0\"}\n", file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(open_subject(workload, folder->folder, &error), -EINVAL);
        assert_non_null(strstr(error.message, "not the journal of a proof"));
}

/* A command that is not there, or does not pass, is a finding about the application. */
static void test_nothing_to_try(void **state)
{
        const struct test_folder *folder = *state;
        CLEANUP_WORKLOAD struct workload *workload = make_workload();
        CLEANUP_SUBJECT struct subject subject = {};
        CLEANUP_POLICY struct policy *policy = policy_new();
        const struct subject_options options = {
                .workload = workload,
                .directory = folder->folder,
                .interrupt_fd = -1,
        };
        struct mode_result result;
        struct error error = {};

        playing = never_works;
        assert_int_equal(subject_open(&options, &subject, &error), 0);
        assert_non_null(subject.failure);
        assert_int_equal(subject_try(&subject, policy, CARE_PROOF, &result, NULL, &error), -EINVAL);
        assert_non_null(strstr(error.message, subject.failure));
}

/* Every kind has its word and its sentence. */
static void test_words(void **state)
{
        (void)state;
        for (enum disagreement a = 0; a < DISAGREEMENT_COUNT; a++) {
                assert_true(strlen(disagreement_text(a)) > 20);
                for (enum disagreement b = 0; b < a; b++)
                        assert_string_not_equal(disagreement_name(a), disagreement_name(b));
        }
}

static int make_folder(void **state)
{
        return test_folder_make(state, "journal.jsonl");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_scenes, make_folder, test_folder_remove),
                cmocka_unit_test_setup_teardown(test_journal, make_folder, test_folder_remove),
                cmocka_unit_test_setup_teardown(
                        test_nothing_to_try, make_folder, test_folder_remove),
                cmocka_unit_test(test_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
