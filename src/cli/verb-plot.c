/* SPDX-License-Identifier: BSD-3-Clause */
/* `loupe plot FIGURE …`: a verb for each figure, which differ in their options and are otherwise
 * one. */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "base/strings.h"
#include "cli/database-arguments.h"
#include "cli/message.h"
#include "cli/plot-source.h"
#include "cli/profile-argument.h"
#include "plot/figure.h"
#include "plot/gnuplot.h"
#include "report/output.h"

struct plot_arguments {
        enum figure_name figure;
        struct database_arguments database;
        struct selection_arguments selection;
        struct popularity_arguments popularity;
        struct option_list os;
        unsigned strategies;
        bool equivalents;
        bool partial_missing;
        unsigned top;
        enum figure_axis axis;
        const char *output;
        enum plot_format format; /* PLOT_FORMAT_COUNT: not given */
        const char *csv;         /* file or "-" */
        const char *script;      /* file or "-" */
};

#define FIELD(name) .offset = offsetof(struct plot_arguments, name)

static const char *format_word(unsigned value)
{
        return plot_format_name(value);
}

static const char *axis_word(unsigned value)
{
        return figure_axis_name(value);
}

/* One strategy by its name, as a bit. */
static int parse_strategy(const char *name, unsigned *strategies, struct error *error)
{
        struct nearest nearest = {.wanted = name};

        for (enum strategy i = 0; i < STRATEGY_COUNT; i++) {
                if (strcmp(name, strategy_name(i)) == 0) {
                        *strategies |= 1u << i;
                        return 0;
                }
                nearest_consider(&nearest, strategy_name(i));
        }
        if (nearest.word)
                return error_set(error, EINVAL, "there is no strategy '%s': did you mean '%s'?",
                        name, nearest.word);
        return error_set(error, EINVAL,
                "there is no strategy '%s': there are greedy, optimal and published", name);
}

/* "greedy,optimal", "all", as bits. */
static int parse_strategies(const char *text, void *ret, struct error *error)
{
        CLEANUP_STRINGS char **names = strings_split(text, ',');
        unsigned strategies = 0;
        int r = 0;

        if (!names)
                return error_errno(error, ENOMEM, "reading the strategies");
        if (string_equal(text, "all"))
                strategies = (1u << STRATEGY_COUNT) - 1;
        for (size_t i = 0; r == 0 && strategies != (1u << STRATEGY_COUNT) - 1 && names[i]; i++)
                r = parse_strategy(names[i], &strategies, error);
        if (r < 0)
                return r;
        if (strategies == 0)
                return error_set(error, EINVAL, "no strategy is named");
        *(unsigned *)ret = strategies;
        return 0;
}

static const struct option top_options[] = {
        {"top", .kind = OPTION_UNSIGNED, FIELD(top), .placeholder = "N", .minimum = 1,
                .maximum = FIGURE_TOP_MAX,
                .help = "show at most so many results: those that require most (default: 200 in a "
                        "histogram, 150 in a heatmap)"},
        {},
};

static const struct option timeline_options[] = {
        {"by", .kind = OPTION_CHOICE, FIELD(axis), .placeholder = "auto|date|version",
                .word = axis_word, .maximum = FIGURE_AXIS_COUNT - 1,
                .help = "order results by the date of their measurement, or by the version of the "
                        "application (default: auto, by date where all dates are known and they "
                        "differ)"},
        {},
};

static const struct option plan_options[] = {
        {"os", .kind = OPTION_LIST, FIELD(os), .placeholder = "PROFILE,...",
                .help = "draw plans for these operating systems, several with commas in between: "
                        "profiles by name or path, or none (the default)"},
        {"strategy", .kind = OPTION_PARSED, FIELD(strategies),
                .placeholder = "greedy|optimal|published|all", .parse = parse_strategies,
                .help = "draw plans by these strategies, several with commas in between (default: "
                        "all for one operating system, greedy for several)"},
        {"equivalents", .kind = OPTION_FLAG, FIELD(equivalents),
                .help = "let one call stand for another that does the same, such as openat for "
                        "open"},
        {"partial-missing", .kind = OPTION_FLAG, FIELD(partial_missing),
                .help = "take what the profile calls partial as missing (default: as supported)"},
        {},
};

