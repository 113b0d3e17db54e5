/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "base/csv.h"
#include "store/contents.h"
#include "store/database.h"

static int write_rows(struct store *store, FILE *stream, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT a.name, w.name, w.kind, r.run, f.name, v.verdict FROM application a JOIN "
                "workload w ON w.application_id = a.id JOIN result r ON r.workload_id = w.id JOIN "
                "verdict v ON v.result_id = r.id JOIN feature f ON f.id = v.feature_id ORDER BY "
                "a.name, w.kind, w.name, r.measured, r.run, r.content, f.name",
                error);
        int r;

        if (!select)
                return -EIO;
        fputs("application,workload,kind,run,feature,verdict\n", stream);
        while ((r = store_step(store, select, error)) > 0) {
                for (int column = 0; column < 6; column++) {
                        if (column > 0)
                                fputc(',', stream);
                        csv_write_field(column_text(select, column), stream);
                }
                fputc('\n', stream);
                if (ferror(stream))
                        return -(errno ? errno : EIO);
        }
        return r;
}

int store_export_csv(struct store *store, FILE *stream, struct error *error)
{
        int r = store_begin_reading(store, error);

        return r < 0 ? r : store_end(store, write_rows(store, stream, error), error);
}
