/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "cli/analysis-request.h"
#include "cli/database-arguments.h"
#include "cli/interrupt.h"
#include "cli/journal-folder.h"
#include "cli/message.h"
#include "cli/profile-argument.h"
#include "cli/proof-store.h"
#include "cli/prove-plan.h"
#include "cli/proving.h"
#include "proof/proof.h"
#include "report/output.h"
#include "report/proof.h"
#include "report/terminal.h"
#include "search/journal.h"
#include "store/proofs.h"
#include "store/result.h"

#define STATUS_DISAGREES 1

struct prove_options {
        const char *os;
        const char *plan; /* file */
        const char *applications;
        const char *workload;
        bool equivalents;
        bool partial_missing;
        bool explain;
        unsigned repairs;
        unsigned replicas; /* 0: as the workload says */
        unsigned jobs;     /* 0: auto */
        const char *version;
        const char *libc;
        const char *run;
        const char *output; /* folder */
        const char *json;   /* file or "-" */
        const char *csv;    /* file or "-" */
        const char *resume; /* folder */
        bool no_database;
        bool quiet;
        bool verbose;
        struct database_arguments database;
};

static const struct prove_options prove_defaults = {.repairs = PROVE_PLAN_REPAIRS};

#define FIELD(name) .offset = offsetof(struct prove_options, name)

static const struct option proof_options[] = {
        {"os", .kind = OPTION_STRING, FIELD(os), .placeholder = "PROFILE",
                .help = "the operating system: a profile's name or path, or none, which offers "
                        "nothing (with --plan: instead of the one that the plan names)"},
        {"plan", .kind = OPTION_STRING, FIELD(plan), .placeholder = "PLAN.json",
                .help = "carry out this plan (loupe plan --json) step by step: after each what was "
                        "promised so far must work"},
        {"repairs", .kind = OPTION_UNSIGNED, FIELD(repairs), .placeholder = "N",
                .maximum = PROVE_PLAN_REPAIRS_MAX,
                .help = "make a plan that does not hold anew so many times at most (default: 20)"},
        {"apps", .kind = OPTION_STRING, FIELD(applications), .placeholder = "APP,...|all",
                .help = "of the workloads that are found those of these applications, or in "
                        "folders of these names (default: all)"},
        {"workload", 'w', OPTION_STRING, FIELD(workload),
                .placeholder = "bench|suite|health|all|NAME",
                .help = "of these again those of these kinds, or of these names; several with "
                        "commas in between (default: all)"},
        {"equivalents", .kind = OPTION_FLAG, FIELD(equivalents),
                .help = "let one call stand for another that does the same, such as openat for "
                        "open"},
        {"partial-missing", .kind = OPTION_FLAG, FIELD(partial_missing),
                .help = "count what the profile has in part as missing (default: as supported)"},
        {"explain", .kind = OPTION_FLAG, FIELD(explain),
                .help = "find what makes an application fail also where that was foretold, or "
                        "nothing was: the smallest set of what it is refused that does"},
        {"replicas", .kind = OPTION_UNSIGNED, FIELD(replicas), .placeholder = "N", .minimum = 1,
                .maximum = WORKLOAD_REPLICAS_MAX,
                .help = "runs on each system, all of which must pass (default: as the workload "
                        "says, or 3)"},
        {"jobs", 'j', OPTION_UNSIGNED, FIELD(jobs), .placeholder = "N|auto", .minimum = 1,
                .maximum = ANALYSIS_JOBS_MAX, .zero = "auto",
                .help = "runs of an application at the same time; auto takes it from the processor "
                        "use of the unmodified runs (default: auto)"},
        {},
};

static const struct option result_options[] = {
        {"app-version", .kind = OPTION_STRING, FIELD(version), .placeholder = "VERSION",
                .help = "foretell from results of versions that begin so only"},
        {"libc", .kind = OPTION_STRING, FIELD(libc), .placeholder = "LIBC",
                .help = "foretell from results with a C library that begins so only, such as musl"},
        {"run", .kind = OPTION_STRING, FIELD(run), .placeholder = "RUN",
                .help = "foretell from the results of runs that begin so only (loupe db list names "
                        "them)"},
        {},
};