static const struct option output_options[] = {
        {"output", 'o', OPTION_STRING, FIELD(output), .placeholder = "FILE.svg|.png|.pdf|-",
                .help = "draw into this file (default: one in the current folder that is named "
                        "after the figure, unless --csv or --script is given)"},
        {"format", .kind = OPTION_CHOICE, FIELD(format), .placeholder = "svg|png|pdf",
                .word = format_word, .maximum = PLOT_FORMAT_COUNT - 1,
                .help = "draw in this format (default: as the file's name ends, else svg)"},
        {"csv", .kind = OPTION_STRING, FIELD(csv), .placeholder = "FILE|-",
                .help = "write the data behind the figure as CSV; - is standard output"},
        {"script", .kind = OPTION_STRING, FIELD(script), .placeholder = "FILE|-",
                .help = "write the script for gnuplot, data included, to be changed by hand; - is "
                        "standard output"},
        {},
};

#define OUTPUT_GROUP                     \
        {                                \
                "Output", output_options \
        }
#define DATABASE_GROUP                                                                  \
        {                                                                               \
                "Database", database_options, offsetof(struct plot_arguments, database) \
        }
#define SELECTION_GROUP                                                                    \
        {                                                                                  \
                "Selection", selection_options, offsetof(struct plot_arguments, selection) \
        }

static const struct option_group plain_groups[] = {
        OUTPUT_GROUP, SELECTION_GROUP, DATABASE_GROUP, {}};
static const struct option_group completeness_groups[] = {OUTPUT_GROUP, SELECTION_GROUP,
        {"Popularity", popularity_options, offsetof(struct plot_arguments, popularity)},
        DATABASE_GROUP, {}};
static const struct option_group top_groups[] = {
        {"Figure", top_options}, OUTPUT_GROUP, SELECTION_GROUP, DATABASE_GROUP, {}};
static const struct option_group timeline_groups[] = {
        {"Figure", timeline_options}, OUTPUT_GROUP, SELECTION_GROUP, DATABASE_GROUP, {}};
static const struct option_group plan_groups[] = {
        {"Figure", plan_options}, OUTPUT_GROUP, SELECTION_GROUP, DATABASE_GROUP, {}};

/* What is to be written, and where. */
struct plot {
        const struct figure *figure;
        const struct figure_data *data;
        const char *csv, *script; /* NULL: not asked for */
        char *output;             /* of the figure; NULL: not asked for */
        enum plot_format format;
};

static int write_csv(const void *what, FILE *stream)
{
        const struct plot *plot = what;

        return figure_csv(plot->data, stream);
}

struct text {
        char *content;
        size_t size;
};

static int write_script(const void *what, FILE *stream)
{
        const struct text *text = what;

        return fwrite(text->content, 1, text->size, stream) == text->size ? 0 : -EIO;
}

/* What gnuplot said although it has drawn, a line a note. */
static int tell_said(const char *said)
{
        CLEANUP_STRINGS char **lines = said ? strings_split(said, '\n') : NULL;

        if (said && !lines)
                return -ENOMEM;
        for (size_t i = 0; lines && lines[i]; i++) {
                CLEANUP_FREE char *note =
                        string_format("gnuplot says: %s", lines[i] + strspn(lines[i], " \t"));

                if (!note)
                        return -ENOMEM;
                message_note(note);
        }
        return 0;
}

static int draw(const struct plot *plot, const struct text *script, struct error *error)
{
        CLEANUP_OUTPUT struct output *output = NULL;
        CLEANUP_FREE char *said = NULL;
        int r;

        r = output_open(plot->output, &output, error);
        if (r == 0)
                r = gnuplot_draw(script->content, script->size, plot->format, output_stream(output),
                        &said, error);
        if (r == 0)
                r = output_commit(output, error);
        return r == 0 ? tell_said(said) : r;
}

static int write_outputs(const struct plot *plot, struct error *error)
{
        CLEANUP_FREE char *content = NULL;
        struct text script;
        int r = 0;

        if (plot->csv)
                r = output_write(plot->csv, write_csv, plot, error);
        if (r < 0 || (!plot->script && !plot->output))
                return r;
        r = figure_script(plot->figure, plot->data, plot->format, &content, &script.size);
        if (r < 0)
                return error_errno(error, -r, "%s", plot->figure->name);
        script.content = content;
        if (plot->script)
                r = output_write(plot->script, write_script, &script, error);
        if (r == 0 && plot->output)
                r = draw(plot, &script, error);
        return r;
}

