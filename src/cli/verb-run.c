/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/profile-argument.h"
#include "cli/program-status.h"
#include "cli/single-run.h"
#include "policy/policy.h"
#include "proof/os-model.h"
#include "proof/proof.h"
#include "report/output.h"
#include "report/refusals.h"

struct run_verb_options {
        struct workload_arguments workload;
        struct database_arguments database;
        const char *os; /* the profile of a system */
        bool partial_missing;
        bool equivalents;
        struct option_list stubs; /* each "NAME[=ERRNO],…" */
        struct option_list fakes; /* each "NAME[=VALUE],…" */
        const char *only_allow;   /* file */
        bool count_launch;
        const char *output; /* file or "-", of the table of refusals */
        const char *json;   /* file or "-" */
};

static const struct run_verb_options run_defaults = {
        .workload = WORKLOAD_ARGUMENTS_DEFAULTS,
};

#define FIELD(name) .offset = offsetof(struct run_verb_options, name)

static const struct option policy_options[] = {
        {"os", .kind = OPTION_STRING, FIELD(os), .placeholder = "PROFILE",
                .help = "run it as on this operating system: what its profile does not support "
                        "fails, and what it fakes is faked; none offers nothing"},
        {"partial-missing", .kind = OPTION_FLAG, FIELD(partial_missing),
                .help = "take what the profile calls partial as missing (default: as supported)"},
        {"equivalents", .kind = OPTION_FLAG, FIELD(equivalents),
                .help = "let one call stand for another that does the same: with openat in the "
                        "profile open is executed"},
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

static const struct option refusal_options[] = {
        {"output", 'o', OPTION_STRING, FIELD(output), .placeholder = "FILE|-",
                .help = "write a table of what was asked for in vain here (default: with --os "
                        "standard error, unless --json is given)"},
        {"json", .kind = OPTION_STRING, FIELD(json), .placeholder = "FILE|-",
                .help = "write it as JSON; - is standard output"},
        {},
};

static const struct option_group run_groups[] = {
        {"Policy", policy_options},
        {"Result", refusal_options},
        {"Workload", workload_options, offsetof(struct run_verb_options, workload)},
        {"Database", database_options, offsetof(struct run_verb_options, database)},
        {},
};

/* Of a system that offers nothing. */
static int make_empty_profile(struct profile **ret, struct error *error)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();

        if (profile)
                profile->name = strdup(PROOF_NO_SYSTEM);
        if (!profile || !profile->name)
                return error_errno(error, ENOMEM, "--os");
        *ret = steal_pointer(profile);
        return 0;
}

/* `ret` stays NULL where none is named. Returns 0 or -errno. */
static int read_profile(
        const struct run_verb_options *options, struct profile **ret, struct error *error)
{
        int r;

        if (!options->os && (options->partial_missing || options->equivalents))
                return error_set(error, EINVAL, "%s is about a profile, and there is no --os",
                        options->equivalents ? "--equivalents" : "--partial-missing");
        if (!options->os)
                return 0;
        if (options->only_allow)
                return error_set(error, EINVAL, "--os does not go with --only-allow");
        if (strcmp(options->os, PROOF_NO_SYSTEM) == 0)
                return make_empty_profile(ret, error);
        r = profile_from_arguments(&options->database, options->os, ret, error);
        return r < 0 ? error_prefix(error, r, "--os") : 0;
}

/* What everything has to begin with: all of Linux, or a system that exists on paper. */
static int start_policy(const struct run_verb_options *options, const struct profile *profile,
        struct policy **ret, struct error *error)
{
        const struct os_model_options model_options = {
                .profile = profile,
                .partial_is_missing = options->partial_missing,
                .equivalents = options->equivalents,
        };
        CLEANUP_OS_MODEL struct os_model *model = NULL;
        int r = 0;

        if (profile) {
                model = os_model_new(&model_options);
                r = model ? os_model_policy(model, ret) : -ENOMEM;
        } else {
                *ret = policy_new();
        }
        if (r < 0 || !*ret)
                return error_errno(error, ENOMEM, "preparing the policy");
        if (options->only_allow) {
                r = policy_parse_only_allow(*ret, options->only_allow, error);
                if (r < 0)
                        return error_prefix(error, r, "--only-allow");
        }
        return 0;
}

/* `ret` may be set on failure, too. What is named singly wins over a profile. */
static int make_policy(const struct run_verb_options *options, const struct profile *profile,
        struct policy **ret, struct error *error)
{
        const char **list;
        int r = start_policy(options, profile, ret, error);

        if (r < 0)
                return r;
        vector_for_each(list, &options->stubs.values) {
                r = policy_parse_stubs(*ret, *list, error);
                if (r < 0)
                        return error_prefix(error, r, "--stub");
        }
        vector_for_each(list, &options->fakes.values) {
                r = policy_parse_fakes(*ret, *list, error);
                if (r < 0)
                        return error_prefix(error, r, "--fake");
        }
        return 0;
}

static int write_text(const void *report, const struct text_options *options, FILE *stream)
{
        return report_refusals_text(report, options, stream);
}

static int write_json(const void *report, FILE *stream)
{
        return report_refusals_json(report, stream);
}

/* The file without its folders. */
static const char *program_name(const struct workload *workload)
{
        const char *slash = strrchr(workload->command[0], '/');

        return slash ? slash + 1 : workload->command[0];
}

/* Carries the run out, and ends. Returns as single_run_end(). */
static int run_and_report(const struct run_verb_options *options, const struct profile *profile,
        struct single_run *run, struct error *error)
{
        struct refusal_report refusals = {
                .program = program_name(run->workload),
                .os = profile ? profile->name : NULL,
        };
        const struct single_run_report report = {
                .output = options->output,
                .json = options->json,
                .otherwise = profile ? stderr : NULL,
                .write_text = write_text,
                .write_json = write_json,
                .what = &refusals,
        };
        int r;

        run->record_refusals = profile || options->output || options->json;
        r = single_run_execute(run, error);
        refusals.outcome = run->result.outcome;
        refusals.total = run->result.total;
        refusals.refusals = &run->result.refusals;
        return single_run_end(run, r, &report, error);
}

static int run_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct run_verb_options *options = values;
        CLEANUP_PROFILE struct profile *profile = NULL;
        CLEANUP_POLICY struct policy *policy = NULL;
        CLEANUP_SINGLE_RUN struct single_run run = {.count_launch = options->count_launch};
        int r;

        r = output_check((const char *const[]){options->output, options->json}, 2, NULL, error);
        if (r == 0)
                r = read_profile(options, &profile, error);
        if (r == 0)
                r = make_policy(options, profile, &policy, error);
        if (r == 0)
                r = single_run_prepare(&options->workload, operands, &run, error);
        if (r < 0)
                return r;
        run.policy = policy;
        return run_and_report(options, profile, &run, error);
}

const struct verb verb_run = {
        .name = "run",
        .summary = "run a program once: with features stubbed or faked, or as on another system",
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
                "\n"
                "With --os it runs as on an operating system that may exist only on paper: calls "
                "that its profile does not support fail with ENOSYS, or as the profile says. What "
                "the program asked for in vain is told afterwards, in order, with the object file "
                "that asked first; a program that works coped with all of it; of one that does "
                "not, what was refused last before the end is the suspect. " PROFILE_ARGUMENT_HELP
                "\n"
                "\n" PROGRAM_STATUS_DESCRIPTION,
        .groups = run_groups,
        .defaults = &run_defaults,
        .options_size = sizeof(run_defaults),
        .failure = PROGRAM_STATUS_FAILURE,
        .main = run_main,
};
