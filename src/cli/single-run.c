/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/single-run.h"

#include <signal.h>
#include <stdio.h>

#include "base/strings.h"
#include "cli/program-status.h"
#include "report/output.h"
#include "report/terminal.h"
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

int single_run_prepare(const struct workload_arguments *arguments, const struct operands *operands,
        struct single_run *ret, struct error *error)
{
        int r;

        ret->limited = arguments->timeout > 0;
        r = workload_from_arguments(arguments, operands, &ret->workload, error);
        return r < 0 ? r : workload_scope(ret->workload, &ret->scope, error);
}

void single_run_clear(struct single_run *run)
{
        workload_free(run->workload);
        scope_free(run->scope);
        run_result_clear(&run->result);
}

int single_run_execute(struct single_run *options, struct error *error)
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
                .record_refusals = options->record_refusals,
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
        return run_finish(run, &options->result, error);
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

static void tell_end(const struct single_run *options)
{
        const struct workload *workload = options->workload;
        const struct run_result *result = &options->result;
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

static int write_to_stream(const struct single_run_report *report, FILE *stream)
{
        const struct text_options options = {
                .color = terminal_color(stream),
                .width = terminal_width(stream),
        };

        return report->write_text(report->what, &options, stream);
}

static int write_text(const void *report, FILE *stream)
{
        return write_to_stream(report, stream);
}

static int write_reports(const struct single_run_report *report, struct error *error)
{
        int r = 0;

        if (report->json)
                r = output_write(report->json, report->write_json, report->what, error);
        if (r == 0 && report->output)
                r = output_write(report->output, write_text, report, error);
        if (r == 0 && !report->json && !report->output && report->otherwise) {
                r = write_to_stream(report, report->otherwise);
                if (r < 0)
                        return error_errno(error, -r, "writing the result");
        }
        return r;
}

int single_run_end(const struct single_run *run, int result, const struct single_run_report *report,
        struct error *error)
{
        int r;

        if (result < 0)
                return program_status_of_failure(result);
        tell_end(run);
        r = write_reports(report, error);
        return r < 0 ? r : program_status(run->workload, run->result.outcome);
}