/* Where the figure goes, and in what format. */
static int choose_output(
        const struct plot_arguments *arguments, struct plot *plot, struct error *error)
{
        bool given = arguments->format < PLOT_FORMAT_COUNT;
        int r = 0;

        plot->format = given ? arguments->format : PLOT_SVG;
        if (!arguments->output && (arguments->csv || arguments->script))
                return 0;
        if (arguments->output && !given && strcmp(arguments->output, "-") == 0)
                return error_set(error, EINVAL,
                        "-o - needs --format, which says what to write: svg, png or pdf");
        if (arguments->output && !given)
                r = plot_format_of_path(arguments->output, &plot->format, error);
        if (r < 0)
                return r;
        plot->output = arguments->output ? strdup(arguments->output)
                                         : string_format("%s.%s", plot->figure->name,
                                                   plot_format_name(plot->format));
        return plot->output ? 0 : error_errno(error, ENOMEM, "choosing a file");
}

static bool is_standard_output(const char *path)
{
        return path && strcmp(path, "-") == 0;
}

static int check(const struct plot_arguments *arguments, struct error *error)
{
        if (is_standard_output(arguments->output) + is_standard_output(arguments->csv) +
                        is_standard_output(arguments->script) >
                1)
                return error_set(
                        error, EINVAL, "only one of -o, --csv and --script can be standard output");
        return 0;
}

/* Loads, calculates and writes; `plot` has its outputs. */
static int plot_all(const struct plot_request *request, struct plot *plot, struct error *error)
{
        CLEANUP_PLOT_SOURCE struct plot_source *source = NULL;
        CLEANUP_FIGURE_DATA struct figure_data *data = NULL;
        CLEANUP_FREE char *note = NULL;
        int r;

        r = plot_source_load(request, &source, error);
        if (r == 0)
                r = figure_make(plot->figure, plot_source_input(source), &data, &note, error);
        if (r < 0)
                return r;
        if (note)
                message_note(note);
        plot->data = data;
        return write_outputs(plot, error);
}

static int plot_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct plot_arguments *arguments = values;
        struct plot plot = {
                .figure = &figures[arguments->figure],
                .csv = arguments->csv,
                .script = arguments->script,
        };
        CLEANUP_FREE char *applications = NULL;
        struct plot_request request = {
                .figure = plot.figure,
                .database = &arguments->database,
                .selection = &arguments->selection,
                .popularity = &arguments->popularity,
                .os = &arguments->os,
                .strategies = arguments->strategies,
                .equivalents = arguments->equivalents,
                .partial_missing = arguments->partial_missing,
                .top = arguments->top,
                .axis = arguments->axis,
        };
        int r;

        r = check(arguments, error);
        if (r == 0)
                r = applications_from_operands(operands, &applications, error);
        if (r == 0)
                r = choose_output(arguments, &plot, error);
        request.applications = applications;
        if (r == 0)
                r = plot_all(&request, &plot, error);
        if (r == 0 && plot.output && !arguments->output) {
                CLEANUP_FREE char *note = string_format("drawn into %s", plot.output);

                message_note(note ? note : "drawn");
        }
        free(plot.output);
        return r;
}

/* What is said of all figures. */
#define DRAWN_BY                                                                               \
        "\n\n"                                                                                 \
        "gnuplot draws; on Debian it is in the package gnuplot-nox. The exit status is 0, or " \
        "2 where nothing fits or something went wrong."
#define OF_CALLS " Only system calls count, neither sub-features nor files."

#define DEFAULTS(number)                                         \
        (const struct plot_arguments)                            \
        {                                                        \
                .figure = (number), .format = PLOT_FORMAT_COUNT, \
        }

static const char *const plot_usage[] = {"[options] [APP,...|all]", NULL};

