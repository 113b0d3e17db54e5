/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/parallel.h"
#include "base/strings.h"
#include "cli/database-arguments.h"
#include "cli/message.h"
#include "cli/result-arguments.h"
#include "cli/static-output.h"
#include "cli/static-run.h"
#include "cli/static-store.h"
#include "cli/static-targets.h"
#include "report/progress.h"
#include "report/terminal.h"
#include "store/summary-cache.h"

#define VERB           "static"
#define STATUS_REFUSED 1
#define JOBS_MAX       256

struct static_arguments {
        bool features;
        struct option_list why; /* each "NAME,…" */
        bool post_init;
        struct option_list with;
        struct option_list preload;
        bool no_modules;
        const char *library_path;
        const char *root;
        bool all;
        unsigned jobs; /* 0: as many as processors */
        bool objects;
        bool quiet;
        struct result_arguments result;
        struct database_arguments database;
        const char *application;
        const char *workload;
        bool no_database;
        bool no_cache;
};

static const struct static_arguments static_defaults = {};

#define FIELD(name) .offset = offsetof(struct static_arguments, name)

static const struct option analysis_options[] = {
        {"features", .kind = OPTION_FLAG, FIELD(features),
                .help = "tell sub-features as well, such as fcntl:F_SETFL, and files under /proc, "
                        "/sys and /dev that the code names"},
        {"why", .kind = OPTION_LIST, FIELD(why), .placeholder = "NAME,...",
                .help = "tell a way from the entry point to each of these calls, sub-features or "
                        "files, in place of the result; may be repeated"},
        {"post-init", .kind = OPTION_FLAG, FIELD(post_init),
                .help = "only what can still be called when main() has begun"},
        {"all", .kind = OPTION_FLAG, FIELD(all),
                .help = "look at every ELF file in the folders that are named, without those "
                        "within them"},
        {"jobs", 'j', OPTION_UNSIGNED, FIELD(jobs), .placeholder = "N|auto", .minimum = 1,
                .maximum = JOBS_MAX, .zero = "auto",
                .help = "files to be looked at at the same time (default: auto, as many as there "
                        "are processors)"},
        {},
};

static const struct option loading_options[] = {
        {"with", .kind = OPTION_LIST, FIELD(with), .placeholder = "LIB",
                .help = "an object that the program opens by itself, by a name that its code does "
                        "not tell: a plug-in; may be repeated"},
        {"preload", .kind = OPTION_LIST, FIELD(preload), .placeholder = "LIB",
                .help = "an object that is loaded before all others, as by LD_PRELOAD; may be "
                        "repeated"},
        {"no-modules", .kind = OPTION_FLAG, FIELD(no_modules),
                .help = "leave out what the C library loads by this system's configuration (name "
                        "service, character conversion, PAM): for a system that will have none"},
        {"library-path", .kind = OPTION_STRING, FIELD(library_path), .placeholder = "DIR:...",
                .help = "folders to look for objects in, as LD_LIBRARY_PATH, which is not read"},
        {"root", .kind = OPTION_STRING, FIELD(root), .placeholder = "DIR",
                .help = "the folder that is / for the program and its objects: that of another "
                        "system"},
        {},
};

static const struct option result_options[] = {
        RESULT_OPTIONS,
        {"csv", .kind = OPTION_STRING, RESULT_FIELD(csv), .placeholder = "FILE|-",
                .help = "write the result as loupedb's static_binary.csv; - is standard output"},
        {},
};

static const struct option output_options[] = {
        {"objects", .kind = OPTION_FLAG, FIELD(objects),
                .help = "list the objects that are loaded, and why"},
        {"quiet", 'q', OPTION_FLAG, FIELD(quiet), .help = "no progress and no figures at the end"},
        {},
};

static const struct option storing_options[] = {
        {"app", .kind = OPTION_STRING, FIELD(application), .placeholder = "NAME",
                .help = "the application in the database that the result belongs to (default: as "
                        "the workload file says, or the name of the file)"},
        {"workload", 'w', OPTION_STRING, FIELD(workload), .placeholder = "NAME",
                .help = "its workload there (default: as the workload file says, or health)"},
        {"no-db", .kind = OPTION_FLAG, FIELD(no_database),
                .help = "do not use the database: neither store the result nor keep what was "
                        "found out about libraries"},
        {"no-cache", .kind = OPTION_FLAG, FIELD(no_cache),
                .help = "do not use what the database keeps about libraries, and keep nothing"},
        {},
};

