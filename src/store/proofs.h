/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What was put to the test (src/proof): an application's workload under the policy that stands for
 * an operating system, with the outcome; and what was learnt by that (dataset/lesson.h). Both hold
 * for the workload and the executable that they were seen with.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/lesson.h"
#include "store/store.h"
#include "workload/workload.h"

/* What was put to the test. Nothing is owned. */
struct proof_subject {
        const char *application;
        const char *workload; /* its name */
        enum workload_kind kind;
        const char *workload_digest;   /* workload_digest() */
        const char *executable_digest; /* NULL: unknown */
        int64_t measured;              /* seconds since the epoch */
};

/* What became of it. */
struct stored_proof {
        const char *os;     /* the profile's name; NULL: none */
        const char *policy; /* policy_text(): the digest of it is what is kept */
        bool works;
        unsigned runs;   /* that were made, 1 or more */
        unsigned passed; /* of these */
};

/* Adds one, or replaces an earlier one of the same subject and policy. Returns 0 or -errno. */
int store_add_proof(struct store *store, const struct proof_subject *subject,
        const struct stored_proof *proof, struct error *error);

/*
 * What became of an application of that name under a policy of that text, in the latest proof of
 * each of its workloads: 1 where all of them work, 0 where one does not, -ENOENT where none was
 * tried, or -errno. With `executable_digest` only proofs of that executable count.
 */
int store_find_proof(struct store *store, const char *application, const char *executable_digest,
        const char *policy, struct error *error);

/* Adds a lesson, whose application is the subject's, unless it is there. Returns 0 or -errno. */
int store_add_lesson(struct store *store, const struct proof_subject *subject,
        const struct lesson *lesson, struct error *error);

/*
 * Teaches each dataset of the collection what was learnt of its workload, by the executable that
 * was measured where both are known. `*ret_count` lessons said something new; may be NULL. Returns
 * 0 or -errno.
 */
int store_teach(
        struct store *store, struct collection *collection, size_t *ret_count, struct error *error);
