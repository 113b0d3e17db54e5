/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/plan-input.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/io.h"
#include "base/strings.h"
#include "cli/message.h"

/* Debian's whole by_inst has some 20 MB. */
#define FILE_SIZE_MAX (256u << 20)

/* What --weights says instead of a file. */
#define POPCON "popcon"

/* A share of 1 in thousandths of the weight 1000. */
#define POPCON_SCALE 1000000

#define FIELD(name) .offset = offsetof(struct plan_input_arguments, name)

const struct option plan_input_options[] = {
        {"weights", .kind = OPTION_STRING, FIELD(weights), .placeholder = "popcon|FILE",
                .help = "how much each application counts: by the machines of a thousand that have "
                        "it (--popcon), or by CSV with rows of application,weight (1 for those not "
                        "named)"},
        {"costs", .kind = OPTION_STRING, FIELD(costs), .placeholder = "FILE",
                .help = "what implementing costs: CSV with rows of call,cost (1 for those not "
                        "named)"},
        {"order", .kind = OPTION_STRING, FIELD(order), .placeholder = "FILE",
                .help = "which application comes first among equals: a name a line; the rest "
                        "follows by name"},
        {},
};

struct input_file {
        const char *path;
        char *text; /* owned */
        size_t size;
};

static void input_file_clear(struct input_file *file)
{
        free(file->text);
}
#define CLEANUP_INPUT_FILE CLEANUP(input_file_clear)

static int read_input(const char *path, struct input_file *ret, struct error *error)
{
        int r = read_file(path, FILE_SIZE_MAX, &ret->text, &ret->size);

        ret->path = path;
        return r < 0 ? error_errno(error, -r, "%s", path) : 0;
}

/* Applications that the contest does not know weigh nothing. */
static int weights_from_popularity(const struct popularity *popularity,
        const struct collection *collection, uint64_t **ret, struct error *error)
{
        size_t count = collection->datasets.count, unknown = 0;
        CLEANUP_FREE uint64_t *weights = calloc(count + 1, sizeof(*weights));
        CLEANUP_FREE char *note = NULL;
        const char *name;
        double share;

        if (!weights)
                return error_errno(error, ENOMEM, "reading weights");
        for (size_t i = 0; i < count; i++) {
                name = collection->datasets.items[i].application;
                share = popularity_share(popularity, popularity_package(popularity, name));
                weights[i] = (uint64_t)(share * POPCON_SCALE + 0.5);
                unknown += share <= 0;
        }
        if (unknown > 0) {
                note = string_format("%zu of %zu applications are no package of the popularity "
                                     "contest's: they weigh nothing",
                        unknown, count);
                if (!note)
                        return error_errno(error, ENOMEM, "reading weights");
                message_note(note);
        }
        *ret = steal_pointer(weights);
        return 0;
}

static int read_weights(const char *text, const struct popularity *popularity,
        const struct known_applications *known, uint64_t **ret, struct error *error)
{
        CLEANUP_INPUT_FILE struct input_file file = {};
        int r;

        if (strcmp(text, POPCON) == 0 && !popularity)
                return error_set(error, EINVAL,
                        "--weights popcon needs --popcon FILE, or --weights ./popcon if a file of "
                        "that name is meant");
        if (strcmp(text, POPCON) == 0)
                return weights_from_popularity(popularity, known->collection, ret, error);
        r = read_input(text, &file, error);
        return r < 0 ? r : weights_parse(text, file.text, file.size, known, ret, error);
}

static int read_costs(
        const char *path, const struct catalogue *catalogue, uint64_t **ret, struct error *error)
{
        CLEANUP_INPUT_FILE struct input_file file = {};
        int r = read_input(path, &file, error);

        return r < 0 ? r : costs_parse(path, file.text, file.size, catalogue, ret, error);
}

static int read_order(
        const char *path, const struct known_applications *known, char ***ret, struct error *error)
{
        CLEANUP_INPUT_FILE struct input_file file = {};
        int r = read_input(path, &file, error);

        return r < 0 ? r : order_parse(path, file.text, file.size, known, ret, error);
}

int plan_input_read(const struct plan_input_arguments *arguments,
        const struct popularity *popularity, const struct known_applications *known,
        struct plan_input *ret, struct error *error)
{
        CLEANUP_PLAN_INPUT struct plan_input input = {};
        int r = 0;

        if (popularity && (!arguments->weights || strcmp(arguments->weights, POPCON) != 0))
                return error_set(
                        error, EINVAL, "--popcon tells something with --weights popcon only");
        if (arguments->weights)
                r = read_weights(arguments->weights, popularity, known, &input.weights, error);
        if (r == 0 && arguments->costs)
                r = read_costs(arguments->costs, known->collection->catalogue, &input.costs, error);
        if (r == 0 && arguments->order)
                r = read_order(arguments->order, known, &input.order, error);
        if (r < 0)
                return r;
        *ret = input;
        input = (struct plan_input){};
        return 0;
}

void plan_input_clear(struct plan_input *input)
{
        free(input->weights);
        free(input->costs);
        strings_free(input->order);
        *input = (struct plan_input){};
}
