/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/workload-arguments.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"

static const char *mode_word(unsigned value)
{
        return workload_mode_name(value);
}

static int parse_size(const char *text, void *ret, struct error *error)
{
        return size_parse(text, ret, error);
}

#define FIELD(name) .offset = offsetof(struct workload_arguments, name)

const struct option workload_options[] = {
        {"test", 't', OPTION_STRING, FIELD(script), .placeholder = "SCRIPT",
                .help = "the test script, which exits with 0 where the program works"},
        {"mode", .kind = OPTION_CHOICE, FIELD(mode), .placeholder = "server|command",
                .word = mode_word, .maximum = WORKLOAD_MODE_COUNT - 1,
                .help = "a server is tested while it lives, a command after its end (default: "
                        "server where --ready is given, else command)"},
        {"ready", .kind = OPTION_STRING, FIELD(ready),
                .placeholder = "tcp:PORT|unix:PATH|file:PATH|log:REGEX",
                .help = "what tells that the server is ready for the test script"},
        {"timeout", .kind = OPTION_SECONDS, FIELD(timeout), .placeholder = "SECONDS",
                .help = "time that the whole unmodified run may take (default: 60)"},
        {"exit", .kind = OPTION_UNSIGNED, FIELD(exit_status), .placeholder = "STATUS",
                .maximum = 255, .help = "status with which the program must end (default: 0)"},
        {"user", .kind = OPTION_STRING, FIELD(user), .placeholder = "USER",
                .help = "run the program as this user"},
        {"directory", 'C', OPTION_STRING, FIELD(directory), .placeholder = "DIR",
                .help = "run the program in this folder (default: the current one)"},
        {"env", 'E', OPTION_LIST, FIELD(environment), .placeholder = "NAME=VALUE",
                .help = "set a variable of the program's environment; may be repeated"},
        {"consider", .kind = OPTION_LIST, FIELD(consider), .placeholder = "PATTERN",
                .help = "only processes that execute this file count, or have it as their script: "
                        "a "
                        "path, a glob, or a name without a slash; may be repeated"},
        {"memory", .kind = OPTION_PARSED, FIELD(memory), .placeholder = "SIZE", .parse = parse_size,
                .help = "limit on the memory of all its processes (default: 2G)"},
        {"disk", .kind = OPTION_PARSED, FIELD(disk), .placeholder = "SIZE", .parse = parse_size,
                .help = "limit on what it may write to the file system (default: 1G)"},
        {"processes", .kind = OPTION_UNSIGNED, FIELD(processes), .placeholder = "N", .minimum = 1,
                .maximum = 1u << 22, .help = "limit on its processes and threads (default: 1024)"},
        {},
};

/* Puts a copy of `value` in place of what `*field` holds. */
static int replace(char **field, const char *value)
{
        char *copy = strdup(value);

        if (!copy)
                return -ENOMEM;
        free(*field);
        *field = copy;
        return 0;
}

/* As replace(), with the absolute path of a file or folder that must be there. */
static int replace_path(char **field, const char *option, const char *path, struct error *error)
{
        char *absolute = realpath(path, NULL);

        if (!absolute)
                return error_errno(error, errno, "%s: %s", option, path);
        free(*field);
        *field = absolute;
        return 0;
}

static int add_environment(
        struct workload *workload, const struct option_list *environment, struct error *error)
{
        const char **variable;

        vector_for_each(variable, &environment->values) {
                if (!strchr(*variable, '=') || **variable == '=')
                        return error_set(error, EINVAL, "--env: '%s' is not NAME=VALUE", *variable);
                if (strings_add(&workload->environment, *variable) < 0)
                        return error_errno(error, ENOMEM, "--env");
        }
        return 0;
}

/* Relative paths start where the program does. */
static int set_consider(
        struct workload *workload, const struct option_list *consider, struct error *error)
{
        const char **pattern;

        if (consider->values.count == 0)
                return 0;
        strings_free(steal_pointer(workload->consider));
        vector_for_each(pattern, &consider->values) {
                int r = workload_consider(workload, workload->directory, *pattern, error);

                if (r < 0)
                        return error_prefix(error, r, "--consider");
        }
        return 0;
}

static int set_ready(struct workload *workload, const char *text, struct error *error)
{
        struct ready ready;
        int r;

        r = ready_parse(text, &ready, error);
        if (r < 0)
                return error_prefix(error, r, "--ready");
        ready_clear(&workload->ready);
        workload->ready = ready;
        workload->mode = WORKLOAD_SERVER;
        return 0;
}

static void set_numbers(struct workload *workload, const struct workload_arguments *arguments)
{
        if (arguments->mode != WORKLOAD_MODE_COUNT)
                workload->mode = arguments->mode;
        if (arguments->timeout > 0)
                workload->timeout = arguments->timeout;
        if (arguments->exit_status <= 255)
                workload->exit_status = arguments->exit_status;
        if (arguments->memory > 0)
                workload->limits.memory = arguments->memory;
        if (arguments->disk > 0)
                workload->limits.disk = arguments->disk;
        if (arguments->processes > 0)
                workload->limits.processes = arguments->processes;
}

static int apply(
        struct workload *workload, const struct workload_arguments *arguments, struct error *error)
{
        int r;

