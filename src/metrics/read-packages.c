/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Debian's lists of packages (deb822): stanzas, separated by empty lines, of fields, each a name, a
 * colon and a value that goes on in the lines below that begin with a blank.
 *
 *     Package: nginx
 *     Depends: libc6 (>= 2.34), libpcre2-8-0, iproute2 | net-tools, nginx-common (<< 1.22.1-9.1~)
 */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "metrics/popularity-table.h"

enum field {
        FIELD_PACKAGE,
        FIELD_PRE_DEPENDS,
        FIELD_DEPENDS,
        FIELD_PROVIDES,
        FIELD_COUNT,
};

static const char *const field_names[FIELD_COUNT] = {
        [FIELD_PACKAGE] = "Package",
        [FIELD_PRE_DEPENDS] = "Pre-Depends",
        [FIELD_DEPENDS] = "Depends",
        [FIELD_PROVIDES] = "Provides",
};

struct value {
        const char *text; /* NULL: there is no such field */
        const char *end;
        unsigned line; /* on which it starts */
};

struct stanza {
        struct value values[FIELD_COUNT];
        struct value *last; /* which the next line may continue; NULL: none of ours */
        unsigned line;      /* of its first field; 0: it has none yet */
};

/* A value that is read from its front on. */
struct cursor {
        struct text_lines place; /* for messages */
        const char *next;
        const char *end;
};

static struct cursor cursor_at(const struct text_lines *lines, const struct value *value)
{
        struct cursor cursor = {.place = *lines, .next = value->text, .end = value->end};

        cursor.place.number = value->line;
        return cursor;
}

static void skip_blanks(struct cursor *cursor)
{
        for (; cursor->next < cursor->end && isspace((unsigned char)*cursor->next); cursor->next++)
                if (*cursor->next == '\n')
                        cursor->place.number++;
}

static bool accept(struct cursor *cursor, char wanted)
{
        skip_blanks(cursor);
        if (cursor->next == cursor->end || *cursor->next != wanted)
                return false;
        cursor->next++;
        return true;
}

static bool is_name_byte(char byte)
{
        return isalnum((unsigned char)byte) || (byte && strchr("+-._", byte));
}

static int refuse_at(const struct cursor *cursor, struct error *error, const char *wanted)
{
        const char *line_end = memchr(cursor->next, '\n', cursor->end - cursor->next);
        char shown[TEXT_SHOWN];

        if (cursor->next == cursor->end)
                return text_refuse(&cursor->place, error, "%s is missing at the end", wanted);
        return text_refuse(&cursor->place, error, "'%s': wanted is %s",
                text_shown(cursor->next, (line_end ? line_end : cursor->end) - cursor->next, shown),
                wanted);
}

/* The name of a package. Returns 0 or -EINVAL. */
static int read_name(
        struct cursor *cursor, const char **ret_name, size_t *ret_size, struct error *error)
{
        const char *name;

        skip_blanks(cursor);
        name = cursor->next;
        if (name == cursor->end || !isalnum((unsigned char)*name))
                return refuse_at(cursor, error, "the name of a package");
        while (cursor->next < cursor->end && is_name_byte(*cursor->next))
                cursor->next++;
        *ret_name = name;
        *ret_size = cursor->next - name;
        return 0;
}

/* What restricts a name: an architecture behind a colon, "(>= 1)", "[amd64]", "<!nocheck>". */
static int skip_restrictions(struct cursor *cursor, struct error *error)
{
        static const char brackets[][2] = {{'(', ')'}, {'[', ']'}, {'<', '>'}};
        const char *name, *close;
        size_t size;
        int r;

        if (cursor->next < cursor->end && *cursor->next == ':') {
                cursor->next++;
                r = read_name(cursor, &name, &size, error);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < ARRAY_SIZE(brackets);) {
                if (!accept(cursor, brackets[i][0])) {
                        i++;
                        continue;
                }
                /* A version may hold < and >, but no bracket of its own kind. */
                close = memchr(cursor->next, brackets[i][1], cursor->end - cursor->next);
                if (!close) {
                        cursor->next = cursor->end;
                        return refuse_at(
                                cursor, error, (const char *const[]){"the )", "the ]", "the >"}[i]);
                }
                for (; cursor->next <= close; cursor->next++)
                        if (*cursor->next == '\n')
                                cursor->place.number++;
        }
        return 0;
}

static int add_alternative(struct popularity *popularity, const char *name, size_t size)
{
        int number = popularity_add_package(popularity, name, size);
        struct alternative *alternative;

        if (number < 0)
                return number;
        alternative = vector_add(&popularity->alternatives);
        if (!alternative)
                return -ENOMEM;
        *alternative = (struct alternative){.package = number};
        return 0;
}

/* "a (>= 1) | b, c:any": adds them to the alternatives. */
static int read_dependencies(
        struct cursor *cursor, struct popularity *popularity, struct error *error)
{
        const char *name;
        size_t size;
        int r;

        for (;;) {
                while (accept(cursor, ','))
                        ;
                if (cursor->next == cursor->end)
                        return 0;
                do {
                        r = read_name(cursor, &name, &size, error);
                        if (r == 0)
                                r = add_alternative(popularity, name, size);
                        if (r == 0)
                                r = skip_restrictions(cursor, error);
                        if (r < 0)
                                return r;
                } while (accept(cursor, '|'));
                popularity->alternatives.items[popularity->alternatives.count - 1].last = true;
                if (cursor->next < cursor->end && *cursor->next != ',')
                        return refuse_at(cursor, error, "a comma or |");
        }
}

