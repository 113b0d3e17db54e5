/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "cli/analysis-request.h"
#include "cli/analysis-run.h"
#include "cli/drift-evidence.h"
#include "cli/message.h"
#include "cli/reference-argument.h"
#include "cli/workload-arguments.h"
#include "observe/observer.h"
#include "report/drift.h"
#include "report/output.h"
#include "report/terminal.h"
#include "search/search.h"

#define STATUS_DRIFT 1

struct check_options {
        struct workload_arguments workload;
        const char *against;
        enum drift_gate gate;
        bool force;
        unsigned replicas; /* 0: as the earlier result was measured */
        unsigned jobs;     /* 0: auto */
        struct option_list only;
        bool calls_only;
        enum observer_kind observer;
        const char *output; /* folder */
        const char *json;   /* file or "-" */
        const char *csv;    /* file or "-" */
        const char *resume; /* folder */
        bool quiet;
        bool verbose;
        struct database_arguments database;
};

static const struct check_options check_defaults = {
        .workload = WORKLOAD_ARGUMENTS_DEFAULTS,
};

static const char *gate_word(unsigned value)
{
        return drift_gate_name(value);
}

static const char *observer_word(unsigned value)
{
        return observer_kind_name(value);
}

#define FIELD(name) .offset = offsetof(struct check_options, name)

static const struct option check_group[] = {
        {"against", .kind = OPTION_STRING, FIELD(against), .placeholder = "RESULT",
                .help = "the earlier result: a folder that `loupe analyze -o` wrote, its "
                        "analysis.json, or an application in the database (redis, redis/suite, "
                        "redis,version=7)"},
        {"fail-on", .kind = OPTION_CHOICE, FIELD(gate), .placeholder = "new-required|new-used",
                .word = gate_word, .maximum = DRIFT_GATE_COUNT - 1,
                .help = "what makes the check fail: what is newly required, or whatever is newly "
                        "used, for which nothing is withheld (default: new-required)"},
        {"force", .kind = OPTION_FLAG, FIELD(force),
                .help = "compare although the earlier result is of another workload"},
        {"replicas", .kind = OPTION_UNSIGNED, FIELD(replicas), .placeholder = "N", .minimum = 1,
                .maximum = WORKLOAD_REPLICAS_MAX,
                .help = "runs of each policy, all of which must pass (default: as the earlier "
                        "result was measured)"},
        {"jobs", 'j', OPTION_UNSIGNED, FIELD(jobs), .placeholder = "N|auto", .minimum = 1,
                .maximum = ANALYSIS_JOBS_MAX, .zero = "auto",
                .help = "runs at the same time; auto takes it from the processor use of the "
                        "unmodified runs (default: auto)"},
        {"only", .kind = OPTION_LIST, FIELD(only), .placeholder = "NAME,...",
                .help = "compare these features only, and of a system call its sub-features; may "
                        "be repeated"},
        {"calls-only", .kind = OPTION_FLAG, FIELD(calls_only),
                .help = "compare system calls only, also where the earlier result knows "
                        "sub-features or files"},
        {"observer", .kind = OPTION_CHOICE, FIELD(observer), .placeholder = "auto|bpf|ptrace",
                .word = observer_word, .maximum = OBSERVER_KIND_COUNT - 1,
                .help = "how the calls in use are seen (default: bpf where permitted, else "
                        "ptrace)"},
        {},
};

static const struct option output_options[] = {
        {"output", 'o', OPTION_STRING, FIELD(output), .placeholder = "DIR",
                .help = "keep the journal of all runs and the result, check.json, in this folder, "
                        "made where it is missing (default: nothing is kept)"},
        {"json", .kind = OPTION_STRING, FIELD(json), .placeholder = "FILE|-",
                .help = "write the result as JSON; - is standard output, in place of the text"},
        {"csv", .kind = OPTION_STRING, FIELD(csv), .placeholder = "FILE|-",
                .help = "write a row for each feature that changed as CSV; - is standard output, "
                        "in place of the text"},
        {"resume", .kind = OPTION_STRING, FIELD(resume), .placeholder = "DIR",
                .help = "continue a check that was cut short, from its folder; runs that had ended "
                        "are not repeated"},
        {"quiet", 'q', OPTION_FLAG, FIELD(quiet), .help = "no progress"},
        {"verbose", 'v', OPTION_FLAG, FIELD(verbose), .help = "one line for every run"},
        {},
};

