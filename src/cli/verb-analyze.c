/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "cli/analysis-request.h"
#include "cli/analysis-run.h"
#include "cli/database-arguments.h"
#include "cli/interrupt.h"
#include "cli/journal-folder.h"
#include "cli/workload-arguments.h"
#include "observe/observer.h"
#include "policy/policy.h"
#include "report/output.h"
#include "report/report.h"
#include "report/terminal.h"
#include "search/impact.h"
#include "search/search.h"
#include "store/result.h"

#define STATUS_REFUSED 1

enum fake_values {
        FAKE_SUCCESS,
        FAKE_ZERO,
        FAKE_COUNT,
};

struct analyze_options {
        struct workload_arguments workload;
        unsigned replicas; /* 0: as the workload says */
        unsigned jobs;     /* 0: auto */
        enum fake_values fake;
        int stub_errno;
        struct option_list only; /* each "NAME,…" */
        enum subfeatures subfeatures;
        bool files;
        bool no_joint;
        bool impact;
        unsigned repeats; /* 0: the default */
        enum observer_kind observer;
        bool count_launch;
        const char *output; /* folder */
        const char *json;   /* file or "-" */
        const char *csv;    /* file or "-" */
        const char *resume; /* folder */
        struct database_arguments database;
        bool no_database;
        bool quiet;
        bool verbose;
};

static const struct analyze_options analyze_defaults = {
        .workload = WORKLOAD_ARGUMENTS_DEFAULTS,
        .stub_errno = ENOSYS,
};

static const char *fake_word(unsigned value)
{
        static const char *const words[] = {
                [FAKE_SUCCESS] = "success",
                [FAKE_ZERO] = "zero",
        };

        return words[value];
}

static const char *subfeatures_word(unsigned value)
{
        static const char *const words[] = {
                [SUBFEATURES_NONE] = "none",
                [SUBFEATURES_NEEDED] = "needed",
                [SUBFEATURES_ALL] = "all",
        };

        return words[value];
}

static const char *observer_word(unsigned value)
{
        return observer_kind_name(value);
}

static int parse_errno(const char *text, void *ret, struct error *error)
{
        int errnum = errno_from_name(text);

        if (errnum == 0)
                return error_set(error, EINVAL, "'%s' is not the name of an errno", text);
        *(int *)ret = errnum;
        return 0;
}

#define FIELD(name) .offset = offsetof(struct analyze_options, name)

static const struct option analysis_options[] = {
        {"replicas", .kind = OPTION_UNSIGNED, FIELD(replicas), .placeholder = "N", .minimum = 1,
                .maximum = WORKLOAD_REPLICAS_MAX,
                .help = "runs of each policy, all of which must pass (default: as the workload "
                        "says, or 3)"},
        {"jobs", 'j', OPTION_UNSIGNED, FIELD(jobs), .placeholder = "N|auto", .minimum = 1,
                .maximum = ANALYSIS_JOBS_MAX, .zero = "auto",
                .help = "runs at the same time; auto takes it from the processor use of the "
                        "unmodified runs (default: auto)"},
        {"fake", .kind = OPTION_CHOICE, FIELD(fake), .placeholder = "success|zero",
                .word = fake_word, .maximum = FAKE_COUNT - 1,
                .help = "what a faked call returns: the value by which that call reports success, "
                        "or 0 always (default: success)"},
        {"stub-errno", .kind = OPTION_PARSED, FIELD(stub_errno), .placeholder = "ERRNO",
                .parse = parse_errno, .help = "what a stubbed call fails with (default: ENOSYS)"},
        {"only", .kind = OPTION_LIST, FIELD(only), .placeholder = "NAME,...",
                .help = "test these features only, and of a system call its sub-features; may be "
                        "repeated"},
        {"features", .kind = OPTION_CHOICE, FIELD(subfeatures), .placeholder = "needed|all",
                .word = subfeatures_word, .maximum = SUBFEATURES_ALL, .implied = SUBFEATURES_NEEDED,
                .help = "test sub-features as well, such as fcntl:F_SETFL: those of calls that "
                        "cannot be left out as a whole, or all"},
        {"files", .kind = OPTION_FLAG, FIELD(files),
                .help = "test the files under /proc, /sys and /dev as well"},
        {"no-joint", .kind = OPTION_FLAG, FIELD(no_joint),
                .help = "do not check what may be left out together"},
        {"impact", .kind = OPTION_FLAG, FIELD(impact),
                .help = "measure what leaving out each avoidable call costs: the test script's "
                        "number, time, memory, files, input and output"},
        {"repeats", .kind = OPTION_UNSIGNED, FIELD(repeats), .placeholder = "N",
                .minimum = IMPACT_REPEATS_MINIMUM, .maximum = IMPACT_REPEATS_MAXIMUM,
                .help = "measurements of each call for --impact (default: 10)"},
        {"observer", .kind = OPTION_CHOICE, FIELD(observer), .placeholder = "auto|bpf|ptrace",
                .word = observer_word, .maximum = OBSERVER_KIND_COUNT - 1,
                .help = "how the calls in use are seen (default: bpf where permitted, else "
                        "ptrace)"},
        {"count-launch", .kind = OPTION_FLAG, FIELD(count_launch),
                .help = "count the execve that starts the application as its own"},
        {},
};

