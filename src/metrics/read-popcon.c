/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The table of Debian's popularity contest, by_inst:
 *
 *     #rank name              inst  vote   old recent no-files (maintainer)
 *     1     adduser         241211 215432 10331 15417    31 (Debian Adduser Developers)
 *     …
 *     -----------------------------------------------------------------
 *     189012 Total         …
 */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "metrics/popularity-table.h"

/* No country has so many machines. */
#define INSTALLS_MAX UINT64_C(1000000000000)

/* What a row has after the name, and the maintainer after that. */
static const char *const numbers[] = {"inst", "vote", "old", "recent", "no-files"};

struct word {
        const char *text;
        size_t size;
};

/* The next word of the line from `*place` on, which moves behind it; an empty one at the end. */
static struct word next_word(const char **place, const char *end)
{
        struct word word;

        while (*place < end && (**place == ' ' || **place == '\t'))
                (*place)++;
        word.text = *place;
        while (*place < end && **place != ' ' && **place != '\t')
                (*place)++;
        word.size = *place - word.text;
        return word;
}

/* Returns 0, or -EINVAL where it is no number or larger than any. */
static int parse_number(struct word word, uint64_t *ret)
{
        uint64_t number = 0;

        for (size_t i = 0; i < word.size; i++) {
                if (!isdigit((unsigned char)word.text[i]))
                        return -EINVAL;
                number = number * 10 + (word.text[i] - '0');
                if (number > INSTALLS_MAX)
                        return -EINVAL;
        }
        if (word.size == 0)
                return -EINVAL;
        *ret = number;
        return 0;
}

static bool is_line(struct word word)
{
        for (size_t i = 0; i < word.size; i++)
                if (word.text[i] != '-')
                        return false;
        return word.size >= 3;
}

static bool is_name(struct word word)
{
        for (size_t i = 0; i < word.size; i++)
                if (!isgraph((unsigned char)word.text[i]))
                        return false;
        return word.size > 0;
}

/* "# Submissions: 241234": leaves what is no such comment alone. */
static int read_comment(
        const struct text_lines *lines, struct popularity *popularity, struct error *error)
{
        static const char key[] = "Submissions:";
        const char *place = lines->line + 1, *end = lines->line + lines->size;
        struct word word = next_word(&place, end);
        char shown[TEXT_SHOWN];

        if (word.size < strlen(key) || strncasecmp(word.text, key, strlen(key)) != 0)
                return 0;
        if (popularity->submissions > 0 || popularity->packages.count > 0)
                return text_refuse(lines, error,
                        "the number of submissions is told once, before the first package");
        if (word.size > strlen(key))
                word = (struct word){word.text + strlen(key), word.size - strlen(key)};
        else
                word = next_word(&place, end);
        if (parse_number(word, &popularity->submissions) < 0 || popularity->submissions == 0)
                return text_refuse(lines, error,
                        "'%s' is no number of submissions: a number above 0",
                        text_shown(word.text, word.size, shown));
        return 0;
}

static int refuse_row(
        const struct text_lines *lines, struct error *error, const char *what, struct word word)
{
        char shown[TEXT_SHOWN];

        return text_refuse(lines, error,
                "'%s' is no %s: wanted are rank, name, inst, vote, old, recent and no-files",
                text_shown(word.text, word.size, shown), what);
}

/* `lines` stands on a row of the table. */
static int read_row(
        const struct text_lines *lines, struct popularity *popularity, struct error *error)
{
        const char *place = lines->line, *end = lines->line + lines->size;
        struct word rank = next_word(&place, end), name = next_word(&place, end), word;
        uint64_t values[ARRAY_SIZE(numbers)], number;
        struct package *package;
        char shown[TEXT_SHOWN];
        int added;

        if (parse_number(rank, &number) < 0)
                return refuse_row(lines, error, "rank", rank);
        if (!is_name(name))
                return refuse_row(lines, error, "name of a package", name);
        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
                word = next_word(&place, end);
                if (parse_number(word, &values[i]) < 0)
                        return refuse_row(lines, error, numbers[i], word);
        }
        word = next_word(&place, end);
        if (word.size > 0 && word.text[0] != '(')
                return refuse_row(lines, error, "maintainer in parentheses", word);
        added = popularity_add_package(popularity, name.text, name.size);
        if (added < 0)
                return added;
        package = &popularity->packages.items[added];
        if (package->counted)
                return text_refuse(lines, error, "'%s' has a row already",
                        text_shown(name.text, name.size, shown));
        if (popularity->submissions > 0 && values[0] > popularity->submissions)
                return text_refuse(lines, error,
                        "'%s' is on more machines (%ju) than there are submissions (%ju)",
                        text_shown(name.text, name.size, shown), (uintmax_t)values[0],
                        (uintmax_t)popularity->submissions);
        package->counted = true;
        package->installs = values[0];
        return 0;
}

/* What follows the line of dashes: nothing, or the total. */
static int read_total(struct text_lines *lines, struct error *error)
{
        const char *place;
        struct word word;

        while (text_next_line(lines)) {
                place = lines->line;
                word = next_word(&place, lines->line + lines->size);
                if (word.size == 0 || word.text[0] == '#')
                        continue;
                word = next_word(&place, lines->line + lines->size);
                if (word.size != strlen("Total") || strncasecmp(word.text, "Total", word.size) != 0)
                        return text_refuse(lines, error,
                                "behind the line of dashes nothing but the total is expected");
        }
        return 0;
}

static int read_lines(struct text_lines *lines, struct popularity *popularity, struct error *error)
{
        const char *place;
        struct word word;
        int r = 0;

        while (r == 0 && text_next_line(lines)) {
                place = lines->line;
                word = next_word(&place, lines->line + lines->size);
                if (word.size == 0)
                        continue;
                if (lines->line[0] == '#')
                        r = read_comment(lines, popularity, error);
                else if (is_line(word))
                        r = read_total(lines, error);
                else
                        r = read_row(lines, popularity, error);
        }
        return r;
}

/* Where the file does not say: as many submissions as machines have the most frequent package. */
static void count_submissions(struct popularity *popularity)
{
        const struct package *package;

        if (popularity->submissions > 0)
                return;
        vector_for_each(package, &popularity->packages)
                if (package->installs > popularity->submissions)
                        popularity->submissions = package->installs;
}

int popularity_parse(const char *path, const char *text, size_t size, struct popularity **ret,
        struct error *error)
{
        CLEANUP_POPULARITY struct popularity *popularity = calloc(1, sizeof(*popularity));
        struct text_lines lines = {.path = path, .next = text, .end = text + size};
        int r;

        if (!popularity)
                return error_errno(error, ENOMEM, "%s", path);
        r = read_lines(&lines, popularity, error);
        if (r == 0 && popularity->packages.count == 0)
                r = text_refuse(&lines, error, "there is no package in this file");
        if (r == -ENOMEM)
                return error_errno(error, ENOMEM, "%s", path);
        if (r < 0)
                return r;
        count_submissions(popularity);
        *ret = steal_pointer(popularity);
        return 0;
}
