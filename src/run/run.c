/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/run.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strings.h"
#include "policy/file-record.h"
#include "run/conductor.h"
#include "sandbox/sandbox.h"

/*
 * Seconds beyond its time limit that a run gets to come to its end. Its first process enforces the
 * limit; it could be kept from it by a file system that does not answer, in which it looks for what
 * a path names.
 */
#define STUCK_AFTER 15.0

struct run {
        struct run_options options;
        struct conductor_options conductor;
        struct report *report; /* shared with the sandbox */
        struct filter *filter;
        struct file_record *files;       /* shared with the sandbox; NULL where none are recorded */
        struct refusal_record *refusals; /* the same */
        struct sandbox *sandbox;
        double start;
};

/* Whether an entry of `environment` sets the same variable as `entry`, "NAME=value". */
static bool sets_same(const char *entry, const char *other)
{
        return strncmp(entry, other, strchrnul(entry, '=') - entry + 1) == 0;
}

/* loupe's own environment, with the workload's entries added or put in place of their namesakes. */
static char **environment_of(const struct workload *workload)
{
        CLEANUP_STRINGS char **environment = strings_copy(NULL);
        bool replaced;

        if (!environment)
                return NULL;
        for (size_t i = 0; environ[i]; i++) {
                replaced = false;
                for (size_t j = 0; workload->environment && workload->environment[j]; j++)
                        replaced = replaced || sets_same(workload->environment[j], environ[i]);
                if (!replaced && strings_add(&environment, environ[i]) < 0)
                        return NULL;
        }
        for (size_t j = 0; workload->environment && workload->environment[j]; j++)
                if (strings_add(&environment, workload->environment[j]) < 0)
                        return NULL;
        return steal_pointer(environment);
}

/* What must stay visible of the host's /tmp: all that the workload names. */
static char **visible_paths(const struct workload *workload)
{
        CLEANUP_STRINGS char **paths = strings_copy(workload->command);
        CLEANUP_FREE char *program = NULL;

        if (!paths || strings_add(&paths, workload->directory) < 0 ||
                (workload->script && strings_add(&paths, workload->script) < 0))
                return NULL;
        for (size_t i = 0; workload->command[i]; i++) {
                /* "./server" and the like are meant as seen from the working directory. */
                program = string_format("%s/%s", workload->directory, workload->command[i]);
                if (!program || strings_add(&paths, program) < 0)
                        return NULL;
                free(steal_pointer(program));
        }
        for (size_t i = 0; i < workload->file_count; i++)
                if (workload->files[i].source && strings_add(&paths, workload->files[i].source) < 0)
                        return NULL;
        return steal_pointer(paths);
}

/* What the sandbox is to write down for loupe. */
static int prepare_records(struct run *run, struct error *error)
{
        if (run->options.record_files) {
                run->files = file_record_new();
                if (!run->files)
                        return error_errno(error, errno, "preparing a record of pseudo-files");
                run->conductor.files = run->files;
        }
        if (run->options.record_refusals) {
                run->refusals = refusal_record_new();
                if (!run->refusals)
                        return error_errno(error, errno, "preparing a record of refusals");
                run->conductor.refusals = run->refusals;
        }
        return 0;
}

static int prepare(struct run *run, struct error *error)
{
        CLEANUP_POLICY struct policy *everything = NULL;
        const struct run_options *options = &run->options;
        bool traces = options->observer && observer_traces(options->observer);
        bool withholds = options->policy && !policy_is_empty(options->policy);
        const struct filter_options filter_options = {
                .cookie = run->conductor.cookie,
                .count_launch = options->count_launch,
                .trace = traces,
                .supervise_paths = options->record_files,
                .record_refusals = options->record_refusals,
                /* An observer that traces judges for itself. */
                .supervise_execs = options->scope && (withholds || options->record_files ||
                                                             (options->observer && !traces)),
        };
        int r;

        r = identity_find(options->workload->user, &run->conductor.identity, error);
        if (r < 0)
                return r;
        run->conductor.environment = environment_of(options->workload);
        r = prepare_records(run, error);
        if (r < 0)
                return r;
        everything = policy_new();
        if (!run->conductor.environment || !everything)
                return error_errno(error, ENOMEM, "preparing a run");
        return filter_new(options->policy ? options->policy : everything, &filter_options,
                &run->filter, error);
}

static int start(struct run *run, struct error *error)
{
        CLEANUP_STRINGS char **visible = visible_paths(run->options.workload);
        const struct sandbox_options sandbox = {
                .disk = run->options.workload->limits.disk,
                .visible = visible,
        };
        int r;

        if (!visible)
                return error_errno(error, ENOMEM, "preparing a run");
        if (run->options.observer) {
                r = observer_begin(run->options.observer, run->conductor.cookie, error);
                if (r < 0)
                        return r;
        }
        run->start = clock_seconds();
        return sandbox_start(&sandbox, conductor_main, &run->conductor, &run->sandbox, error);
}

