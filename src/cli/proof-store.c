/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/proof-store.h"

#include <errno.h>
#include <time.h>

#include "base/strings.h"
#include "store/database.h"
#include "store/proofs.h"

static struct proof_subject subject_of(const struct application_proof *application)
{
        return (struct proof_subject){
                .application = application->application,
                .workload = application->workload,
                .kind = application->workload_kind,
                .workload_digest = application->workload_digest,
                .executable_digest = application->executable_digest,
                .measured = time(NULL),
        };
}

/* Keeps what became of a workload under a policy; nothing where it was not tried. */
static int add_result(struct store *store, const struct proof_subject *subject, const char *os,
        const struct mode_result *result, const char *policy, struct error *error)
{
        const struct stored_proof proof = {
                .os = os,
                .policy = policy,
                .works = result->works,
                .runs = result->runs,
                .passed = result->passed,
        };

        return result->runs > 0 ? store_add_proof(store, subject, &proof, error) : 0;
}

/* What was found in the runs of that very workload and executable, and contradicts what was known.
 */
static bool teaches(const struct application_proof *application)
{
        return application->culprits.confirmed &&
               (application->disagreement == JOINT_CONFLICT ||
                       application->disagreement == FALLBACK_REFUSED ||
                       application->disagreement == VERDICT_WRONG);
}

static int add_lesson(struct store *store, const struct proof_subject *subject,
        const struct culprits *culprits, struct error *error)
{
        struct lesson lesson = {};
        int r = culprits_lesson(culprits, subject->application, &lesson);

        r = r < 0 ? error_errno(error, -r, "keeping what was learnt")
                  : store_add_lesson(store, subject, &lesson, error);
        lesson_clear(&lesson);
        return r;
}

static int add_application(struct store *store, const struct os_proof *proof,
        const struct application_proof *application, struct error *error)
{
        const struct proof_subject subject = subject_of(application);
        int r;

        r = add_result(
                store, &subject, proof->os, &application->bare, application->bare_policy, error);
        if (r == 0)
                r = add_result(store, &subject, proof->os, &application->helped,
                        application->helped_policy, error);
        if (r == 0 && teaches(application))
                r = add_lesson(store, &subject, &application->culprits, error);
        return r;
}

static int add_applications(struct store *store, const struct os_proof *proof, struct error *error)
{
        const struct application_proof *application;
        int r = 0;

        vector_for_each(application, &proof->applications)
                if (r == 0)
                        r = add_application(store, proof, application, error);
        return r;
}

int proof_store(struct store *store, const struct os_proof *proof, struct error *error)
{
        int r = store_begin(store, error);

        return r < 0 ? r : store_end(store, add_applications(store, proof, error), error);
}

static struct proof_subject subject_at(const struct plan_proof *proof, size_t place)
{
        const struct plan_subject *application = &proof->applications.items[place];

        return (struct proof_subject){
                .application = application->name,
                .workload = application->workload,
                .kind = application->workload_kind,
                .workload_digest = application->workload_digest,
                .executable_digest = application->executable_digest,
                .measured = time(NULL),
        };
}

static int add_step(struct store *store, const struct plan_proof *proof,
        const struct proven_step *step, struct error *error)
{
        const struct step_proof *application;
        struct proof_subject subject;
        int r = 0;

        vector_for_each(application, &step->applications) {
                subject = subject_at(proof, application->application);
                if (r == 0)
                        r = add_result(store, &subject, proof->os, &application->result,
                                application->policy, error);
        }
        return r;
}

static int add_plan(struct store *store, const struct plan_proof *proof, struct error *error)
{
        const struct proven_step *step;
        const struct lesson *lesson;
        struct proof_subject subject;
        int r = 0;

        vector_for_each(step, &proof->steps)
                if (r == 0)
                        r = add_step(store, proof, step, error);
        vector_for_each(lesson, &proof->lessons)
                for (size_t i = 0; r == 0 && i < proof->applications.count; i++) {
                        subject = subject_at(proof, i);
                        if (string_equal(subject.application, lesson->application))
                                r = store_add_lesson(store, &subject, lesson, error);
                }
        return r;
}

int plan_proof_store(struct store *store, const struct plan_proof *proof, struct error *error)
{
        int r = store_begin(store, error);

        return r < 0 ? r : store_end(store, add_plan(store, proof, error), error);
}