static const struct option output_options[] = {
        {"output", 'o', OPTION_STRING, FIELD(output), .placeholder = "DIR",
                .help = "keep the journals and the result in this folder, made where it is "
                        "missing (default: loupe-proof-PROFILE here)"},
        {"json", .kind = OPTION_STRING, FIELD(json), .placeholder = "FILE|-",
                .help = "write the result as JSON; - is standard output, in place of the table"},
        {"csv", .kind = OPTION_STRING, FIELD(csv), .placeholder = "FILE|-",
                .help = "write a row for each application as CSV; - is standard output, in place "
                        "of the table"},
        {"resume", .kind = OPTION_STRING, FIELD(resume), .placeholder = "DIR",
                .help = "continue a proof that was cut short, from its folder; runs that had ended "
                        "are not repeated"},
        {"no-db", .kind = OPTION_FLAG, FIELD(no_database),
                .help = "do not store the proofs in the database"},
        {"quiet", 'q', OPTION_FLAG, FIELD(quiet), .help = "no progress"},
        {"verbose", 'v', OPTION_FLAG, FIELD(verbose), .help = "one line for every run"},
        {},
};

static const struct option_group prove_groups[] = {
        {"Proof", proof_options},
        {"Results", result_options},
        {"Output", output_options},
        {"Database", database_options, offsetof(struct prove_options, database)},
        {},
};

/* The database: to be read, and later written to. Where there is none, nothing is foretold. */
static int open_database(
        const struct prove_options *options, struct proving *proving, struct error *error)
{
        CLEANUP_STORE struct store *writable = NULL;
        struct error missing = {};
        int r;

        /* Hours of running should not end at a database that cannot be written. */
        r = options->no_database
                    ? 0
                    : database_open(&options->database, STORE_CREATE, &writable, error);
        if (r < 0)
                return error_prefix(
                        error, r, "the proofs could not be stored (--no-db does without)");
        r = database_open(&options->database, STORE_READ, &proving->store, &missing);
        if (r == -ENOENT) {
                message_note(missing.message);
                return 0;
        }
        return r < 0 ? error_set(error, -r, "%s", missing.message) : 0;
}

/* Every result that fits: which of an application's count is decided later. */
static int load_results(struct proving *proving, struct error *error)
{
        const struct proof_request *request = &proving->request;
        const struct selection_arguments arguments = {
                .version = request->version,
                .libc = request->libc,
                .run = request->run,
                .every = true,
        };
        CLEANUP_SELECTION struct selection selection = {};
        int r;

        if (!proving->store)
                return 0;
        r = selection_from_arguments(&arguments, NULL, &selection, error);
        if (r == 0)
                r = store_load(proving->store, &selection, &proving->measured, NULL, error);
        /* What earlier proofs have shown counts with the verdicts. */
        return r < 0 ? r : store_teach(proving->store, proving->measured, NULL, error);
}

/* All that is read, so that nothing is begun where it is no good. `workloads` are paths as people
 * wrote them. */
static int load(const struct prove_options *options, char *const *workloads, size_t count,
        struct proving *proving, struct error *error)
{
        const struct proof_workload_choice choice = {
                .applications = options->applications,
                .workloads = options->workload,
        };
        int r;

        r = open_database(options, proving, error);
        if (r == 0 && strcmp(proving->request.os, PROOF_NO_SYSTEM) != 0)
                r = profile_from_argument(
                        proving->store, proving->request.os, &proving->profile, error);
        if (r == 0)
                r = proof_workloads_read(workloads, count, &choice, &proving->workloads, error);
        /* A plan says itself what it foretells. */
        if (r == 0 && !proving->request.plan)
                r = load_results(proving, error);
        if (r < 0)
                return r;
        proving->folders = proof_workload_folders(&proving->workloads);
        return proving->folders ? 0 : error_errno(error, ENOMEM, "preparing a proof");
}

