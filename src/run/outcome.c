/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/outcome.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* What an outcome's code means decides how it is written. */
enum code_kind {
        CODE_NONE,
        CODE_NUMBER,
        CODE_SIGNAL,
};

static const struct {
        const char *before; /* the text before the code, or all of it */
        const char *after;
        enum code_kind code;
} outcomes[] = {
        [OUTCOME_PASSED] = {"passed", "", CODE_NONE},
        [OUTCOME_TEST_FAILED] = {"test failed (exit ", ")", CODE_NUMBER},
        [OUTCOME_CRASHED] = {"crashed SIG", "", CODE_SIGNAL},
        [OUTCOME_EXITED] = {"exited ", "", CODE_NUMBER},
        [OUTCOME_HUNG] = {"hung", "", CODE_NONE},
        [OUTCOME_NOT_READY] = {"not ready", "", CODE_NONE},
        [OUTCOME_ASKED_AGAIN] = {"asked again", "", CODE_NONE},
        [OUTCOME_NO_NUMBER] = {"no number", "", CODE_NONE},
};

const char *outcome_text(struct outcome outcome, char buffer[OUTCOME_TEXT_MAX])
{
        char code[16] = "";

        /* Real-time signals have no abbreviation: their number stands for them. */
        if (outcomes[outcome.kind].code == CODE_SIGNAL && sigabbrev_np(outcome.code))
                snprintf(code, sizeof(code), "%s", sigabbrev_np(outcome.code));
        else if (outcomes[outcome.kind].code != CODE_NONE)
                snprintf(code, sizeof(code), "%d", outcome.code);
        snprintf(buffer, OUTCOME_TEXT_MAX, "%s%s%s", outcomes[outcome.kind].before, code,
                outcomes[outcome.kind].after);
        return buffer;
}

int outcome_parse(const char *text, struct outcome *ret)
{
        char buffer[OUTCOME_TEXT_MAX];
        struct outcome outcome;

        /* Every code fits a byte, so that trying them all is both exact and quick enough. */
        for (outcome.kind = 0; outcome.kind < OUTCOME_KIND_COUNT; outcome.kind++) {
                if (strncmp(text, outcomes[outcome.kind].before,
                            strlen(outcomes[outcome.kind].before)) != 0)
                        continue;
                for (outcome.code = 0; outcome.code <= 255; outcome.code++)
                        if (strcmp(text, outcome_text(outcome, buffer)) == 0) {
                                *ret = outcome;
                                return 0;
                        }
        }
        return -EINVAL;
}
