/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/option.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/strings.h"

/* An option that was found, and the field that it fills. */
struct match {
        const struct option *option;
        void *field;
};

/* The words that remain on the command line. */
struct cursor {
        char **next;
        const struct option_group *groups;
        char *values;
        bool help; /* --help was met */
};

static const struct option *group_find(
        const struct option_group *group, const char *name, size_t length, char letter)
{
        for (const struct option *option = group->options; option->name; option++) {
                if (letter ? option->letter == letter
                           : strlen(option->name) == length &&
                                        strncmp(option->name, name, length) == 0)
                        return option;
        }
        return NULL;
}

/* Finds an option by its name of `length` letters or, where `letter` is not 0, by that. */
static bool find(const struct cursor *cursor, const char *name, size_t length, char letter,
        struct match *ret)
{
        const struct option *option;

        for (const struct option_group *group = cursor->groups; group->options; group++) {
                option = group_find(group, name, length, letter);
                if (option) {
                        *ret = (struct match){
                                .option = option,
                                .field = cursor->values + group->offset + option->offset,
                        };
                        return true;
                }
        }
        return false;
}

static int unknown_name(
        const struct option_group *groups, const char *name, size_t length, struct error *error)
{
        CLEANUP_FREE char *wanted = strndup(name, length);
        struct nearest nearest = {.wanted = wanted};

        if (!wanted)
                return error_errno(error, ENOMEM, "--%s", name);
        nearest_consider(&nearest, "help");
        for (const struct option_group *group = groups; group->options; group++) {
                for (const struct option *option = group->options; option->name; option++)
                        nearest_consider(&nearest, option->name);
        }
        if (nearest.word)
                return error_set(error, EINVAL, "there is no option --%s: did you mean --%s?",
                        wanted, nearest.word);
        return error_set(error, EINVAL, "there is no option --%s", wanted);
}

static int parse_unsigned(
        const struct option *option, const char *value, unsigned *field, struct error *error)
{
        unsigned long number;
        char *end;

        if (option->zero && strcmp(value, option->zero) == 0) {
                *field = 0;
                return 0;
        }
        errno = 0;
        number = strtoul(value, &end, 10);
        if (!isdigit((unsigned char)*value) || *end || errno || number < option->minimum ||
                number > option->maximum)
                return error_set(error, EINVAL, "'%s' is not %s%sa number from %u to %u", value,
                        option->zero ? option->zero : "", option->zero ? " or " : "",
                        option->minimum, option->maximum);
        *field = number;
        return 0;
}

static int parse_seconds(const char *value, double *field, struct error *error)
{
        double number;
        char *end;

        number = strtod(value, &end);
        if (!*value || *end || !isfinite(number) || number <= 0)
                return error_set(error, EINVAL, "'%s' is not a number of seconds above 0", value);
        *field = number;
        return 0;
}

static int parse_choice(
        const struct option *option, const char *value, unsigned *field, struct error *error)
{
        CLEANUP_STRINGS char **words = NULL;
        CLEANUP_FREE char *list = NULL;

        for (unsigned i = 0; i <= option->maximum; i++) {
                if (strcmp(option->word(i), value) == 0) {
                        *field = i;
                        return 0;
                }
                if (strings_add(&words, option->word(i)) < 0)
                        return error_errno(error, ENOMEM, "'%s'", value);
        }
        list = strings_join(words, "|");
        return error_set(error, EINVAL, "'%s' is not one of %s", value, list ? list : "the words");
}

