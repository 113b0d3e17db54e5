/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb-file.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/csv.h"
#include "base/number.h"
#include "base/strings.h"
#include "workload/excerpt.h"

#define COLUMNS_MAX   5
#define ROW_TEXT_SIZE 16 /* of "1023,Y,Y,Y,Y" and its NUL */

struct table {
        const char *file;
        const char *header;
        const char *form; /* of a row, for messages */
        size_t columns;
        const char *const *titles; /* the header's fields */
};

static const char *const dynamic_titles[] = {
        "# syscall", "used", "works faked", "works stubbed", "works both"};
static const char *const static_titles[] = {"# syscall", "used"};

#define DYNAMIC_HEADER "# syscall, used, works faked, works stubbed, works both"
#define STATIC_HEADER  "# syscall, used"

static const struct table tables[LOUPEDB_TABLE_COUNT] = {
        [LOUPEDB_DYNAMIC] = {"dyn.csv", DYNAMIC_HEADER, "number,used,faked,stubbed,both",
                ARRAY_SIZE(dynamic_titles), dynamic_titles},
        [LOUPEDB_STATIC_BINARY] = {"static_binary.csv", STATIC_HEADER, "number,used",
                ARRAY_SIZE(static_titles), static_titles},
        [LOUPEDB_STATIC_SOURCES] = {"static_sources.csv", STATIC_HEADER, "number,used",
                ARRAY_SIZE(static_titles), static_titles},
};

const char *loupedb_table_file(enum loupedb_table table)
{
        return tables[table].file;
}

const char *loupedb_table_header(enum loupedb_table table)
{
        return tables[table].header;
}

/* The words behind the number by verdict; the classes in the order of the columns. */
static const char *const verdict_words[] = {
        [VERDICT_REQUIRED] = "Y,N,N,N",
        [VERDICT_STUB] = "Y,N,Y,N",
        [VERDICT_FAKE] = "Y,Y,N,N",
        [VERDICT_EITHER] = "Y,N,N,Y",
        [VERDICT_UNTESTED] = "Y,N,N,N",
        [LOUPEDB_UNUSED] = "N,N,N,N",
};

/*
 * The row as the verdict alone makes it; returns its length. Not by printf(): this is done for each
 * row of each file.
 */
static size_t row_text(
        enum loupedb_table table, unsigned number, uint8_t verdict, char buffer[ROW_TEXT_SIZE])
{
        size_t length = 0;

        for (unsigned unit = 1000; unit > 0; unit /= 10)
                if (number >= unit || unit == 1)
                        buffer[length++] = '0' + number / unit % 10;
        buffer[length++] = ',';
        strcpy(buffer + length, verdict_words[verdict]);
        if (table != LOUPEDB_DYNAMIC)
                buffer[length + 1] = '\0';
        return length + strlen(buffer + length);
}

struct reader {
        enum loupedb_table table;
        const struct table *form;
        struct loupedb_file *file;
        const char *next;  /* the first byte behind what belongs to a row */
        const char *end;   /* of the text */
        unsigned line;     /* at which `next` is, from 1 on */
        unsigned row_line; /* of the last row; 0: there was none */
};

/* Compares the names of columns, which people write in upper or lower case. */
static int check_header(const struct reader *reader, const struct csv_row *row, struct error *error)
{
        if (row->count != reader->form->columns)
                return 0; /* a comment */
        for (size_t i = 0; i < row->count; i++)
                if (strcasecmp(row->fields[i], reader->form->titles[i]) != 0)
                        return csv_refuse(row, error, "columns of other names than \"%s\"",
                                reader->form->header);
        return 0;
}

static int read_number(const struct reader *reader, const struct csv_row *row, struct error *error)
{
        unsigned due = reader->file->rows;
        char buffer[EXCERPT_SIZE];
        uint64_t number;

        if (unsigned_parse(row->fields[0], UINT64_MAX, &number) < 0)
                return csv_refuse(row, error,
                        "\"%s\" is not the number of a call; the row of call %u is due here",
                        excerpt(row->fields[0], buffer), due);
        if (number < due)
                return csv_refuse(row, error,
                        "call %s is here for the second time; the row of call %u is due",
                        row->fields[0], due);
        if (number > due)
                return csv_refuse(row, error, "call %s where call %u is due: no call is left out",
                        excerpt(row->fields[0], buffer), due);
        if (due == LOUPEDB_ROWS_MAX)
                return csv_refuse(row, error, "more than %d rows", LOUPEDB_ROWS_MAX);
        return 0;
}

