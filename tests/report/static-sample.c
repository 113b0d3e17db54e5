/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * static-sample FORM: writes results of static analysis made up so that every case of these reports
 * occurs. Forms: static-text, static-color, static-numbers, static-features, static-complete,
 * static-why, static-csv, static-json, static-features-json, static-table, static-many-json.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "report/static.h"
#include "tests/report/samples.h"

static char *copy(const char *text)
{
        char *copied = text ? strdup(text) : NULL;

        check(!text || copied ? 0 : -ENOMEM);
        return copied;
}

static void add_step(struct static_feature *feature, const char *object, const char *function,
        uint64_t address, const char *how)
{
        struct static_step *step = vector_add(&feature->via);

        check(step ? 0 : -ENOMEM);
        *step = (struct static_step){copy(object), copy(function), address, how};
}

static int compare_features(const void *a, const void *b)
{
        const struct static_feature *left = a, *right = b;

        return feature_compare(&left->feature, &right->feature);
}

/* "read socket clock_gettime*": those with a star the vDSO has. */
static void add_features(struct static_result *result, const char *line)
{
        CLEANUP_STRINGS char **words = strings_split(line, ' ');

        check(words ? 0 : -ENOMEM);
        for (char **word = words; *word; word++) {
                struct static_feature *feature = vector_add(&result->features);
                char *end = *word + strlen(*word) - 1;

                check(feature ? 0 : -ENOMEM);
                feature->vdso = *end == '*' && end[-1] != '/';
                if (feature->vdso)
                        *end = '\0';
                feature->feature = sample_feature(*word);
                add_step(feature, "caf\xe9", "_start", 0x1040, "entry");
                add_step(feature, "libc.so.6", "socket+0x7", UINT64_C(0xffffffff81000007), "calls");
        }
        qsort(result->features.items, result->features.count, sizeof(*result->features.items),
                compare_features);
}

static void add_object(struct static_result *result, const char *path, enum load_reason reason,
        const char *by, size_t functions, size_t reached)
{
        struct static_object *object = vector_add(&result->objects);

        check(object ? 0 : -ENOMEM);
        *object = (struct static_object){
                .path = copy(path),
                .identity = copy("5af3b2c1d4e5f60718293a4b5c6d7e8f90a1b2c3-9e107d9d"),
                .reason = reason,
                .by = copy(by),
                .functions = functions,
                .reached = reached,
        };
}

static struct static_unknown unknown(
        const char *object, const char *function, uint64_t address, const char *what)
{
        return (struct static_unknown){copy(object), copy(function), address, copy(what)};
}

static void add_unknown(struct static_result *result)
{
        struct static_missing *missing = vector_add(&result->missing);
        struct static_unknown *site, *load;

        for (unsigned i = 0; i < 14; i++) {
                site = vector_add(&result->unknown_sites);
                check(site ? 0 : -ENOMEM);
                *site = unknown("libruby.so.3.1", "rb_f_syscall", 0x1a2b3c + 16 * i,
                        "number of the system call");
        }
        load = vector_add(&result->unknown_loads);
        check(load && missing ? 0 : -ENOMEM);
        *load = unknown("caf\xe9", "0x2040", 0x2052, "name of the object for dlopen()");
        *missing = (struct static_missing){
                .name = copy("libgone.so.1"),
                .problem = copy("no such file in any folder"),
                .reason = LOAD_NEEDED,
                .by = copy("libruby.so.3.1"),
        };
}

static struct static_result *sample(bool complete, bool with_features)
{
        struct static_result *result = calloc(1, sizeof(*result));

