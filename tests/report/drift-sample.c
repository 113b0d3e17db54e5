/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * drift-sample FORM: writes a check that is made up so that every case of the reports occurs.
 * Forms: check-text, check-color, check-used, check-none, check-json, check-used-json, check-csv.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/drift.h"
#include "tests/report/samples.h"

#define DIGEST_THEN "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
#define DIGEST_NOW  "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"

static struct analysed_feature *add_analysed(struct analysis *analysis, const char *name,
        struct mode_result stub, struct mode_result fake)
{
        struct analysed_feature *feature = vector_add(&analysis->features);

        check(feature ? 0 : -ENOMEM);
        *feature = (struct analysed_feature){
                .feature = sample_feature(name), .count = 2, .stub = stub, .fake = fake};
        return feature;
}

static struct analysis *make_analysis(void)
{
        const struct mode_result none = {}, works = {.works = true, .passed = 3, .runs = 3};
        const struct mode_result exited = {.runs = 2, .outcome = {OUTCOME_EXITED, 3}};
        const struct mode_result hung = {.runs = 2, .outcome = {OUTCOME_HUNG, 0}};
        const struct mode_result wavers = {
                .unstable = true, .passed = 1, .runs = 2, .outcome = {OUTCOME_CRASHED, 11}};
        struct analysis *analysis = analysis_new();

        check(analysis ? 0 : -ENOMEM);
        analysis->application_name = strdup("app");
        analysis->application_version = strdup("2.0");
        analysis->executable = strdup("/usr/bin/app");
        analysis->executable_digest = strdup(DIGEST_NOW);
        analysis->workload_name = strdup("suite one");
        analysis->workload_kind = "suite";
        strcpy(analysis->workload_digest, DIGEST_THEN);
        analysis->kernel = strdup("Linux 6.1.0");
        analysis->observer = "ptrace";
        analysis->runs = 60;
        analysis->runs_reused = 7;
        analysis->wall = 4.5;
        add_analysed(analysis, "read", none, none);
        add_analysed(analysis, "pipe2", exited, hung);
        add_analysed(analysis, "dup", wavers, hung);
        add_analysed(analysis, "fcntl", none, none);
        add_analysed(analysis, "fcntl:F_SETFL", hung, exited);
        add_analysed(analysis, "getcpu", exited, works);
        add_analysed(analysis, "sched_yield", works, none);
        add_analysed(analysis, "file:/proc/loadavg", none, none);
        return analysis;
}

static void make_reference(struct reference *reference)
{
        *reference = (struct reference){
                .source = "baseline/analysis.json",
                .application = "app",
                .version = "1.0",
                .executable = "/usr/bin/app",
                .executable_digest = DIGEST_THEN,
                .workload = "suite one",
                .kind = "suite",
                .kernel = "Linux 6.1.0",
                .libc = "glibc 2.36",
                .observer = "bpf",
                .tool_version = "0.0.9",
                .same_workload = true,
        };
}

/* The evidence of each item, in their order. */
static struct drift_evidence *make_evidence(const struct drift *drift, struct catalogue *catalogue,
        const struct analysis *analysis, const struct observation *asked)
{
        struct drift_evidence *evidence = calloc(drift->items.count + 1, sizeof(*evidence));

        check(evidence ? 0 : -ENOMEM);
        for (size_t i = 0; i < drift->items.count; i++) {
                struct feature feature =
                        catalogue_feature(catalogue, drift->items.items[i].feature);

                if (!drift->items.items[i].used_now)
                        continue;
                evidence[i].analysed = analysis_find(analysis, feature);
                evidence[i].asked = observation_find(asked, feature);
                evidence[i].watched = 2;
                evidence[i].seen = feature_equal(feature, sample_feature("getcpu")) ? 1 : 2;
                if (feature_equal(feature, sample_feature("pipe2"))) {
                        evidence[i].output = strdup("no pipe, \"no\" gain");
                        evidence[i].command = strdup("loupe run --stub pipe2 w.yaml");
                }
        }
        return evidence;
}

static void make_asked(struct observation *asked)
{
        struct observed_call *call = observation_call(asked, sample_feature("pipe2"));

        check(call ? 0 : -ENOMEM);
        check(observed_call_add_object(call, "/usr/bin/app", 3));
        check(observed_call_add_object(call, "/usr/lib/libc.so.6", 1));
        check(observation_call(asked, sample_feature("getcpu")) ? 0 : -ENOMEM);
}

static const char before_findings[] = "read=required fcntl=required dup=either open=stub "
                                      "getpid=required fcntl:F_GETFL=fake";
static const char now_findings[] =
        "read=untested fcntl=untested dup=required pipe2=required fcntl:F_SETFL=required "
        "getcpu=fake sched_yield=stub file:/proc/loadavg=untested";

static int write_form(const char *form, const struct drift_report *report)
{
        const struct text_options plain = {.width = 80}, colour = {.color = true, .width = 80};

        if (string_equal(form, "check-json") || string_equal(form, "check-used-json"))
                return report_drift_json(report, stdout);
        if (string_equal(form, "check-csv"))
                return report_drift_csv(report, stdout);
        return report_drift_text(
                report, string_equal(form, "check-color") ? &colour : &plain, stdout);
}

int main(int argc, char **argv)
{
        const char *form = argc == 2 ? argv[1] : "";
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_ANALYSIS struct analysis *analysis = make_analysis();
        CLEANUP_FINDINGS struct findings before = {}, now = {};
        CLEANUP_OBSERVATION struct observation asked = {};
        CLEANUP_DRIFT struct drift drift = {};
        struct drift_evidence *evidence;
        struct reference reference;

        check(collection ? 0 : -ENOMEM);
        make_reference(&reference);
        make_asked(&asked);
        add_findings(collection, &before, before_findings);
        add_findings(collection, &now,
                string_equal(form, "check-none") ? before_findings : now_findings);
        check(drift_find(collection->catalogue, &before, &now, &drift));
        evidence = make_evidence(&drift, collection->catalogue, analysis, &asked);
        const struct drift_report report = {
                .before = &reference,
                .now = analysis,
                .catalogue = collection->catalogue,
                .drift = &drift,
                .gate = string_has_prefix(form, "check-used") ? DRIFT_GATE_USED
                                                              : DRIFT_GATE_REQUIRED,
                .evidence = evidence,
        };
        check(write_form(form, &report));
        for (size_t i = 0; i < drift.items.count; i++) {
                free(evidence[i].output);
                free(evidence[i].command);
        }
        free(evidence);
        return 0;
}
