/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>

#include "cli/help.h"
#include "report/terminal.h"

struct help_options {
        bool roff;
};

static const struct help_options help_defaults = {};

static const struct option help_options[] = {
        {"roff", .kind = OPTION_FLAG, .offset = offsetof(struct help_options, roff),
                .help = "write what the manual page says about all commands, as man(7) source"},
        {},
};

static const struct option_group help_groups[] = {
        {"Options", help_options},
        {},
};

static int help_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct help_options *options = values;
        /* Operands are not ended by NULL; no name has more than two words. */
        char *words[3] = {};
        const struct verb *verb;
        size_t count;
        int r;

        if (operands->count > (options->roff ? 0 : 2) || operands->command)
                return error_set(error, EINVAL, "wanted is the name of one command at most");
        if (options->roff) {
                help_roff(stdout);
                return 0;
        }
        if (operands->count == 0) {
                help_loupe(terminal_width(stdout), stdout);
                return 0;
        }
        memcpy(words, operands->words, operands->count * sizeof(char *));
        if (!words[1] && verb_is_family(words[0])) {
                help_family(words[0], terminal_width(stdout), stdout);
                return 0;
        }
        r = verb_find(words, &verb, &count, error);
        if (r < 0)
                return r;
        if (words[count])
                return error_set(error, EINVAL, "wanted is the name of one command at most");
        help_verb(verb, terminal_width(stdout), stdout);
        return 0;
}

const struct verb verb_help = {
        .name = "help",
        .summary = "tell about a command and its options",
        .usage =
                (const char *const[]){
                        "[COMMAND]",
                        NULL,
                },
        .description = "Without a command it lists all of them.",
        .groups = help_groups,
        .defaults = &help_defaults,
        .options_size = sizeof(help_defaults),
        .failure = 2,
        .main = help_main,
};
