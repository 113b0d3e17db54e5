/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the samples have in common: made-up findings in a few words. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "dataset/dataset.h"

static inline void check(int r)
{
        if (r < 0) {
                fprintf(stderr, "%s: %s\n", program_invocation_short_name, strerror(-r));
                exit(1);
        }
}

static inline struct feature sample_feature(const char *name)
{
        struct feature feature;

        check(feature_parse(name, &feature, NULL));
        return feature;
}

static inline int compare_findings(const void *a, const void *b)
{
        const struct finding *left = a, *right = b;

        return left->feature < right->feature ? -1 : left->feature > right->feature;
}

/* Adds the findings of a line such as "read=required file:/proc/stat=fake". */
static inline void add_findings(
        struct collection *collection, struct findings *findings, const char *line)
{
        CLEANUP_STRINGS char **words = strings_split(line, ' ');

        check(words ? 0 : -ENOMEM);
        for (char **word = words; *word; word++) {
                char *equals = strrchr(*word, '=');
                struct feature feature;
                enum verdict verdict;

                check(equals ? 0 : -EINVAL);
                *equals = '\0';
                feature = sample_feature(*word);
                check(verdict_parse(equals + 1, &verdict, NULL));
                check(findings_add(
                        findings, catalogue_add(collection->catalogue, &feature), verdict));
        }
        qsort(findings->items.items, findings->items.count, sizeof(*findings->items.items),
                compare_findings);
}
