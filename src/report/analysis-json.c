/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/report.h"

#include "arch/arch.h"
#include "policy/policy.h"
#include "report/impact.h"
#include "report/json.h"

/* NULL where there are none. */
static json_t *warnings_json(char *const *warnings)
{
        json_t *array = NULL;

        for (size_t i = 0; warnings && warnings[i]; i++)
                array = json_append(array ? array : json_array(), json_text(warnings[i]));
        return array;
}

json_t *report_mode_json(const struct mode_result *mode)
{
        char outcome[OUTCOME_TEXT_MAX];

        if (mode->runs == 0)
                return json_null();
        return json_pack("{s:b, s:s, s:i, s:i, s:o*}", "works", mode->works, "outcome",
                outcome_text(mode->outcome, outcome), "passed", (int)mode->passed, "runs",
                (int)mode->runs, "warnings", warnings_json(mode->warnings));
}

static json_t *feature_json(const struct analysed_feature *feature)
{
        json_t *object = json_feature(&feature->feature);

        if (!object)
                return NULL;
        if (feature->feature.kind == FEATURE_FILE)
                json_object_set_new(object, "deny", report_mode_json(&feature->deny));
        json_object_update_new(object,
                json_pack("{s:I, s:o, s:o, s:s, s:b}", "count", (json_int_t)feature->count, "stub",
                        report_mode_json(&feature->stub), "fake", report_mode_json(&feature->fake),
                        "verdict", verdict_name(verdict_of(feature)), "unstable",
                        feature_is_unstable(feature)));
        return object;
}

static json_t *features_json(const struct analysis *analysis)
{
        const struct analysed_feature *feature;
        json_t *array = json_array();

        vector_for_each(feature, &analysis->features)
                array = json_append(array, feature_json(feature));
        return array;
}

static json_t *names_json(const struct feature *features, size_t count)
{
        json_t *array = json_array();
        char name[FEATURE_NAME_MAX];

        for (size_t i = 0; i < count; i++)
                array = json_append(array, json_text(feature_name(features[i], name)));
        return array;
}

static bool nothing_is_avoidable(const struct analysis *analysis)
{
        const struct analysed_feature *feature;
        enum mode mode;

        vector_for_each(feature, &analysis->features) {
                if (feature_is_avoidable(feature, &mode))
                        return false;
        }
        return true;
}

static json_t *joint_json(const struct analysis *analysis)
{
        const struct joint_result *joint = &analysis->joint;
        /* To leave out nothing works without a test. */
        bool works = joint->tested ? joint->works : nothing_is_avoidable(analysis);
        const struct conflict *conflict;
        json_t *conflicts = json_array();

        vector_for_each(conflict, &joint->conflicts)
                conflicts = json_append(
                        conflicts, names_json(conflict->features.items, conflict->features.count));
        return json_pack("{s:b, s:b, s:o, s:o, s:o}", "tested", joint->tested, "works", works,
                "stub", names_json(joint->stub.items, joint->stub.count), "fake",
                names_json(joint->fake.items, joint->fake.count), "conflicts", conflicts);
}

static json_t *settings_json(const struct analysis *analysis)
{
        static const char *const subfeatures[] = {
                [SUBFEATURES_NONE] = "none",
                [SUBFEATURES_NEEDED] = "needed",
                [SUBFEATURES_ALL] = "all",
        };

        return json_pack("{s:s, s:o, s:b, s:s, s:b, s:b, s:o, s:o}", "fake",
                analysis->withholding.fake_zero ? "zero" : "success", "stub_errno",
                json_text(errno_name(analysis->withholding.stub_errno)), "count_launch",
                analysis->count_launch, "subfeatures", subfeatures[analysis->subfeatures], "files",
                analysis->files, "joint", analysis->joint_wanted, "only",
                names_json(analysis->only.items, analysis->only.count), "limits",
                json_text(analysis->limits));
}

static json_t *application_json(const struct analysis *analysis)
{
        return json_pack("{s:o, s:o, s:o, s:o}", "name", json_text(analysis->application_name),
                "version", json_text(analysis->application_version), "executable",
                json_text(analysis->executable), "sha256", json_text(analysis->executable_digest));
}

static json_t *environment_json(const struct analysis *analysis)
{
        return json_pack("{s:o, s:s, s:o, s:o, s:i}", "kernel", json_text(analysis->kernel), "arch",
                abi_info(abi_native())->name, "libc", json_text(analysis->libc), "observer",
                json_text(analysis->observer), "cpus", (int)analysis->cpus);
}

static json_t *baseline_json(const struct baseline_result *baseline)
{
        return json_pack("{s:i, s:f, s:i, s:f, s:f, s:f}", "runs", (int)baseline->runs, "median_s",
                baseline->median, "failures", (int)baseline->failures, "slowest_s",
                baseline->slowest, "ready_s", baseline->ready, "cpu_s", baseline->cpu);
}

json_t *report_analysis_document(const struct analysis *analysis)
{
        json_t *workload = json_pack("{s:o, s:o, s:s, s:s}", "name",
                json_text(analysis->workload_name), "kind", json_text(analysis->workload_kind),
                "digest", analysis->workload_digest, "conditions", analysis->workload_conditions);

        return json_pack("{s:s, s:o, s:o, s:o, s:o, s:i, s:i, s:o, s:i, s:i, s:f, s:f, s:o, s:o, "
                         "s:o*}",
                "schema", "loupe/analysis/1", "tool", json_tool(settings_json(analysis)),
                "application", application_json(analysis), "workload", workload, "environment",
                environment_json(analysis), "replicas", (int)analysis->replicas, "jobs",
                (int)analysis->jobs, "baseline", baseline_json(&analysis->baseline), "runs",
                (int)analysis->runs, "runs_reused", (int)analysis->runs_reused, "wall_s",
                analysis->wall, "run_s", analysis->run_seconds, "features", features_json(analysis),
                "joint", joint_json(analysis), "impact", impact_json(&analysis->impact));
}

int report_analysis_json(const struct analysis *analysis, FILE *stream)
{
        return json_write(report_analysis_document(analysis), stream);
}