/* Adds the path by which the file is found from anywhere. */
static int add_absolute(const char *path, char ***list)
{
        CLEANUP_FREE char *absolute = realpath(path, NULL);

        return absolute ? strings_add(list, absolute) : -errno;
}

/* The profile as it is found from anywhere, too. Returns 0 or -ENOMEM. */
static int settle_os(struct proving *proving)
{
        CLEANUP_FREE char *path = realpath(proving->request.os, NULL);
        CLEANUP_FREE char *source = proving->profile && proving->profile->source
                                            ? realpath(proving->profile->source, NULL)
                                            : NULL;

        /* A name of the database's may happen to be that of a file, too. */
        if (!path || !string_equal(path, source))
                return 0;
        free(proving->request.os);
        proving->request.os = steal_pointer(path);
        return 0;
}

static int make_request(const struct prove_options *options, const struct operands *operands,
        struct proving *proving, struct error *error)
{
        struct proof_request *request = &proving->request;
        struct workload **workload;
        int r;

        if (!options->os && !options->plan)
                return error_set(error, EINVAL,
                        "which system? --os PROFILE names it; or which plan? --plan PLAN.json");
        if (!options->plan && options->repairs != prove_defaults.repairs)
                return error_set(
                        error, EINVAL, "--repairs is about a plan, and there is no --plan");
        if (options->plan && options->csv)
                return error_set(error, EINVAL, "the proof of a plan is not written as CSV");
        if (options->plan && options->explain)
                return error_set(error, EINVAL,
                        "--explain goes with --os: where a plan fails the reason is looked for in "
                        "any case");
        if (operands->command)
                return error_set(error, EINVAL,
                        "workload files are wanted, or folders with them; a single command is "
                        "tried by: loupe run --os %s -- %s…",
                        options->os ? options->os : "PROFILE",
                        operands->command[0] ? operands->command[0] : "CMD");
        if (operands->count == 0)
                return error_set(error, EINVAL,
                        "what is to be tried? Name workload files, or folders with them");
        if (options->plan &&
                (r = prove_plan_request(options->plan, options->os, request, error)) < 0)
                return r;
        if (!options->plan)
                request->os = strdup(options->os);
        request->repairs = options->repairs;
        request->replicas = options->replicas;
        request->jobs = options->jobs;
        request->equivalents |= options->equivalents; /* or as the plan says */
        request->partial_missing |= options->partial_missing;
        request->explain = options->explain;
        request->workloads = strings_copy(NULL);
        if (!request->os || !request->workloads ||
                string_copy(options->version, &request->version) < 0 ||
                string_copy(options->libc, &request->libc) < 0 ||
                string_copy(options->run, &request->run) < 0)
                return error_errno(error, ENOMEM, "reading the command line");
        r = load(options, operands->words, operands->count, proving, error);
        vector_for_each(workload, &proving->workloads.items)
                if (r == 0 && (r = add_absolute((*workload)->source, &request->workloads)) < 0)
                        error_errno(error, -r, "%s", (*workload)->source);
        return r < 0 ? r : settle_os(proving);
}

static int begin(const struct prove_options *options, const struct operands *operands,
        struct proving *proving, struct error *error)
{
        struct journal_folder where = {
                .given = options->output,
                .prefix = "loupe-proof",
                .what = "a proof, or an analysis,",
        };
        json_t *header = NULL;
        int r;

        r = make_request(options, operands, proving, error);
        if (r == 0 && options->plan)
                r = prove_plan_check(proving, error);
        if (r == 0)
                r = proof_request_to_json(&proving->request, &header, error);
        if (r < 0)
                return r;
        where.name = proving->profile ? proving->profile->name : PROOF_NO_SYSTEM;
        r = journal_folder_begin(&where, header, &proving->folder, &proving->journal, error);
        json_decref(header);
        return r;
}

