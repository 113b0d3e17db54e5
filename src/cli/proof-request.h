/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What a proof is asked for, as the journal of its folder keeps it, so that it can be continued. */

#include <jansson.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"

struct proof_request {
        char *os;                /* a profile's name, an absolute path, or "none" */
        char *plan;              /* absolute path of a plan's file; NULL: the system as it is */
        unsigned repairs;        /* of the plan, at most */
        char **workloads;        /* absolute paths of their files */
        unsigned replicas, jobs; /* as in struct subject_options */
        bool equivalents, partial_missing, explain;
        char *version, *libc, *run; /* which results count: prefixes; NULL: any */
};

void proof_request_clear(struct proof_request *request);
#define CLEANUP_PROOF_REQUEST CLEANUP(proof_request_clear)

/* The header of a journal, owned by the caller. Returns 0 or -errno. */
int proof_request_to_json(const struct proof_request *request, json_t **ret, struct error *error);

/* The inverse. Returns 0, -EINVAL for a header of something else, or -ENOMEM. */
int proof_request_from_json(json_t *header, struct proof_request *ret, struct error *error);
