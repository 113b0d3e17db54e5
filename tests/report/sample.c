/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * sample FORM: writes an analysis, or an observation, made up so that every case of the reports
 * occurs. Forms: analysis-text, analysis-color, analysis-json, analysis-csv, joint-text,
 * joint-json, features-text, features-json, impact-text, impact-json, trace-text, trace-json,
 * phases-text, phases-json, phases-unknown.
 */

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "report/report.h"

static void check(int r)
{
        if (r < 0) {
                fprintf(stderr, "sample: %s\n", strerror(-r));
                exit(1);
        }
}

static struct feature feature(const char *name)
{
        struct feature feature;

        check(feature_parse(name, &feature, NULL));
        return feature;
}

static const struct mode_result works = {
        .works = true,
        .passed = 3,
        .runs = 3,
        .outcome = {OUTCOME_PASSED},
};

static struct mode_result fails(enum outcome_kind kind, int code)
{
        return (struct mode_result){.runs = 2, .outcome = {kind, code}};
}

static void add(struct analysis *analysis, const char *name, uint64_t count,
        struct mode_result stub, struct mode_result fake)
{
        struct analysed_feature *added = vector_add(&analysis->features);

        check(added ? 0 : -ENOMEM);
        *added = (struct analysed_feature){
                .feature = feature(name),
                .count = count,
                .stub = stub,
                .fake = fake,
        };
}

#define add_name(vector, name)                               \
        do {                                                 \
                struct feature *added_ = vector_add(vector); \
                check(added_ ? 0 : -ENOMEM);                 \
                *added_ = feature(name);                     \
        } while (0)

static struct analysis *sample_base(void)
{
        struct analysis *analysis = analysis_new();

        check(analysis ? 0 : -ENOMEM);
        analysis->application_name = strdup("sampled");
        analysis->workload_name = strdup("ping");
        analysis->workload_kind = "health";
        analysis->kernel = strdup("Linux 6.1.0-13-amd64");
        strcpy(analysis->workload_digest,
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
        strcpy(analysis->workload_conditions,
                "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752");
        analysis->joint_wanted = true;
        analysis->observer = "bpf";
        analysis->limits = strdup("cgroup v2");
        analysis->cpus = 2;
        analysis->withholding.stub_errno = ENOSYS;
        analysis->replicas = 3;
        analysis->jobs = 2;
        analysis->runs = 60;
        analysis->runs_reused = 12;
        analysis->wall = 12.345;
        analysis->run_seconds = 23.5;
        analysis->baseline = (struct baseline_result){
                .runs = 5,
                .median = 0.0425,
                .slowest = 0.05,
                .ready = 0.01,
                .cpu = 0.025,
        };
        return analysis;
}

/* Every verdict and outcome; two conflicts; names that JSON must not take as they are. */
static struct analysis *sample_conflicts(void)
{
        struct analysis *analysis = sample_base();
        const struct mode_result untested = {};
        struct mode_result unstable = fails(OUTCOME_CRASHED, SIGSEGV);
        struct conflict *conflict;

        unstable.unstable = true;
        unstable.passed = 1;
        analysis->application_version = strdup("7.0 \"caf\xe9\"");
        analysis->executable = strdup("/usr/bin/sampled");
        analysis->executable_digest =
                strdup("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        analysis->libc = strdup("glibc 2.36");
        add(analysis, "read", 1234567, fails(OUTCOME_CRASHED, SIGSEGV), fails(OUTCOME_HUNG, 0));
        add(analysis, "close", 7, works, works);
        add(analysis, "brk", 3, works, works);
        add(analysis, "rt_sigaction", 2, fails(OUTCOME_EXITED, 1), works);
        add(analysis, "madvise", 1, works, fails(OUTCOME_TEST_FAILED, 3));
        add(analysis, "getpid", 1, untested, untested);
        add(analysis, "futex", 9, unstable, fails(OUTCOME_NOT_READY, 0));
        add(analysis, "accept4", 4, fails(OUTCOME_ASKED_AGAIN, 0), unstable);
        add(analysis, "i386:getpid", 1, works, works);
        analysis->joint.tested = true;
        add_name(&analysis->joint.stub, "close");
        add_name(&analysis->joint.stub, "madvise");
        add_name(&analysis->joint.fake, "rt_sigaction");
        for (unsigned i = 0; i < 2; i++) {
                conflict = vector_add(&analysis->joint.conflicts);
                check(conflict ? 0 : -ENOMEM);
                add_name(&conflict->features, i ? "madvise" : "close");
                add_name(&conflict->features, i ? "i386:getpid" : "brk");
        }
        return analysis;
}

/* Everything avoidable works together; so much of it that the names take two lines. */
static struct analysis *sample_joint(void)
{
        static const char *const names[] = {"lseek", "munmap", "brk", "rt_sigprocmask", "ioctl",
                "access", "madvise", "setitimer", "getpid", "sysinfo", "prctl", "set_robust_list"};
        struct analysis *analysis = sample_base();