static const struct option_group check_groups[] = {
        {"Check", check_group},
        {"Workload", workload_options, offsetof(struct check_options, workload)},
        {"Output", output_options},
        {"Database", database_options, offsetof(struct check_options, database)},
        {},
};

/* A check under way. */
struct check {
        enum drift_gate gate;
        struct reference reference;
        struct analysis_request request;
        struct journal *journal;
        char *folder;
        bool temporary; /* the folder goes in the end */
};

static void check_clear(struct check *check)
{
        reference_clear(&check->reference);
        analysis_request_clear(&check->request);
        journal_free(check->journal);
        if (check->folder && check->temporary)
                analysis_folder_discard(check->folder);
        free(check->folder);
}
#define CLEANUP_CHECK CLEANUP(check_clear)

/* A test script that changed tests something else: what it needs says nothing of the program. */
static int check_workload(
        const struct check *check, const struct check_options *options, struct error *error)
{
        const struct reference *reference = &check->reference;
        const struct workload *workload = check->request.workload;
        CLEANUP_FREE char *note = NULL;

        if (reference->same_workload)
                return 0;
        if (!options->force)
                return error_set(error, ESTALE,
                        "%s was measured under another workload (%s, %s) than this one (%s, %s): "
                        "its command, files, test script, limits or working directory differ, so "
                        "that a difference would say little about the program. Measure it anew "
                        "with `loupe analyze`, or compare all the same with --force",
                        reference->source, reference->workload, reference->kind, workload->name,
                        workload_kind_name(workload->kind));
        note = string_format("%s was measured under another workload", reference->source);
        if (!note)
                return error_errno(error, ENOMEM, "reading the command line");
        message_note(note);
        return 0;
}

/* What the earlier result did not look for cannot be compared. */
static int check_only(
        const struct check *check, const struct check_options *options, struct error *error)
{
        const struct reference *reference = &check->reference;
        const struct feature *only = reference->only.count > 0 ? reference->only.items : NULL;
        const struct feature *feature;
        char name[FEATURE_NAME_MAX];

        vector_for_each(feature, &check->request.only) {
                if (options->calls_only && feature->kind != FEATURE_SYSCALL)
                        return error_set(error, EINVAL, "--calls-only excludes --only %s",
                                feature_name(*feature, name));
                if ((feature->kind == FEATURE_SUBFEATURE &&
                            reference->subfeatures == SUBFEATURES_NONE) ||
                        (feature->kind == FEATURE_FILE && !reference->files) ||
                        !search_is_wanted(only, reference->only.count, *feature))
                        return error_set(error, EINVAL,
                                "--only %s: %s did not look for it, so that there is nothing to "
                                "compare with",
                                feature_name(*feature, name), reference->source);
        }
        return 0;
}

/* As the earlier result was measured, unless the options say otherwise. */
static int take_settings(
        struct check *check, const struct check_options *options, struct error *error)
{
        const struct reference *reference = &check->reference;
        struct analysis_request *request = &check->request;
        const struct feature *feature;
        int r;

        r = analysis_request_add_only(request, &options->only, error);
        if (r == 0)
                r = check_only(check, options, error);
        if (r < 0)
                return r;
        request->replicas = options->replicas ? options->replicas : reference->replicas;
        request->jobs = options->jobs;
        request->withholding = reference->withholding;
        request->count_launch = reference->count_launch;
        request->joint = reference->joint;
        request->observer = options->observer;
        request->subfeatures = options->calls_only ? SUBFEATURES_NONE : reference->subfeatures;
        request->files = reference->files && !options->calls_only;
        if (request->only.count > 0)
                return 0;
        vector_for_each(feature, &reference->only) {
                struct feature *added = vector_add(&request->only);

                if (!added)
                        return error_errno(error, ENOMEM, "reading %s", reference->source);
                *added = *feature;
        }
        return 0;
}

