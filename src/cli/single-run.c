/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/single-run.h"

#include <signal.h>
#include <stdio.h>

#include "base/strings.h"
#include "sandbox/cgroup.h"

/* A program with the terminal has all the time it wants: a week. */
#define UNLIMITED_SECONDS (7 * 24 * 3600.0)

/*
 * Ctrl-C is for a program that has the terminal, and what became of it is still to be told.
 * Launched programs do not inherit this.
 */
static void leave_keyboard_signals_to_program(void)
{
        signal(SIGINT, SIG_IGN);
        signal(SIGQUIT, SIG_IGN);
}

int single_run(const struct single_run *options, struct run_result *ret, struct error *error)
{
        const struct workload *workload = options->workload;
        const struct cgroup_limits limits = {
                .memory = workload->limits.memory + workload->limits.disk,
                .processes = workload->limits.processes,
        };
        struct run_options run_options = {
                .workload = workload,
                .policy = options->policy,
                .observer = options->observer,
                .record_files = options->record_files,
                .scope = options->scope,
                .timeout_ready = workload->timeout,
                .timeout_total = workload->timeout,
                .count_launch = options->count_launch,
                .interactive = !workload->script && workload->mode == WORKLOAD_COMMAND,
                .output_limit = RUN_OUTPUT_MAX,
        };
        CLEANUP_CGROUP_POOL struct cgroup_pool *cgroups = NULL;
        CLEANUP_RUN struct run *run = NULL;
        int r;

        r = cgroup_pool_new(&limits, 1, &cgroups, error);
        if (r < 0)
                return r;
        run_options.cgroups = cgroups;
        if (run_options.interactive) {
                leave_keyboard_signals_to_program();
                if (!options->limited)
                        run_options.timeout_total = UNLIMITED_SECONDS;
        }
        r = run_start(&run_options, &run, error);
        if (r < 0)
                return r;
        return run_finish(run, ret, error);
}

/* Mostly a mistake in a pattern. Says nothing where no judgement was asked for. */
static void tell_nothing_considered(const struct single_run *options)
{
        CLEANUP_FREE char *patterns = NULL, *others = NULL;

        if (!options->scope || scope_considered(options->scope))
                return;
        patterns = strings_join(options->workload->consider, ", ");
        others = scope_others(options->scope);
        if (patterns && others && *others)
                fprintf(stderr, "loupe: no process executed any of %s; executed were %s\n",
                        patterns, others);
}

void single_run_tell(const struct single_run *options, const struct run_result *result)
{
        const struct workload *workload = options->workload;
        char outcome[OUTCOME_TEXT_MAX];

        fputs(result->output, stdout);
        fflush(stdout);
        fputs(result->script_output, stderr);
        tell_nothing_considered(options);
        /* A program with the terminal speaks for itself, and by its exit status. */
        if (!workload->script &&
                (result->outcome.kind == OUTCOME_PASSED || result->outcome.kind == OUTCOME_EXITED))
                return;
        fprintf(stderr, "loupe: %s%s in %.3f s\n", outcome_text(result->outcome, outcome),
                result->out_of_memory ? " (out of memory)" : "", result->total);
}
