/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/drift.h"

#include <errno.h>

#include "base/csv.h"
#include "report/stream.h"

const char *drift_word_before(const struct drift_item *item)
{
        return item->used_before ? verdict_name(item->before) : "unused";
}

const char *drift_word_now(const struct drift_item *item)
{
        if (!item->used_now)
                return "unused";
        if (item->now == VERDICT_REQUIRED || item->now == VERDICT_UNTESTED)
                return verdict_name(item->now);
        /* What works in one mode was not tried in the other. */
        return "avoidable";
}

/* The outcome, or nothing where no run was made. */
static void write_mode(const struct mode_result *mode, FILE *stream)
{
        char outcome[OUTCOME_TEXT_MAX];

        fputc(',', stream);
        if (mode && mode->runs > 0)
                csv_write_field(outcome_text(mode->outcome, outcome), stream);
}

static int write_objects(const struct observed_call *call, FILE *stream)
{
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FCLOSE FILE *memory = NULL;
        const struct observed_object *object;
        size_t size;

        fputc(',', stream);
        if (!call)
                return 0;
        memory = open_memstream(&text, &size);
        if (!memory)
                return -ENOMEM;
        vector_for_each(object, &call->objects)
                fprintf(memory, "%s%s", object == call->objects.items ? "" : " ", object->path);
        if (fflush(memory) != 0)
                return -ENOMEM;
        csv_write_field(text, stream);
        return 0;
}

static int write_item(const struct drift_report *report, size_t index, FILE *stream)
{
        const struct drift_item *item = &report->drift->items.items[index];
        const struct drift_evidence *evidence = &report->evidence[index];
        const struct analysed_feature *analysed = evidence->analysed;
        char name[FEATURE_NAME_MAX];
        int r;

        csv_write_field(
                feature_name(catalogue_feature(report->catalogue, item->feature), name), stream);
        fprintf(stream, ",%s,%s,%s,%s", drift_change_name(item->change),
                drift_item_fails(item, report->gate) ? "yes" : "no", drift_word_before(item),
                drift_word_now(item));
        write_mode(analysed ? &analysed->stub : NULL, stream);
        write_mode(analysed ? &analysed->fake : NULL, stream);
        r = write_objects(evidence->asked, stream);
        fputc('\n', stream);
        return r;
}

int report_drift_csv(const struct drift_report *report, FILE *stream)
{
        int r = 0;

        fputs("feature,change,fails,before,now,stub,fake,objects\n", stream);
        for (size_t i = 0; r == 0 && i < report->drift->items.count; i++)
                r = write_item(report, i, stream);
        return r < 0 ? r : stream_result(stream);
}
