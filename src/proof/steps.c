/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof/steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "proof/os-model.h"

/* A proof under way. */
struct campaign {
        const struct plan_proof_options *options;
        struct subject *subjects; /* by place in the proof's applications */
        size_t subject_count;     /* that were opened */
        struct plan_proof *proof;
        bool *broken; /* by application: it failed at an earlier step of the present plan */
        bool learnt;  /* something new, in the present pass */
};

static void campaign_clear(struct campaign *campaign)
{
        for (size_t i = 0; i < campaign->subject_count; i++)
                subject_clear(&campaign->subjects[i]);
        free(campaign->subjects);
        free(campaign->broken);
}

static void proven_step_clear(struct proven_step *step)
{
        struct step_proof *proof;

        written_step_clear(&step->step);
        vector_for_each(proof, &step->applications) {
                free(proof->policy);
                culprits_clear(&proof->culprits);
        }
        vector_clear(&step->applications);
}

static void steps_clear(struct plan_proof *proof)
{
        struct proven_step *step;

        vector_for_each(step, &proof->steps)
                proven_step_clear(step);
        vector_clear(&proof->steps);
}

void plan_proof_clear(struct plan_proof *proof)
{
        struct plan_subject *application;
        struct lesson *lesson;

        steps_clear(proof);
        vector_for_each(application, &proof->applications) {
                free(application->name);
                free(application->workload);
                free(application->workload_source);
                free(application->executable_digest);
                free(application->failure);
        }
        vector_clear(&proof->applications);
        vector_for_each(lesson, &proof->lessons)
                lesson_clear(lesson);
        vector_clear(&proof->lessons);
        free(proof->os);
        free(proof->strategy);
        *proof = (struct plan_proof){};
}

static int out_of_memory(struct error *error)
{
        return error_errno(error, ENOMEM, "proving the plan");
}

/* The place of an application among the workloads, or -ENOENT. */
static int find_application(const struct plan_proof_options *options, const char *name)
{
        for (size_t i = 0; i < options->subject_count; i++)
                if (strcmp(options->subjects[i].workload->application_name, name) == 0)
                        return (int)i;
        return -ENOENT;
}

/* Every application that the plan promises must have a workload. */
static int check_applications(const struct plan_proof_options *options, struct error *error)
{
        CLEANUP_FREE const char **names = calloc(options->subject_count + 1, sizeof(*names));

        if (!names)
                return out_of_memory(error);
        for (size_t i = 0; i < options->subject_count; i++)
                names[i] = options->subjects[i].workload->application_name;
        return plan_check_workloads(options->plan, names, options->subject_count, error);
}

static int describe(const struct subject *subject, struct plan_subject *ret)
{
        memcpy(ret->workload_digest, subject->digest, sizeof(ret->workload_digest));
        ret->workload_kind = subject->options.workload->kind;
        if (string_copy(subject->name, &ret->name) < 0 ||
                string_copy(subject->options.workload->name, &ret->workload) < 0 ||
                string_copy(subject->options.workload->source, &ret->workload_source) < 0 ||
                string_copy(subject->executable_digest, &ret->executable_digest) < 0 ||
                string_copy(subject->failure, &ret->failure) < 0)
                return -ENOMEM;
        return 0;
}

/* Makes the unmodified runs of all of them. */
static int open_subjects(struct campaign *campaign, struct error *error)
{
        const struct plan_proof_options *options = campaign->options;
        struct plan_subject *added;
        int r = 0;

        campaign->subjects = calloc(options->subject_count + 1, sizeof(*campaign->subjects));
        campaign->broken = calloc(options->subject_count + 1, sizeof(*campaign->broken));
        if (!campaign->subjects || !campaign->broken)
                return out_of_memory(error);
        for (size_t i = 0; r == 0 && i < options->subject_count; i++) {
                r = subject_open(&options->subjects[i], &campaign->subjects[i], error);
                campaign->subject_count++;
                if (r != 0)
                        return r;
                added = vector_add(&campaign->proof->applications);
                if (!added || describe(&campaign->subjects[i], added) < 0)
                        return out_of_memory(error);
        }
        return r;
}

static int treat(struct os_model *model, const struct written_feature *features, size_t count,
        enum treatment treatment)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < count; i++)
                r = os_model_treat(model, features[i].feature, treatment);
        return r;
}

/* What the step adds to the system. Returns 0 or -ENOMEM. */
static int take_step(struct os_model *model, const struct written_step *step)
{
        int r = treat(model, step->implement.items, step->implement.count, TREATMENT_IMPLEMENT);

        if (r == 0)
                r = treat(model, step->stub.items, step->stub.count, TREATMENT_STUB);
        return r < 0 ? r : treat(model, step->fake.items, step->fake.count, TREATMENT_FAKE);
}