/* Whether any option was given that a proof to be continued has already. */
static bool has_settings(const struct prove_options *options)
{
        return options->os || options->plan || options->repairs != prove_defaults.repairs ||
               options->applications || options->workload || options->equivalents ||
               options->partial_missing || options->explain || options->replicas > 0 ||
               options->jobs > 0 || options->version || options->libc || options->run ||
               options->output;
}

static int resume(const struct prove_options *options, const struct operands *operands,
        struct proving *proving, struct error *error)
{
        int r;

        if (operands->count > 0 || operands->command || has_settings(options))
                return error_set(error, EINVAL,
                        "--resume takes the workloads and all settings from its folder: only "
                        "--json, --csv, --no-db, --db, --quiet and --verbose go with it");
        proving->folder = strdup(options->resume);
        if (!proving->folder)
                return error_errno(error, ENOMEM, "--resume");
        r = journal_open(proving->folder, false, &proving->journal, error);
        if (r == 0)
                r = proof_request_from_json(
                        journal_header(proving->journal), &proving->request, error);
        if (r == 0)
                r = load(options, proving->request.workloads,
                        strings_count(proving->request.workloads), proving, error);
        return r < 0 ? error_prefix(error, r, "--resume") : 0;
}

static int write_text(const void *report, FILE *stream)
{
        return report_proof_text(report, stream);
}

static int write_json(const void *report, FILE *stream)
{
        return report_proof_json(report, stream);
}

static int write_csv(const void *report, FILE *stream)
{
        return report_proof_csv(report, stream);
}

static int write_results(const struct prove_options *options, const struct proving *proving,
        const struct os_proof *proof, struct error *error)
{
        static const struct result_writers writers = {write_text, write_json, write_csv};
        const struct proof_report report = {
                .proof = proof,
                .os = options->os ? options->os : proving->request.os,
                .text = {.color = terminal_color(stdout), .width = terminal_width(stdout)},
        };

        return proving_write(proving, options->json, options->csv, &writers, &report, error);
}

static int add_proof(struct store *store, const void *proof, struct error *error)
{
        return proof_store(store, proof, error);
}

static int prove(const struct prove_options *options, const struct proving *proving,
        struct os_proof *ret, struct error *error)
{
        CLEANUP_PROGRESS_DISPLAY struct progress_display *display = NULL;
        CLEANUP_PROOF_SUBJECTS struct proof_subjects subjects = {};
        CLEANUP_CLOSE int interrupt = interrupt_descriptor(error);

        if (interrupt < 0)
                return interrupt;
        if (!options->quiet)
                display = progress_display_new(stderr, terminal_is(stderr), options->verbose);
        if (proof_subjects_make(proving, NULL, interrupt, display, &subjects) < 0)
                return error_errno(error, ENOMEM, "preparing a proof");
        const struct proof_options proof = {
                .profile = proving->profile,
                .equivalents = proving->request.equivalents,
                .partial_is_missing = proving->request.partial_missing,
                .measured = proving->measured,
                .subjects = subjects.options,
                .subject_count = subjects.count,
                .explain_failures = proving->request.explain,
        };
        return prove_on_os(&proof, ret, error);
}

/* A workload that does not work unmodified was not proven to do anything: that is no success. */
static int status_of(const struct os_proof *proof)
{
        const struct application_proof *application;

        vector_for_each(application, &proof->applications)
                if (application->seen == FATE_UNTESTED || proof_disagrees(application))
                        return STATUS_DISAGREES;
        return 0;
}

/* Carries it out, with all that is told and kept of it. Returns the exit status, or -errno. */
static int prove_system(
        const struct prove_options *options, const struct proving *proving, struct error *error)
{
        CLEANUP_OS_PROOF struct os_proof proof = {};
        int r;

        r = prove(options, proving, &proof, error);
        if (r == 0)
                r = write_results(options, proving, &proof, error);
        if (r == 0)
                r = proving_keep(proving, options->no_database ? NULL : &options->database,
                        add_proof, &proof, error);
        if (r == EXECUTOR_INTERRUPTED)
                return INTERRUPT_STATUS;
        return r < 0 ? r : status_of(&proof);
}

