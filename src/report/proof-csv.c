/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/proof.h"

#include <errno.h>

#include "base/csv.h"
#include "report/stream.h"

/* Names in one field, blanks in between. */
static int write_features(const struct features *features, FILE *stream)
{
        const struct feature *feature;
        char name[FEATURE_NAME_MAX];
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *field = open_memstream(&text, &size);

        if (!field)
                return -ENOMEM;
        vector_for_each(feature, &features->items)
                fprintf(field, "%s%s", feature == features->items.items ? "" : " ",
                        feature_name(*feature, name));
        if (fclose(field) != 0)
                return -ENOMEM;
        fputc(',', stream);
        csv_write_field(text, stream);
        return 0;
}

static int write_row(const struct application_proof *proof, const char *os, FILE *stream)
{
        const struct mode_result *last = proof->helped.runs > 0 ? &proof->helped : &proof->bare;
        const char *texts[] = {
                os,
                proof->application,
                proof->workload,
                fate_name(proof->foretold.fate),
                fate_name(proof->seen),
        };
        const struct features *lists[] = {
                &proof->foretold.missing,
                &proof->foretold.stubs,
                &proof->foretold.fakes,
                &proof->evidence,
        };
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                csv_write_field(texts[i], stream);
                fputc(',', stream);
        }
        fprintf(stream, "%u,%u,", last->passed, last->runs);
        csv_write_field(
                proof_disagrees(proof) ? disagreement_name(proof->disagreement) : "", stream);
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(lists); i++)
                r = write_features(lists[i], stream);
        fputc('\n', stream);
        return r;
}

int report_proof_csv(const struct proof_report *report, FILE *stream)
{
        const struct application_proof *application;
        int r = 0;

        fputs("os,application,workload,foretold,seen,passed,runs,disagreement,missing,stub,fake,"
              "evidence\n",
                stream);
        vector_for_each(application, &report->proof->applications)
                if (r == 0)
                        r = write_row(application, report->proof->os, stream);
        return r < 0 ? r : stream_result(stream);
}