        if (arguments->script) {
                r = replace_path(&workload->script, "--test", arguments->script, error);
                if (r < 0)
                        return r;
        }
        if (arguments->directory) {
                r = replace_path(&workload->directory, "--directory", arguments->directory, error);
                if (r < 0)
                        return r;
        }
        if (arguments->user) {
                r = replace(&workload->user, arguments->user);
                if (r < 0)
                        return error_errno(error, -r, "--user");
        }
        if (arguments->ready) {
                r = set_ready(workload, arguments->ready, error);
                if (r < 0)
                        return r;
        }
        set_numbers(workload, arguments);
        r = set_consider(workload, &arguments->consider, error);
        if (r < 0)
                return r;
        return add_environment(workload, &arguments->environment, error);
}

static int workload_from_command(char *const *command, struct workload **ret, struct error *error)
{
        CLEANUP_WORKLOAD struct workload *workload = workload_new();
        int r;

        if (!*command)
                return error_set(error, EINVAL, "the command after -- is missing");
        if (!workload)
                return error_errno(error, ENOMEM, "%s", *command);
        strings_free(workload->command);
        workload->command = strings_copy(command);
        if (!workload->command)
                return error_errno(error, ENOMEM, "%s", *command);
        r = replace_path(&workload->directory, "current folder", ".", error);
        if (r < 0)
                return r;
        *ret = steal_pointer(workload);
        return 0;
}

int workload_from_arguments(const struct workload_arguments *arguments,
        const struct operands *operands, struct workload **ret, struct error *error)
{
        CLEANUP_WORKLOAD struct workload *workload = NULL;
        int r;

        if (operands->command ? operands->count != 0 : operands->count != 1)
                return error_set(
                        error, EINVAL, "wanted is either one workload file, or a command after --");
        if (operands->command)
                r = workload_from_command(operands->command, &workload, error);
        else
                r = workload_read(operands->words[0], &workload, error);
        if (r < 0)
                return r;
        r = apply(workload, arguments, error);
        if (r < 0)
                return r;
        r = workload_complete(workload, error);
        if (r < 0)
                return r;
        *ret = steal_pointer(workload);
        return 0;
}

int workload_scope(const struct workload *workload, struct scope **ret, struct error *error)
{
        int r = 0;

        *ret = NULL;
        if (workload->consider)
                r = scope_new(workload->consider, ret, error);
        return r < 0 ? error_prefix(error, r, "consider") : 0;
}

/* Adds an option and its value, which is not kept; a NULL value stands for "not given". */
static int add_words(char ***words, const char *option, const char *value)
{
        int r;

        if (!value)
                return 0;
        r = strings_add(words, option);
        return r < 0 ? r : strings_add(words, value);
}

static int add_number(char ***words, const char *option, bool given, double value)
{
        char text[32];

        snprintf(text, sizeof(text), "%.17g", value);
        return add_words(words, option, given ? text : NULL);
}

static int add_options(
        char ***words, const struct workload_arguments *arguments, const struct workload *workload)
{
        const char **variable;
        int r;

        r = add_words(words, "--test", arguments->script ? workload->script : NULL);
        if (r == 0)
                r = add_words(words, "--ready", arguments->ready);
        if (r == 0 && arguments->mode != WORKLOAD_MODE_COUNT)
                r = add_words(words, "--mode", workload_mode_name(arguments->mode));
        if (r == 0)
                r = add_number(words, "--timeout", arguments->timeout > 0, arguments->timeout);
        if (r == 0)
                r = add_number(
                        words, "--exit", arguments->exit_status <= 255, arguments->exit_status);
        if (r == 0)
                r = add_words(words, "--user", arguments->user);
        /* The command line's default is where it was given, which may be elsewhere next time. */
        if (r == 0)
                r = add_words(words, "--directory",
                        arguments->directory || !workload->source ? workload->directory : NULL);
        vector_for_each(variable, &arguments->environment.values)
                if (r == 0)
                        r = add_words(words, "--env", *variable);
        for (char **pattern = workload->consider; pattern && *pattern; pattern++)
                if (r == 0 && arguments->consider.values.count > 0)
                        r = add_words(words, "--consider", *pattern);
        if (r == 0)
                r = add_number(words, "--memory", arguments->memory > 0, arguments->memory);
        if (r == 0)
                r = add_number(words, "--disk", arguments->disk > 0, arguments->disk);
        if (r == 0)
                r = add_number(
                        words, "--processes", arguments->processes > 0, arguments->processes);
        return r;
}

char **workload_to_words(
        const struct workload_arguments *arguments, const struct workload *workload)
{
        CLEANUP_STRINGS char **words = strings_copy(NULL);
        CLEANUP_FREE char *source = NULL;

        if (!words || add_options(&words, arguments, workload) < 0)
                return NULL;
        if (workload->source) {
                source = realpath(workload->source, NULL);
                if (strings_add(&words, source ? source : workload->source) < 0)
                        return NULL;
                return steal_pointer(words);
        }
        if (strings_add(&words, "--") < 0)
                return NULL;
        for (size_t i = 0; workload->command[i]; i++)
                if (strings_add(&words, workload->command[i]) < 0)
                        return NULL;
        return steal_pointer(words);
}