static const struct option output_options[] = {
        {"output", 'o', OPTION_STRING, FIELD(output), .placeholder = "DIR",
                .help = "keep the journal and the result in this folder, made where it is missing "
                        "(default: loupe-APPLICATION here)"},
        {"json", .kind = OPTION_STRING, FIELD(json), .placeholder = "FILE|-",
                .help = "write the result as JSON; - is standard output, in place of the table"},
        {"csv", .kind = OPTION_STRING, FIELD(csv), .placeholder = "FILE|-",
                .help = "write the result as loupedb's dyn.csv; - is standard output, in place of "
                        "the table"},
        {"resume", .kind = OPTION_STRING, FIELD(resume), .placeholder = "DIR",
                .help = "continue an analysis that was cut short, from its folder; runs that had "
                        "ended are not repeated"},
        {"no-db", .kind = OPTION_FLAG, FIELD(no_database),
                .help = "do not store the result in the database"},
        {"quiet", 'q', OPTION_FLAG, FIELD(quiet), .help = "no progress"},
        {"verbose", 'v', OPTION_FLAG, FIELD(verbose), .help = "one line for every run"},
        {},
};

static const struct option_group analyze_groups[] = {
        {"Workload", workload_options, offsetof(struct analyze_options, workload)},
        {"Analysis", analysis_options},
        {"Output", output_options},
        {"Database", database_options, offsetof(struct analyze_options, database)},
        {},
};

/* What the command line asks for. */
static int make_request(const struct analyze_options *options, const struct operands *operands,
        struct analysis_request *request, struct error *error)
{
        int r;

        if (options->repeats > 0 && !options->impact)
                return error_set(error, EINVAL, "--repeats goes with --impact");
        r = workload_from_arguments(&options->workload, operands, &request->workload, error);
        if (r < 0)
                return r;
        request->words = workload_to_words(&options->workload, request->workload);
        if (!request->words)
                return error_errno(error, ENOMEM, "reading the command line");
        request->replicas = options->replicas ? options->replicas : request->workload->replicas;
        request->jobs = options->jobs;
        request->withholding.stub_errno = options->stub_errno;
        request->withholding.fake_zero = options->fake == FAKE_ZERO;
        request->subfeatures = options->subfeatures;
        request->files = options->files;
        request->count_launch = options->count_launch;
        request->joint = !options->no_joint;
        request->impact_repeats = !options->impact   ? 0
                                  : options->repeats ? options->repeats
                                                     : IMPACT_REPEATS;
        request->observer = options->observer;
        return analysis_request_add_only(request, &options->only, error);
}

/* A new journal for the request. */
static int begin(const struct analyze_options *options, const struct operands *operands,
        struct analysis_request *request, char **ret_folder, struct journal **ret,
        struct error *error)
{
        struct journal_folder where = {
                .given = options->output,
                .prefix = "loupe",
                .what = "an analysis",
        };
        json_t *header = NULL;
        int r;