static int assign(const struct match *match, const char *value, struct error *error)
{
        const char **item;

        switch (match->option->kind) {
        case OPTION_FLAG:
                *(bool *)match->field = true;
                return 0;
        case OPTION_STRING:
                *(const char **)match->field = value;
                return 0;
        case OPTION_LIST:
                item = vector_add(&((struct option_list *)match->field)->values);
                if (!item)
                        return error_errno(error, ENOMEM, "'%s'", value);
                *item = value;
                return 0;
        case OPTION_CHOICE:
                return parse_choice(match->option, value, match->field, error);
        case OPTION_UNSIGNED:
                return parse_unsigned(match->option, value, match->field, error);
        case OPTION_SECONDS:
                return parse_seconds(value, match->field, error);
        case OPTION_PARSED:
                return match->option->parse(value, match->field, error);
        }
        return error_set(error, EINVAL, "an option of no known kind");
}

/* `value` is what stands in the same word; NULL: the next word is taken where one is needed. */
static int take(
        struct cursor *cursor, const struct match *match, const char *value, struct error *error)
{
        const struct option *option = match->option;
        int r;

        if (option->kind == OPTION_FLAG && value)
                return error_set(error, EINVAL, "--%s takes no value", option->name);
        if (option->implied && !value) {
                *(unsigned *)match->field = option->implied;
                return 0;
        }
        if (option->kind != OPTION_FLAG && !value) {
                /* `--` is never a value: `loupe run --stub -- ls` lacks one. */
                if (!*cursor->next || strcmp(*cursor->next, "--") == 0)
                        return error_set(error, EINVAL, "--%s: %s is missing", option->name,
                                option->placeholder);
                value = *cursor->next++;
        }
        r = assign(match, value, error);
        if (r < 0)
                return error_prefix(error, r, "--%s", option->name);
        return 0;
}

static int parse_long(struct cursor *cursor, const char *word, struct error *error)
{
        const char *name = word + 2, *equals = strchr(name, '=');
        size_t length = equals ? (size_t)(equals - name) : strlen(name);
        struct match match;

        if (strcmp(name, "help") == 0) {
                cursor->help = true;
                return 0;
        }
        if (!find(cursor, name, length, 0, &match))
                return unknown_name(cursor->groups, name, length, error);
        return take(cursor, &match, equals ? equals + 1 : NULL, error);
}

static int parse_letters(struct cursor *cursor, const char *word, struct error *error)
{
        struct match match;
        int r;

        for (const char *letter = word + 1; *letter; letter++) {
                if (find(cursor, NULL, 0, *letter, &match)) {
                        if (match.option->kind != OPTION_FLAG)
                                return take(cursor, &match, letter[1] ? letter + 1 : NULL, error);
                        r = take(cursor, &match, NULL, error);
                        if (r < 0)
                                return r;
                } else if (*letter == 'h') {
                        cursor->help = true;
                        return 0;
                } else {
                        return error_set(error, EINVAL, "there is no option -%c", *letter);
                }
        }
        return 0;
}

int option_parse(const struct option_group *groups, char **argv, void *values,
        struct operands *ret_operands, bool *ret_help, struct error *error)
{
        struct cursor cursor = {.next = argv, .groups = groups, .values = values};
        struct operands operands = {.words = argv};
        char *word;
        int r = 0;

        while ((word = *cursor.next) && !cursor.help) {
                cursor.next++;
                if (strcmp(word, "--") == 0) {
                        operands.command = cursor.next;
                        break;
                }
                if (word[0] != '-' || !word[1]) {
                        /* Never past the word just read, so nothing unread is lost. */
                        argv[operands.count++] = word;
                        continue;
                }
                r = word[1] == '-' ? parse_long(&cursor, word, error)
                                   : parse_letters(&cursor, word, error);
                if (r < 0)
                        return r;
        }
        *ret_operands = operands;
        *ret_help = cursor.help;
        return 0;
}

void option_clear(const struct option_group *groups, void *values)
{
        for (const struct option_group *group = groups; group->options; group++) {
                for (const struct option *option = group->options; option->name; option++) {
                        if (option->kind == OPTION_LIST) {
                                struct option_list *list =
                                        (void *)((char *)values + group->offset + option->offset);

                                vector_clear(&list->values);
                        }
                }
        }
}
