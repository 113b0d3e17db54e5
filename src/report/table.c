/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/table.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/strings.h"
#include "base/vector.h"

struct cell {
        char *text; /* owned; NULL in the first cell of a row: an empty line */
        const char *color;
};

struct table {
        const struct table_column *columns;
        size_t column_count;
        VECTOR(struct cell) cells; /* row after row; the titles are not among them */
};

struct table *table_new(const struct table_column *columns, size_t column_count)
{
        struct table *table = calloc(1, sizeof(*table));

        if (table) {
                table->columns = columns;
                table->column_count = column_count;
        }
        return table;
}

int table_cell(struct table *table, const char *color, const char *format, ...)
{
        struct cell *cell;
        va_list arguments;
        char *text;
        int r;

        va_start(arguments, format);
        r = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (r < 0)
                return -ENOMEM;
        string_make_printable(text);
        cell = vector_add(&table->cells);
        if (!cell) {
                free(text);
                return -ENOMEM;
        }
        *cell = (struct cell){.text = text, .color = color};
        return 0;
}

int table_gap(struct table *table)
{
        if (table->cells.count == 0)
                return 0;
        for (size_t i = 0; i < table->column_count; i++) {
                if (!vector_add(&table->cells))
                        return -ENOMEM;
        }
        return 0;
}

/* Characters of UTF-8, without the bytes that continue one: in most scripts each has one column. */
static size_t text_width(const char *text)
{
        size_t width = 0;

        for (; *text; text++)
                width += ((unsigned char)*text & 0xc0) != 0x80;
        return width;
}

static size_t column_width(const struct table *table, size_t column)
{
        size_t width = text_width(table->columns[column].title), length;

        for (size_t i = column; i < table->cells.count; i += table->column_count) {
                length = table->cells.items[i].text ? text_width(table->cells.items[i].text) : 0;
                if (length > width)
                        width = length;
        }
        return width;
}

/* Spaces are written before text only, so that no line ends in them. */
static void write_row(const struct table *table, const size_t *widths, const struct cell *cells,
        const char *reset, FILE *stream)
{
        size_t column = 0, start = 0, length, offset;

        for (size_t i = 0; i < table->column_count; i++) {
                length = text_width(cells[i].text);
                offset = start + (table->columns[i].right ? widths[i] - length : 0);
                if (length > 0) {
                        fprintf(stream, "%*s%s%s%s", (int)(offset - column), "", cells[i].color,
                                cells[i].text, *cells[i].color ? reset : "");
                        column = offset + length;
                }
                start += widths[i] + 2;
        }
        fputc('\n', stream);
}

int table_write(const struct table *table, const char *bold, const char *reset, FILE *stream)
{
        CLEANUP_FREE size_t *widths = calloc(table->column_count, sizeof(*widths));
        CLEANUP_FREE struct cell *titles = calloc(table->column_count, sizeof(*titles));

        if (!widths || !titles)
                return -ENOMEM;
        for (size_t i = 0; i < table->column_count; i++) {
                widths[i] = column_width(table, i);
                titles[i] = (struct cell){(char *)table->columns[i].title, bold};
        }
        write_row(table, widths, titles, reset, stream);
        for (size_t i = 0; i < table->cells.count; i += table->column_count) {
                if (table->cells.items[i].text)
                        write_row(table, widths, &table->cells.items[i], reset, stream);
                else
                        fputc('\n', stream);
        }
        return 0;
}

struct table *table_free(struct table *table)
{
        struct cell *cell;

        if (!table)
                return NULL;
        vector_for_each(cell, &table->cells)
                free(cell->text);
        vector_clear(&table->cells);
        free(table);
        return NULL;
}
