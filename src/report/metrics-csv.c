/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/metrics.h"

#include <math.h>

#include "base/csv.h"
#include "profile/coverage.h"
#include "report/stream.h"

static const char titles[] =
        "number,call,used,required,stub,fake,either,used_share,required_share,importance,"
        "importance_required,support,complete_required,complete_not_stubbed,weighted_required,"
        "weighted_not_stubbed\n";

/* A comma, and the share where there is one. */
static void write_share(double share, FILE *stream)
{
        if (isnan(share))
                fputc(',', stream);
        else
                fprintf(stream, ",%.6g", share);
}

static double supported_share(const struct completeness_result *result)
{
        return result->datasets > 0 ? (double)result->supported / result->datasets : NAN;
}

static void write_call(const struct metrics_report *report, const struct importance *importance,
        const struct curve_point *point, FILE *stream)
{
        const struct feature feature =
                catalogue_feature(report->collection->catalogue, importance->feature);
        char name[FEATURE_NAME_MAX];

        fprintf(stream, "%d,", feature.number);
        csv_write_field(feature_name(feature, name), stream);
        fprintf(stream, ",%zu,%zu,%zu,%zu,%zu", importance->used, importance->required,
                importance->stub, importance->fake, importance->either);
        write_share(importance->used_share, stream);
        write_share(importance->required_share, stream);
        write_share(importance->popular, stream);
        write_share(importance->popular_required, stream);
        fprintf(stream, ",%s",
                report->profile ? support_name(profile_support(report->profile, &feature)) : "");
        for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++)
                write_share(supported_share(&point->completeness[by]), stream);
        for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++)
                write_share(point->completeness[by].weighted, stream);
        fputc('\n', stream);
}

int report_metrics_csv(const struct metrics_report *report, FILE *stream)
{
        const struct metrics *metrics = report->metrics;

        fputs(titles, stream);
        /* Calls come first by importance; the curve has a point more, that of no call. */
        for (size_t i = 0; i < metrics->used; i++)
                write_call(report, &metrics->importance.items[i], &metrics->curve.items[i + 1],
                        stream);
        return stream_result(stream);
}
