/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>

#include "base/cleanup.h"
#include "cli/program-status.h"
#include "cli/single-run.h"
#include "cli/workload-arguments.h"
#include "policy/policy.h"

struct run_verb_options {
        struct workload_arguments workload;
        struct option_list stubs; /* each "NAME[=ERRNO],…" */
        struct option_list fakes; /* each "NAME[=VALUE],…" */
        const char *only_allow;   /* file */
        bool count_launch;
};

static const struct run_verb_options run_defaults = {
        .workload = WORKLOAD_ARGUMENTS_DEFAULTS,
};

#define FIELD(name) .offset = offsetof(struct run_verb_options, name)

static const struct option policy_options[] = {
        {"stub", .kind = OPTION_LIST, FIELD(stubs), .placeholder = "NAME[=ERRNO],...",
                .help = "do not execute these calls, fail with ERRNO (default: ENOSYS, and for a "
                        "file ENOENT); may be repeated"},
        {"fake", .kind = OPTION_LIST, FIELD(fakes), .placeholder = "NAME[=VALUE],...",
                .help = "do not execute these calls, return VALUE (default: what each returns on "
                        "success); a file is there, and empty; may be repeated"},
        {"only-allow", .kind = OPTION_STRING, FIELD(only_allow), .placeholder = "FILE",
                .help = "stub every call that this file does not list, one name a line"},
        {"count-launch", .kind = OPTION_FLAG, FIELD(count_launch),
                .help = "the policy holds for the execve that starts the program, too"},
        {},
};

static const struct option_group run_groups[] = {
        {"Policy", policy_options},
        {"Workload", workload_options, offsetof(struct run_verb_options, workload)},
        {},
};

static int make_policy(
        const struct run_verb_options *options, struct policy *policy, struct error *error)
{
        const char **list;
        int r = 0;

        /* The profile first: what is named singly wins over it. */
        if (options->only_allow) {
                r = policy_parse_only_allow(policy, options->only_allow, error);
                if (r < 0)
                        return error_prefix(error, r, "--only-allow");
        }
        vector_for_each(list, &options->stubs.values) {
                r = policy_parse_stubs(policy, *list, error);
                if (r < 0)
                        return error_prefix(error, r, "--stub");
        }
        vector_for_each(list, &options->fakes.values) {
                r = policy_parse_fakes(policy, *list, error);
                if (r < 0)
                        return error_prefix(error, r, "--fake");
        }
        return 0;
}

static int run_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct run_verb_options *options = values;
        CLEANUP_WORKLOAD struct workload *workload = NULL;
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP_SCOPE struct scope *scope = NULL;
        CLEANUP(run_result_clear) struct run_result result = {};
        int r;

        if (!policy)
                return error_errno(error, ENOMEM, "preparing the policy");
        r = make_policy(options, policy, error);
        if (r < 0)
                return r;
        r = workload_from_arguments(&options->workload, operands, &workload, error);
        if (r == 0)
                r = workload_scope(workload, &scope, error);
        if (r < 0)
                return r;
        const struct single_run run = {
                .workload = workload,
                .policy = policy,
                .scope = scope,
                .count_launch = options->count_launch,
                .limited = options->workload.timeout > 0,
        };
        r = single_run(&run, &result, error);
        if (r < 0)
                return program_status_of_failure(r);
        single_run_tell(&run, &result);
        return program_status(workload, result.outcome);
}

const struct verb verb_run = {
        .name = "run",
        .summary = "run a program once under one policy",
        .usage =
                (const char *const[]){
                        "[options] -- CMD ARG...",
                        "[options] WORKLOAD.yaml",
                        NULL,
                },
        .description =
                "Runs a program in a sandbox with some of its system calls stubbed or faked; or "
                "sub-features of them (fcntl:F_SETFD), or files (file:/proc/self/status). "
                "Without a test script the program has the terminal: its input and output are "
                "loupe's own.\n"
                "\n" PROGRAM_STATUS_DESCRIPTION,
        .groups = run_groups,
        .defaults = &run_defaults,
        .options_size = sizeof(run_defaults),
        .failure = PROGRAM_STATUS_FAILURE,
        .main = run_main,
};