        check(result ? 0 : -ENOMEM);
        result->binary = copy(complete ? "/bin/complete" : "/usr/bin/caf\xe9");
        result->kind = complete ? OBJECT_STATIC : OBJECT_PIE;
        result->complete = complete;
        result->with_features = with_features;
        result->seconds = 0.0625;
        add_features(result,
                "read write socket fcntl ioctl exit_group rt_tgsigqueueinfo clock_gettime* "
                "i386:getpid syscall_1030 futex madvise");
        if (with_features) {
                add_features(result,
                        "fcntl:F_SETFL fcntl:F_GETFL madvise:MADV_DONTNEED ioctl:0x5421 "
                        "ioctl:TCGETS file:/proc/self/maps file:/proc/self/fd/*");
                check(vector_add(&result->unknown_selectors) ? 0 : -ENOMEM);
                result->unknown_selectors.items[0] = sample_feature("ioctl");
        }
        add_object(result, result->binary, LOAD_MAIN, NULL, 12, 8);
        if (complete) {
                result->post_init = true;
        } else {
                add_object(result, "/lib64/ld-linux-x86-64.so.2", LOAD_INTERPRETER, NULL, 300, 200);
                add_object(result, "/lib/libc.so.6", LOAD_NEEDED, "caf\xe9", 3000, 1500);
                add_object(result, "/lib/libnss_files.so.2", LOAD_MODULE, "libc.so.6", 40, 20);
                add_unknown(result);
                result->application = copy("caf\xe9");
                result->workload = copy("health");
        }
        result->functions = 3352;
        result->reached = 1728;
        return result;
}

/* A library, and a program with fewer calls. */
static void many(struct static_overview *overview)
{
        CLEANUP_STATIC_RESULT struct static_result *first = sample(false, false);
        CLEANUP_STATIC_RESULT struct static_result *second = sample(true, false);
        CLEANUP_STATIC_RESULT struct static_result *library = sample(true, false);

        add_features(second, "getppid");
        library->kind = OBJECT_SHARED;
        add_features(library, "getpgid setsid");
        check(static_overview_add(overview, first));
        check(static_overview_add(overview, second));
        check(static_overview_add(overview, library));
        check(static_overview_refuse(
                overview, "/bin/else", "/bin/else: it is for another machine, aarch64"));
        overview->skipped = 17;
        overview->repeated = 1;
}

static int many_json(FILE *stream)
{
        CLEANUP_STATIC_RESULT struct static_result *first = sample(false, true);
        CLEANUP_STATIC_RESULT struct static_result *second = sample(true, false);
        struct static_result *const results[] = {first, second};
        CLEANUP_STATIC_OVERVIEW struct static_overview overview = {};
        struct json_stream json;

        many(&overview);
        report_static_json_begin(&json, stream);
        for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
                CLEANUP_FREE char *line = NULL;
                size_t length;

                check(static_result_line(results[i], &line, &length));
                report_static_json_add(&json, line, length);
        }
        return report_static_json_end(&json, &overview);
}

static int table(const struct text_options *options, FILE *stream)
{
        CLEANUP_STATIC_OVERVIEW struct static_overview overview = {};

        many(&overview);
        return report_static_table(&overview, options, stream);
}

static int one(const char *form, FILE *stream)
{
        const bool features = string_has_prefix(form, "features");
        const struct feature why[] = {sample_feature("socket"), sample_feature("bpf")};
        const struct static_options options = {
                .spelling = strcmp(form, "numbers") == 0 ? FEATURE_BY_NUMBER : FEATURE_BY_NAME,
                .objects = strcmp(form, "color") == 0,
                .why = why,
                .why_count = strcmp(form, "why") == 0 ? ARRAY_SIZE(why) : 0,
                .text = {.color = strcmp(form, "color") == 0, .width = 60},
        };
        CLEANUP_STATIC_RESULT struct static_result *result =
                sample(strcmp(form, "complete") == 0, features);

        if (strcmp(form, "csv") == 0)
                return report_static_csv(result, stream);
        if (strcmp(form, "json") == 0 || strcmp(form, "features-json") == 0)
                return report_static_json(result, stream);
        return report_static_text(result, &options, stream);
}

int main(int argc, char **argv)
{
        const char *form = argc == 2 ? argv[1] : "";

        if (strcmp(form, "static-table") == 0)
                check(table(&(struct text_options){.width = 80}, stdout));
        else if (strcmp(form, "static-many-json") == 0)
                check(many_json(stdout));
        else if (string_has_prefix(form, "static-"))
                check(one(form + strlen("static-"), stdout));
        else
                check(-EINVAL);
        return 0;
}
