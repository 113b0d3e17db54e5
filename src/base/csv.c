/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/csv.h"

#include <csv.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/vector.h"

struct reader {
        struct csv_row
                row;   /* `line` is where the current row starts; `fields` are made at its end */
        unsigned line; /* that is being read */
        bool begun;    /* a row: there is more than blanks of it */
        VECTOR(char) text;      /* of the row: its fields, a NUL behind each */
        VECTOR(size_t) offsets; /* of the fields in it */
        VECTOR(char *) fields;
        int (*call)(void *context, const struct csv_row *row, struct error *error);
        void *context;
        struct error *error;
        int result; /* of the first thing that failed */
};

static void reader_clear(struct reader *reader)
{
        vector_clear(&reader->text);
        vector_clear(&reader->offsets);
        vector_clear(&reader->fields);
}

/* Room for so many bytes more, all at once: fields are added by the million. */
static char *reserve_text(struct reader *reader, size_t size)
{
        size_t needed = reader->text.count + size, capacity = reader->text.capacity;
        char *longer;

        if (needed > capacity) {
                capacity = needed > 2 * capacity ? needed : 2 * capacity;
                longer = realloc(reader->text.items, capacity);
                if (!longer)
                        return NULL;
                reader->text.items = longer;
                reader->text.capacity = capacity;
        }
        return reader->text.items + reader->text.count;
}

static int add_field(struct reader *reader, const char *field, size_t size)
{
        size_t *offset = vector_add(&reader->offsets);
        char *text = reserve_text(reader, size + 1);

        if (!offset || !text)
                return -ENOMEM;
        *offset = reader->text.count;
        memcpy(text, field, size);
        text[size] = '\0';
        reader->text.count += size + 1;
        return 0;
}

static void on_field(void *field, size_t size, void *data)
{
        struct reader *reader = data;

        if (reader->result == 0)
                reader->result = add_field(reader, field ? field : "", field ? size : 0);
}

static int finish_row(struct reader *reader)
{
        size_t *offset;
        char **field;

        reader->fields.count = 0;
        vector_for_each(offset, &reader->offsets) {
                field = vector_add(&reader->fields);
                if (!field)
                        return -ENOMEM;
                *field = reader->text.items + *offset;
        }
        reader->row.fields = reader->fields.items;
        reader->row.count = reader->fields.count;
        return reader->call(reader->context, &reader->row, reader->error);
}

static void on_row(int end, void *data)
{
        struct reader *reader = data;

        (void)end;
        if (reader->result == 0)
                reader->result = finish_row(reader);
        reader->text.count = reader->offsets.count = 0;
        reader->begun = false;
        /* Of a row that follows on this line, behind a carriage return. */
        reader->row.line = reader->line;
}

/* What libcsv takes for nothing between rows. */
static bool is_blank(const char *text, const char *end)
{
        while (text < end && memchr(" \t\r\n", *text, 4))
                text++;
        return text == end;
}

/* The parser is fed line by line, which is how we know where we are. */
static int read_lines(
        struct reader *reader, struct csv_parser *parser, const char *text, size_t size)
{
        const char *end = text + size, *line_end;

        for (const char *line = text; line < end; line = line_end) {
                line_end = memchr(line, '\n', end - line);
                line_end = line_end ? line_end + 1 : end;
                reader->line++;
                if (!reader->begun && !is_blank(line, line_end)) {
                        reader->begun = true;
                        reader->row.line = reader->line;
                }
                if (memchr(line, '\0', line_end - line))
                        return error_set(reader->error, EINVAL, "%s:%u: a NUL byte is no text",
                                reader->row.path, reader->line);
                if (csv_parse(parser, line, line_end - line, on_field, on_row, reader) !=
                        (size_t)(line_end - line))
                        return error_set(reader->error,
                                csv_error(parser) == CSV_EPARSE ? EINVAL : ENOMEM, "%s:%u: %s",
                                reader->row.path, reader->line,
                                csv_error(parser) == CSV_EPARSE
                                        ? "a quote inside a field: such a field is written in "
                                          "quotes, and its own quotes twice"
                                        : "out of memory");
                if (reader->result < 0)
                        return reader->result;
        }
        if (csv_fini(parser, on_field, on_row, reader) != 0)
                return error_set(reader->error, EINVAL, "%s:%u: the quote has no end",
                        reader->row.path, reader->row.line);
        return reader->result;
}

int csv_read(const char *path, const char *text, size_t size,
        int (*row)(void *context, const struct csv_row *row, struct error *error), void *context,
        struct error *error)
{
        CLEANUP(reader_clear)
        struct reader reader = {
                .row = {.path = path},
                .call = row,
                .context = context,
                .error = error,
        };
        struct csv_parser parser;
        int r;

        if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
                return error_errno(error, ENOMEM, "%s", path);
        r = read_lines(&reader, &parser, text, size);
        csv_free(&parser);
        if (r == -ENOMEM)
                return error_errno(error, ENOMEM, "%s:%u", path, reader.line);
        return r;
}

int csv_refuse(const struct csv_row *row, struct error *error, const char *format, ...)
{
        char message[ERROR_MESSAGE_SIZE / 2];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(message, sizeof(message), format, arguments);
        va_end(arguments);
        /* A field can hold anything, but a message is one line. */
        for (char *letter = message; *letter; letter++)
                if (iscntrl((unsigned char)*letter))
                        *letter = '?';
        return error_set(error, EINVAL, "%s:%u: %s", row->path, row->line, message);
}

void csv_write_field(const char *field, FILE *stream)
{
        if (strpbrk(field, ",\"\r\n"))
                csv_fwrite(stream, field, strlen(field));
        else
                fputs(field, stream);
}
