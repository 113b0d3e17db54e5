/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>

#include "cli/program-status.h"
#include "cli/single-run.h"
#include "observe/observer.h"
#include "program/start.h"
#include "report/output.h"
#include "report/report.h"

struct trace_options {
        struct workload_arguments workload;
        enum observer_kind observer;
        bool count_launch;
        bool counts_only;
        bool features;
        bool files;
        bool phases;
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
        {"phases", .kind = OPTION_FLAG, FIELD(phases),
                .help = "tell what is called before main() from what is called once it has begun; "
                        "needs --observer ptrace"},
        {"count-launch", .kind = OPTION_FLAG, FIELD(count_launch),
                .help = "count the execve that starts the program as its own"},
        {},
};

static const struct option_group trace_groups[] = {
        {"Trace", observation_options},
        {"Workload", workload_options, offsetof(struct trace_options, workload)},
        {},
};

static int find_main(const char *path, struct observer_main *ret, struct error *error)
{
        struct start_main found;
        int r = start_find_main(path, &found, error);

        if (r == 0)
                *ret = (struct observer_main){found.address, found.entry, found.first};
        return r;
}

/* Options that ask for more than one observer can tell. */
static int check_observer(const struct trace_options *options, struct error *error)
{
        if (options->files && options->observer == OBSERVER_PTRACE)
                return error_set(error, EINVAL, "--files does not go with --observer ptrace");
        if (options->phases && options->observer == OBSERVER_BPF)
                return error_set(error, EINVAL, "--phases does not go with --observer bpf");
        if (options->phases && options->files)
                return error_set(error, EINVAL,
                        "--phases does not go with --files, which needs another observer");
        return 0;
}

/* Carries the run out under observation. Returns 0 or -errno. */
static int observe(const struct trace_options *options, struct single_run *run, struct error *error)
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
                .find_main = options->phases ? find_main : NULL,
                .scope = run->scope,
        };
        CLEANUP_OBSERVER struct observer *observer = NULL;
        int r;

        r = check_observer(options, error);
        if (r < 0)
                return r;
        r = observer_new(kind, &observer_options, &observer, error);
        if (r < 0)
                return r;
        /* Why BPF was not taken is no failure. */
        error->message[0] = '\0';
        run->observer = observer;
        r = single_run_execute(run, error);
        run->observer = NULL;
        return r;
}

static int write_text(const void *observation, const struct text_options *options, FILE *stream)
{
        return report_trace_text(observation, options, stream);
}

static int write_json(const void *observation, FILE *stream)
{
        return report_trace_json(observation, stream);
}

static int trace_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct trace_options *options = values;
        CLEANUP_SINGLE_RUN struct single_run run = {
                .record_files = options->files,
                .count_launch = options->count_launch,
        };
        const struct single_run_report report = {
                .output = options->output,
                .json = options->json,
                .otherwise = stdout,
                .write_text = write_text,
                .write_json = write_json,
                .what = &run.result.observation,
        };
        int r;

        r = output_check((const char *const[]){options->output, options->json}, 2, NULL, error);
        if (r == 0)
                r = single_run_prepare(&options->workload, operands, &run, error);
        if (r < 0)
                return r;
        return single_run_end(&run, observe(options, &run, error), &report, error);
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
                "With --phases it counts what each program calls before its main() apart from what "
                "it calls from there on: the work of the loader, the C library's start and "
                "constructors; then main(), and what is done when it has returned. Calls of "
                "programs whose main() is not found are counted as unknown, and the programs "
                "named.\n"
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