/* The header of an analysis, with what makes it a check. */
static int make_journal(struct check *check, struct error *error)
{
        json_t *header = NULL;
        int r;

        r = analysis_request_to_json(&check->request, &header, error);
        if (r < 0)
                return r;
        if (json_object_set_new(header, "check",
                    json_pack("{s:s, s:O}", "fail_on", drift_gate_name(check->gate), "against",
                            check->reference.json)) < 0)
                r = error_errno(error, ENOMEM, "writing down the request");
        if (r == 0)
                r = journal_create(check->folder, header, &check->journal, error);
        json_decref(header);
        if (r == -EEXIST)
                error_set(error, EEXIST,
                        "%s holds a journal already: continue it with --resume %s, or name another "
                        "folder",
                        check->folder, check->folder);
        return r;
}

static int make_folder(
        struct check *check, const struct check_options *options, struct error *error)
{
        const char *temporary = getenv("TMPDIR");

        check->folder = options->output ? strdup(options->output)
                                        : string_format("%s/loupe-check.XXXXXX",
                                                  temporary && *temporary ? temporary : "/tmp");
        if (!check->folder)
                return error_errno(error, ENOMEM, "reading the command line");
        if (options->output)
                return 0;
        if (!mkdtemp(check->folder))
                return error_errno(error, errno, "%s", check->folder);
        check->temporary = true;
        return 0;
}

static int begin(struct check *check, const struct check_options *options,
        const struct operands *operands, struct error *error)
{
        struct analysis_request *request = &check->request;
        int r;

        if (!options->against)
                return error_set(error, EINVAL,
                        "against what? --against names the earlier result, which `loupe analyze` "
                        "makes");
        check->gate = options->gate;
        r = workload_from_arguments(&options->workload, operands, &request->workload, error);
        if (r < 0)
                return r;
        request->words = workload_to_words(&options->workload, request->workload);
        if (!request->words)
                return error_errno(error, ENOMEM, "reading the command line");
        r = reference_from_argument(
                options->against, &options->database, request->workload, &check->reference, error);
        if (r < 0)
                return error_prefix(error, r, "--against");
        r = check_workload(check, options, error);
        if (r == 0)
                r = take_settings(check, options, error);
        if (r == 0)
                r = make_folder(check, options, error);
        return r == 0 ? make_journal(check, error) : r;
}

/* Whether any option was given that a check to be continued has already. */
static bool has_settings(const struct check_options *options)
{
        const struct check_options *defaults = &check_defaults;

        return memcmp(&options->workload, &defaults->workload, sizeof(defaults->workload)) != 0 ||
               options->against || options->gate != defaults->gate || options->force ||
               options->replicas != defaults->replicas || options->jobs != defaults->jobs ||
               options->only.values.count > 0 || options->calls_only ||
               options->observer != defaults->observer || options->output;
}

static int resume(struct check *check, const struct check_options *options,
        const struct operands *operands, struct error *error)
{
        const char *gate;
        json_t *against;
        int r;

        if (operands->count > 0 || operands->command || has_settings(options))
                return error_set(error, EINVAL,
                        "--resume takes the workload and all settings from its folder: only "
                        "--json, --csv, --quiet and --verbose go with it");
        check->folder = strdup(options->resume);
        if (!check->folder)
                return error_errno(error, ENOMEM, "--resume");
        r = journal_open(check->folder, false, &check->journal, error);
        if (r < 0)
                return error_prefix(error, r, "--resume");
        if (json_unpack(journal_header(check->journal), "{s:{s:s, s:o}}", "check", "fail_on", &gate,
                    "against", &against) < 0 ||
                drift_gate_from_name(gate, &check->gate) < 0)
                return error_set(error, EINVAL, "--resume: %s holds no check", check->folder);
        r = analysis_request_from_json(journal_header(check->journal), &check->request, error);
        if (r == 0)
                r = reference_from_json(against, &check->reference, error);
        return r < 0 ? error_prefix(error, r, "--resume") : 0;
}

