/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/path-call.h"

#include "policy/path-index.h"

const struct path_call *path_calls_of(enum abi abi, int number, size_t *ret_count)
{
        const struct path_index *index = &path_indices[abi];
        struct path_span span = {};

        if (number >= 0 && number < index->limit)
                span = index->spans[number];
        *ret_count = span.count;
        return span.count > 0 ? &path_table[span.first] : NULL;
}
