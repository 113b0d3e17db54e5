/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/columns.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_HEAD 9 /* bytes */

void write_bytes(struct byte_writer *writer, const void *bytes, size_t size)
{
        size_t wanted = writer->capacity ? writer->capacity : 4096;
        uint8_t *moved;

        while (wanted - writer->size < size && wanted <= SIZE_MAX / 2)
                wanted *= 2;
        if (writer->failed || size == 0)
                return;
        if (wanted != writer->capacity) {
                moved = wanted - writer->size < size ? NULL : realloc(writer->bytes, wanted);
                if (!moved) {
                        writer->failed = true;
                        return;
                }
                writer->bytes = moved;
                writer->capacity = wanted;
        }
        memcpy(writer->bytes + writer->size, bytes, size);
        writer->size += size;
}

void write_number(struct byte_writer *writer, uint64_t number, unsigned size)
{
        number = htole64(number);
        write_bytes(writer, &number, size);
}

const uint8_t *read_bytes(struct byte_reader *reader, size_t size)
{
        const uint8_t *bytes = reader->bytes;

        if (reader->left < size) {
                reader->bad = true;
                return NULL;
        }
        reader->bytes += size;
        reader->left -= size;
        return bytes;
}

/* A value of one of the sizes, wherever it is. */
static inline __attribute__((always_inline)) uint64_t load(const void *bytes, unsigned size)
{
        uint64_t number = 0;

        memcpy(&number, bytes, size);
        return le64toh(number);
}

uint64_t read_number(struct byte_reader *reader, unsigned size)
{
        const uint8_t *bytes = read_bytes(reader, size);

        return bytes ? load(bytes, size) : 0;
}

/* Members are in the order of this machine. */
static inline __attribute__((always_inline)) void store(void *member, uint64_t value, unsigned size)
{
        uint8_t one = (uint8_t)value;
        uint16_t two = (uint16_t)value;
        uint32_t four = (uint32_t)value;

        switch (size) {
        case 1:
                memcpy(member, &one, 1);
                break;
        case 2:
                memcpy(member, &two, 2);
                break;
        case 4:
                memcpy(member, &four, 4);
                break;
        default:
                memcpy(member, &value, 8);
                break;
        }
}

static uint64_t member_of(const void *member, unsigned size)
{
        uint16_t two;
        uint32_t four;
        uint64_t eight;

        switch (size) {
        case 1:
                return *(const uint8_t *)member;
        case 2:
                memcpy(&two, member, 2);
                return two;
        case 4:
                memcpy(&four, member, 4);
                return four;
        default:
                memcpy(&eight, member, 8);
                return eight;
        }
}

static unsigned bytes_for(uint64_t range)
{
        if (range == 0)
                return 0;
        if (range <= UINT8_MAX)
                return 1;
        if (range <= UINT16_MAX)
                return 2;
        return range <= UINT32_MAX ? 4 : 8;
}

static void write_block(struct byte_writer *writer, const uint64_t *values, size_t count)
{
        int64_t least = (int64_t)values[0], most = least;
        uint8_t block[BLOCK_HEAD + COLUMN_BLOCK * sizeof(uint64_t)];
        unsigned size;

        for (size_t i = 1; i < count; i++) {
                if ((int64_t)values[i] < least)
                        least = (int64_t)values[i];
                if ((int64_t)values[i] > most)
                        most = (int64_t)values[i];
        }
        size = bytes_for((uint64_t)most - (uint64_t)least);
        memcpy(block, &(uint64_t){htole64((uint64_t)least)}, 8);
        block[8] = (uint8_t)size;
        for (size_t i = 0; i < count; i++)
                memcpy(block + BLOCK_HEAD + i * size,
                        &(uint64_t){htole64(values[i] - (uint64_t)least)}, size);
        write_bytes(writer, block, BLOCK_HEAD + count * size);
}