static const struct option_group static_groups[] = {
        {"Analysis", analysis_options},
        {"Loading", loading_options},
        {"Result", result_options, offsetof(struct static_arguments, result)},
        {"Output", output_options},
        {"Database", database_options, offsetof(struct static_arguments, database)},
        {"Storing", storing_options},
        {},
};

struct features {
        VECTOR(struct feature) items;
};

static void features_clear(struct features *features)
{
        vector_clear(&features->items);
}

/* The features of "NAME,…" lists. */
static int parse_why(
        const struct option_list *lists, struct features *features, struct error *error)
{
        const char **list;

        vector_for_each(list, &lists->values) {
                CLEANUP_STRINGS char **names = strings_split(*list, ',');

                for (char **name = names; name && *name; name++) {
                        struct feature *feature = vector_add(&features->items);
                        int r;

                        r = feature ? feature_parse(*name, feature, error)
                                    : error_errno(error, ENOMEM, "%s", *name);
                        if (r < 0)
                                return error_prefix(error, r, "--why");
                }
                if (!names)
                        return error_errno(error, ENOMEM, "--why");
        }
        return lists->values.count > 0 && features->items.count == 0
                       ? error_set(error, EINVAL, "--why: no feature is named")
                       : 0;
}

static int copy_list(const struct option_list *list, char ***ret, struct error *error)
{
        const char **value;

        vector_for_each(value, &list->values)
                if (strings_add(ret, *value) < 0)
                        return error_errno(error, ENOMEM, "reading the options");
        return 0;
}

/* What has been asked for, and what is needed until it is done. */
struct invocation {
        const struct static_arguments *arguments;
        struct static_targets targets;
        struct features why;
        char **with, **preload;
        struct loader *loader;
        struct store *store;          /* NULL: none is wanted */
        struct static_store *results; /* for it */
        struct summary_cache cache;   /* of the store */
        struct library *library;
        struct static_output *output;
        struct progress_display *display;
        double begin;
        size_t refused;
};

static void invocation_clear(struct invocation *invocation)
{
        static_targets_clear(&invocation->targets);
        features_clear(&invocation->why);
        strings_free(invocation->with);
        strings_free(invocation->preload);
        library_free(invocation->library);
        loader_free(invocation->loader);
        static_store_free(invocation->results);
        store_close(invocation->store);
        static_output_free(invocation->output);
        progress_display_free(invocation->display);
}

static bool is_many(const struct invocation *invocation)
{
        return invocation->arguments->all || invocation->targets.items.count > 1;
}

static int check(const struct static_arguments *arguments, const struct operands *operands,
        struct error *error)
{
        if (operands->command)
                return error_set(error, EINVAL, "there is no program to start: take away the --");
        if (operands->count == 0)
                return error_set(error, EINVAL, "no file to look at: see loupe static --help");
        return result_arguments_check(&arguments->result, error);
}

/* Options that are about one file. */
static int check_single(const struct invocation *invocation, struct error *error)
{
        const struct static_arguments *arguments = invocation->arguments;
        const char *option = arguments->result.csv    ? "--csv"
                             : arguments->application ? "--app"
                             : arguments->workload    ? "--workload"
                             : arguments->objects     ? "--objects"
                                                      : NULL;

        return option && is_many(invocation)
                       ? error_set(error, EINVAL, "%s goes with one BINARY only", option)
                       : 0;
}

/* Reads what the command line asks for. */
static int prepare(
        struct invocation *invocation, const struct operands *operands, struct error *error)
{
        const struct static_arguments *arguments = invocation->arguments;
        const struct loader_options loading = {arguments->root, arguments->library_path};
        struct static_target_options options = {
                .folders = arguments->all,
                .root = arguments->root,
                .application = arguments->application,
                .workload = arguments->workload,
        };
        int r;

