/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/prove-plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/planning.h"
#include "cli/proof-store.h"
#include "proof/steps.h"
#include "report/plan-proof.h"
#include "report/terminal.h"

int prove_plan_request(
        const char *plan, const char *os, struct proof_request *request, struct error *error)
{
        CLEANUP_WRITTEN_PLAN struct written_plan written = {};
        int r;

        r = plan_file_read(plan, &written, error);
        if (r < 0)
                return r;
        request->plan = realpath(plan, NULL);
        request->os = strdup(os ? os : written.os ? written.os : "none");
        if (!request->plan || !request->os)
                return error_errno(error, errno, "%s", plan);
        request->equivalents |= written.equivalents;
        request->partial_missing |= written.partial_is_missing;
        return 0;
}

static bool is_promised(const struct written_plan *plan, const char *name)
{
        const struct written_application *application;
        const struct written_step *step;

        vector_for_each(application, &plan->initial.applications)
                if (strcmp(application->name, name) == 0)
                        return true;
        vector_for_each(step, &plan->steps)
                vector_for_each(application, &step->applications)
                        if (strcmp(application->name, name) == 0)
                                return true;
        return false;
}

/* Of each application of the plan one workload: `ret[i]` where it is the one at place i. */
static int choose_workloads(const struct proving *proving, const struct written_plan *plan,
        bool *ret, struct error *error)
{
        const size_t count = proving->workloads.items.count;
        struct workload *const *items = proving->workloads.items.items;
        CLEANUP_FREE const char **names = calloc(count + 1, sizeof(*names));

        if (!names)
                return error_errno(error, ENOMEM, "preparing a proof");
        for (size_t i = 0; i < count; i++)
                names[i] = items[i]->application_name;
        for (size_t i = 0; i < count; i++) {
                ret[i] = is_promised(plan, items[i]->application_name);
                for (size_t j = 0; ret[i] && j < i; j++)
                        if (strcmp(items[i]->application_name, items[j]->application_name) == 0)
                                return error_set(error, EINVAL,
                                        "%s has two workloads here, %s and %s: a plan is carried "
                                        "out with one of each (--workload chooses)",
                                        items[i]->application_name, items[j]->source,
                                        items[i]->source);
        }
        return plan_check_workloads(plan, names, count, error);
}

int prove_plan_check(const struct proving *proving, struct error *error)
{
        CLEANUP_WRITTEN_PLAN struct written_plan plan = {};
        CLEANUP_FREE bool *wanted = calloc(proving->workloads.items.count + 1, sizeof(*wanted));
        int r;

        if (!wanted)
                return error_errno(error, ENOMEM, "preparing a proof");
        r = plan_file_read(proving->request.plan, &plan, error);
        return r < 0 ? r : choose_workloads(proving, &plan, wanted, error);
}

static int add_names(FILE *stream, const struct written_step *step)
{
        const struct written_application *application;

        vector_for_each(application, &step->applications)
                fprintf(stream, "%s%s", ftell(stream) > 0 ? "," : "", application->name);
        return ferror(stream) ? -ENOMEM : 0;
}

/* "redis,nginx": the applications of the plan. Owned by the caller; NULL when out of memory. */
static char *names_of(const struct written_plan *plan)
{
        CLEANUP_FREE char *text = NULL;
        const struct written_step *step;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        if (!stream)
                return NULL;
        add_names(stream, &plan->initial);
        vector_for_each(step, &plan->steps)
                add_names(stream, step);
        return fclose(stream) == 0 ? steal_pointer(text) : NULL;
}

/* What the plan would be made anew of. Where that is not to be had it is proven as it stands. */
static int load_results(const struct proving *proving, const struct prove_plan_options *options,
        const struct written_plan *plan, struct planning *ret, struct error *error)
{
        CLEANUP_FREE char *names = names_of(plan);
        CLEANUP_FREE char *note = NULL;
        const struct selection_arguments selection = {
                .version = proving->request.version,
                .libc = proving->request.libc,
                .run = proving->request.run,
                .quiet = true,
        };
        const struct planning_arguments arguments = {
                .database = options->database,
                .selection = &selection,
                .applications = names,
                .os = proving->request.os,
                .equivalents = proving->request.equivalents,
        };
        struct error missing = {};
        int r;

        if (!names)
                return error_errno(error, ENOMEM, "preparing a proof");
        r = planning_load(&arguments, ret, &missing);
        if (r == -ENOMEM)
                return error_set(error, ENOMEM, "%s", missing.message);
        if (r == 0 && (!ret->without_data || !ret->without_data[0]))
                return 0;
        note = r < 0 ? string_format("the plan is proven as it stands, without repairs: %s",
                               missing.message)
                     : string_format("the plan is proven as it stands, without repairs: there is "
                                     "no result of %s",
                               ret->without_data[0]);
        if (!note)
                return error_errno(error, ENOMEM, "preparing a proof");
        message_note(note);
        collection_free(ret->applications);
        ret->applications = NULL;
        return 0;
}