int run_start(const struct run_options *options, struct run **ret, struct error *error)
{
        CLEANUP_RUN struct run *run = calloc(1, sizeof(*run));
        int r;

        if (!run)
                return error_errno(error, ENOMEM, "preparing a run");
        run->report = mmap(NULL, sizeof(*run->report), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (run->report == MAP_FAILED) {
                run->report = NULL;
                return error_errno(error, errno, "preparing a run");
        }
        run->report->score = NAN;
        run->options = *options;
        if (run->options.output_limit > RUN_OUTPUT_MAX)
                run->options.output_limit = RUN_OUTPUT_MAX;
        run->conductor.run = &run->options;
        run->conductor.report = run->report;
        run->conductor.cookie = filter_cookie();
        r = prepare(run, error);
        if (r < 0)
                return r;
        run->conductor.filter = run->filter;
        r = start(run, error);
        if (r < 0)
                return r;
        *ret = steal_pointer(run);
        return 0;
}

int run_pidfd(const struct run *run)
{
        return sandbox_pidfd(run->sandbox);
}

double run_deadline(const struct run *run)
{
        return run->start + run->options.timeout_total + STUCK_AFTER;
}

/* Waits for the run's end. Returns true where it did not come, and was brought about. */
static bool end_if_stuck(struct run *run)
{
        struct pollfd pollfd = {.fd = run_pidfd(run), .events = POLLIN};
        double left;

        while ((left = run_deadline(run) - clock_seconds()) > 0) {
                if (poll(&pollfd, 1, (int)fmin(left * 1000 + 1, INT_MAX)) > 0)
                        return false;
        }
        if (poll(&pollfd, 1, 0) > 0)
                return false;
        sandbox_kill(run->sandbox);
        return true;
}

/* Adds what was recorded to what was observed. Returns 0 or -errno. */
static int add_files(
        const struct file_record *record, struct observation *observation, struct error *error)
{
        struct observed_call *call;
        struct feature file;
        uint64_t count;
        int r = 0;

        for (size_t i = 0; record && r == 0; i++) {
                r = file_record_read(record, i, &file, &count, error);
                if (r < 0)
                        break;
                call = observation_call(observation, file);
                if (!call)
                        return error_errno(error, ENOMEM, "keeping the pseudo-files of a run");
                call->count += count;
        }
        return r == -ENOENT ? 0 : r;
}

static double seconds_of(struct timeval time)
{
        return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int run_finish(struct run *run, struct run_result *ret, struct error *error)
{
        struct report *report = run->report;
        struct observation observation = {};
        bool stuck = end_if_stuck(run);
        struct rusage usage;
        int status, r, observed = 0;

        r = sandbox_finish(run->sandbox, &status, &usage, error);
        if (stuck && !report->done) {
                report->outcome = (struct outcome){.kind = OUTCOME_HUNG};
                report->total = clock_seconds() - run->start;
                report->score = NAN;
                report->failure = 0;
                report->done = true;
        }
        if (run->options.observer)
                observed = observer_end(run->options.observer, &observation, r < 0 ? NULL : error);
        if (r == 0 && observed < 0)
                r = observed;
        if (r == 0 && !report->done)
                r = error_set(
                        error, EIO, "the first process of the sandbox died (status %#x)", status);
        if (r == 0 && report->failure < 0)
                r = error_set(error, -report->failure, "%s", report->error.message);
        if (r == 0)
                r = add_files(run->files, &observation, error);
        if (r < 0) {
                observation_clear(&observation);
                return r;
        }
        *ret = (struct run_result){
                .outcome = report->outcome,
                .wall = clock_seconds() - run->start,
                .ready = report->ready,
                .total = report->total,
                .cpu = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
                .usage = report->usage,
                .score = report->outcome.kind == OUTCOME_PASSED ? report->score : NAN,
                .output = strdup(report->output),
                .script_output = strdup(report->script_output),
                .observation = observation,
        };
        if (run->options.cgroups)
                ret->out_of_memory =
                        cgroup_pool_out_of_memory(run->options.cgroups, run->options.slot);
        if (run->refusals)
                r = refusal_record_read(run->refusals, report->ended, &ret->refusals);
        if (r < 0 || !ret->output || !ret->script_output) {
                run_result_clear(ret);
                return error_errno(error, ENOMEM, "keeping the result of a run");
        }
        return 0;
}

struct run *run_free(struct run *run)
{
        if (!run)
                return NULL;
        sandbox_free(run->sandbox);
        filter_free(run->filter);
        file_record_free(run->files);
        refusal_record_free(run->refusals);
        strings_free(run->conductor.environment);
        if (run->report)
                munmap(run->report, sizeof(*run->report));
        free(run);
        return NULL;
}

void run_result_clear(struct run_result *result)
{
        free(result->output);
        free(result->script_output);
        observation_clear(&result->observation);
        refusals_clear(&result->refusals);
        *result = (struct run_result){};
}
