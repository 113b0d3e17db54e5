/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/proof-request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strings.h"
#include "cli/analysis-request.h"

/* Tells the header from that of an analysis, and of one application's runs. */
#define PURPOSE "prove"

void proof_request_clear(struct proof_request *request)
{
        free(request->os);
        free(request->plan);
        strings_free(request->workloads);
        free(request->version);
        free(request->libc);
        free(request->run);
        *request = (struct proof_request){};
}

/* JSON's strings are UTF-8: what is not could not be read back. NULL, too, when out of memory. */
static json_t *texts_to_json(char *const *texts)
{
        json_t *array = json_array();

        for (size_t i = 0; array && texts[i]; i++)
                if (json_array_append_new(array, json_string(texts[i])) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

static json_t *optional_text(const char *text)
{
        return text ? json_string(text) : json_null();
}

int proof_request_to_json(const struct proof_request *request, json_t **ret, struct error *error)
{
        json_t *workloads = texts_to_json(request->workloads);
        json_t *object;

        if (!workloads)
                return error_set(error, EILSEQ, "the name of a workload is not UTF-8");
        object = json_pack("{s:s, s:s, s:o, s:i, s:o, s:i, s:i, s:b, s:b, s:b, s:o, s:o, s:o}",
                "purpose", PURPOSE, "os", request->os, "plan", optional_text(request->plan),
                "repairs", (int)request->repairs, "workloads", workloads, "replicas",
                (int)request->replicas, "jobs", (int)request->jobs, "equivalents",
                request->equivalents, "partial_missing", request->partial_missing, "explain",
                request->explain, "version", optional_text(request->version), "libc",
                optional_text(request->libc), "run", optional_text(request->run));
        if (!object)
                return error_set(error, EILSEQ, "the options hold bytes that are not UTF-8");
        *ret = object;
        return 0;
}

static int texts_from_json(json_t *array, char ***ret)
{
        CLEANUP_STRINGS char **texts = strings_copy(NULL);
        json_t *text;
        size_t i;

        if (!texts)
                return -ENOMEM;
        json_array_foreach(array, i, text)
        {
                if (!json_is_string(text))
                        return -EINVAL;
                if (strings_add(&texts, json_string_value(text)) < 0)
                        return -ENOMEM;
        }
        if (i == 0)
                return -EINVAL;
        *ret = steal_pointer(texts);
        return 0;
}

static int copy_optional(json_t *value, char **ret)
{
        if (!json_is_string(value))
                return json_is_null(value) ? 0 : -EINVAL;
        *ret = strdup(json_string_value(value));
        return *ret ? 0 : -ENOMEM;
}

int proof_request_from_json(json_t *header, struct proof_request *ret, struct error *error)
{
        CLEANUP_PROOF_REQUEST struct proof_request request = {};
        json_t *plan, *workloads, *version, *libc, *run;
        int repairs, replicas, jobs, equivalents, partial_missing, explain, r;
        const char *purpose, *os;

        if (json_unpack(header, "{s:s, s:s, s:o, s:i, s:o, s:i, s:i, s:b, s:b, s:b, s:o, s:o, s:o}",
                    "purpose", &purpose, "os", &os, "plan", &plan, "repairs", &repairs, "workloads",
                    &workloads, "replicas", &replicas, "jobs", &jobs, "equivalents", &equivalents,
                    "partial_missing", &partial_missing, "explain", &explain, "version", &version,
                    "libc", &libc, "run", &run) < 0 ||
                strcmp(purpose, PURPOSE) != 0 || repairs < 0 || replicas < 0 ||
                replicas > WORKLOAD_REPLICAS_MAX || jobs < 0 || jobs > ANALYSIS_JOBS_MAX)
                return error_set(error, EINVAL, "the journal is not that of a proof, or not whole");
        request.repairs = (unsigned)repairs;
        request.replicas = (unsigned)replicas;
        request.jobs = (unsigned)jobs;
        request.equivalents = equivalents;
        request.partial_missing = partial_missing;
        request.explain = explain;
        request.os = strdup(os);
        r = request.os ? texts_from_json(workloads, &request.workloads) : -ENOMEM;
        if (r == 0)
                r = copy_optional(plan, &request.plan);
        if (r == 0)
                r = copy_optional(version, &request.version);
        if (r == 0)
                r = copy_optional(libc, &request.libc);
        if (r == 0)
                r = copy_optional(run, &request.run);
        if (r < 0)
                return error_errno(error, -r, "the journal's header");
        *ret = request;
        request = (struct proof_request){};
        return 0;
}
