/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The reader of comma-separated values on any bytes: what it refuses it has to refuse with one line
 * that says where; rows come in the order of their lines; what it read is read the same when it was
 * written again.
 */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/csv.h"
#include "base/strings.h"
#include "fuzz/fuzz.h"

#define FILE_NAME "data.csv"

struct reading {
        FILE *stream;  /* gets the rows as CSV */
        unsigned line; /* of the last row */
};

static int on_row(void *context, const struct csv_row *row, struct error *error)
{
        struct reading *reading = context;

        (void)error;
        if (row->count == 0 || row->line == 0 || row->line < reading->line)
                abort();
        reading->line = row->line;
        for (size_t i = 0; i < row->count; i++) {
                if (i > 0)
                        fputc(',', reading->stream);
                fprintf(reading->stream, "\"");
                for (const char *byte = row->fields[i]; *byte; byte++)
                        fprintf(reading->stream, *byte == '"' ? "\"\"" : "%c", *byte);
                fprintf(reading->stream, "\"");
        }
        fputc('\n', reading->stream);
        return 0;
}

/* Reads `text` and gives what was read as CSV, or NULL where it was refused. */
static char *read_and_write(const char *text, size_t size, size_t *ret_size)
{
        CLEANUP_FREE char *written = NULL;
        struct reading reading = {.stream = open_memstream(&written, ret_size)};
        struct error error = {};
        int r;

        if (!reading.stream)
                return NULL;
        r = csv_read(FILE_NAME, text, size, on_row, &reading, &error);
        fclose(reading.stream);
        if (r < 0 && !string_has_prefix(error.message, FILE_NAME ":"))
                abort();
        return r < 0 ? NULL : steal_pointer(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_FREE char *once = NULL, *twice = NULL;
        size_t once_size, twice_size;

        once = read_and_write((const char *)data, size, &once_size);
        if (!once)
                return 0;
        twice = read_and_write(once, once_size, &twice_size);
        if (!twice || twice_size != once_size || memcmp(once, twice, once_size) != 0)
                abort();
        return 0;
}
