/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "cli/database-arguments.h"
#include "cli/result-arguments.h"
#include "report/difference.h"
#include "report/terminal.h"
#include "store/result.h"

struct diff_options {
        struct database_arguments database;
        struct result_arguments result;
        bool every;
        bool quiet;
};

static const struct diff_options diff_defaults = {};

static const struct option result_options[] = {
        RESULT_OPTIONS,
        {},
};

static const struct option side_options[] = {
        {"every", .kind = OPTION_FLAG, .offset = offsetof(struct diff_options, every),
                .help = "take every result that fits; without it only the last of an application "
                        "and a kind of workload counts"},
        {"quiet", 'q', OPTION_FLAG, offsetof(struct diff_options, quiet),
                .help = "no notes on which of several results was taken"},
        {},
};

static const struct option_group diff_groups[] = {
        {"Result", result_options, offsetof(struct diff_options, result)},
        {"Selection", side_options},
        {"Database", database_options, offsetof(struct diff_options, database)},
        {},
};

/* One side as it was loaded. */
struct side {
        const char *asked;
        struct collection *collection;
        struct findings findings; /* of all that fits, merged; by its own catalogue's numbers */
};

static void side_clear(struct side *side)
{
        collection_free(side->collection);
        findings_clear(&side->findings);
}
#define CLEANUP_SIDE CLEANUP(side_clear)

/* Loads the side `name` from what was asked for. `side` is to be cleared in either case. */
static int load_side(struct store *store, const char *name, const char *asked,
        const struct diff_options *options, struct side *side, struct error *error)
{
        CLEANUP_SELECTION struct selection selection = {};
        CLEANUP_STRINGS char **notes = NULL;
        int r;

        side->asked = asked;
        r = selection_parse(asked, &selection, error);
        if (r < 0)
                return r;
        selection.every = options->every;
        r = store_load(store, &selection, &side->collection, &notes, error);
        if (r < 0)
                return r;
        if (side->collection->datasets.count == 0)
                return refuse_selection(store, &selection, asked, error);
        if (!options->quiet)
                tell_choices(name, notes);
        r = collection_merge(side->collection, &side->findings);
        return r < 0 ? error_errno(error, -r, "%s", asked) : 0;
}

struct written {
        const struct comparison *comparison;
        enum feature_spelling spelling;
};

static int write_text(const void *what, FILE *stream)
{
        const struct written *written = what;
        const struct usage_options options = {
                .spelling = written->spelling,
                .text = {.color = terminal_color(stream), .width = terminal_width(stream)},
        };

        return report_difference_text(written->comparison, &options, stream);
}

static int write_json(const void *what, FILE *stream)
{
        const struct written *written = what;
        const struct usage_options options = {.spelling = written->spelling};

        return report_difference_json(written->comparison, &options, stream);
}

static const struct result_writers writers = {
        .text = write_text,
        .json = write_json,
};

/* Compares what was loaded, by the numbers of A's catalogue, and writes the reports. */
static int compare_sides(const struct diff_options *options, const struct side *a,
        const struct side *b, struct error *error)
{
        CLEANUP_DIFFERENCE struct difference difference = {};
        CLEANUP_FINDINGS struct findings renumbered = {};
        const struct comparison comparison = {
                .a = {a->asked, a->collection},
                .b = {b->asked, b->collection},
                .catalogue = a->collection->catalogue,
                .difference = &difference,
        };
        const struct written written = {&comparison, result_spelling(&options->result)};
        int r;

        r = findings_renumber(
                &b->findings, b->collection->catalogue, a->collection->catalogue, &renumbered);
        if (r == 0)
                r = findings_compare(&a->findings, &renumbered, &difference);
        if (r < 0)
                return error_errno(error, -r, "comparing");
        return result_write(&options->result, &writers, &written, error);
}

static int diff_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct diff_options *options = values;
        CLEANUP_STORE struct store *store = NULL;
        CLEANUP_SIDE struct side a = {}, b = {};
        int r;

        if (operands->count != 2 || operands->command)
                return error_set(error, EINVAL,
                        "two selections are needed, such as redis/bench redis/suite: see loupe "
                        "diff --help");
        r = result_arguments_check(&options->result, error);
        if (r == 0)
                r = database_open(&options->database, STORE_READ, &store, error);
        if (r == 0)
                r = load_side(store, "A", operands->words[0], options, &a, error);
        if (r == 0)
                r = load_side(store, "B", operands->words[1], options, &b, error);
        return r < 0 ? r : compare_sides(options, &a, &b, error);
}

const struct verb verb_diff = {
        .name = "diff",
        .summary =
                "tell what one application, version, libc or workload needs and another does not",
        .usage = (const char *const[]){"[options] A B", NULL},
        .description =
                "Compares two selections of what the database holds: which features only A uses, "
                "which only B uses, and where both use one with different verdicts, those that A "
                "requires and B does not first. Where several results fit a side, they are merged: "
                "what one requires is required.\n"
                "\n"
                "A side is an application, or all, and what narrows it down, with commas in "
                "between: workload=bench, suite, health or a name; version=, libc= and run= with "
                "the beginning of each. redis/suite is short for redis,workload=suite.\n"
                "\n"
                "  loupe diff redis/bench redis/suite\n"
                "  loupe diff redis,version=6 redis,version=7\n"
                "  loupe diff all,libc=glibc all,libc=musl\n"
                "\n"
                "The exit status is 0 whether they differ or not, and 2 where nothing fits a side "
                "or something went wrong.",
        .groups = diff_groups,
        .defaults = &diff_defaults,
        .options_size = sizeof(diff_defaults),
        .failure = 2,
        .main = diff_main,
};
