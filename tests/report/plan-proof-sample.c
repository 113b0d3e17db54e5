/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * plan-proof-sample FORM: writes the proof of a plan that is made up so that every case of the
 * reports occurs. Forms: plan-proof-text, plan-proof-color, plan-proof-json, plan-proof-whole (of a
 * plan that holds, from nothing).
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "report/plan-proof.h"
#include "tests/report/samples.h"

static char *copy(const char *text)
{
        char *copied = strdup(text);

        check(copied ? 0 : -ENOMEM);
        return copied;
}

static struct plan_subject *add_subject(struct plan_proof *proof, const char *name)
{
        struct plan_subject *added = vector_add(&proof->applications);

        check(added ? 0 : -ENOMEM);
        *added = (struct plan_subject){.name = copy(name), .workload = copy("health")};
        memset(added->workload_digest, 'a', sizeof(added->workload_digest) - 1);
        return added;
}

static void add_features(written_features *features, const char *line)
{
        CLEANUP_STRINGS char **words = strings_split(line, ' ');

        check(words ? 0 : -ENOMEM);
        for (char **word = words; *word; word++) {
                struct written_feature *feature = vector_add(features);

                check(feature ? 0 : -ENOMEM);
                feature->feature = sample_feature(*word);
        }
}

static struct proven_step *add_step(struct plan_proof *proof, bool proven, const char *promises,
        const char *implement, const char *stub, const char *fake)
{
        struct proven_step *step = vector_add(&proof->steps);
        CLEANUP_STRINGS char **words = strings_split(promises, ' ');

        check(step && words ? 0 : -ENOMEM);
        step->proven = proven;
        for (char **word = words; *word; word++) {
                struct written_application *promised = vector_add(&step->step.applications);

                check(promised ? 0 : -ENOMEM);
                promised->name = copy(*word);
        }
        add_features(&step->step.implement, implement);
        add_features(&step->step.stub, stub);
        add_features(&step->step.fake, fake);
        return step;
}

/* The application at that place was not tried, unless `runs` is more than 0. */
static struct step_proof *add_application(
        struct proven_step *step, size_t place, unsigned passed, unsigned runs)
{
        struct step_proof *added = vector_add(&step->applications);

        check(added ? 0 : -ENOMEM);
        *added = (struct step_proof){.application = place, .untested = runs == 0};
        if (runs == 0)
                return added;
        added->works = passed == runs;
        added->result = (struct mode_result){
                .works = added->works,
                .passed = passed,
                .runs = runs,
                .outcome = {added->works ? OUTCOME_PASSED : OUTCOME_EXITED, !added->works},
        };
        added->policy = copy("--only-allow read,write --fake mlock");
        return added;
}

static void add_culprit(struct culprits *culprits, const char *name, enum action action, int errnum,
        const char *object)
{
        struct refusal *refusal = vector_add(&culprits->items);

        check(refusal ? 0 : -ENOMEM);
        *refusal = (struct refusal){
                .feature = sample_feature(name),
                .action = action,
                .errnum = errnum,
                .count = 1,
                .object = copy(object),
        };
        culprits->confirmed = true;
}

static void add_lesson(
        struct plan_proof *proof, const char *application, const char *names, bool faked)
{
        CLEANUP_STRINGS char **words = strings_split(names, ' ');
        struct lesson *lesson = vector_add(&proof->lessons);

        check(words && lesson ? 0 : -ENOMEM);
        lesson->application = copy(application);
        for (char **word = words; *word; word++) {
                struct lesson_part *part = vector_add(&lesson->parts);

                check(part ? 0 : -ENOMEM);
                *part = (struct lesson_part){sample_feature(*word), faked && word > words};
        }
}

static void fill_whole(struct plan_proof *proof)
{
        struct proven_step *step;

        proof->proven = true;
        add_subject(proof, "only");
        add_step(proof, true, "", "", "", "");
        step = add_step(proof, true, "only", "read write", "", "mlock");
        add_application(step, 0, 3, 3);
}

static void fill_mixed(struct plan_proof *proof)
{
        struct proven_step *step;
        struct step_proof *application;

        proof->os = copy("Paper");
        proof->equivalents = true;
        proof->repairs = 2;
        add_subject(proof, "early");
        add_subject(proof, "torn");
        add_subject(proof, "fickle")->workload_source = copy("./apps/fickle/workload.yaml");
        add_subject(proof, "broken")->failure = copy("the workload does not pass: exited 3");
        memset(proof->applications.items[2].executable_digest =
                        copy("                                "
                             "                                "),
                'b', 64);
        step = add_step(proof, true, "early", "", "", "");
        add_application(step, 0, 3, 3);
        step = add_step(proof, false, "torn fickle", "read fcntl:F_SETFL", "times", "mlock");
        add_application(step, 0, 3, 3);
        application = add_application(step, 1, 0, 2);
        add_culprit(&application->culprits, "times", ACTION_STUB, ENOSYS, "/usr/lib/libc.so.6");
        add_culprit(&application->culprits, "mlock", ACTION_FAKE, 0, "[vdso]");
        add_application(step, 2, 2, 3);
        step = add_step(proof, false, "broken", "write", "", "file:/proc/stat");
        add_application(step, 0, 3, 3);
        add_application(step, 1, 0, 0);
        add_application(step, 2, 0, 0);
        add_application(step, 3, 0, 0);
        add_lesson(proof, "torn", "times mlock", true);
        add_lesson(proof, "early", "getcpu", false);
}

int main(int argc, char **argv)
{
        CLEANUP_PLAN_PROOF struct plan_proof proof = {.strategy = copy("greedy")};
        struct plan_proof_report report = {.proof = &proof, .text = {.width = 80}};

        if (argc != 2)
                return 2;
        if (strcmp(argv[1], "plan-proof-whole") == 0)
                fill_whole(&proof);
        else
                fill_mixed(&proof);
        report.text.color = strcmp(argv[1], "plan-proof-color") == 0;
        check(strcmp(argv[1], "plan-proof-json") == 0 ? report_plan_proof_json(&report, stdout)
                                                      : report_plan_proof_text(&report, stdout));
        return 0;
}