/* Whether the check is about features of that kind. */
static bool covers(const struct analysis_request *request, const struct feature *feature)
{
        if (feature->kind == FEATURE_SUBFEATURE && request->subfeatures == SUBFEATURES_NONE)
                return false;
        if (feature->kind == FEATURE_FILE && !request->files)
                return false;
        return search_is_wanted(request->only.count > 0 ? request->only.items : NULL,
                request->only.count, *feature);
}

static int compare_findings(const void *a, const void *b)
{
        const struct finding *left = a, *right = b;

        return (left->feature > right->feature) - (left->feature < right->feature);
}

static int add_finding(struct findings *findings, struct catalogue *catalogue,
        const struct feature *feature, enum verdict verdict)
{
        int number = catalogue_add(catalogue, feature);

        return number < 0 ? number : findings_add(findings, (unsigned)number, verdict);
}

static void sort_findings(struct findings *findings)
{
        if (findings->items.count > 1)
                qsort(findings->items.items, findings->items.count, sizeof(*findings->items.items),
                        compare_findings);
}

static int compare(const struct check *check, const struct analysis *analysis,
        struct catalogue *catalogue, struct drift *ret)
{
        CLEANUP_FINDINGS struct findings before = {}, now = {};
        const struct analysed_feature *analysed;
        const struct known_verdict *known;
        int r = 0;

        vector_for_each(known, &check->reference.verdicts)
                if (r == 0 && covers(&check->request, &known->feature))
                        r = add_finding(&before, catalogue, &known->feature, known->verdict);
        vector_for_each(analysed, &analysis->features)
                if (r == 0)
                        r = add_finding(&now, catalogue, &analysed->feature, verdict_of(analysed));
        sort_findings(&before);
        sort_findings(&now);
        return r == 0 ? drift_find(catalogue, &before, &now, ret) : r;
}

static int write_json(const void *report, FILE *stream)
{
        return report_drift_json(report, stream);
}

static int write_csv(const void *report, FILE *stream)
{
        return report_drift_csv(report, stream);
}

/* The result goes to the folder where one is kept; further where the options say; a person gets the
 * text. */
static int write_results(const struct check_options *options, const struct check *check,
        const struct drift_report *report, struct error *error)
{
        CLEANUP_FREE char *path = string_format("%s/check.json", check->folder);
        const struct text_options text = {
                .color = terminal_color(stdout),
                .width = terminal_width(stdout),
        };
        int r = 0;

        if (!path)
                return error_errno(error, ENOMEM, "writing the result");
        if (!check->temporary)
                r = output_write(path, write_json, report, error);
        if (r == 0 && options->json)
                r = output_write(options->json, write_json, report, error);
        if (r == 0 && options->csv)
                r = output_write(options->csv, write_csv, report, error);
        if (r < 0 || string_equal(options->json, "-") || string_equal(options->csv, "-"))
                return r;
        return report_drift_text(report, &text, stdout);
}

/* Compares, tells, and returns the exit status or -errno. */
static int judge(const struct check_options *options, const struct check *check,
        const struct analysis *analysis, struct error *error)
{
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();
        CLEANUP_DRIFT_WITNESS struct drift_witness witness = {};
        CLEANUP_DRIFT struct drift drift = {};
        int r = catalogue ? compare(check, analysis, catalogue, &drift) : -ENOMEM;

        if (r < 0)
                return error_errno(error, -r, "comparing");
        r = drift_witness_collect(
                &check->request, check->journal, analysis, catalogue, &drift, &witness, error);
        if (r < 0)
                return r;
        const struct drift_report report = {
                .before = &check->reference,
                .now = analysis,
                .catalogue = catalogue,
                .drift = &drift,
                .gate = check->gate,
                .evidence = witness.evidence,
        };
        r = write_results(options, check, &report, error);
        if (r < 0)
                return r;
        return drift_failures(&drift, check->gate) > 0 ? STATUS_DRIFT : 0;
}

