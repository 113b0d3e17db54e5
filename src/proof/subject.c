/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof/subject.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/strings.h"
#include "search/baseline.h"
#include "search/environment.h"

/* What the journal's header says: whose runs these are. */
static json_t *header_new(const struct subject *subject)
{
        return json_pack("{s:s, s:s, s:s, s:o}", "purpose", "proof", "application", subject->name,
                "digest", subject->digest, "executable", json_text(subject->executable_digest));
}

static int check_header(const struct subject *subject, json_t *header, struct error *error)
{
        const char *directory = subject->options.directory, *purpose, *digest;
        json_t *executable;

        if (json_unpack(header, "{s:s, s:s, s:o}", "purpose", &purpose, "digest", &digest,
                    "executable", &executable) < 0 ||
                strcmp(purpose, "proof") != 0)
                return error_set(
                        error, EINVAL, "%s/journal.jsonl is not the journal of a proof", directory);
        if (strcmp(digest, subject->digest) != 0)
                return error_set(error, ESTALE,
                        "%s holds runs of another workload than %s now has: start a new proof",
                        directory, subject->name);
        if (!string_equal(json_string_value(executable), subject->executable_digest))
                return error_set(error, ESTALE,
                        "%s has changed since the runs in %s: start a new proof",
                        subject->executable ? subject->executable : subject->name, directory);
        return 0;
}

/* The journal of before, or a new one. */
static int open_journal(struct subject *subject, struct error *error)
{
        CLEANUP_FREE char *path = string_format("%s/journal.jsonl", subject->options.directory);
        json_t *header;
        int r;

        if (!path)
                return error_errno(error, ENOMEM, "%s", subject->name);
        if (access(path, F_OK) == 0) {
                r = journal_open(subject->options.directory, false, &subject->journal, error);
                return r < 0 ? r : check_header(subject, journal_header(subject->journal), error);
        }
        header = header_new(subject);
        r = header ? journal_create(subject->options.directory, header, &subject->journal, error)
                   : error_errno(error, ENOMEM, "%s", subject->name);
        json_decref(header);
        return r;
}

static int describe(struct subject *subject, struct error *error)
{
        const struct workload *workload = subject->options.workload;
        int r;

        subject->name = strdup(workload->application_name);
        subject->replicas =
                subject->options.replicas > 0 ? subject->options.replicas : workload->replicas;
        if (!subject->name)
                return error_errno(error, ENOMEM, "preparing a proof");
        r = workload_digest(workload, subject->digest, error);
        if (r == 0)
                r = environment_program(
                        workload, &subject->executable, &subject->executable_digest, error);
        if (r == 0 && workload->consider)
                r = scope_new(workload->consider, &subject->scope, error);
        return r;
}

/* The unmodified runs; what is wrong with them is the subject's failure. */
static int measure(struct subject *subject, struct error *error)
{
        const struct baseline_options options = {
                .executor = subject->executor,
                .workload = subject->options.workload,
                .scope = subject->scope,
                .jobs = subject->options.jobs,
                .cpus = environment_cpus(),
        };
        const struct run_record *failed;
        struct baseline_result baseline;
        struct error reason = {};
        int r;

        r = baseline_measure(&options, NULL, &baseline, &failed, &reason);
        switch (r) {
        case 0:
                subject->limits = baseline_time_limits(&baseline);
                return 0;
        case EXECUTOR_INTERRUPTED:
                return r;
        /* The last three are what a command that cannot be started ends in. */
        case BASELINE_REFUSED:
        case -ENOENT:
        case -EACCES:
        case -ENOEXEC:
                subject->failure = strdup(reason.message);
                return subject->failure ? 0 : error_errno(error, ENOMEM, "%s", subject->name);
        default:
                return error_set(error, -r, "%s", reason.message);
        }
}

int subject_open(const struct subject_options *options, struct subject *ret, struct error *error)
{
        int r;

        *ret = (struct subject){.options = *options};
        r = describe(ret, error);
        if (r == 0)
                r = open_journal(ret, error);
        if (r < 0)
                return r;
        const struct executor_options executor = {
                .workload = options->workload,
                .journal = ret->journal,
                .scope = ret->scope,
                .interrupt_fd = options->interrupt_fd,
                .progress = options->progress,
                .progress_context = options->progress_context,
        };
        r = executor_new(&executor, &ret->executor, error);
        return r < 0 ? r : measure(ret, error);
}

void subject_clear(struct subject *subject)
{
        executor_free(subject->executor);
        journal_free(subject->journal);
        scope_free(subject->scope);
        free(subject->name);
        free(subject->executable);
        free(subject->executable_digest);
        free(subject->failure);
        *subject = (struct subject){};
}