static int read_words(const struct csv_row *row, bool ret[COLUMNS_MAX], struct error *error)
{
        char buffer[EXCERPT_SIZE];

        for (size_t i = 1; i < row->count; i++) {
                const char *word = row->fields[i];

                if (strcmp(word, "Y") != 0 && strcmp(word, "N") != 0)
                        return csv_refuse(row, error, "\"%s\" in column %zu is neither Y nor N",
                                excerpt(word, buffer), i + 1);
                ret[i] = *word == 'Y';
        }
        return 0;
}

static int read_classes(struct loupedb_file *file, const struct csv_row *row,
        const bool words[COLUMNS_MAX], struct error *error)
{
        bool used = words[1], faked = words[2], stubbed = words[3], both = words[4];
        unsigned marks = faked + stubbed + both;
        uint8_t *verdict = &file->verdicts[file->rows];

        if (!used) {
                *verdict = LOUPEDB_UNUSED;
                file->unused_marked += marks > 0;
                return 0;
        }
        if (marks == 2)
                return csv_refuse(row, error,
                        "two of works faked, works stubbed and works both, which exclude each "
                        "other: one Y is right, or none, or three for either");
        file->all_marked += marks == 3;
        *verdict = both      ? VERDICT_EITHER
                   : faked   ? VERDICT_FAKE
                   : stubbed ? VERDICT_STUB
                             : VERDICT_REQUIRED;
        return 0;
}

/* The start of the line with that number, which is not before the reader's. */
static const char *find_line(const struct reader *reader, unsigned line)
{
        const char *place = reader->next;

        for (unsigned i = reader->line; i < line; i++)
                place = (const char *)memchr(place, '\n', reader->end - place) + 1;
        return place;
}

static int keep_header(struct reader *reader, const char *end)
{
        if (end == reader->next)
                return 0;
        reader->file->header = strndup(reader->next, end - 1 - reader->next);
        reader->next = end;
        return reader->file->header ? 0 : -ENOMEM;
}

/* Takes the text up to the end of the row's line, and keeps it where it is not the common one. */
static int keep_row(struct reader *reader, const struct csv_row *row)
{
        struct loupedb_file *file = reader->file;
        const char *start = find_line(reader, row->line), *end;
        char common[ROW_TEXT_SIZE];
        size_t length;
        int r;

        end = memchr(start, '\n', reader->end - start);
        file->final_newline = end != NULL;
        if (!end)
                end = reader->end;
        if (file->rows == 0) {
                r = keep_header(reader, start);
                if (r < 0)
                        return r;
        }
        length = row_text(reader->table, file->rows, file->verdicts[file->rows], common);
        if ((size_t)(end - reader->next) != length || memcmp(reader->next, common, length) != 0) {
                r = loupedb_file_add_line(file, file->rows, reader->next, end - reader->next);
                if (r < 0)
                        return r;
        }
        reader->next = end + file->final_newline;
        reader->line = row->line + 1;
        return 0;
}

static int on_row(void *context, const struct csv_row *row, struct error *error)
{
        struct reader *reader = context;
        bool words[COLUMNS_MAX] = {};
        int r;

        if (row->line == reader->row_line)
                return csv_refuse(row, error,
                        "a carriage return within a line; a line ends with a line feed");
        reader->row_line = row->line;
        if (row->fields[0][0] == '#')
                return check_header(reader, row, error);
        r = read_number(reader, row, error);
        if (r < 0)
                return r;
        if (row->count != reader->form->columns)
                return csv_refuse(row, error, "%zu column%s where a row is %s", row->count,
                        plural(row->count), reader->form->form);
        r = read_words(row, words, error);
        if (r < 0)
                return r;
        if (reader->table == LOUPEDB_DYNAMIC)
                r = read_classes(reader->file, row, words, error);
        else
                reader->file->verdicts[reader->file->rows] =
                        words[1] ? VERDICT_UNTESTED : LOUPEDB_UNUSED;
        if (r == 0)
                r = keep_row(reader, row);
        if (r == 0)
                reader->file->rows++;
        return r;
}