/* The same of a plan. */
static int prove_steps(
        const struct prove_options *options, const struct proving *proving, struct error *error)
{
        const struct prove_plan_options plan = {
                .database = &options->database,
                .json = options->json,
                .no_database = options->no_database,
                .quiet = options->quiet,
                .verbose = options->verbose,
        };
        bool proven;
        int r;

        r = prove_plan_carry_out(proving, &plan, &proven, error);
        if (r == EXECUTOR_INTERRUPTED)
                return INTERRUPT_STATUS;
        return r < 0 ? r : proven ? 0 : STATUS_DISAGREES;
}

static int prove_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct prove_options *options = values;
        CLEANUP_PROVING struct proving proving = {};
        int r;

        r = output_check((const char *const[]){options->json, options->csv}, 2,
                options->output ? options->output : options->resume, error);
        if (r < 0)
                return r;
        r = options->resume ? resume(options, operands, &proving, error)
                            : begin(options, operands, &proving, error);
        if (r < 0)
                return r;
        r = proving.request.plan ? prove_steps(options, &proving, error)
                                 : prove_system(options, &proving, error);
        if (r == INTERRUPT_STATUS)
                error_set(error, EINTR, "interrupted; continue with: loupe prove --resume %s",
                        proving.folder);
        else if (r >= 0 && !options->quiet)
                fprintf(stderr, "The result and every run are in %s\n", proving.folder);
        return r;
}

const struct verb verb_prove = {
        .name = "prove",
        .summary = "run applications, or a plan, on an operating system that exists only on paper",
        .usage =
                (const char *const[]){
                        "--os PROFILE [options] WORKLOAD.yaml|DIR...",
                        "--plan PLAN.json [options] WORKLOAD.yaml|DIR...",
                        "--resume DIR",
                        NULL,
                },
        .description =
                "Foretells from earlier results whether each application works on the system that "
                "a profile describes, and then looks: runs its workload with everything that the "
                "profile does not have refused. Where that fails, and the results say that stubs "
                "and fakes would help, it is run once more with these added.\n"
                "\n"
                "Named are workload files, or folders. In a folder the file workload.yaml is "
                "looked for, and where there is none, in each folder in it; other workload files, "
                "such as a benchmark.yaml, have to be named. One application comes after the "
                "other; the runs of each go side by side.\n"
                "\n" PROFILE_ARGUMENT_HELP "\n"
                "\n"
                "What the system does not have fails with ENOSYS, or the errno that the profile "
                "states; what it fakes reports success; of what it has in part the values work "
                "that the profile lists. If it names files under /proc, /sys or /dev, all others "
                "are absent.\n"
                "\n"
                "The database's results foretell what happens: those of the same workload, and "
                "where there is none, all of the application together. An application works where "
                "everything that it requires is there, what works faked only is faked, and not all "
                "of what does not go together is missing. Where what is seen is something else, "
                "the smallest set of what was refused that makes it fail is found, and a reason "
                "told: a joint conflict, another build, a fallback that was refused, chance, and "
                "so on.\n"
                "\n"
                "With --plan a plan is carried out, step by step: after each exactly what it and "
                "those before it implement, stub and fake is there, on top of the profile, and "
                "every application that was promised by then must pass its workload, in all "
                "replicas. Where one does not, the smallest set of stubs and fakes that breaks it "
                "is found and kept in mind, the plan is made anew, and proven from the start; runs "
                "that were made are not repeated. What was learnt goes into the database, where "
                "loupe plan heeds it, and loupe plan --proven tells what was proven.\n"
                "\n"
                "The exit status is 0 where everything is as foretold (or nothing was), 1 where "
                "something is not, the plan does not hold, or a workload does not pass unmodified, "
                "2 for wrong usage and other failures, 130 when interrupted.",
        .groups = prove_groups,
        .defaults = &prove_defaults,
        .options_size = sizeof(struct prove_options),
        .failure = 2,
        .main = prove_main,
};
