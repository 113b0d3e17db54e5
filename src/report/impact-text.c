/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/impact.h"

#include <errno.h>
#include <math.h>

#include "report/table.h"

/* Two for the name and the mode, then the metrics. */
#define COLUMNS_MAX (2 + METRIC_COUNT)

static bool any_measured(const struct impact_result *impact, enum metric metric)
{
        const struct feature_impact *feature;

        vector_for_each(feature, &impact->features)
                if (feature->effects[metric].measured)
                        return true;
        return false;
}

static int add_effect(
        struct table *table, const struct effect *effect, const struct palette *palette)
{
        double relative = effect_relative(effect, effect->shift);

        if (!effect->measured || !effect->flagged)
                return table_cell(table, palette->dim, "-");
        /* There is no share of nothing. */
        if (isnan(relative))
                return table_cell(table, palette->yellow, "%+.3g*", effect->shift);
        return table_cell(table, palette->yellow, "%+.0f %%*", 100 * relative);
}

static int add_feature(struct table *table, const struct feature_impact *feature, const bool *shown,
        const struct palette *palette)
{
        char name[FEATURE_NAME_MAX];
        int r;

        r = table_cell(table, "", "%s", feature_name(feature->feature, name));
        if (r == 0)
                r = table_cell(table, "", "%s", mode_participle(feature->mode));
        for (enum metric metric = 0; r == 0 && metric < METRIC_COUNT; metric++)
                if (shown[metric])
                        r = add_effect(table, &feature->effects[metric], palette);
        return r;
}

static int write_table(
        const struct impact_result *impact, const struct palette *palette, FILE *stream)
{
        struct table_column columns[COLUMNS_MAX] = {{"feature"}, {"mode"}};
        const struct feature_impact *feature;
        bool shown[METRIC_COUNT];
        CLEANUP_TABLE struct table *table = NULL;
        size_t count = 2;
        int r = 0;

        for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
                shown[metric] = any_measured(impact, metric);
                if (shown[metric])
                        columns[count++] = (struct table_column){metric_title(metric), true};
        }
        table = table_new(columns, count);
        if (!table)
                return -ENOMEM;
        vector_for_each(feature, &impact->features)
                if (r == 0)
                        r = add_feature(table, feature, shown, palette);
        return r < 0 ? r : table_write(table, palette->bold, palette->reset, stream);
}

static void write_failures(const struct impact_result *impact, FILE *stream)
{
        const struct feature_impact *feature;
        char name[FEATURE_NAME_MAX];

        vector_for_each(feature, &impact->features) {
                feature_name(feature->feature, name);
                if (feature->failures > 0)
                        fprintf(stream, "%u of %u runs failed with %s %s.\n", feature->failures,
                                impact->repeats, name, mode_participle(feature->mode));
                if (feature->baseline_failures > 0)
                        fprintf(stream, "%u of %u unmodified runs failed beside %s.\n",
                                feature->baseline_failures, impact->repeats, name);
        }
}

int impact_text(const struct impact_result *impact, const struct palette *palette, FILE *stream)
{
        int r;

        if (impact->repeats == 0 || impact->features.count == 0)
                return 0;
        fprintf(stream, "%sWhat leaving out costs%s, against the unmodified program:\n",
                palette->bold, palette->reset);
        r = write_table(impact, palette, stream);
        if (r < 0)
                return r;
        fprintf(stream,
                "* p < %.2g after correction for %u tests, and %.0f %% or more; "
                "%u runs with and without each, %s.\n",
                EFFECT_LEVEL, impact->tests, 100 * EFFECT_THRESHOLD, impact->repeats,
                impact->pinned ? "on processors of their own" : "not pinned to processors");
        if (impact->repeats < impact->repeats_needed)
                fprintf(stream,
                        "%sToo few runs for anything to be told: with so many tests it takes "
                        "--repeats %u.%s\n",
                        palette->yellow, impact->repeats_needed, palette->reset);
        write_failures(impact, stream);
        fputc('\n', stream);
        return 0;
}
