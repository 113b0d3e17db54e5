/* SPDX-License-Identifier: BSD-3-Clause */

/* Tables: a row of titles, then a row for each call with its status. */

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/csv.h"
#include "base/number.h"
#include "policy/policy.h"
#include "profile/tree.h"

enum column {
        COLUMN_NAME,
        COLUMN_NUMBER,
        COLUMN_STATUS,
        COLUMN_FILE,
        COLUMN_LINE,
        COLUMN_NOTE,
        COLUMN_ERRNO,
        COLUMN_COUNT,
};

static const struct {
        const char *title;
        enum column column;
} titles[] = {
        {"name", COLUMN_NAME},
        {"syscall", COLUMN_NAME},
        {"number", COLUMN_NUMBER},
        {"status", COLUMN_STATUS},
        {"support", COLUMN_STATUS},
        {"file", COLUMN_FILE},
        {"line", COLUMN_LINE},
        {"note", COLUMN_NOTE},
        {"errno", COLUMN_ERRNO},
};

/* What people write for the words of support_parse(). */
static const struct {
        const char *word;
        enum support support;
} synonyms[] = {
        {"full", SUPPORT_FULL},
        {"fully supported", SUPPORT_FULL},
        {"implemented", SUPPORT_FULL},
        {"complete", SUPPORT_FULL},
        {"yes", SUPPORT_FULL},
        {"y", SUPPORT_FULL},
        {"partially supported", SUPPORT_PARTIAL},
        {"partially", SUPPORT_PARTIAL},
        {"incomplete", SUPPORT_PARTIAL},
        {"limited", SUPPORT_PARTIAL},
        {"faked", SUPPORT_FAKE},
        {"dummy", SUPPORT_FAKE},
        {"ignored", SUPPORT_FAKE},
        {"stubbed", SUPPORT_STUB},
        {"unsupported", SUPPORT_MISSING},
        {"not supported", SUPPORT_MISSING},
        {"unimplemented", SUPPORT_MISSING},
        {"not implemented", SUPPORT_MISSING},
        {"none", SUPPORT_MISSING},
        {"no", SUPPORT_MISSING},
        {"n", SUPPORT_MISSING},
};

struct table_reader {
        const struct source_text *source;
        struct profile *profile;
        bool titled;                 /* the row of titles has been read */
        size_t count;                /* of columns */
        size_t places[COLUMN_COUNT]; /* of each column, from 1 on; 0: there is none */
};

static int parse_status(
        const struct csv_row *row, const char *word, enum support *ret, struct error *error)
{
        struct error what = {};

        for (size_t i = 0; i < ARRAY_SIZE(synonyms); i++)
                if (strcasecmp(word, synonyms[i].word) == 0) {
                        *ret = synonyms[i].support;
                        return 0;
                }
        return support_parse(word, ret, &what) < 0 ? csv_refuse(row, error, "%s", what.message) : 0;
}

/* The field of that column, NULL where the table has none or it is empty. */
static const char *field_of(
        const struct table_reader *reader, const struct csv_row *row, enum column column)
{
        size_t place = reader->places[column];

        return place && row->fields[place - 1][0] ? row->fields[place - 1] : NULL;
}

static bool title_find(const char *title, enum column *ret)
{
        for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
                if (strcasecmp(title, titles[i].title) == 0) {
                        *ret = titles[i].column;
                        return true;
                }
        return false;
}

/* The first row; one that begins with # is a comment unless it has titles behind it. */
static int read_titles(struct table_reader *reader, const struct csv_row *row, struct error *error)
{
        bool comment = row->fields[0][0] == '#';
        enum column column;
        const char *title;

        for (size_t i = 0; i < row->count; i++) {
                title = row->fields[i];
                if (i == 0)
                        title += strspn(title, "# ");
                if (!title_find(title, &column))
                        continue;
                if (reader->places[column])
                        return csv_refuse(row, error, "two columns are named alike: '%s'", title);
                reader->places[column] = i + 1;
        }
        if ((reader->places[COLUMN_NAME] || reader->places[COLUMN_NUMBER]) &&
                reader->places[COLUMN_STATUS]) {
                reader->titled = true;
                reader->count = row->count;
                return 0;
        }
        if (!comment)
                return csv_refuse(row, error,
                        "the first row has the titles of the columns: name or number, status, and "
                        "perhaps file, line, note, errno");
        memset(reader->places, 0, sizeof(reader->places));
        return 0;
}

