/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/impact.h"

#include <math.h>

#include "report/json.h"

/* JSON has neither infinity nor "not a number". */
static json_t *number_json(double value)
{
        return isfinite(value) ? json_real(value) : json_null();
}

static json_t *interval_json(double low, double high)
{
        return json_append(json_append(json_array(), number_json(low)), number_json(high));
}

static json_t *effect_json(const struct effect *effect)
{
        return json_pack("{s:f, s:f, s:f, s:o, s:o, s:o, s:f, s:f, s:f, s:b}", "baseline",
                effect->baseline, "variant", effect->variant, "shift", effect->shift, "interval",
                interval_json(effect->low, effect->high), "relative",
                number_json(effect_relative(effect, effect->shift)), "relative_interval",
                interval_json(effect_relative(effect, effect->low),
                        effect_relative(effect, effect->high)),
                "dominance", effect->dominance, "p", effect->p, "p_corrected", effect->corrected,
                "flagged", effect->flagged);
}

static json_t *effects_json(const struct feature_impact *feature)
{
        json_t *object = json_object();

        for (enum metric metric = 0; metric < METRIC_COUNT; metric++)
                if (feature->effects[metric].measured)
                        json_object_set_new(object, metric_name(metric),
                                effect_json(&feature->effects[metric]));
        return object;
}

static json_t *feature_json(const struct feature_impact *feature)
{
        char name[FEATURE_NAME_MAX];

        return json_pack("{s:s, s:s, s:s, s:i, s:i, s:o}", "kind",
                feature_kind_name(feature->feature.kind), "name",
                feature_name(feature->feature, name), "mode", mode_name(feature->mode), "failures",
                (int)feature->failures, "baseline_failures", (int)feature->baseline_failures,
                "metrics", effects_json(feature));
}

json_t *impact_json(const struct impact_result *impact)
{
        const struct feature_impact *feature;
        json_t *features;

        if (impact->repeats == 0)
                return NULL;
        features = json_array();
        vector_for_each(feature, &impact->features)
                features = json_append(features, feature_json(feature));
        return json_pack("{s:i, s:b, s:i, s:i, s:f, s:f, s:f, s:o}", "repeats",
                (int)impact->repeats, "pinned", impact->pinned, "tests", (int)impact->tests,
                "repeats_needed", (int)impact->repeats_needed, "level", EFFECT_LEVEL, "threshold",
                EFFECT_THRESHOLD, "confidence", EFFECT_CONFIDENCE, "features", features);
}
