/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/completion.h"

static const struct {
        const char *shell;
        void (*write)(FILE *stream);
} shells[] = {
        {"bash", completion_bash},
        {"zsh", completion_zsh},
};

/* It has no options. */
static const struct option_group completion_groups[] = {
        {},
};

static int completion_main(const void *values, const struct operands *operands, struct error *error)
{
        (void)values;
        if (operands->count != 1 || operands->command)
                return error_set(error, EINVAL, "wanted is the name of a shell: bash or zsh");
        for (size_t i = 0; i < ARRAY_SIZE(shells); i++) {
                if (strcmp(operands->words[0], shells[i].shell) == 0) {
                        shells[i].write(stdout);
                        return 0;
                }
        }
        return error_set(
                error, EINVAL, "'%s' is not a shell it knows: bash or zsh", operands->words[0]);
}

const struct verb verb_completion = {
        .name = "completion",
        .summary = "write the script by which a shell completes loupe's commands and options",
        .usage =
                (const char *const[]){
                        "bash",
                        "zsh",
                        NULL,
                },
        .description =
                "For bash: `. <(loupe completion bash)`; for zsh put the script into a file named "
                "_loupe in a folder of $fpath. An installed loupe has both in place.",
        .groups = completion_groups,
        .main = completion_main,
        .failure = 2,
};