        r = check(arguments, operands, error);
        if (r == 0)
                r = loader_new(&loading, &invocation->loader, error);
        options.loader = invocation->loader;
        if (r == 0)
                r = parse_why(&arguments->why, &invocation->why, error);
        if (r == 0)
                r = copy_list(&arguments->with, &invocation->with, error);
        if (r == 0)
                r = copy_list(&arguments->preload, &invocation->preload, error);
        if (r == 0)
                r = static_targets_find(operands, &options, &invocation->targets, error);
        if (r == 0)
                r = check_single(invocation, error);
        return r;
}

static void tell_progress(void *context, const struct static_progress *ended)
{
        struct invocation *invocation = context;
        const double elapsed = clock_seconds() - invocation->begin;
        const struct progress progress = {
                .phase = PHASE_STATIC,
                .done = ended->ended,
                .expected = ended->count,
                .elapsed = elapsed,
                .remaining = elapsed * (1 - ended->share) / ended->share,
        };

        if (invocation->display)
                progress_display_update(&progress, invocation->display);
}

/* Takes down one result, or tells why there is none. */
static int take(void *context, const struct static_outcome *outcome, struct error *error)
{
        struct invocation *invocation = context;
        int r;

        if (!outcome->result) {
                if (invocation->display)
                        progress_display_hide(invocation->display);
                message_error(VERB, outcome->problem);
                invocation->refused++;
        }
        r = static_output_add(invocation->output, outcome, error);
        if (r == 0 && invocation->results) {
                r = static_store_keep(invocation->results, outcome, error);
                if (r < 0)
                        error_prefix(error, r, "storing the results");
        }
        return r;
}

/* "1,402 files in 41.2 s; 312 objects analysed, 900 from the database; …" */
static void tell_figures(const struct invocation *invocation)
{
        const struct library_figures figures = library_figures(invocation->library);
        struct rusage usage;

        if (invocation->arguments->quiet || !is_many(invocation))
                return;
        getrusage(RUSAGE_SELF, &usage);
        fprintf(stderr,
                "%zu file%s in %.1f s; %u object%s analysed (%.1f MiB of code), %u known from the "
                "database; peak memory %.1f MiB\n",
                invocation->targets.items.count, plural(invocation->targets.items.count),
                clock_seconds() - invocation->begin, figures.analysed, plural(figures.analysed),
                (double)figures.code / (1 << 20), figures.cached, (double)usage.ru_maxrss / 1024);
}

static bool needs_features(const struct invocation *invocation)
{
        const struct feature *feature;

        vector_for_each(feature, &invocation->why.items)
                if (feature->kind != FEATURE_SYSCALL)
                        return true;
        return invocation->arguments->features;
}

/* What is found out in another way than usual is not what the application could do here. */
static bool is_partial(const struct static_arguments *arguments)
{
        return arguments->post_init || arguments->no_modules;
}

static int carry_out(struct invocation *invocation, struct error *error)
{
        const struct static_arguments *arguments = invocation->arguments;
        const struct static_run run = {
                .targets = &invocation->targets,
                .library = invocation->library,
                .loader = invocation->loader,
                .reach = {.features = needs_features(invocation),
                        .post_init = arguments->post_init},
                .root = arguments->root,
                .library_path = arguments->library_path,
                .with = invocation->with,
                .preload = invocation->preload,
                .no_modules = arguments->no_modules,
                .witnesses = arguments->result.json || invocation->why.items.count > 0,
                .lines = arguments->result.json && is_many(invocation),
                .digests = invocation->results,
                .jobs = arguments->jobs ? arguments->jobs : parallel_processors(),
                .done = take,
                .progress = tell_progress,
                .context = invocation,
        };

        invocation->begin = clock_seconds();
        if (!arguments->quiet && is_many(invocation))
                invocation->display = progress_display_new(stderr, terminal_is(stderr), false);
        return static_run_carry_out(&run, error);
}

static int open_output(struct invocation *invocation, struct error *error)
{
        const struct static_output_options options = {
                .result = &invocation->arguments->result,
                .why = invocation->why.items.items,
                .why_count = invocation->why.items.count,
                .objects = invocation->arguments->objects,
                .many = is_many(invocation),
        };

        return static_output_new(&options, &invocation->output, error);
}

