/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The lists of `--stub` and `--fake` on any text: they must not crash or leak; what they refuse
 * they have to refuse with a message; what they accept has a canonical text, which means the same
 * when it is read again.
 */

#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "fuzz/fuzz.h"
#include "policy/policy.h"

/* Reads one list, as stubs or as fakes. Aborts where it is refused without a reason. */
static bool read_list(struct policy *policy, bool fakes, const char *list)
{
        struct error error = {};
        int r;

        r = fakes ? policy_parse_fakes(policy, list, &error)
                  : policy_parse_stubs(policy, list, &error);
        if (r < 0 && !error.message[0])
                abort();
        return r == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_FREE char *list = strndup((const char *)data, size);
        CLEANUP_POLICY struct policy *policy = policy_new(), *again = policy_new();
        CLEANUP_FREE char *text = NULL, *text_again = NULL;
        CLEANUP_STRINGS char **words = NULL;
        bool fakes = size > 0 && list[0] == '!';

        if (!read_list(policy, fakes, list + fakes))
                return 0;
        text = policy_text(policy);
        words = strings_split(text, ' ');
        for (size_t i = 0; words[i] && words[i + 1]; i += 2)
                if (!read_list(again, string_equal(words[i], "--fake"), words[i + 1]))
                        abort();
        text_again = policy_text(again);
        if (!string_equal(text, text_again))
                abort();
        return 0;
}