static int write_text(const void *report, FILE *stream)
{
        return report_plan_proof_text(report, stream);
}

static int write_json(const void *report, FILE *stream)
{
        return report_plan_proof_json(report, stream);
}

static int write_results(const struct proving *proving, const struct prove_plan_options *options,
        const struct plan_proof *proof, struct error *error)
{
        static const struct result_writers writers = {write_text, write_json};
        const struct plan_proof_report report = {
                .proof = proof,
                .text = {.color = terminal_color(stdout), .width = terminal_width(stdout)},
        };

        return proving_write(proving, options->json, NULL, &writers, &report, error);
}

static int add_proof(struct store *store, const void *proof, struct error *error)
{
        return plan_proof_store(store, proof, error);
}

/* The strategy of the plan, and for one that knows no conflicts the simplest that does. */
static enum strategy strategy_of(const struct written_plan *plan)
{
        for (enum strategy strategy = 0; strategy < STRATEGY_COUNT; strategy++)
                if (strcmp(plan->strategy, strategy_name(strategy)) == 0 &&
                        strategy != STRATEGY_PUBLISHED)
                        return strategy;
        return STRATEGY_GREEDY;
}

static int carry_out(const struct proving *proving, const struct prove_plan_options *options,
        const struct written_plan *plan, struct plan_proof *ret, struct error *error)
{
        CLEANUP_PROGRESS_DISPLAY struct progress_display *display = NULL;
        CLEANUP_PROOF_SUBJECTS struct proof_subjects subjects = {};
        CLEANUP_PLANNING struct planning planning = {};
        CLEANUP_FREE bool *wanted = calloc(proving->workloads.items.count + 1, sizeof(*wanted));
        CLEANUP_CLOSE int interrupt = -1;
        int r;

        r = wanted ? choose_workloads(proving, plan, wanted, error)
                   : error_errno(error, ENOMEM, "preparing a proof");
        if (r == 0)
                r = load_results(proving, options, plan, &planning, error);
        if (r < 0)
                return r;
        interrupt = interrupt_descriptor(error);
        if (interrupt < 0)
                return interrupt;
        if (!options->quiet)
                display = progress_display_new(stderr, terminal_is(stderr), options->verbose);
        if (proof_subjects_make(proving, wanted, interrupt, display, &subjects) < 0)
                return error_errno(error, ENOMEM, "preparing a proof");
        const struct plan_options system = {
                .profile = proving->profile,
                .partial_is_missing = proving->request.partial_missing,
                .equivalents = proving->request.equivalents,
                .divided = planning.divided,
        };
        const struct plan_proof_options proof = {
                .plan = plan,
                .planning = &system,
                .strategy = strategy_of(plan),
                .measured = planning.applications,
                .subjects = subjects.options,
                .subject_count = subjects.count,
                .repairs_max = proving->request.repairs,
        };
        return prove_plan(&proof, ret, error);
}

int prove_plan_carry_out(const struct proving *proving, const struct prove_plan_options *options,
        bool *ret_proven, struct error *error)
{
        CLEANUP_WRITTEN_PLAN struct written_plan plan = {};
        CLEANUP_PLAN_PROOF struct plan_proof proof = {};
        int r;

        r = plan_file_read(proving->request.plan, &plan, error);
        if (r == 0)
                r = carry_out(proving, options, &plan, &proof, error);
        if (r == 0)
                r = write_results(proving, options, &proof, error);
        if (r == 0)
                r = proving_keep(proving, options->no_database ? NULL : options->database,
                        add_proof, &proof, error);
        *ret_proven = proof.proven;
        return r;
}
