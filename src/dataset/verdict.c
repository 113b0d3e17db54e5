/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataset/verdict.h"

#include <errno.h>
#include <string.h>

static const char *const names[VERDICT_COUNT] = {
        [VERDICT_REQUIRED] = "required",
        [VERDICT_STUB] = "stub",
        [VERDICT_FAKE] = "fake",
        [VERDICT_EITHER] = "either",
        [VERDICT_UNTESTED] = "untested",
};

const char *verdict_name(enum verdict verdict)
{
        return names[verdict];
}

int verdict_parse(const char *name, enum verdict *ret, struct error *error)
{
        for (unsigned verdict = 0; verdict < VERDICT_COUNT; verdict++)
                if (strcmp(name, names[verdict]) == 0) {
                        *ret = verdict;
                        return 0;
                }
        return error_set(error, EINVAL,
                "'%s' is no verdict: required, stub, fake, either or untested", name);
}

enum verdict verdict_merge(enum verdict a, enum verdict b)
{
        /* How much each excludes; of one rank, each excludes something else. */
        static const unsigned strength[VERDICT_COUNT] = {
                [VERDICT_EITHER] = 0,
                [VERDICT_UNTESTED] = 1,
                [VERDICT_STUB] = 1,
                [VERDICT_FAKE] = 1,
                [VERDICT_REQUIRED] = 2,
        };

        if (a == b)
                return a;
        if (strength[a] == strength[b])
                return VERDICT_REQUIRED;
        return strength[a] > strength[b] ? a : b;
}