        add(analysis, "read", 9, fails(OUTCOME_EXITED, 1), fails(OUTCOME_EXITED, 1));
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                add(analysis, names[i], i + 1, works, works);
                add_name(&analysis->joint.stub, names[i]);
        }
        analysis->joint.tested = true;
        analysis->joint.works = true;
        return analysis;
}

/* All kinds of features; some sub-features were not tested, as their calls may be left out. */
static struct analysis *sample_features(void)
{
        struct analysis *analysis = sample_base();
        const struct mode_result untested = {};
        struct analysed_feature *file;

        analysis->subfeatures = SUBFEATURES_NEEDED;
        analysis->files = true;
        add(analysis, "madvise", 4, works, works);
        add(analysis, "fcntl", 9, fails(OUTCOME_EXITED, 1), fails(OUTCOME_HUNG, 0));
        add(analysis, "setsockopt", 3, fails(OUTCOME_EXITED, 1), fails(OUTCOME_EXITED, 1));
        add(analysis, "madvise:MADV_FREE", 1, untested, untested);
        add(analysis, "madvise:0x1234", 3, untested, untested);
        add(analysis, "fcntl:F_SETFD", 5, works, works);
        add(analysis, "fcntl:F_SETFL", 4, fails(OUTCOME_EXITED, 1), fails(OUTCOME_HUNG, 0));
        add(analysis, "setsockopt:0x6/0x1234", 2, works, fails(OUTCOME_EXITED, 1));
        add(analysis, "mmap:flags:0x40000000", 1, works, works);
        add(analysis, "file:/dev/urandom", 1, fails(OUTCOME_EXITED, 1), fails(OUTCOME_EXITED, 2));
        add(analysis, "file:/proc/self/fd/*", 7, works, works);
        vector_for_each(file, &analysis->features)
                if (file->feature.kind == FEATURE_FILE)
                        file->deny = fails(OUTCOME_CRASHED, SIGABRT);
        analysis->joint.tested = analysis->joint.works = true;
        add_name(&analysis->joint.stub, "madvise");
        add_name(&analysis->joint.stub, "fcntl:F_SETFD");
        add_name(&analysis->joint.stub, "setsockopt:0x6/0x1234");
        add_name(&analysis->joint.stub, "mmap:flags:0x40000000");
        add_name(&analysis->joint.stub, "file:/proc/self/fd/*");
        return analysis;
}

static struct feature_impact *add_impact(
        struct analysis *analysis, const char *name, enum mode mode)
{
        struct feature_impact *added = vector_add(&analysis->impact.features);

        check(added ? 0 : -ENOMEM);
        added->feature = feature(name);
        added->mode = mode;
        return added;
}

/* Flagged and unflagged effects, more and less, of nothing, with too few runs; warnings; failures.
 */
static struct analysis *sample_impact(void)
{
        struct analysis *analysis = sample_base();
        struct feature_impact *impact;