/* What cannot be stored is told before the work begins. */
static int open_store(struct invocation *invocation, struct error *error)
{
        const struct static_arguments *arguments = invocation->arguments;
        int r;

        if (arguments->no_database)
                return 0;
        r = database_open(&arguments->database, STORE_CREATE, &invocation->store, error);
        if (r < 0)
                return error_prefix(
                        error, r, "the result could not be stored (--no-db does without)");
        if (is_partial(arguments))
                return 0;
        invocation->results = static_store_new(invocation->store);
        return invocation->results ? 0 : error_errno(error, ENOMEM, "static analysis");
}

static int open_library(struct invocation *invocation, struct error *error)
{
        const bool cached = invocation->store && !invocation->arguments->no_cache &&
                            store_summary_cache(invocation->store, &invocation->cache) == 0;

        invocation->library = library_new(cached ? &invocation->cache : NULL);
        return invocation->library ? 0 : error_errno(error, ENOMEM, "static analysis");
}

/* What became of the results in the database, for a person who has just seen them. */
static void tell_stored(
        const struct invocation *invocation, const struct static_store_report *report)
{
        const char *name = store_name(invocation->store);

        if (invocation->arguments->quiet)
                return;
        if (is_many(invocation))
                fprintf(stderr, "%zu result%s stored in %s, %zu of them new\n", report->stored,
                        plural(report->stored), name, report->new);
        else if (report->different > 0)
                fprintf(stderr, "Stored in %s, beside another result for the same file\n", name);
        else if (report->new > 0)
                fprintf(stderr, "Stored in %s\n", name);
        else if (report->stored > 0)
                fprintf(stderr, "The same result is there already: %s\n", name);
}

static int store_results(struct invocation *invocation, struct error *error)
{
        struct static_store_report report;
        int r;

        if (!invocation->results)
                return 0;
        r = static_store_commit(invocation->results, &report, error);
        if (r < 0)
                return error_prefix(error, r, "storing the results");
        tell_stored(invocation, &report);
        return 0;
}

static int static_main(const void *values, const struct operands *operands, struct error *error)
{
        CLEANUP(invocation_clear) struct invocation invocation = {.arguments = values};
        int r;

        r = prepare(&invocation, operands, error);
        if (r < 0)
                return r;
        r = open_store(&invocation, error);
        if (r == 0)
                r = open_library(&invocation, error);
        if (r == 0)
                r = open_output(&invocation, error);
        if (r == 0)
                r = carry_out(&invocation, error);
        invocation.display = progress_display_free(invocation.display);
        if (r == 0)
                r = static_output_finish(invocation.output, &invocation.targets, error);
        if (r < 0)
                return r;
        r = store_results(&invocation, error);
        if (r < 0)
                return r;
        tell_figures(&invocation);
        return invocation.refused > 0 && !invocation.arguments->all ? STATUS_REFUSED : 0;
}

const struct verb verb_static = {
        .name = "static",
        .summary = "tell what system calls programs could make, without running them",
        .usage =
                (const char *const[]){
                        "[options] BINARY...",
                        "[options] WORKLOAD.yaml...",
                        "--all [options] FOLDER...",
                        NULL,
                },
        .description =
                "Reads an executable and all objects that are loaded with it, and tells which "
                "system calls their code can reach: what is not told, the program cannot call, "
                "unless the result says that it is not complete, and why. What it does call is "
                "what the other commands find out. A library counts as a program that calls all "
                "its functions. Of a workload file the executable is looked at.\n"
                "\n"
                "BINARY is a path, or a name that PATH finds. With --root it is a path within "
                "that folder, or one as it is seen from there.\n"
                "\n"
                "One file is told of in full; several are a table with a line for each. Files of "
                "folders that are no ELF files are only counted, and so are further names of the "
                "same file.\n"
                "\n"
                "Results go into the database, where `loupe show` sets them beside what "
                "applications use, and with them what was found out about each object, so that "
                "a library is analysed once.\n"
                "\n"
                "The exit status is 0; 1 where a BINARY was refused: no ELF file, of another "
                "machine, or damaged (with --all that is told only); or 2 where something else "
                "went wrong.",
        .groups = static_groups,
        .defaults = &static_defaults,
        .options_size = sizeof(static_defaults),
        .failure = 2,
        .main = static_main,
};