static bool is_known(const struct plan_proof *proof, const struct lesson *lesson)
{
        const struct lesson *known;

        vector_for_each(known, &proof->lessons)
                if (lesson_equal(known, lesson))
                        return true;
        return false;
}

/* Finds out what breaks the application, and keeps it as a lesson. */
static int learn(struct campaign *campaign, struct step_proof *step,
        const struct refusals *refusals, struct error *error)
{
        struct plan_proof *proof = campaign->proof;
        const char *name = proof->applications.items[step->application].name;
        struct lesson lesson = {}, *added;
        int r;

        r = culprits_find(&campaign->subjects[step->application], refusals, &step->culprits, error);
        if (r != 0 || step->culprits.items.count == 0 || !step->culprits.confirmed)
                return r;
        if (culprits_lesson(&step->culprits, name, &lesson) < 0) {
                r = out_of_memory(error);
        } else if (!is_known(proof, &lesson)) {
                added = vector_add(&proof->lessons);
                r = added ? 0 : out_of_memory(error);
                if (added) {
                        *added = lesson;
                        campaign->learnt = true;
                        return 0;
                }
        }
        lesson_clear(&lesson);
        return r;
}

static int try_application(struct campaign *campaign, const struct policy *policy,
        struct step_proof *step, struct error *error)
{
        CLEANUP_REFUSALS struct refusals refusals = {};
        int r;

        if (campaign->subjects[step->application].failure || campaign->broken[step->application]) {
                step->untested = true;
                return 0;
        }
        step->policy = policy_text(policy);
        if (!step->policy)
                return out_of_memory(error);
        r = subject_try(&campaign->subjects[step->application], policy, CARE_PROOF, &step->result,
                &refusals, error);
        if (r != 0)
                return r;
        step->works = step->result.works;
        campaign->broken[step->application] = !step->works;
        return step->works ? 0 : learn(campaign, step, &refusals, error);
}

/* Those that are promised by the step, beside those that were promised before. */
static int list_applications(
        const struct campaign *campaign, const struct proven_step *before, struct proven_step *step)
{
        const struct written_application *application;
        const struct step_proof *promised;
        struct step_proof *added;

        if (before)
                vector_for_each(promised, &before->applications) {
                        added = vector_add(&step->applications);
                        if (!added)
                                return -ENOMEM;
                        added->application = promised->application;
                }
        vector_for_each(application, &step->step.applications) {
                added = vector_add(&step->applications);
                if (!added)
                        return -ENOMEM;
                added->application = find_application(campaign->options, application->name);
        }
        return 0;
}

/* The place of the step tells which came before it. */
static int prove_step(
        struct campaign *campaign, size_t place, const struct os_model *model, struct error *error)
{
        struct proven_step *step = &campaign->proof->steps.items[place];
        CLEANUP_POLICY struct policy *policy = NULL;
        struct step_proof *application;
        int r;

        if (os_model_policy(model, &policy) < 0 ||
                list_applications(campaign, place > 0 ? step - 1 : NULL, step) < 0)
                return out_of_memory(error);
        step->proven = true;
        vector_for_each(application, &step->applications) {
                r = try_application(campaign, policy, application, error);
                if (r != 0)
                        return r;
                step->proven &= application->works;
        }
        return 0;
}

/* The present plan, from the start to its last step. */
static int prove_steps(struct campaign *campaign, struct error *error)
{
        const struct plan_options *planning = campaign->options->planning;
        const struct os_model_options system = {
                .profile = planning->profile,
                .partial_is_missing = planning->partial_is_missing,
                .equivalents = planning->equivalents,
        };
        CLEANUP_OS_MODEL struct os_model *model = os_model_new(&system);
        struct plan_proof *proof = campaign->proof;
        int r = 0;

        if (!model)
                return out_of_memory(error);
        memset(campaign->broken, 0, campaign->options->subject_count * sizeof(bool));
        campaign->learnt = false;
        proof->proven = true;
        for (size_t i = 0; r == 0 && i < proof->steps.count; i++) {
                if (take_step(model, &proof->steps.items[i].step) < 0)
                        return out_of_memory(error);
                r = prove_step(campaign, i, model, error);
                proof->proven &= r == 0 && proof->steps.items[i].proven;
        }
        return r;
}

static struct dataset *find_dataset(struct collection *measured, const char *application)
{
        struct dataset *dataset;

        vector_for_each(dataset, &measured->datasets)
                if (strcmp(dataset->application, application) == 0)
                        return dataset;
        return NULL;
}

/* Teaches all lessons. Returns 1 where the plan may change by it, 0, or -ENOMEM. */
static int teach(struct campaign *campaign)
{
        struct collection *measured = campaign->options->measured;
        const struct lesson *lesson;
        struct dataset *dataset;
        int changed = 0;

        vector_for_each(lesson, &campaign->proof->lessons) {
                dataset = find_dataset(measured, lesson->application);
                if (dataset) {
                        int r = dataset_learn(dataset, measured->catalogue, lesson);

                        if (r < 0)
                                return r;
                        changed |= r;
                }
        }
        return changed;
}

