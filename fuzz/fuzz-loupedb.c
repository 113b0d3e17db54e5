/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The reader of loupedb's tables on any bytes: what it refuses it has to refuse with one line that
 * says where; what it accepts is written again byte for byte. And the reader of git's history.
 */

#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "fuzz/fuzz.h"
#include "store/loupedb-file.h"
#include "store/loupedb-times.h"

#define FILE_NAME "data.csv"

static void check_written(
        enum loupedb_table table, const struct loupedb_file *file, const uint8_t *data, size_t size)
{
        CLEANUP_FREE char *written = NULL;
        size_t written_size;
        FILE *stream = open_memstream(&written, &written_size);

        if (!stream)
                return;
        loupedb_file_write(table, file, stream);
        if (fclose(stream) == 0 && (written_size != size || memcmp(written, data, size) != 0))
                abort();
}

static void check(enum loupedb_table table, const uint8_t *data, size_t size)
{
        CLEANUP_LOUPEDB_FILE struct loupedb_file file = {};
        struct error error = {};

        if (loupedb_file_parse(table, FILE_NAME, (const char *)data, size, &file, &error) < 0) {
                if (!string_has_prefix(error.message, FILE_NAME ":") ||
                        strpbrk(error.message, "\r\n"))
                        abort();
                return;
        }
        if (file.rows < LOUPEDB_ROWS || file.rows > LOUPEDB_ROWS_MAX)
                abort();
        check_written(table, &file, data, size);
}

static void check_times(const uint8_t *data, size_t size)
{
        CLEANUP_RUN_TIMES struct run_times *times = NULL;
        FILE *stream = fmemopen((void *)data, size, "r");

        if (!stream)
                return;
        if (run_times_parse(stream, &times) == 0 && run_times_find(times, "a/b/c") < 0)
                abort();
        fclose(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        check(LOUPEDB_DYNAMIC, data, size);
        check(LOUPEDB_STATIC_BINARY, data, size);
        check_times(data, size);
        return 0;
}