        r = make_request(options, operands, request, error);
        if (r == 0)
                r = analysis_request_to_json(request, &header, error);
        if (r < 0)
                return r;
        where.name = request->workload->application_name;
        r = journal_folder_begin(&where, header, ret_folder, ret, error);
        json_decref(header);
        return r;
}

/* Whether any option was given that an analysis to be continued has already. */
static bool has_settings(const struct analyze_options *options)
{
        const struct analyze_options *defaults = &analyze_defaults;

        return memcmp(&options->workload, &defaults->workload, sizeof(defaults->workload)) != 0 ||
               options->replicas != defaults->replicas || options->jobs != defaults->jobs ||
               options->fake != defaults->fake || options->stub_errno != defaults->stub_errno ||
               options->only.values.count > 0 || options->no_joint || options->impact ||
               options->repeats > 0 || options->count_launch ||
               options->subfeatures != defaults->subfeatures || options->files ||
               options->observer != defaults->observer || options->output;
}

/* The journal of a folder, and the request that it was begun with. */
static int resume(const struct analyze_options *options, const struct operands *operands,
        struct analysis_request *request, char **ret_folder, struct journal **ret,
        struct error *error)
{
        CLEANUP_JOURNAL struct journal *journal = NULL;
        CLEANUP_FREE char *folder = strdup(options->resume);
        int r;

        if (!folder)
                return error_errno(error, ENOMEM, "--resume");
        if (operands->count > 0 || operands->command || has_settings(options))
                return error_set(error, EINVAL,
                        "--resume takes the workload and all settings from its folder: only "
                        "--json, --csv, --quiet and --verbose go with it");
        r = journal_open(folder, false, &journal, error);
        if (r == 0)
                r = analysis_request_from_json(journal_header(journal), request, error);
        if (r < 0)
                return error_prefix(error, r, "--resume");
        *ret_folder = steal_pointer(folder);
        *ret = steal_pointer(journal);
        return 0;
}

/* Hours of measuring should not end at a database that cannot be written. */
static int check_database(const struct analyze_options *options, struct error *error)
{
        CLEANUP_STORE struct store *store = NULL;
        int r;

        if (options->no_database)
                return 0;
        r = database_open(&options->database, STORE_CREATE, &store, error);
        return r < 0 ? error_prefix(
                               error, r, "the result could not be stored (--no-db does without)")
                     : 0;
}

/* What became of the result in the database, for a person who has just seen it. */
static void tell_stored(const struct store *store, enum stored stored)
{
        static const char *const texts[] = {
                [STORED_NEW] = "Stored in",
                [STORED_ALREADY] = "The same result of the same measurement is there already:",
                [STORED_DIFFERENT] =
                        "The same measurement found something else before; both are in",
        };

        fprintf(stderr, "%s %s\n", texts[stored], store_name(store));
}

static int store_result(const struct analyze_options *options, const struct analysis *analysis,
        const struct journal *journal, const char *folder, struct error *error)
{
        CLEANUP_STORE struct store *store = NULL;
        json_t *document, *records;
        int r;

        if (options->no_database)
                return 0;
        r = database_open(&options->database, STORE_CREATE, &store, error);
        if (r < 0)
                return r;
        document = report_analysis_document(analysis);
        records = journal_records_json(journal);
        r = document && records
                    ? store_add_analysis(store, folder, document, records, time(NULL), error)
                    : error_errno(error, ENOMEM, "storing the result");
        json_decref(document);
        json_decref(records);
        if (r < 0)
                return error_prefix(error, r,
                        "the result is in %s, but not in the database (loupe db import %s)", folder,
                        folder);
        if (!options->quiet)
                tell_stored(store, r);
        return 0;
}

static int write_json(const void *analysis, FILE *stream)
{
        return report_analysis_json(analysis, stream);
}

static int write_csv(const void *analysis, FILE *stream)
{
        return report_analysis_csv(analysis, stream);
}

