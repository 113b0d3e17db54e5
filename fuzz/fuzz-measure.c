/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The readers of figures, and the masking of lines of output, on any text: scores are finite; what
 * is masked has become no longer, is printable, and stays the same when masked again.
 */

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "fuzz/fuzz.h"
#include "run/usage.h"
#include "search/silent.h"

static void check_figures(const char *text)
{
        struct usage usage = {};
        uint64_t memory = 0;
        double score;

        usage_read_io(text, &usage);
        usage_read_network(text, &usage);
        usage_read_memory(text, &memory);
        if (usage_read_score(text, &score) == 0 && !isfinite(score))
                abort();
}

static void check_mask(char *text)
{
        CLEANUP_FREE char *once = NULL;
        size_t length = strlen(text);

        silent_mask(text);
        if (strlen(text) > length)
                abort();
        for (const char *letter = text; *letter; letter++)
                if (!isprint((unsigned char)*letter))
                        abort();
        once = strdup(text);
        silent_mask(text);
        if (!once || strcmp(once, text) != 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_FREE char *text = strndup((const char *)data, size);

        if (text) {
                check_figures(text);
                check_mask(text);
        }
        return 0;
}
