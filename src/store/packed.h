/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The verdicts and conflicts of a result in a few bytes, `findings` in the table of results: what
 * the rows of `verdict` and `conflict` say, for queries over all applications.
 *
 * Numbers are written with 7 bits a byte, the lowest first; all bytes but a number's last have
 * their highest bit set (LEB128). In their order:
 *
 *     1                                  the version of this format
 *     number of findings
 *     for each, by feature's row:        (row - the previous row, at first 0) * 8 + verdict
 *     number of conflicts
 *     for each:  number of features
 *                for each, by row:       row - the previous row, at first 0
 *
 * Verdicts: 0 required, 1 stub, 2 fake, 3 either, 4 untested.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/vector.h"
#include "dataset/verdict.h"

struct packed_finding {
        int64_t feature; /* its row */
        enum verdict verdict;
};

struct packed_features {
        VECTOR(int64_t) rows; /* ascending, none twice */
};

struct packed {
        VECTOR(struct packed_finding) findings; /* by row ascending, none twice */
        VECTOR(struct packed_features) conflicts;
};

void packed_clear(struct packed *packed);
#define CLEANUP_PACKED CLEANUP(packed_clear)

/* Sorts what was added in any order. */
void packed_sort(struct packed *packed);

/* The bytes, owned by the caller; NULL when out of memory. The findings are sorted. */
uint8_t *packed_write(const struct packed *packed, size_t *ret_size);

/* Reads bytes one number after the other. */
struct packed_reader {
        const uint8_t *next, *end;
        bool bad; /* what was read is not of this format: nothing else may be relied on */
};

/* Starts reading; how many findings follow. */
size_t packed_read_begin(struct packed_reader *reader, const void *data, size_t size);

/* How many conflicts follow the findings, and how many features a conflict has. */
size_t packed_read_count(struct packed_reader *reader);

/* A number. Quick: numbers of one byte are most. */
static inline uint64_t packed_read_number(struct packed_reader *reader)
{
        uint64_t number = 0;

        for (unsigned shift = 0; reader->next < reader->end && shift < 63; shift += 7) {
                uint8_t byte = *reader->next++;

                number |= (uint64_t)(byte & 0x7f) << shift;
                if (!(byte & 0x80))
                        return number;
        }
        reader->bad = true;
        return 0;
}

/* True where all was read, and nothing was amiss. */
static inline bool packed_read_end(const struct packed_reader *reader)
{
        return !reader->bad && reader->next == reader->end;
}

/* All of it at once. `ret` is to be cleared by the caller. Returns 0, -EINVAL for what is not of
 * the format, or -ENOMEM. */
int packed_read(const void *data, size_t size, struct packed *ret);
