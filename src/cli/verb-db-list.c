/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>

#include "base/strings.h"
#include "cli/database-arguments.h"
#include "report/contents.h"
#include "report/output.h"
#include "report/terminal.h"

struct db_list_options {
        struct database_arguments database;
        const char *output; /* file or "-" */
        const char *json;   /* file or "-" */
};

static const struct db_list_options db_list_defaults = {};

#define FIELD(name) .offset = offsetof(struct db_list_options, name)

static const struct option list_options[] = {
        {"output", 'o', OPTION_STRING, FIELD(output), .placeholder = "FILE|-",
                .help = "write the text here (default: standard output, unless --json is given)"},
        {"json", .kind = OPTION_STRING, FIELD(json), .placeholder = "FILE|-",
                .help = "write the list as JSON; - is standard output"},
        {},
};

static const struct option_group db_list_groups[] = {
        {"Result", list_options},
        {"Database", database_options, offsetof(struct db_list_options, database)},
        {},
};

/* output_write() has no place for the message of what it calls. */
struct listed {
        struct store *store;
        struct error *error;
};

static int write_text(const void *what, FILE *stream)
{
        const struct listed *listed = what;

        return report_contents_text(listed->store, terminal_color(stream), stream, listed->error);
}

static int write_json(const void *what, FILE *stream)
{
        const struct listed *listed = what;

        return report_contents_json(listed->store, stream, listed->error);
}

static int write_to(const char *path, int (*write)(const void *what, FILE *stream),
        const struct listed *listed, struct error *error)
{
        struct error problem = {};
        int r = output_write(path, write, listed, &problem);

        /* The database's message says more than that something went wrong. */
        if (r < 0 && !error->message[0])
                return error_set(error, -r, "%s", problem.message);
        return r;
}

static int db_list_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct db_list_options *options = values;
        CLEANUP_STORE struct store *store = NULL;
        struct listed listed = {.error = error};
        const char *text = options->output || options->json ? options->output : "-";
        int r;

        if (operands->count > 0 || operands->command)
                return error_set(error, EINVAL,
                        "nothing but options is wanted: see loupe db list "
                        "--help");
        r = database_open(&options->database, STORE_READ, &store, error);
        listed.store = store;
        if (r == 0 && options->json)
                r = write_to(options->json, write_json, &listed, error);
        if (r == 0 && text)
                r = write_to(text, write_text, &listed, error);
        return r;
}

const struct verb verb_db_list = {
        .name = "db list",
        .summary = "list what is in the database",
        .usage = (const char *const[]){"[--db FILE] [-o FILE|-] [--json FILE|-]", NULL},
        .description =
                "A line for each result, by application, kind of workload and workload, the oldest "
                "first: of those of one application and kind the last one counts in queries. Then "
                "results of static analyses, and profiles of operating systems. What they found is "
                "told by `loupe show` and `loupe os show`.",
        .groups = db_list_groups,
        .defaults = &db_list_defaults,
        .options_size = sizeof(db_list_defaults),
        .failure = 2,
        .main = db_list_main,
};
