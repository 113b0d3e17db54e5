/* SPDX-License-Identifier: BSD-3-Clause */
#include "plot/data.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/csv.h"
#include "base/strings.h"

struct figure_data *figure_data_new(void)
{
        return calloc(1, sizeof(struct figure_data));
}

struct figure_data *figure_data_free(struct figure_data *data)
{
        struct figure_cell *cell;

        if (!data)
                return NULL;
        vector_for_each(cell, &data->cells)
                free(cell->text);
        vector_clear(&data->cells);
        strings_free(data->columns);
        free(data->title);
        free(data);
        return NULL;
}

void figure_title(struct figure_data *data, const char *format, ...)
{
        char *title = NULL;
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(&title, format, arguments) < 0)
                title = NULL;
        va_end(arguments);
        if (!title)
                data->out_of_memory = true;
        free(data->title);
        data->title = title;
}

void figure_columns(struct figure_data *data, const char *const *names)
{
        for (; *names; names++) {
                if (strings_add(&data->columns, *names) < 0)
                        data->out_of_memory = true;
                else
                        data->width++;
        }
}

static void add_cell(struct figure_data *data, struct figure_cell value)
{
        struct figure_cell *cell = vector_add(&data->cells);

        if (cell) {
                *cell = value;
                return;
        }
        free(value.text);
        data->out_of_memory = true;
}

void figure_text(struct figure_data *data, const char *text)
{
        struct figure_cell cell = {.number = NAN};

        if (text) {
                cell.text = strdup(text);
                if (!cell.text)
                        data->out_of_memory = true;
        }
        add_cell(data, cell);
}

void figure_number(struct figure_data *data, double number)
{
        add_cell(data, (struct figure_cell){.number = number});
}

void figure_nothing(struct figure_data *data)
{
        figure_number(data, NAN);
}

int figure_data_result(const struct figure_data *data)
{
        return data->out_of_memory ? -ENOMEM : 0;
}

size_t figure_rows(const struct figure_data *data)
{
        return data->width > 0 ? data->cells.count / data->width : 0;
}

int figure_column(const struct figure_data *data, const char *name)
{
        for (size_t i = 0; i < data->width; i++)
                if (strcmp(data->columns[i], name) == 0)
                        return i;
        return -1;
}

static const struct figure_cell *find_cell(
        const struct figure_data *data, size_t row, const char *column)
{
        int place = figure_column(data, column);

        if (place < 0 || row >= figure_rows(data))
                return NULL;
        return &data->cells.items[row * data->width + place];
}

const char *figure_get_text(const struct figure_data *data, size_t row, const char *column)
{
        const struct figure_cell *cell = find_cell(data, row, column);

        return cell && cell->text ? cell->text : "";
}

double figure_get_number(const struct figure_data *data, size_t row, const char *column)
{
        const struct figure_cell *cell = find_cell(data, row, column);

        return cell && !cell->text ? cell->number : NAN;
}

/* Whole numbers as such, and shares with as many digits as a hundred thousand datasets need. */
static void write_number(double number, FILE *stream)
{
        if (isnan(number))
                return;
        if (number == rint(number) && fabs(number) < 1e15)
                fprintf(stream, "%.0f", number);
        else
                fprintf(stream, "%.6f", number);
}

int figure_csv(const struct figure_data *data, FILE *stream)
{
        const struct figure_cell *cell;

        for (size_t i = 0; i < data->width; i++) {
                if (i > 0)
                        fputc(',', stream);
                csv_write_field(data->columns[i], stream);
        }
        fputc('\n', stream);
        for (size_t i = 0; i < data->cells.count; i++) {
                cell = &data->cells.items[i];
                if (i % data->width > 0)
                        fputc(',', stream);
                if (cell->text)
                        csv_write_field(cell->text, stream);
                else
                        write_number(cell->number, stream);
                if (i % data->width == data->width - 1)
                        fputc('\n', stream);
        }
        return ferror(stream) ? -EIO : 0;
}
