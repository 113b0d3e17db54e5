/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Summaries made by hand, for tests and for the fuzz target. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "binary/summary.h"

/* Memory is not short in tests. */
#define require(condition)        \
        do {                      \
                if (!(condition)) \
                        abort();  \
        } while (0)

/* A new element at the end of a vector, with the values given. */
#define put(vector, ...)                                                    \
        do {                                                                \
                __typeof__((vector)->items) put_item_ = vector_add(vector); \
                                                                            \
                require(put_item_);                                         \
                *put_item_ = (__typeof__(*put_item_)){__VA_ARGS__};         \
        } while (0)

static inline uint32_t put_text(struct summary *summary, const char *text)
{
        uint32_t offset = (uint32_t)summary->text.count;

        for (size_t i = 0; i <= strlen(text); i++)
                put(&summary->text, text[i]);
        return offset;
}