/* What is no UTF-8 is looked for line by line, to say where. */
static int check_encoding(const char *path, const char *text, size_t size, struct error *error)
{
        const char *end = text + size, *line_end;
        unsigned number = 1;

        if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
                return error_set(error, EINVAL,
                        "%s:1: a byte order mark; the first character is # or a digit", path);
        for (const char *line = text; line < end; line = line_end, number++) {
                json_t *string;

                line_end = memchr(line, '\n', end - line);
                line_end = line_end ? line_end + 1 : end;
                for (const char *byte = line; byte < line_end; byte++) {
                        if ((unsigned char)*byte < 0x80)
                                continue;
                        string = json_stringn(line, line_end - line);
                        if (!string)
                                return error_set(
                                        error, EINVAL, "%s:%u: not UTF-8 text", path, number);
                        json_decref(string);
                        break;
                }
        }
        return 0;
}

/* What must hold when all is read; keeps what follows the last row. */
static int finish(struct reader *reader, const char *path, struct error *error)
{
        struct loupedb_file *file = reader->file;
        unsigned lines = reader->row_line;

        if (file->rows == 0)
                return error_set(error, EINVAL, "%s:%u: no row; \"%s\" of call 0 is due", path,
                        lines + 1, reader->form->form);
        if (file->rows < LOUPEDB_ROWS)
                return error_set(error, EINVAL,
                        "%s:%u: the file ends after call %u; rows up to call %d are due", path,
                        lines, file->rows - 1, LOUPEDB_ROWS - 1);
        if (reader->next == reader->end)
                return 0;
        file->final_newline = reader->end[-1] == '\n';
        return loupedb_file_add_line(
                file, file->rows, reader->next, reader->end - file->final_newline - reader->next);
}

static int parse(enum loupedb_table table, const char *path, const char *text, size_t size,
        struct loupedb_file *file, struct error *error)
{
        struct reader reader = {
                .table = table,
                .form = &tables[table],
                .file = file,
                .next = text,
                .end = text + size,
                .line = 1,
        };
        int r;

        r = check_encoding(path, text, size, error);
        if (r == 0)
                r = csv_read(path, text, size, on_row, &reader, error);
        if (r == 0)
                r = finish(&reader, path, error);
        return r;
}

int loupedb_file_parse(enum loupedb_table table, const char *path, const char *text, size_t size,
        struct loupedb_file *ret, struct error *error)
{
        CLEANUP_LOUPEDB_FILE struct loupedb_file file = {};
        int r;

        r = parse(table, path, text, size, &file, error);
        if (r == -ENOMEM)
                return error_errno(error, ENOMEM, "%s", path);
        if (r < 0)
                return r;
        *ret = file;
        file = (struct loupedb_file){};
        return 0;
}

int loupedb_file_init(enum loupedb_table table, struct loupedb_file *ret)
{
        char *header = strdup(tables[table].header);

        if (!header)
                return -ENOMEM;
        *ret = (struct loupedb_file){.rows = LOUPEDB_ROWS, .header = header, .final_newline = true};
        memset(ret->verdicts, LOUPEDB_UNUSED, sizeof(ret->verdicts));
        return 0;
}

void loupedb_file_clear(struct loupedb_file *file)
{
        struct loupedb_line *line;

        vector_for_each(line, &file->lines)
                free(line->text);
        vector_clear(&file->lines);
        free(file->header);
        file->header = NULL;
}

int loupedb_file_add_line(
        struct loupedb_file *file, unsigned number, const char *text, size_t length)
{
        CLEANUP_FREE char *copy = strndup(text, length);
        struct loupedb_line *line;

        line = copy ? vector_add(&file->lines) : NULL;
        if (!line)
                return -ENOMEM;
        *line = (struct loupedb_line){number, steal_pointer(copy)};
        return 0;
}

bool loupedb_file_is_common(enum loupedb_table table, const struct loupedb_file *file)
{
        return file->rows == LOUPEDB_ROWS && file->final_newline && file->lines.count == 0 &&
               file->header && strcmp(file->header, tables[table].header) == 0;
}

void loupedb_file_write(enum loupedb_table table, const struct loupedb_file *file, FILE *stream)
{
        const struct loupedb_line *line = file->lines.items;
        const struct loupedb_line *end = line + file->lines.count;
        char buffer[ROW_TEXT_SIZE];

        if (file->header)
                fprintf(stream, "%s\n", file->header);
        for (unsigned number = 0; number < file->rows; number++) {
                if (number > 0)
                        fputc('\n', stream);
                if (line < end && line->number == number) {
                        fputs(line->text, stream);
                        line++;
                } else {
                        row_text(table, number, file->verdicts[number], buffer);
                        fputs(buffer, stream);
                }
        }
        if (line < end)
                fprintf(stream, "\n%s", line->text);
        if (file->final_newline)
                fputc('\n', stream);
}
