/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Figures over many datasets: how important each call is, and how much an OS with a given set of
 * calls covers. Definitions: Loupe (ASPLOS'24, §5), Tsai et al. (EuroSys'16, §3), Gramine's
 * compatibility page. Pure calculation.
 *
 * A dataset is one application under one workload. Where the popularity of packages is known there
 * are figures about packages too: a package uses, needs and avoids what all datasets of its
 * applications do at once (verdict_merge()).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataset/dataset.h"
#include "dataset/statics.h"
#include "metrics/popularity.h"
#include "profile/profile.h"

/* What makes a dataset need a feature. */
enum completeness {
        COMPLETENESS_REQUIRED,    /* used, and works neither stubbed nor faked: loupe's own */
        COMPLETENESS_NOT_STUBBED, /* used, and does not work stubbed (fake only still counts as
                                     needed): Gramine's */
        COMPLETENESS_COUNT,
};

/* "required", "not-stubbed" */
const char *completeness_name(enum completeness definition);

/* True where that verdict on a feature makes it needed; what is untested nobody has seen work
 * without. See findings_meaning(). */
bool completeness_needs(enum completeness definition, enum verdict verdict);

/* One feature over all datasets. */
struct importance {
        uint32_t feature; /* in the collection's catalogue */
        size_t used;      /* datasets that use it */
        size_t required;  /* of these: by verdict; the rest was not tested */
        size_t stub;
        size_t fake;
        size_t either;
        double used_share;       /* of all datasets: used / datasets (unweighted importance) */
        double required_share;   /* required / datasets */
        double popular;          /* with popularity: 1 - product of (1 - p) over packages that use
                                    it; NAN without */
        double popular_required; /* the same over those that require it */
};

struct completeness_result {
        size_t supported; /* datasets whose needs the OS has */
        size_t datasets;
        double weighted; /* sum of p over supported packages, their dependencies included, / sum of
                            all p; NAN without popularity, or where all p are 0 */
};

/* A point of the curve: completeness with the `calls` most important calls implemented. */
struct curve_point {
        size_t calls;     /* how many */
        uint32_t feature; /* the last of them; nothing at 0 calls */
        struct completeness_result completeness[COMPLETENESS_COUNT];
};

/* A feature that the OS lacks. */
struct missing_call {
        struct importance importance;
        enum support support;         /* what the OS has in its place */
        VECTOR(uint32_t) required_in; /* datasets, by place in the collection, that require it */
        VECTOR(uint32_t) faked_in;    /* in which faking works: fake only and either */
        VECTOR(uint32_t) stubbed_in;  /* in which stubbing works: stub only and either */
};

/* The calls of one dataset. */
struct dataset_figures {
        size_t used;
        size_t verdicts[VERDICT_COUNT];
        size_t statics[STATIC_COUNT]; /* calls that static analysis finds; SIZE_MAX: not known */
};

/* What static analysis finds, against what is used, over the datasets for which both are known. */
struct static_comparison {
        size_t datasets;
        double found; /* calls, on average, that static analysis finds; NAN where there are none */
        double used;  /* that are used */
        double required;
};

struct metrics {
        size_t datasets;
        size_t applications;
        size_t used;      /* calls used by any dataset */
        size_t required;  /* and required by any */
        double avoidable; /* the share of its calls that a dataset can do without (stub, fake,
                             either), on average over those that use any; NAN where none does */
        VECTOR(struct dataset_figures) figures; /* by place in the collection */
        struct static_comparison statics[STATIC_COUNT];
        VECTOR(struct importance)
        importance; /* calls, then sub-features, then files, the most important first: with
                       popularity by that of packages that need it; by datasets that need it, as
                       `definition` says; by datasets that use it; in feature order */
        VECTOR(struct curve_point) curve; /* from 0 calls to all that are used */
        /* Only with popularity: */
        bool has_popularity;
        size_t packages;           /* that the applications belong to */
        size_t packages_unpopular; /* of these: that no machine has, as far as is known */
        size_t dependencies; /* packages that these depend on, and that have no data of their own:
                                they hinder nobody */
        /* Only with a profile: */
        bool has_profile;
        struct completeness_result completeness[COMPLETENESS_COUNT];
        VECTOR(struct missing_call) missing; /* in the order of `importance`; at most `top` */
        size_t missing_total;                /* how many there are */
};

struct metrics_options {
        enum completeness definition;        /* by which importance is ordered */
        const struct profile *profile;       /* NULL: none */
        bool partial_is_missing;             /* else what is partial counts as supported */
        const struct popularity *popularity; /* NULL: none */
        const struct static_sets *statics;   /* NULL: none */
        const uint32_t *excluded;            /* features left out of the missing calls: numbers */
        size_t excluded_count;
        size_t top; /* missing calls at most; 0: all */
};

/*
 * What the OS does with a call itself, stubbing or faking it, does not count as support: only what
 * works does. Sub-features count with their calls, and where the profile says more (coverage.h);
 * those of a call that is missing are not missing one by one. The curve is about calls alone.
 * `ret` is owned by the caller. Returns 0 or -ENOMEM.
 */
int metrics_calculate(const struct collection *collection, const struct metrics_options *options,
        struct metrics **ret);

struct metrics *metrics_free(struct metrics *metrics);
DEFINE_CLEANUP(struct metrics *, metrics_free)
#define CLEANUP_METRICS CLEANUP(metrics_freep)