/* "a, b (= 1)" */
static int read_provisions(struct cursor *cursor, struct popularity *popularity, uint32_t provider,
        struct error *error)
{
        struct provision *provision;
        const char *name;
        size_t size;
        int r;

        for (;;) {
                while (accept(cursor, ','))
                        ;
                if (cursor->next == cursor->end)
                        return 0;
                r = read_name(cursor, &name, &size, error);
                if (r == 0)
                        r = popularity_add_package(popularity, name, size);
                if (r < 0)
                        return r;
                provision = vector_add(&popularity->provisions);
                if (!provision)
                        return -ENOMEM;
                *provision = (struct provision){.name = r, .provider = provider};
                r = skip_restrictions(cursor, error);
                if (r < 0)
                        return r;
                if (cursor->next < cursor->end && *cursor->next != ',')
                        return refuse_at(cursor, error, "a comma");
        }
}

/* The number of the stanza's package, or -errno. */
static int read_package(const struct text_lines *lines, const struct stanza *stanza,
        struct popularity *popularity, struct error *error)
{
        const struct value *value = &stanza->values[FIELD_PACKAGE];
        struct text_lines first = *lines;
        struct cursor cursor;
        const char *name;
        size_t size;
        int r;

        first.number = stanza->line;
        if (!value->text)
                return text_refuse(&first, error, "this stanza has no field Package");
        cursor = cursor_at(lines, value);
        r = read_name(&cursor, &name, &size, error);
        if (r < 0)
                return r;
        skip_blanks(&cursor);
        if (cursor.next < cursor.end)
                return refuse_at(&cursor, error, "the end of the line");
        return popularity_add_package(popularity, name, size);
}

/* Of several stanzas of one package the first counts. */
static int finish_stanza(const struct text_lines *lines, struct stanza *stanza,
        struct popularity *popularity, struct error *error)
{
        size_t first = popularity->alternatives.count;
        struct package *package;
        struct cursor cursor;
        int number, r = 0;

        if (stanza->line == 0)
                return 0;
        number = read_package(lines, stanza, popularity, error);
        if (number < 0)
                return number;
        if (popularity->packages.items[number].listed) {
                *stanza = (struct stanza){};
                return 0;
        }
        for (enum field field = FIELD_PRE_DEPENDS; r == 0 && field < FIELD_COUNT; field++) {
                if (!stanza->values[field].text)
                        continue;
                cursor = cursor_at(lines, &stanza->values[field]);
                r = field == FIELD_PROVIDES ? read_provisions(&cursor, popularity, number, error)
                                            : read_dependencies(&cursor, popularity, error);
        }
        if (r < 0)
                return r;
        package = &popularity->packages.items[number];
        package->listed = true;
        package->alternatives = first;
        package->alternative_count = popularity->alternatives.count - first;
        *stanza = (struct stanza){};
        return 0;
}

/* The stanza's value of the field of that name; NULL for fields that tell us nothing. */
static struct value *find_value(struct stanza *stanza, const char *name, size_t size)
{
        for (enum field field = 0; field < FIELD_COUNT; field++)
                if (strlen(field_names[field]) == size &&
                        strncasecmp(field_names[field], name, size) == 0)
                        return &stanza->values[field];
        return NULL;
}

static int read_field(const struct text_lines *lines, struct stanza *stanza, struct error *error)
{
        const char *line = lines->line, *end = line + lines->size;
        const char *colon = memchr(line, ':', lines->size);
        char shown[TEXT_SHOWN];
        struct value *value;

        for (const char *byte = line; colon && byte < colon; byte++)
                if (!isgraph((unsigned char)*byte))
                        colon = NULL;
        if (!colon || colon == line)
                return text_refuse(lines, error,
                        "'%s' is no field: wanted are a name, a colon and a value",
                        text_shown(line, lines->size, shown));
        if (stanza->line == 0)
                stanza->line = lines->number;
        value = stanza->last = find_value(stanza, line, colon - line);
        if (!value)
                return 0;
        if (value->text)
                return text_refuse(lines, error, "a second field %s in one stanza",
                        text_shown(line, colon - line, shown));
        *value = (struct value){.text = colon + 1, .end = end, .line = lines->number};
        return 0;
}

static bool is_blank(const struct text_lines *lines)
{
        for (size_t i = 0; i < lines->size; i++)
                if (lines->line[i] != ' ' && lines->line[i] != '\t')
                        return false;
        return true;
}

static int read_line(const struct text_lines *lines, struct stanza *stanza,
        struct popularity *popularity, struct error *error)
{
        if (is_blank(lines))
                return finish_stanza(lines, stanza, popularity, error);
        if (lines->line[0] != ' ' && lines->line[0] != '\t')
                return read_field(lines, stanza, error);
        if (stanza->line == 0)
                return text_refuse(lines, error,
                        "a line that begins with a blank goes on with a field, and there is none");
        if (stanza->last)
                stanza->last->end = lines->line + lines->size;
        return 0;
}

int popularity_parse_packages(struct popularity *popularity, const char *path, const char *text,
        size_t size, struct error *error)
{
        struct text_lines lines = {.path = path, .next = text, .end = text + size};
        struct stanza stanza = {};
        bool any = false;
        int r = 0;

        while (r == 0 && text_next_line(&lines)) {
                r = read_line(&lines, &stanza, popularity, error);
                any = any || stanza.line > 0;
        }
        if (r == 0)
                r = finish_stanza(&lines, &stanza, popularity, error);
        if (r == 0 && !any)
                r = text_refuse(&lines, error, "there is no package in this file");
        if (r == 0)
                r = popularity_choose_dependencies(popularity);
        if (r == -ENOMEM)
                return error_errno(error, ENOMEM, "%s", path);
        return r;
}