/*
 * Adds the statement about what is called `name` or, where that is NULL, has that number. Both must
 * mean the same.
 */
static int add_statement(struct table_reader *reader, const struct csv_row *row, const char *name,
        const char *number, struct profile_entry *statement, struct error *error)
{
        char spelling[sizeof("syscall_") + 20];
        struct feature named;
        uint64_t value;

        if (!number)
                return profile_add_statement(reader->profile, name, statement);
        if (unsigned_parse(number, INT_MAX, &value) < 0)
                return csv_refuse(row, error, "'%s' is no number of a system call", number);
        snprintf(spelling, sizeof(spelling), "syscall_%u", (unsigned)value);
        if (feature_parse(spelling, &statement->feature, NULL) < 0)
                return csv_refuse(row, error, "there is no system call %s", number);
        if (name && feature_parse(name, &named, NULL) == 0 &&
                !feature_equal(named, statement->feature))
                return csv_refuse(row, error, "'%s' is not system call %s", name, number);
        return profile_add_entry(reader->profile, statement);
}

/* What the row says about whatever it is about. The texts belong to the row. */
static int read_statement(const struct table_reader *reader, const struct csv_row *row,
        struct profile_entry *ret, struct error *error)
{
        const char *status = field_of(reader, row, COLUMN_STATUS);
        const char *line = field_of(reader, row, COLUMN_LINE);
        const char *errnum = field_of(reader, row, COLUMN_ERRNO);
        uint64_t value = 0;
        int r;

        if (!status)
                return csv_refuse(row, error,
                        "the status is missing: supported, partial, fake, stub or missing");
        r = parse_status(row, status, &ret->support, error);
        if (r < 0)
                return r;
        if (line && unsigned_parse(line, UINT_MAX, &value) < 0)
                return csv_refuse(row, error, "'%s' is no number of a line", line);
        ret->line = value;
        ret->file = (char *)field_of(reader, row, COLUMN_FILE);
        ret->note = (char *)field_of(reader, row, COLUMN_NOTE);
        if (!ret->file) {
                ret->file = (char *)reader->source->relative;
                ret->line = row->line;
        }
        if (!errnum)
                return 0;
        ret->errnum = errno_from_name(errnum);
        if (ret->errnum == 0)
                return csv_refuse(
                        row, error, "'%s' is no errno: give a name such as EPERM", errnum);
        if (ret->support > SUPPORT_STUB)
                return csv_refuse(row, error,
                        "an errno goes with what is missing or a stub, not with what is %s",
                        support_name(ret->support));
        return 0;
}

static int read_row(void *context, const struct csv_row *row, struct error *error)
{
        struct table_reader *reader = context;
        struct profile_entry statement = {};
        const char *name, *number;
        int r;

        if (!reader->titled)
                return read_titles(reader, row, error);
        if (row->fields[0][0] == '#')
                return 0;
        if (row->count != reader->count)
                return csv_refuse(row, error, "%zu fields, where the row of titles has %zu",
                        row->count, reader->count);
        name = field_of(reader, row, COLUMN_NAME);
        number = field_of(reader, row, COLUMN_NUMBER);
        if (!name && !number)
                return csv_refuse(row, error, "the name of the system call is missing");
        r = read_statement(reader, row, &statement, error);
        return r < 0 ? r : add_statement(reader, row, name, number, &statement, error);
}

int csv_parse_profile(
        const struct source_text *source, struct profile *profile, struct error *error)
{
        static const char byte_order_mark[] = "\xef\xbb\xbf"; /* spreadsheets begin files with it */
        struct table_reader reader = {.source = source, .profile = profile};
        size_t skip = 0;
        int r;

        if (source->size >= strlen(byte_order_mark) &&
                memcmp(source->text, byte_order_mark, strlen(byte_order_mark)) == 0)
                skip = strlen(byte_order_mark);
        r = csv_read(
                source->path, source->text + skip, source->size - skip, read_row, &reader, error);
        if (r == 0 && !reader.titled)
                return source_refuse(source, 0, error,
                        "there is no row of titles: name or number, status, and perhaps file, "
                        "line, note, errno");
        return r;
}

int csv_read_profile(const char *path, struct profile *profile, struct error *error)
{
        return tree_read(path, "", csv_parse_profile, profile, error);
}