static void write_column(struct byte_writer *writer, const char *member, size_t count,
        size_t stride, const struct column *column)
{
        uint64_t values[COLUMN_BLOCK], before = 0, value;

        if (column->delta && count > 0) {
                before = member_of(member, column->size);
                write_number(writer, before, 8);
        }
        for (size_t done = 0, fill; done < count; done += fill) {
                fill = count - done < COLUMN_BLOCK ? count - done : COLUMN_BLOCK;
                for (size_t i = 0; i < fill; i++, member += stride) {
                        value = member_of(member, column->size);
                        values[i] = column->delta ? value - before : value;
                        before = value;
                }
                write_block(writer, values, fill);
        }
}

void columns_write(struct byte_writer *writer, const void *items, size_t count, size_t stride,
        const struct column *columns, size_t column_count)
{
        for (size_t i = 0; i < column_count; i++)
                write_column(writer, (const char *)items + columns[i].offset, count, stride,
                        &columns[i]);
}

size_t columns_size_min(size_t count, size_t column_count)
{
        size_t blocks = count / COLUMN_BLOCK + (count % COLUMN_BLOCK > 0);

        return blocks * BLOCK_HEAD * column_count;
}

/* The block that is read, and where to. */
struct block {
        const uint8_t *bytes;
        uint64_t base;
        uint64_t before; /* with delta: the value before the block's first */
        uint64_t last;   /* the largest value allowed */
        size_t count;
        char *member;
        size_t stride;
};

/*
 * Inlined with constants for width, size and delta, so that each becomes a loop that the compiler
 * knows all about. Returns false where a value was above the limit.
 */
static inline __attribute__((always_inline)) bool expand(
        struct block *block, unsigned width, unsigned size, bool delta)
{
        uint64_t value = block->before;
        const uint64_t base = block->base, last = block->last;
        const uint8_t *bytes = block->bytes;
        char *member = block->member;
        const size_t count = block->count, stride = block->stride;
        bool above = false;

        for (size_t i = 0; i < count; i++) {
                value = (delta ? value : 0) + base + load(bytes + i * width, width);
                above |= value > last;
                store(member + i * stride, value, size);
        }
        block->before = value;
        return !above;
}

static inline __attribute__((always_inline)) bool expand_size(
        struct block *block, unsigned width, unsigned size, bool delta)
{
        switch (size) {
        case 1:
                return expand(block, width, 1, delta);
        case 2:
                return expand(block, width, 2, delta);
        case 4:
                return expand(block, width, 4, delta);
        default:
                return expand(block, width, 8, delta);
        }
}

static bool expand_block(struct block *block, unsigned width, const struct column *column)
{
        switch (width) {
        case 0:
                return expand_size(block, 0, column->size, column->delta);
        case 1:
                return expand_size(block, 1, column->size, column->delta);
        case 2:
                return expand_size(block, 2, column->size, column->delta);
        case 4:
                return expand_size(block, 4, column->size, column->delta);
        case 8:
                return expand_size(block, 8, column->size, column->delta);
        default:
                return false;
        }
}

static void read_column(struct byte_reader *reader, char *member, size_t count, size_t stride,
        const struct column *column, uint64_t limit)
{
        uint64_t room = column->size == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * column->size)) - 1;
        struct block block = {.last = limit < room ? limit : room, .stride = stride};
        unsigned width;

        if (column->delta && count > 0)
                block.before = read_number(reader, 8);
        for (size_t done = 0; done < count && !reader->bad; done += block.count) {
                block.count = count - done < COLUMN_BLOCK ? count - done : COLUMN_BLOCK;
                block.member = member + done * stride;
                block.base = read_number(reader, 8);
                width = (unsigned)read_number(reader, 1);
                block.bytes = width <= 8 ? read_bytes(reader, block.count * width) : NULL;
                if (!block.bytes || !expand_block(&block, width, column))
                        reader->bad = true;
        }
}

void columns_read(struct byte_reader *reader, void *items, size_t count, size_t stride,
        const struct column *columns, size_t column_count, const uint64_t *limits)
{
        for (size_t i = 0; i < column_count; i++)
                read_column(reader, (char *)items + columns[i].offset, count, stride, &columns[i],
                        limits[columns[i].limit]);
}