const struct verb verb_plot_cumulative = {
        .name = "plot cumulative",
        .summary = "draw how many applications require and use how many calls",
        .usage = plot_usage,
        .description =
                "How common system calls are (paper, Figure 3): a point for each call, the most "
                "common first, with the share of results that require it; the same of results that "
                "use it; and, where static analyses are in the database, of those in which a "
                "binary "
                "or the sources have it. Each curve has its own order of calls, and ends where "
                "they end. A result is an application under one workload.\n\n"
                "The data has a row a rank, and for each curve CURVE_call, CURVE_results (in how "
                "many) and CURVE_share (of 1)." OF_CALLS DRAWN_BY,
        .groups = plain_groups,
        .defaults = &DEFAULTS(FIGURE_CUMULATIVE),
        .options_size = sizeof(struct plot_arguments),
        .failure = 2,
        .main = plot_main,
};

const struct verb verb_plot_histogram = {
        .name = "plot histogram",
        .summary = "draw what each application requires, and what can be stubbed or faked",
        .usage = plot_usage,
        .description =
                "A bar for each application and workload: how many calls are required, work "
                "stubbed "
                "only, work faked only, or either way. Those that require most come first.\n\n"
                "The data has a row a bar." OF_CALLS DRAWN_BY,
        .groups = top_groups,
        .defaults = &DEFAULTS(FIGURE_HISTOGRAM),
        .options_size = sizeof(struct plot_arguments),
        .failure = 2,
        .main = plot_main,
};

const struct verb verb_plot_heatmap = {
        .name = "plot heatmap",
        .summary = "draw which application requires, stubs or fakes which call",
        .usage = plot_usage,
        .description =
                "Applications over calls, coloured by the verdict; nothing where the call is not "
                "used. Calls are in the order of their importance, and applications that require "
                "most come first.\n\n"
                "The data has a row for each call that a result uses; row and rank are its place "
                "from the top and from the left, from 1 on." OF_CALLS DRAWN_BY,
        .groups = top_groups,
        .defaults = &DEFAULTS(FIGURE_HEATMAP),
        .options_size = sizeof(struct plot_arguments),
        .failure = 2,
        .main = plot_main,
};

const struct verb verb_plot_timeline = {
        .name = "plot timeline",
        .summary = "draw how the needs of an application change with time or version",
        .usage = (const char *const[]){"[options] APP", NULL},
        .description =
                "All results of one application (paper, section 5.5): how many calls each used and "
                "required, over the dates of measurement or over the versions of the application. "
                "Results whose version is not known stand under their run, before all "
                "versions.\n\n"
                "The data has a row a result; its first column is the date in seconds since the "
                "epoch, or the position of the version, from 1 on." OF_CALLS DRAWN_BY,
        .groups = timeline_groups,
        .defaults = &DEFAULTS(FIGURE_TIMELINE),
        .options_size = sizeof(struct plot_arguments),
        .failure = 2,
        .main = plot_main,
};

const struct verb verb_plot_plan = {
        .name = "plot plan",
        .summary = "draw how many applications work while a plan is carried out",
        .usage = plot_usage,
        .description =
                "Applications that work over what is implemented: a line for each operating system "
                "and strategy, and a rise for each step of the plan (see loupe plan). All "
                "workloads "
                "of an application count together, and sub-features and files count as calls "
                "do. " PROFILE_ARGUMENT_HELP "\n\n"
                "The data has a row a step, from 0 on, which is what works without any change; "
                "implemented, stubbed, faked and applications count from the start." DRAWN_BY,
        .groups = plan_groups,
        .defaults = &DEFAULTS(FIGURE_PLAN),
        .options_size = sizeof(struct plot_arguments),
        .failure = 2,
        .main = plot_main,
};

const struct verb verb_plot_completeness = {
        .name = "plot completeness",
        .summary = "draw how many applications work with how many calls implemented",
        .usage = plot_usage,
        .description =
                "The share of results whose needs are met when calls are implemented in the order "
                "of their importance, by two definitions of need: a call that is required, with "
                "which neither a stub nor a fake works; or one that does not work stubbed, as "
                "Gramine counts, which takes what works faked only as needed. With --popcon also "
                "both weighted by the machines that have a package (see loupe metrics).\n\n"
                "The data has a row for each number of calls, from 0 on, with the last of "
                "them." OF_CALLS DRAWN_BY,
        .groups = completeness_groups,
        .defaults = &DEFAULTS(FIGURE_COMPLETENESS),
        .options_size = sizeof(struct plot_arguments),
        .failure = 2,
        .main = plot_main,
};
