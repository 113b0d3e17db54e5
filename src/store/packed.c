/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/packed.h"

#include <errno.h>
#include <stdlib.h>

#define VERSION     1
#define NUMBER_SIZE 10 /* bytes of the longest number */

/* The bits of a verdict. */
#define VERDICT_BITS 3

void packed_clear(struct packed *packed)
{
        struct packed_features *conflict;

        vector_for_each(conflict, &packed->conflicts)
                vector_clear(&conflict->rows);
        vector_clear(&packed->conflicts);
        vector_clear(&packed->findings);
}

static int compare_rows(const void *a, const void *b)
{
        int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

        return (left > right) - (left < right);
}

static int compare_findings(const void *a, const void *b)
{
        const struct packed_finding *left = a, *right = b;

        return compare_rows(&left->feature, &right->feature);
}

static int compare_conflicts(const void *a, const void *b)
{
        const struct packed_features *left = a, *right = b;

        for (size_t i = 0; i < left->rows.count && i < right->rows.count; i++) {
                int r = compare_rows(&left->rows.items[i], &right->rows.items[i]);

                if (r != 0)
                        return r;
        }
        return (left->rows.count > right->rows.count) - (left->rows.count < right->rows.count);
}

void packed_sort(struct packed *packed)
{
        struct packed_features *conflict;

        if (packed->findings.count > 1)
                qsort(packed->findings.items, packed->findings.count,
                        sizeof(packed->findings.items[0]), compare_findings);
        vector_for_each(conflict, &packed->conflicts)
                if (conflict->rows.count > 1)
                        qsort(conflict->rows.items, conflict->rows.count,
                                sizeof(conflict->rows.items[0]), compare_rows);
        if (packed->conflicts.count > 1)
                qsort(packed->conflicts.items, packed->conflicts.count,
                        sizeof(packed->conflicts.items[0]), compare_conflicts);
}

static uint8_t *write_number(uint8_t *end, uint64_t number)
{
        for (; number >= 0x80; number >>= 7)
                *end++ = (uint8_t)(number | 0x80);
        *end++ = (uint8_t)number;
        return end;
}

uint8_t *packed_write(const struct packed *packed, size_t *ret_size)
{
        size_t numbers = 3 + packed->findings.count + packed->conflicts.count;
        const struct packed_features *conflict;
        const struct packed_finding *finding;
        uint8_t *data, *end;
        int64_t last = 0;

        vector_for_each(conflict, &packed->conflicts)
                numbers += conflict->rows.count;
        data = end = malloc(numbers * NUMBER_SIZE);
        if (!data)
                return NULL;
        end = write_number(end, VERSION);
        end = write_number(end, packed->findings.count);
        vector_for_each(finding, &packed->findings) {
                end = write_number(end,
                        (uint64_t)(finding->feature - last) << VERDICT_BITS | finding->verdict);
                last = finding->feature;
        }
        end = write_number(end, packed->conflicts.count);
        vector_for_each(conflict, &packed->conflicts) {
                end = write_number(end, conflict->rows.count);
                last = 0;
                for (size_t i = 0; i < conflict->rows.count; i++) {
                        end = write_number(end, (uint64_t)(conflict->rows.items[i] - last));
                        last = conflict->rows.items[i];
                }
        }
        *ret_size = end - data;
        return data;
}

size_t packed_read_count(struct packed_reader *reader)
{
        uint64_t count = packed_read_number(reader);

        /* Each has a byte at least. */
        if (count <= (uint64_t)(reader->end - reader->next))
                return count;
        reader->bad = true;
        return 0;
}

size_t packed_read_begin(struct packed_reader *reader, const void *data, size_t size)
{
        *reader = (struct packed_reader){.next = data, .end = (const uint8_t *)data + size};
        if (packed_read_number(reader) != VERSION)
                reader->bad = true;
        return packed_read_count(reader);
}

/* The row behind `last`; rows ascend, and start at 1. */
static int64_t next_row(struct packed_reader *reader, int64_t last, uint64_t delta)
{
        if (delta == 0 || delta > (uint64_t)(INT64_MAX - last)) {
                reader->bad = true;
                return last;
        }
        return last + (int64_t)delta;
}

static int read_findings(struct packed_reader *reader, size_t count, struct packed *packed)
{
        struct packed_finding *finding;
        int64_t last = 0;

        for (; count > 0 && !reader->bad; count--) {
                uint64_t number = packed_read_number(reader);

                last = next_row(reader, last, number >> VERDICT_BITS);
                if ((number & ((1 << VERDICT_BITS) - 1)) >= VERDICT_COUNT)
                        reader->bad = true;
                finding = vector_add(&packed->findings);
                if (!finding)
                        return -ENOMEM;
                *finding = (struct packed_finding){
                        last, (enum verdict)(number & ((1 << VERDICT_BITS) - 1))};
        }
        return 0;
}

static int read_conflict(struct packed_reader *reader, struct packed *packed)
{
        struct packed_features *conflict = vector_add(&packed->conflicts);
        int64_t last = 0, *row;

        if (!conflict)
                return -ENOMEM;
        for (size_t count = packed_read_count(reader); count > 0 && !reader->bad; count--) {
                last = next_row(reader, last, packed_read_number(reader));
                row = vector_add(&conflict->rows);
                if (!row)
                        return -ENOMEM;
                *row = last;
        }
        return 0;
}

int packed_read(const void *data, size_t size, struct packed *ret)
{
        CLEANUP_PACKED struct packed packed = {};
        struct packed_reader reader;
        size_t count = packed_read_begin(&reader, data, size);
        int r;

        r = read_findings(&reader, count, &packed);
        count = packed_read_count(&reader);
        for (; r == 0 && count > 0 && !reader.bad; count--)
                r = read_conflict(&reader, &packed);
        if (r < 0)
                return r;
        if (!packed_read_end(&reader))
                return -EINVAL;
        *ret = packed;
        packed = (struct packed){};
        return 0;
}