/* The result always goes to the folder; further where the options say; a person gets the table. */
static int write_results(const struct analyze_options *options, const char *folder,
        const struct analysis *analysis, struct error *error)
{
        CLEANUP_FREE char *path = string_format("%s/analysis.json", folder);
        const struct text_options text = {
                .color = terminal_color(stdout),
                .width = terminal_width(stdout),
        };
        int r;

        if (!path)
                return error_errno(error, ENOMEM, "writing the result");
        r = output_write(path, write_json, analysis, error);
        if (r == 0 && options->json)
                r = output_write(options->json, write_json, analysis, error);
        if (r == 0 && options->csv)
                r = output_write(options->csv, write_csv, analysis, error);
        if (r < 0)
                return r;
        if (string_equal(options->json, "-") || string_equal(options->csv, "-"))
                return 0;
        return report_analysis_text(analysis, &text, stdout);
}

static int analyze(const struct analyze_options *options, const struct analysis_request *request,
        const char *folder, struct journal *journal, struct error *error)
{
        const struct analysis_run run = {
                .request = request,
                .journal = journal,
                .quiet = options->quiet,
                .verbose = options->verbose,
        };
        CLEANUP_ANALYSIS struct analysis *analysis = NULL;
        int r = analysis_run(&run, &analysis, error);

        if (r == EXECUTOR_INTERRUPTED) {
                error_set(error, EINTR, "interrupted; continue with: loupe analyze --resume %s",
                        folder);
                return INTERRUPT_STATUS;
        }
        if (r == BASELINE_REFUSED) {
                analysis_folder_discard(folder);
                return STATUS_REFUSED;
        }
        if (r == 0)
                r = write_results(options, folder, analysis, error);
        if (r == 0)
                r = store_result(options, analysis, journal, folder, error);
        return r;
}

static int analyze_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct analyze_options *options = values;
        CLEANUP_ANALYSIS_REQUEST struct analysis_request request = {};
        CLEANUP_JOURNAL struct journal *journal = NULL;
        CLEANUP_FREE char *folder = NULL;
        int r;

        r = output_check((const char *const[]){options->json, options->csv}, 2,
                options->output ? options->output : options->resume, error);
        if (r == 0)
                r = check_database(options, error);
        if (r < 0)
                return r;
        r = options->resume ? resume(options, operands, &request, &folder, &journal, error)
                            : begin(options, operands, &request, &folder, &journal, error);
        if (r < 0)
                return r;
        r = analyze(options, &request, folder, journal, error);
        if (r < 0 && journal_count(journal) == 0)
                analysis_folder_discard(folder);
        if (r == 0 && !options->quiet)
                fprintf(stderr,
                        "The result and every run are in %s; ask why with: loupe explain %s "
                        "NAME\n",
                        folder, folder);
        return r;
}

const struct verb verb_analyze = {
        .name = "analyze",
        .summary = "say for every system call whether it must be implemented, or may be left out",
        .usage =
                (const char *const[]){
                        "[options] WORKLOAD.yaml",
                        "[options] -- CMD ARG...",
                        NULL,
                },
        .description =
                "Runs an unmodified program under a workload, finds the system calls it uses, and "
                "tries each of them stubbed (not executed, fails with ENOSYS) and faked (not "
                "executed, reports success). A call with which the workload fails either way is "
                "required. With --features the same is done to sub-features, which are calls with "
                "one value of an argument (fcntl:F_SETFL, mmap:MAP_SHARED), and with --files to "
                "the files under /proc, /sys and /dev that the program names: stubbed they seem "
                "absent, faked they are there and empty, denied the calls that name them fail "
                "with ENOSYS. In the end everything that can be left out is left out at once, and "
                "where that fails the conflicts are found.\n"
                "\n"
                "Every run has a sandbox of its own, in which the program sees the whole file "
                "system and changes none of it.\n"
                "\n"
                "The exit status is 0 when the analysis was done, 1 when the workload does not "
                "pass unmodified, 2 for wrong usage and other failures, 130 when interrupted.",
        .groups = analyze_groups,
        .defaults = &analyze_defaults,
        .options_size = sizeof(analyze_defaults),
        .failure = 2,
        .main = analyze_main,
};