static int measure(const struct check_options *options, struct check *check, struct error *error)
{
        const struct analysis_run run = {
                .request = &check->request,
                .journal = check->journal,
                .depth = check->gate == DRIFT_GATE_USED ? SEARCH_USED : SEARCH_REQUIRED,
                .known = check->reference.verdicts.items,
                .known_count = check->reference.verdicts.count,
                .quiet = options->quiet,
                .verbose = options->verbose,
        };
        CLEANUP_ANALYSIS struct analysis *analysis = NULL;
        int r = analysis_run(&run, &analysis, error);

        if (r == EXECUTOR_INTERRUPTED) {
                if (check->temporary)
                        error_set(error, EINTR, "interrupted");
                else
                        error_set(error, EINTR,
                                "interrupted; continue with: loupe check --resume %s",
                                check->folder);
                return STATUS_INTERRUPTED;
        }
        if (r == BASELINE_REFUSED && !check->temporary)
                analysis_folder_discard(check->folder);
        /* A check that could not be made has not succeeded, nor has it found anything. */
        if (r == BASELINE_REFUSED)
                return -ECANCELED;
        return r == 0 ? judge(options, check, analysis, error) : r;
}

static int check_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct check_options *options = values;
        CLEANUP_CHECK struct check check = {};
        int r;

        r = output_check((const char *const[]){options->json, options->csv}, 2,
                options->output ? options->output : options->resume, error);
        if (r < 0)
                return r;
        r = options->resume ? resume(&check, options, operands, error)
                            : begin(&check, options, operands, error);
        if (r < 0)
                return r;
        r = measure(options, &check, error);
        if (r < 0 && !check.temporary && journal_count(check.journal) == 0)
                analysis_folder_discard(check.folder);
        return r;
}

const struct verb verb_check = {
        .name = "check",
        .summary = "fail when a program begins to need what it did not need before",
        .usage =
                (const char *const[]){
                        "--against RESULT [options] WORKLOAD.yaml",
                        "--against RESULT [options] -- CMD ARG...",
                        "--resume DIR",
                        NULL,
                },
        .description =
                "Measures a workload again and holds it against an earlier result of `loupe "
                "analyze`: for continuous integration, where a new version of the program, of its "
                "C library or of its build may begin to need something new. What is new is told "
                "with how the workload fails without it, the object that asks for it, and what "
                "else changed since.\n"
                "\n"
                "With --fail-on new-required, the default, the check fails where something is "
                "required that could be left out before, or was not used. Experiments are made "
                "only where they can tell: what was required before is not tried again, and what "
                "works in one mode is not tried in the other. A failure counts when it is "
                "confirmed, as it does in an analysis. With --fail-on new-used whatever is used "
                "now and was not makes the check fail; the program is only watched, which takes "
                "two runs (four with files). What is no longer used is told, and fails neither.\n"
                "\n"
                "How it is measured (what stubs and fakes return, sub-features, files, replicas) "
                "is taken from the earlier result. The workload must be the same: a test script "
                "that changed tests something else.\n"
                "\n"
                "Nothing is stored in the database: what is measured here is a part of a result, "
                "and would take the place of a whole one. To accept a change, and have the next "
                "baseline, make an analysis; with -o DIR, `loupe analyze --resume DIR` makes it of "
                "the runs that the check has made and those that are missing.\n"
                "\n"
                "The exit status is 0 where nothing is new, 1 where the check fails, 2 where it "
                "could not be made: for wrong usage, where the workload does not pass unmodified, "
                "and other failures; 130 when interrupted.",
        .groups = check_groups,
        .defaults = &check_defaults,
        .options_size = sizeof(check_defaults),
        .failure = 2,
        .main = check_main,
};
