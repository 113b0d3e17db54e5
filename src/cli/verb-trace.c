/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>

#include "cli/program-status.h"
#include "cli/single-run.h"
#include "cli/workload-arguments.h"
#include "observe/observer.h"
#include "report/output.h"
#include "report/report.h"
#include "report/terminal.h"

struct trace_options {
        struct workload_arguments workload;
        enum observer_kind observer;
        bool count_launch;
        bool counts_only;
        bool features;
        bool files;
        const char *output; /* file or "-", of the table */
        const char *json;   /* file or "-" */
};

static const struct trace_options trace_defaults = {
        .workload = WORKLOAD_ARGUMENTS_DEFAULTS,
};

static const char *observer_word(unsigned value)
{
        return observer_kind_name(value);
}

#define FIELD(name) .offset = offsetof(struct trace_options, name)

static const struct option observation_options[] = {
        {"output", 'o', OPTION_STRING, FIELD(output), .placeholder = "FILE|-",
                .help = "write the table here (default: standard output, unless --json is given)"},
        {"json", .kind = OPTION_STRING, FIELD(json), .placeholder = "FILE|-",
                .help = "write the result as JSON; - is standard output"},
        {"observer", .kind = OPTION_CHOICE, FIELD(observer), .placeholder = "auto|bpf|ptrace",
                .word = observer_word, .maximum = OBSERVER_KIND_COUNT - 1,
                .help = "how the calls are seen; bpf is fast, and does not tell who called "
                        "(default: ptrace)"},
        {"counts-only", .kind = OPTION_FLAG, FIELD(counts_only),
                .help = "tell neither errors nor callers: disturbs the program the least"},
        {"features", .kind = OPTION_FLAG, FIELD(features),
                .help = "tell sub-features as well: the values of arguments that divide a call"},
        {"files", .kind = OPTION_FLAG, FIELD(files),
                .help = "tell the files under /proc, /sys and /dev that are named as well; needs "
                        "--observer bpf"},
        {"count-launch", .kind = OPTION_FLAG, FIELD(count_launch),
                .help = "count the execve that starts the program as its own"},
        {},
};

static const struct option_group trace_groups[] = {
        {"Trace", observation_options},
        {"Workload", workload_options, offsetof(struct trace_options, workload)},
        {},
};

/* Carries the run out under observation. `ret` is to be cleared by the caller. Returns 0 or -errno.
 */
static int observe(const struct trace_options *options, const struct single_run *unobserved,
        struct run_result *ret, struct error *error)
{
        /* Calls that name files are answered by a supervisor, and never get as far as a tracer. */
        enum observer_kind kind = options->files && options->observer == OBSERVER_AUTO
                                          ? OBSERVER_BPF
                                          : options->observer;
        const struct observer_options observer_options = {
                .errors = !options->counts_only,
                .values = options->features,
                /* BPF cannot tell the callers: who asks for it does without. */
                .objects = !options->counts_only && kind != OBSERVER_BPF,
                .count_launch = options->count_launch,
                .scope = unobserved->scope,
        };
        struct single_run run = *unobserved;
        CLEANUP_OBSERVER struct observer *observer = NULL;
        int r;

        if (options->files && kind == OBSERVER_PTRACE)
                return error_set(error, EINVAL, "--files does not go with --observer ptrace");
        r = observer_new(kind, &observer_options, &observer, error);
        if (r < 0)
                return r;
        /* Why BPF was not taken is no failure. */
        error->message[0] = '\0';
        run.observer = observer;
        return single_run(&run, ret, error);
}

static int write_text(const void *observation, FILE *stream)
{
        const struct text_options options = {
                .color = terminal_color(stream),
                .width = terminal_width(stream),
        };

        return report_trace_text(observation, &options, stream);
}

static int write_json(const void *observation, FILE *stream)
{
        return report_trace_json(observation, stream);
}

static int write_reports(const struct trace_options *options, const struct observation *observation,
        struct error *error)
{
        const char *text = options->output || options->json ? options->output : "-";
        int r = 0;

        if (options->json)
                r = output_write(options->json, write_json, observation, error);
        if (r == 0 && text)
                r = output_write(text, write_text, observation, error);
        return r;
}

static int trace_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct trace_options *options = values;
        CLEANUP_WORKLOAD struct workload *workload = NULL;
        CLEANUP_SCOPE struct scope *scope = NULL;
        CLEANUP(run_result_clear) struct run_result result = {};
        int r;

        r = workload_from_arguments(&options->workload, operands, &workload, error);
        if (r == 0)
                r = workload_scope(workload, &scope, error);
        if (r < 0)
                return r;
        const struct single_run run = {
                .workload = workload,
                .scope = scope,
                .record_files = options->files,
                .count_launch = options->count_launch,
                .limited = options->workload.timeout > 0,
        };
        r = observe(options, &run, &result, error);
        if (r < 0)
                return program_status_of_failure(r);
        single_run_tell(&run, &result);
        r = write_reports(options, &result.observation, error);
        if (r < 0)
                return r;
        return program_status(workload, result.outcome);
}

const struct verb verb_trace = {
        .name = "trace",
        .summary = "tell what system calls a program uses, how often, and from where",
        .usage =
                (const char *const[]){
                        "[options] -- CMD ARG...",
                        "[options] WORKLOAD.yaml",
                        NULL,
                },
        .description =
                "Runs a program in a sandbox and counts its system calls and those of all "
                "processes "
                "it starts: calls, errors, and the object files that the calls came from. With "
                "--features it also tells sub-features, and with --files the files under /proc, "
                "/sys and /dev that are named. The launching execve is not counted.\n"
                "\n"
                "Without a test script the program has the terminal: its input and output are "
                "loupe's own. The result follows the program's output; -o FILE and --json FILE "
                "keep the two apart.\n"
                "\n" PROGRAM_STATUS_DESCRIPTION,
        .groups = trace_groups,
        .defaults = &trace_defaults,
        .options_size = sizeof(trace_defaults),
        .failure = PROGRAM_STATUS_FAILURE,
        .main = trace_main,
};
