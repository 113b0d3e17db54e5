/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What a filter does with the calls of one number: the policy's rules, the default and the options
 * of the filter brought down to SECCOMP_RET_… values and tests of registers. filter.c writes it as
 * a program.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vector.h"
#include "feature/selector.h"
#include "policy/filter.h"
#include "policy/policy.h"

/* A call for which the register selector has the value is done with: `action` becomes of it. */
struct decision_test {
        const struct selector *selector;
        uint64_t value;
        uint32_t action;
};

struct decision {
        uint32_t action;   /* SECCOMP_RET_… of a call that no test is true of */
        bool heeds_cookie; /* a call with the cookie is allowed, and nothing else looked at */
        size_t first_test; /* a place in the tests of the decider; 0 where there are none */
        size_t test_count; /* from there on, in the order in which they are tried */
};

/* Makes decisions, and keeps the tests that they refer to. */
struct decider {
        const struct policy *policy;
        const struct filter_options *options;
        bool supervises_paths;
        VECTOR(struct decision_test) tests;
};

/* Policy and options must outlive the decider. */
void decider_init(
        struct decider *decider, const struct policy *policy, const struct filter_options *options);
void decider_clear(struct decider *decider);

/* SECCOMP_RET_… of a call that nothing is said about. */
uint32_t decider_pass(const struct decider *decider);

/* What becomes of the calls of an ABI that decider_numbers() does not list. */
struct decision decider_rest(const struct decider *decider, enum abi abi);

struct decision_numbers {
        VECTOR(int) list;
};

/*
 * Adds to `numbers`, which is empty, those of the calls of an ABI about which more is to be said
 * than about the rest, in rising order. The caller clears it, also on failure. Returns 0 or
 * -ENOMEM.
 */
int decider_numbers(const struct decider *decider, enum abi abi, struct decision_numbers *numbers);
void decision_numbers_clear(struct decision_numbers *numbers);

/* Decides about one call. Returns 0 or -ENOMEM. */
int decider_decide(struct decider *decider, struct feature call, struct decision *ret);

bool decision_equal(struct decision a, struct decision b);