        add(analysis, "brk", 3, works, fails(OUTCOME_NO_NUMBER, 0));
        add(analysis, "close", 7, works, works);
        check(strings_add(&analysis->features.items[0].stub.warnings,
                "prints what no unmodified run printed: \"no heap\""));
        check(strings_add(&analysis->features.items[1].fake.warnings,
                "0 to 10 bytes read and written; unmodified, 4000 to 5000"));
        analysis->impact.repeats = 4;
        analysis->impact.pinned = true;
        analysis->impact.tests = 4;
        analysis->impact.repeats_needed = 5;
        impact = add_impact(analysis, "brk", MODE_STUB);
        impact->failures = 2;
        impact->effects[METRIC_MEMORY] =
                (struct effect){true, 8e6, 12e6, 4e6, 3.9e6, 4.1e6, 1, 0.001, 0.004, true};
        impact->effects[METRIC_SCORE] =
                (struct effect){true, 1000, 870, -130, -150, -110, -0.9, 0.002, 0.006, true};
        impact = add_impact(analysis, "close", MODE_FAKE);
        impact->baseline_failures = 1;
        impact->effects[METRIC_MEMORY] =
                (struct effect){true, 8e6, 8e6, 0, -INFINITY, INFINITY, 0, 1, 1, false};
        impact->effects[METRIC_FILES] =
                (struct effect){true, 0, 200, 200, 200, 200, 1, 0.001, 0.004, true};
        return analysis;
}

static void sample_trace(struct observation *observation)
{
        static const char *const names[] = {"read", "openat", "i386:getpid", "getpid",
                "openat:O_CREAT", "openat:O_CLOEXEC", "i386:ioctl:0x1234", "file:/proc/self/maps"};
        static const uint64_t counts[] = {12, 5, 5, 300, 2, 4, 1, 3};
        struct observed_call *call;

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                call = observation_call(observation, feature(names[i]));
                check(call ? 0 : -ENOMEM);
                call->count = counts[i];
        }
        call = observation_call(observation, feature("openat"));
        check(observed_call_add_error(call, ENOENT, 3));
        check(observed_call_add_error(call, 512, 1));
        check(observed_call_add_object(call, "/usr/lib/libc.so.6", 4));
        check(observed_call_add_object(call, "[anonymous]", 1));
}

/* The same with phases; `unknown`: also with programs whose main() was not found. */
static void sample_phases(struct observation *observation, bool unknown)
{
        struct observed_call *call;

        sample_trace(observation);
        observation->phased = true;
        vector_for_each(call, &observation->calls) {
                call->phases[CALL_BEFORE_MAIN] = call->count / 3;
                call->phases[CALL_AFTER_MAIN] = call->count - call->count / 3;
        }
        check(observation_add_program(observation, "/usr/bin/found", 0x1139, NULL));
        if (!unknown)
                return;
        call = observation_call(observation, feature("getpid"));
        check(call ? 0 : -ENOMEM);
        call->phases[CALL_AFTER_MAIN] = 0;
        call->phases[CALL_PHASE_UNKNOWN] = 200;
        check(observation_add_program(
                observation, "/tmp/odd\033[31m", 0, "its entry point is\nodd"));
}

int main(int argc, char **argv)
{
        CLEANUP_ANALYSIS struct analysis *conflicts = sample_conflicts();
        CLEANUP_ANALYSIS struct analysis *joint = sample_joint();
        CLEANUP_ANALYSIS struct analysis *features = sample_features();
        CLEANUP_ANALYSIS struct analysis *impact = sample_impact();
        CLEANUP_OBSERVATION struct observation trace = {}, phases = {}, unknown = {};
        const struct text_options plain = {.width = 80}, colored = {.width = 80, .color = true};
        const char *form = argc == 2 ? argv[1] : "";
        int r = -EINVAL;

        sample_trace(&trace);
        sample_phases(&phases, false);
        sample_phases(&unknown, true);
        if (strcmp(form, "analysis-text") == 0)
                r = report_analysis_text(conflicts, &plain, stdout);
        else if (strcmp(form, "analysis-color") == 0)
                r = report_analysis_text(conflicts, &colored, stdout);
        else if (strcmp(form, "analysis-json") == 0)
                r = report_analysis_json(conflicts, stdout);
        else if (strcmp(form, "analysis-csv") == 0)
                r = report_analysis_csv(conflicts, stdout);
        else if (strcmp(form, "joint-text") == 0)
                r = report_analysis_text(joint, &plain, stdout);
        else if (strcmp(form, "joint-json") == 0)
                r = report_analysis_json(joint, stdout);
        else if (strcmp(form, "features-text") == 0)
                r = report_analysis_text(features, &plain, stdout);
        else if (strcmp(form, "features-json") == 0)
                r = report_analysis_json(features, stdout);
        else if (strcmp(form, "impact-text") == 0)
                r = report_analysis_text(impact, &plain, stdout);
        else if (strcmp(form, "impact-json") == 0)
                r = report_analysis_json(impact, stdout);
        else if (strcmp(form, "trace-text") == 0)
                r = report_trace_text(&trace, &plain, stdout);
        else if (strcmp(form, "trace-json") == 0)
                r = report_trace_json(&trace, stdout);
        else if (strcmp(form, "phases-text") == 0)
                r = report_trace_text(&phases, &plain, stdout);
        else if (strcmp(form, "phases-unknown") == 0)
                r = report_trace_text(&unknown, &plain, stdout);
        else if (strcmp(form, "phases-json") == 0)
                r = report_trace_json(&unknown, stdout);
        check(r);
        return 0;
}
