/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/static-output.h"

#include <errno.h>
#include <stdlib.h>

#include "report/output.h"
#include "report/stream.h"
#include "report/terminal.h"

struct static_output {
        struct static_output_options options;
        struct output *text, *json_file; /* of many; NULL: not asked for */
        struct json_stream json;
        struct static_overview overview;
        bool any_text; /* something was written to `text` */
};

static struct static_options text_options(const struct static_output_options *options, FILE *stream)
{
        return (struct static_options){
                .spelling = result_spelling(options->result),
                .objects = options->objects,
                .why = options->why,
                .why_count = options->why_count,
                .text = {.color = terminal_color(stream), .width = terminal_width(stream)},
        };
}

/* One result and how it is to be written. */
struct single {
        const struct static_result *result;
        const struct static_output_options *options;
};

static int write_text(const void *what, FILE *stream)
{
        const struct single *single = what;
        const struct static_options options = text_options(single->options, stream);

        return report_static_text(single->result, &options, stream);
}

static int write_json(const void *what, FILE *stream)
{
        const struct single *single = what;

        return report_static_json(single->result, stream);
}

static int write_csv(const void *what, FILE *stream)
{
        const struct single *single = what;

        return report_static_csv(single->result, stream);
}

static const struct result_writers writers = {
        .text = write_text,
        .json = write_json,
        .csv = write_csv,
};

/* Which text of many is wanted, as result_write() decides for one. */
static const char *text_path(const struct result_arguments *result)
{
        return result->output || result->json ? result->output : "-";
}

static int open_many(struct static_output *output, struct error *error)
{
        const struct result_arguments *result = output->options.result;
        const char *text = text_path(result);
        int r = 0;

        if (text)
                r = output_open(text, &output->text, error);
        if (r == 0 && result->json)
                r = output_open(result->json, &output->json_file, error);
        if (r == 0 && output->json_file)
                report_static_json_begin(&output->json, output_stream(output->json_file));
        return r;
}

int static_output_new(const struct static_output_options *options, struct static_output **ret,
        struct error *error)
{
        CLEANUP_STATIC_OUTPUT struct static_output *output = calloc(1, sizeof(*output));
        int r;

        if (!output)
                return error_errno(error, ENOMEM, "writing the result");
        output->options = *options;
        r = options->many ? open_many(output, error) : 0;
        if (r < 0)
                return r;
        *ret = steal_pointer(output);
        return 0;
}

/* Ways cannot stand in a table: they are told as they come. */
static int add_ways(struct static_output *output, const struct static_result *result)
{
        FILE *stream;
        int r;

        if (!output->text || output->options.why_count == 0)
                return 0;
        stream = output_stream(output->text);
        if (output->any_text)
                fputc('\n', stream);
        output->any_text = true;
        const struct static_options options = text_options(&output->options, stream);

        r = report_static_why(result, &options, stream);
        return r;
}

static int add_to_many(struct static_output *output, const struct static_outcome *outcome)
{
        int r;

        if (!outcome->result)
                return static_overview_refuse(
                        &output->overview, outcome->target->name, outcome->problem);
        r = static_overview_add(&output->overview, outcome->result);
        if (r == 0)
                r = add_ways(output, outcome->result);
        if (r < 0 || !output->json_file)
                return r;
        report_static_json_add(&output->json, outcome->line, outcome->line_length);
        /* At once, and not when all else is done, which would be in vain. */
        return stream_result(output_stream(output->json_file));
}

int static_output_add(
        struct static_output *output, const struct static_outcome *outcome, struct error *error)
{
        const struct single single = {outcome->result, &output->options};
        const char *json = output->options.result->json;
        int r;

        if (output->options.many) {
                r = add_to_many(output, outcome);
                return r < 0 ? error_errno(error, -r, "%s",
                                       output->json_file && r != -ENOMEM ? json
                                                                         : "writing the result")
                             : 0;
        }
        return outcome->result ? result_write(output->options.result, &writers, &single, error) : 0;
}

static int finish_text(struct static_output *output, struct error *error)
{
        FILE *stream;
        int r = 0;

        if (!output->text)
                return 0;
        stream = output_stream(output->text);
        if (output->options.why_count == 0) {
                const struct static_options options = text_options(&output->options, stream);

                r = report_static_table(&output->overview, &options.text, stream);
        }
        if (r < 0)
                return error_errno(error, -r, "%s", text_path(output->options.result));
        return output_commit(output->text, error);
}

int static_output_finish(
        struct static_output *output, const struct static_targets *targets, struct error *error)
{
        int r;

        if (!output->options.many)
                return 0;
        output->overview.skipped = targets->skipped;
        output->overview.repeated = targets->repeated;
        r = finish_text(output, error);
        if (r < 0 || !output->json_file)
                return r;
        r = report_static_json_end(&output->json, &output->overview);
        if (r < 0)
                return error_errno(error, -r, "%s", output->options.result->json);
        return output_commit(output->json_file, error);
}

struct static_output *static_output_free(struct static_output *output)
{
        if (!output)
                return NULL;
        output_free(output->text);
        output_free(output->json_file);
        static_overview_clear(&output->overview);
        free(output);
        return NULL;
}