static int write_step(
        const struct plan_problem *problem, const struct plan_step *from, struct written_step *to)
{
        const struct {
                const uint32_t *numbers;
                size_t count;
                written_features *features;
        } lists[] = {
                {from->implement.items, from->implement.count, &to->implement},
                {from->stub.items, from->stub.count, &to->stub},
                {from->fake.items, from->fake.count, &to->fake},
        };
        struct written_application *application;
        struct written_feature *feature;

        for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
                for (size_t j = 0; j < lists[i].count; j++) {
                        feature = vector_add(lists[i].features);
                        if (!feature)
                                return -ENOMEM;
                        feature->feature =
                                catalogue_feature(problem->catalogue, lists[i].numbers[j]);
                }
        for (size_t i = 0; i < from->applications.count; i++) {
                application = vector_add(&to->applications);
                if (!application ||
                        string_copy(problem->applications[from->applications.items[i]].name,
                                &application->name) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* The plan takes the place of the one that did not hold. */
static int take_plan(
        struct campaign *campaign, const struct plan_problem *problem, const struct plan *plan)
{
        struct plan_proof *proof = campaign->proof;
        struct plan_step initial = {};
        const struct plan_step *from;
        struct proven_step *step;
        int r;

        initial.applications.items = plan->initial.items;
        initial.applications.count = plan->initial.count;
        steps_clear(proof);
        step = vector_add(&proof->steps);
        r = step ? write_step(problem, &initial, &step->step) : -ENOMEM;
        vector_for_each(from, &plan->steps) {
                if (r < 0)
                        break;
                step = vector_add(&proof->steps);
                r = step ? write_step(problem, from, &step->step) : -ENOMEM;
        }
        return r;
}

static int take_strategy(struct plan_proof *proof, enum strategy strategy)
{
        free(proof->strategy);
        return string_copy(strategy_name(strategy), &proof->strategy);
}

/*
 * Makes the plan anew, where it may be another: as something was learnt that the results did not
 * tell; or as the first plan fell short of what they tell, being changed by hand or of other
 * results. Returns 0 or -errno.
 */
static int repair(struct campaign *campaign, bool *ret_repaired, struct error *error)
{
        const struct plan_proof_options *options = campaign->options;
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
        CLEANUP_PLAN struct plan *plan = NULL;
        int r;

        *ret_repaired = false;
        if (!options->measured || !campaign->learnt ||
                campaign->proof->repairs >= options->repairs_max)
                return 0;
        r = teach(campaign);
        if (r < 0)
                return out_of_memory(error);
        if (r == 0 && campaign->proof->repairs > 0)
                return 0;
        r = plan_problem_new(options->measured, options->planning, &problem, error);
        if (r < 0)
                return r;
        r = plan_make(problem, options->strategy, &plan);
        if (r < 0)
                return error_errno(error, -r, "making the plan anew");
        r = plan_verify(problem, plan, error);
        if (r < 0)
                return error_prefix(error, r, "the plan made anew does not hold");
        campaign->proof->repairs++;
        *ret_repaired = true;
        if (take_plan(campaign, problem, plan) < 0 ||
                take_strategy(campaign->proof, options->strategy) < 0)
                return out_of_memory(error);
        return 0;
}

static int begin(struct campaign *campaign, struct error *error)
{
        const struct written_plan *plan = campaign->options->plan;
        struct plan_proof *proof = campaign->proof;
        struct proven_step *added = vector_add(&proof->steps);
        const struct written_step *step;
        int r;

        proof->equivalents = campaign->options->planning->equivalents;
        if (string_copy(plan->os, &proof->os) < 0 ||
                string_copy(plan->strategy, &proof->strategy) < 0)
                return out_of_memory(error);
        r = added ? written_step_copy(&plan->initial, &added->step) : -ENOMEM;
        vector_for_each(step, &plan->steps) {
                if (r < 0)
                        break;
                added = vector_add(&proof->steps);
                r = added ? written_step_copy(step, &added->step) : -ENOMEM;
        }
        return r < 0 ? out_of_memory(error) : 0;
}

int prove_plan(
        const struct plan_proof_options *options, struct plan_proof *ret, struct error *error)
{
        CLEANUP(campaign_clear) struct campaign campaign = {.options = options, .proof = ret};
        bool repaired = true;
        int r;

        *ret = (struct plan_proof){};
        r = check_applications(options, error);
        if (r == 0)
                r = begin(&campaign, error);
        if (r == 0)
                r = open_subjects(&campaign, error);
        while (r == 0 && repaired) {
                r = prove_steps(&campaign, error);
                if (r == 0)
                        r = repair(&campaign, &repaired, error);
        }
        return r;
}