static bool is_same(const struct refusal *a, const struct refusal *b)
{
        return feature_equal(a->feature, b->feature) && a->action == b->action &&
               a->errnum == b->errnum;
}

/* Adds one refusal to those of earlier runs. Returns its place among them, or -ENOMEM. */
static ssize_t add_refusal(struct refusals *all, const struct refusal *refusal)
{
        struct refusal *known;

        vector_for_each(known, &all->items) {
                if (!is_same(known, refusal))
                        continue;
                known->count += refusal->count;
                known->first = refusal->first < known->first ? refusal->first : known->first;
                known->last = refusal->last > known->last ? refusal->last : known->last;
                return known - all->items.items;
        }
        known = vector_add(&all->items);
        if (!known)
                return -ENOMEM;
        *known = *refusal;
        known->object = strdup(refusal->object);
        return known->object ? (ssize_t)all->items.count - 1 : -ENOMEM;
}

/* A moment of the run, where it refers to a refusal that has that place now. */
static void take_moment(
        const struct refusal_moment *from, size_t item, size_t place, struct refusal_moment *to)
{
        if (!from->known || from->item != item)
                return;
        *to = *from;
        to->item = place;
}

/* Adds what one run asked for in vain; a trial_function. The moments are those of the last run. */
static int add_refusals(const struct run_record *record, void *context, struct error *error)
{
        const struct refusals *added = &record->refusals;
        struct refusals *all = context;
        ssize_t place;

        all->lost += added->lost;
        all->last = all->ended = all->earlier = (struct refusal_moment){};
        for (size_t i = 0; i < added->items.count; i++) {
                place = add_refusal(all, &added->items.items[i]);
                if (place < 0)
                        return error_errno(error, ENOMEM, "keeping what was asked for");
                take_moment(&added->last, i, place, &all->last);
                take_moment(&added->ended, i, place, &all->ended);
                take_moment(&added->earlier, i, place, &all->earlier);
        }
        return 0;
}

static struct trial trial_for(const struct subject *subject, enum care care)
{
        static const char *const purposes[] = {
                [CARE_GUESS] = "guess",
                [CARE_CHECK] = "check",
                [CARE_PROOF] = "proof",
        };

        return (struct trial){
                .executor = subject->executor,
                .limits = &subject->limits,
                .purpose = purposes[care],
                .replicas = care == CARE_PROOF ? subject->replicas : 1,
                .hasty = care == CARE_GUESS,
                .together = true,
                /* Always, so that what is taken from the journal has it as well. */
                .record_refusals = care == CARE_PROOF,
        };
}

static int refuse(const struct subject *subject, struct error *error)
{
        return error_set(
                error, EINVAL, "%s does not work unmodified: %s", subject->name, subject->failure);
}

int subject_try(struct subject *subject, const struct policy *policy, enum care care,
        struct mode_result *ret, struct refusals *ret_refusals, struct error *error)
{
        struct trial trial = trial_for(subject, care);
        int r;

        if (subject->failure)
                return refuse(subject, error);
        trial.policy = policy;
        trial.run_ended = ret_refusals ? add_refusals : NULL;
        trial.context = ret_refusals;
        executor_begin_phase(subject->executor, PHASE_PROOF, trial.replicas);
        r = trial_start(&trial, error);
        if (r == 0)
                r = executor_drain(subject->executor, error);
        if (r == 0)
                *ret = trial.result;
        return r;
}

int subject_try_all(struct subject *subject, struct policy *const *policies, size_t count,
        enum care care, struct mode_result *ret, struct error *error)
{
        CLEANUP_FREE struct trial *trials = calloc(count + 1, sizeof(*trials));
        int r = 0;

        if (subject->failure)
                return refuse(subject, error);
        if (!trials)
                return error_errno(error, ENOMEM, "%s", subject->name);
        for (size_t i = 0; r == 0 && i < count; i++) {
                trials[i] = trial_for(subject, care);
                trials[i].policy = policies[i];
                r = trial_start(&trials[i], error);
        }
        if (r == 0)
                r = executor_drain(subject->executor, error);
        for (size_t i = 0; r == 0 && i < count; i++)
                ret[i] = trials[i].result;
        return r;
}

int subject_guess(struct subject *subject, struct policy *const *policies, size_t count,
        bool *ret_works, struct error *error)
{
        CLEANUP_FREE struct mode_result *results = calloc(count + 1, sizeof(*results));
        int r;

        if (!results)
                return error_errno(error, ENOMEM, "%s", subject->name);
        r = subject_try_all(subject, policies, count, CARE_GUESS, results, error);
        for (size_t i = 0; r == 0 && i < count; i++)
                ret_works[i] = results[i].works;
        return r;
}
