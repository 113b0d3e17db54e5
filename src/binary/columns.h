/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Arrays of structures, member by member ("columns"), in few bytes that are read fast.
 *
 * A column is divided in blocks of COLUMN_BLOCK values. A block is its smallest value (8 bytes),
 * the bytes that a difference from it takes (1 byte: 0, 1, 2, 4 or 8), and the differences. Where
 * values mostly ascend, differences from the value before are kept instead (`delta`), behind the
 * first value. So one large value makes 127 others larger, not all, and reading is a loop without
 * branches. Little-endian throughout.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COLUMN_BLOCK 128

/* A member. */
struct column {
        uint16_t offset; /* in the structure */
        uint8_t size;    /* 1, 2, 4 or 8 bytes */
        bool delta;
        uint8_t limit; /* the largest value allowed, a place in the limits given */
};

/* Bytes that grow. */
struct byte_writer {
        uint8_t *bytes; /* of the writer until they are taken */
        size_t size, capacity;
        bool failed; /* out of memory: all further ones are dropped */
};

/* Bytes that are there. What goes beyond their end reads as zero, and sets `bad`. */
struct byte_reader {
        const uint8_t *bytes; /* the next one */
        size_t left;
        bool bad;
};

void write_bytes(struct byte_writer *writer, const void *bytes, size_t size);
void write_number(struct byte_writer *writer, uint64_t number, unsigned size);

/* NULL where there are not as many. */
const uint8_t *read_bytes(struct byte_reader *reader, size_t size);
uint64_t read_number(struct byte_reader *reader, unsigned size);

/* Writes columns of `count` structures of `stride` bytes. */
void columns_write(struct byte_writer *writer, const void *items, size_t count, size_t stride,
        const struct column *columns, size_t column_count);

/* The fewest bytes that so many structures take: nothing that is smaller needs memory made for it.
 */
size_t columns_size_min(size_t count, size_t column_count);

/* Reads them into `items`, which has room. Sets the reader's `bad` where a value is above its
 * limit. */
void columns_read(struct byte_reader *reader, void *items, size_t count, size_t stride,
        const struct column *columns, size_t column_count, const uint64_t *limits);
