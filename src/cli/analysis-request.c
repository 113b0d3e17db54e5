/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/analysis-request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strings.h"
#include "cli/workload-arguments.h"
#include "policy/policy.h"
#include "search/environment.h"
#include "search/impact.h"

void analysis_request_clear(struct analysis_request *request)
{
        strings_free(request->words);
        workload_free(request->workload);
        vector_clear(&request->only);
        *request = (struct analysis_request){};
}

/* Words that people typed may be no UTF-8; JSON must be. */
static json_t *words_to_json(char *const *words)
{
        json_t *array = json_array();

        for (size_t i = 0; words[i]; i++)
                if (json_array_append_new(array, json_string(words[i])) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

static json_t *features_to_json(const struct analysis_request *request)
{
        const struct feature *feature;
        char name[FEATURE_NAME_MAX];
        json_t *array = json_array();

        vector_for_each(feature, &request->only)
                json_array_append_new(array, json_string(feature_name(*feature, name)));
        return array;
}

int analysis_request_to_json(
        const struct analysis_request *request, json_t **ret, struct error *error)
{
        CLEANUP_FREE char *path = NULL, *executable = NULL;
        char digest[WORKLOAD_DIGEST_SIZE];
        json_t *object, *words;
        int r;

        r = workload_digest(request->workload, digest, error);
        if (r == 0)
                r = environment_executable(request->workload, &path, &executable, error);
        if (r < 0)
                return r;
        words = words_to_json(request->words);
        if (!words)
                return error_set(error, EILSEQ, "the command line holds bytes that are not UTF-8");
        object = json_pack("{s:o, s:s, s:i, s:i, s:i, s:b, s:b, s:b, s:s, s:i, s:b, s:i, s:o}",
                "workload", words, "digest", digest, "replicas", (int)request->replicas, "jobs",
                (int)request->jobs, "stub_errno", request->withholding.stub_errno, "fake_zero",
                request->withholding.fake_zero, "count_launch", request->count_launch, "joint",
                request->joint, "observer", observer_kind_name(request->observer), "subfeatures",
                (int)request->subfeatures, "files", request->files, "impact",
                (int)request->impact_repeats, "only", features_to_json(request));
        if (!object || json_object_set_new(object, "executable", json_text(executable)) < 0)
                return error_errno(error, ENOMEM, "writing down the request");
        *ret = object;
        return 0;
}

static int words_from_json(json_t *array, char ***ret)
{
        CLEANUP_STRINGS char **words = strings_copy(NULL);
        json_t *word;
        size_t i;

        if (!words)
                return -ENOMEM;
        json_array_foreach(array, i, word)
        {
                if (!json_is_string(word))
                        return -EINVAL;
                if (strings_add(&words, json_string_value(word)) < 0)
                        return -ENOMEM;
        }
        *ret = steal_pointer(words);
        return 0;
}

/* Reads the workload's words as the command line would be. */
static int workload_from_words(char *const *words, struct workload **ret, struct error *error)
{
        static const struct option_group groups[] = {{"Workload", workload_options}, {}};
        struct workload_arguments arguments = WORKLOAD_ARGUMENTS_DEFAULTS;
        /* The parser moves the pointers about: it gets an array of its own. */
        size_t count = strings_count(words);
        CLEANUP_FREE char **line = calloc(count + 1, sizeof(char *));
        struct operands operands;
        bool help;
        int r;

        if (!line)
                return error_errno(error, ENOMEM, "reading the workload");
        memcpy(line, words, count * sizeof(char *));
        r = option_parse(groups, line, &arguments, &operands, &help, error);
        if (r == 0)
                r = workload_from_arguments(&arguments, &operands, ret, error);
        option_clear(groups, &arguments);
        return r;
}

static int features_from_json(json_t *array, struct analysis_request *request, struct error *error)
{
        struct feature *feature;
        json_t *name;
        size_t i;
        int r;

        json_array_foreach(array, i, name)
        {
                feature = vector_add(&request->only);
                if (!feature)
                        return error_errno(error, ENOMEM, "reading the request");
                r = feature_parse(
                        json_string_value(name) ? json_string_value(name) : "", feature, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

/*
 * `executable` is the digest that it had, JSON's null where it was not there, NULL where the
 * journal is from before that was written down.
 */
static int check_unchanged(const struct workload *workload, const char *expected,
        const json_t *executable, struct error *error)
{
        CLEANUP_FREE char *path = NULL, *executable_now = NULL;
        char digest[WORKLOAD_DIGEST_SIZE];
        int r;

        r = workload_digest(workload, digest, error);
        if (r == 0)
                r = environment_executable(workload, &path, &executable_now, error);
        if (r < 0)
                return r;
        if (executable && !string_equal(json_string_value(executable), executable_now))
                return error_set(error, ESTALE,
                        "%s has changed since this analysis began: start a new one",
                        path ? path : workload->command[0]);
        if (strcmp(digest, expected) != 0)
                return error_set(error, ESTALE,
                        "the workload has changed since this analysis began: start a new one");
        return 0;
}

/* A header that was damaged, or written by hand, must not ask for what no option could. */
static bool header_numbers_are_valid(int replicas, int jobs, int stub_errno, int impact)
{
        return replicas >= 1 && replicas <= WORKLOAD_REPLICAS_MAX && jobs >= 0 &&
               jobs <= ANALYSIS_JOBS_MAX && stub_errno > 0 && errno_name(stub_errno) &&
               (impact == 0 ||
                       (impact >= IMPACT_REPEATS_MINIMUM && impact <= IMPACT_REPEATS_MAXIMUM));
}

int analysis_request_from_json(json_t *header, struct analysis_request *ret, struct error *error)
{
        CLEANUP_ANALYSIS_REQUEST struct analysis_request request = {};
        int replicas, jobs, fake_zero, count_launch, joint, subfeatures = SUBFEATURES_NONE,
                                                            files = false, impact = 0, r;
        const char *digest, *observer;
        json_t *words, *only;

        if (json_object_get(header, "purpose"))
                return error_set(error, EINVAL,
                        "the journal is of a proof (loupe prove), not of an analysis");
        if (json_unpack(header, "{s:o, s:s, s:i, s:i, s:i, s:b, s:b, s:b, s:s, s?i, s?b, s?i, s:o}",
                    "workload", &words, "digest", &digest, "replicas", &replicas, "jobs", &jobs,
                    "stub_errno", &request.withholding.stub_errno, "fake_zero", &fake_zero,
                    "count_launch", &count_launch, "joint", &joint, "observer", &observer,
                    "subfeatures", &subfeatures, "files", &files, "impact", &impact, "only",
                    &only) < 0 ||
                !header_numbers_are_valid(replicas, jobs, request.withholding.stub_errno, impact) ||
                subfeatures < SUBFEATURES_NONE || subfeatures > SUBFEATURES_ALL ||
                observer_kind_from_name(observer, &request.observer) < 0)
                return error_set(error, EINVAL, "the journal's header is not whole");
        request.replicas = (unsigned)replicas;
        request.jobs = (unsigned)jobs;
        request.withholding.fake_zero = fake_zero;
        request.subfeatures = (enum subfeatures)subfeatures;
        request.files = files;
        request.count_launch = count_launch;
        request.joint = joint;
        request.impact_repeats = (unsigned)impact;
        r = words_from_json(words, &request.words);
        if (r < 0)
                return error_errno(error, -r, "the journal's header");
        r = workload_from_words(request.words, &request.workload, error);
        if (r == 0)
                r = check_unchanged(
                        request.workload, digest, json_object_get(header, "executable"), error);
        if (r == 0)
                r = features_from_json(only, &request, error);
        if (r < 0)
                return r;
        *ret = request;
        request = (struct analysis_request){};
        return 0;
}

struct policy *analysis_request_policy(
        const struct analysis_request *request, struct feature feature, enum mode mode)
{
        return withhold_one(feature, mode, &request->withholding);
}

/* Adds the words quoted for a shell. Returns 0 or -ENOMEM. */
static int add_quoted(char ***quoted, char *const *words)
{
        char *word;
        int r = 0;

        for (size_t i = 0; r == 0 && words[i]; i++) {
                word = string_shell_quote(words[i]);
                r = word ? strings_add(quoted, word) : -ENOMEM;
                free(word);
        }
        return r;
}

char *analysis_request_command(const struct analysis_request *request, const char *policy)
{
        CLEANUP_STRINGS char **quoted = strings_copy(NULL);
        /* Files have stars and backslashes in their names, but no blanks. */
        CLEANUP_STRINGS char **options = strings_split(policy, ' ');
        CLEANUP_FREE char *words = NULL;

        if (!quoted || !options || add_quoted(&quoted, options) < 0 ||
                add_quoted(&quoted, request->words) < 0)
                return NULL;
        words = strings_join(quoted, " ");
        if (!words)
                return NULL;
        return string_format(
                "loupe run %s%s", request->count_launch ? "--count-launch " : "", words);
}

/* What is named is looked for: a sub-feature or file needs no option of its own. */
static void widen(struct analysis_request *request, struct feature feature)
{
        if (feature.kind == FEATURE_SUBFEATURE && request->subfeatures == SUBFEATURES_NONE)
                request->subfeatures = SUBFEATURES_NEEDED;
        if (feature.kind == FEATURE_FILE)
                request->files = true;
}

int analysis_request_add_only(
        struct analysis_request *request, const struct option_list *lists, struct error *error)
{
        struct feature *feature;
        const char **list;
        int r;

        vector_for_each(list, &lists->values) {
                CLEANUP_STRINGS char **names = strings_split(*list, ',');

                if (!names)
                        return error_errno(error, ENOMEM, "--only");
                for (size_t i = 0; names[i]; i++) {
                        feature = vector_add(&request->only);
                        r = feature ? feature_parse(names[i], feature, error)
                                    : error_errno(error, ENOMEM, "%s", names[i]);
                        if (r < 0)
                                return error_prefix(error, r, "--only");
                        widen(request, *feature);
                }
        }
        /* As of a variable that is not set: everything is not what was meant. */
        if (lists->values.count > 0 && request->only.count == 0)
                return error_set(error, EINVAL, "--only: no feature is named");
        return 0;
}
