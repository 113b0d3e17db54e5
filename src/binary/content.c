/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/content.h"

#include <stdlib.h>
#include <string.h>

static bool is_set(const struct content *content)
{
        return content->kind == CONTENT_NUMBERS || content->kind == CONTENT_LOW ||
               content->kind == CONTENT_ADDRESSES;
}

bool content_is_same(const struct content *a, const struct content *b)
{
        if (is_set(a))
                return a->size == b->size && a->count == b->count &&
                       (a->count == 1 ? a->first == b->first
                                      : a->many == b->many ||
                                                memcmp(a->many, b->many,
                                                        a->count * sizeof(*a->many)) == 0);
        return a->place == b->place && a->first == b->first && a->second == b->second &&
               a->size == b->size && a->scale == b->scale && a->sign_extended == b->sign_extended;
}

static int compare_numbers(const void *a, const void *b)
{
        int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;

        return first < second ? -1 : first > second;
}

static bool is_ascending(const int64_t *numbers, size_t count)
{
        for (size_t i = 1; i < count; i++)
                if (numbers[i] < numbers[i - 1])
                        return false;
        return true;
}

/* Brings two ascending rows into one. */
static void merge(const int64_t *a, size_t a_count, const int64_t *b, size_t b_count, int64_t *ret)
{
        while (a_count > 0 || b_count > 0)
                if (b_count == 0 || (a_count > 0 && *a <= *b)) {
                        *ret++ = *a++;
                        a_count--;
                } else {
                        *ret++ = *b++;
                        b_count--;
                }
}

struct content content_set(
        struct arena *arena, enum content_kind kind, int64_t *numbers, size_t count)
{
        struct content content = {.kind = (uint8_t)kind};
        size_t kept = 0;
        int64_t *copy;

        if (count == 1) {
                content.count = 1;
                content.first = numbers[0];
                return content;
        }
        if (!is_ascending(numbers, count))
                qsort(numbers, count, sizeof(*numbers), compare_numbers);
        for (size_t i = 0; i < count; i++)
                if (i == 0 || numbers[i] != numbers[kept - 1])
                        numbers[kept++] = numbers[i];
        if (kept == 0 || kept > CONTENT_MEMBERS_MAX)
                return CONTENT_NOTHING;

        content.count = (uint16_t)kept;
        if (kept == 1) {
                content.first = numbers[0];
                return content;
        }
        copy = arena_take(arena, kept * sizeof(*copy));
        if (!copy)
                return CONTENT_NOTHING;
        memcpy(copy, numbers, kept * sizeof(*copy));
        content.many = copy;
        return content;
}

struct content content_join(
        struct arena *arena, const struct content *a, const struct content *b, bool fixed)
{
        int64_t numbers[2 * CONTENT_MEMBERS_MAX];
        struct content joined;

        if (content_equal(a, b))
                return *a;
        if (fixed || a->kind != b->kind || !is_set(a) || a->size != b->size)
                return CONTENT_NOTHING;
        merge(content_members(a), a->count, content_members(b), b->count, numbers);
        joined = content_set(arena, a->kind, numbers, (size_t)a->count + b->count);
        joined.size = joined.kind == CONTENT_UNKNOWN ? 0 : a->size;
        return joined;
}

static int64_t add(int64_t a, int64_t b)
{
        return (int64_t)((uint64_t)a + (uint64_t)b);
}

struct content content_behind(struct arena *arena, const struct content *content, int64_t number)
{
        struct content moved = *content;
        int64_t numbers[CONTENT_MEMBERS_MAX];

        if (number == 0)
                return moved;
        switch (content->kind) {
        case CONTENT_NUMBERS:
        case CONTENT_ADDRESSES:
                for (uint32_t i = 0; i < content->count; i++)
                        numbers[i] = add(content_members(content)[i], number);
                return content_set(arena, content->kind, numbers, content->count);
        case CONTENT_IMPORT:
                moved.second = add(moved.second, number);
                return moved;
        case CONTENT_FRAME:
                moved.first = add(moved.first, number);
                return moved;
        default:
                return CONTENT_NOTHING;
        }
}

static int64_t extend(int64_t number, unsigned size, bool is_signed)
{
        switch (size) {
        case 1:
                return is_signed ? (int64_t)(int8_t)number : (int64_t)(uint8_t)number;
        case 2:
                return is_signed ? (int64_t)(int16_t)number : (int64_t)(uint16_t)number;
        case 4:
                return is_signed ? (int64_t)(int32_t)number : (int64_t)(uint32_t)number;
        default:
                return number;
        }
}

struct content content_narrow(
        struct arena *arena, const struct content *content, unsigned size, bool is_signed)
{
        struct content extended = *content;
        int64_t numbers[CONTENT_MEMBERS_MAX];

        switch (content->kind) {
        case CONTENT_LOW:
                if (content->size < size)
                        return CONTENT_NOTHING;
                __attribute__((fallthrough));
        case CONTENT_NUMBERS:
                for (uint32_t i = 0; i < content->count; i++)
                        numbers[i] = extend(content_members(content)[i], size, is_signed);
                return content_set(arena, CONTENT_NUMBERS, numbers, content->count);
        case CONTENT_ENTRY:
        case CONTENT_FIELD:
        case CONTENT_GLOBAL:
        case CONTENT_GLOBAL_FIELD:
                return size >= 4 ? extended : CONTENT_NOTHING;
        case CONTENT_TABLE:
                if (content->size > size)
                        return CONTENT_NOTHING;
                /* Signs that are not there are zeroes, which sign extension keeps. */
                if (content->size == size)
                        extended.sign_extended = is_signed;
                else if (content->sign_extended && !is_signed)
                        return CONTENT_NOTHING;
                return extended;
        default:
                return CONTENT_NOTHING;
        }
}

static int64_t operate(enum operation operation, int64_t first, int64_t second, unsigned size)
{
        uint64_t a = (uint64_t)extend(first, size, false);
        uint64_t b = (uint64_t)extend(second, size, false);
        uint64_t result = 0;

        switch (operation) {
        case OPERATION_ADD:
                result = a + b;
                break;
        case OPERATION_SUBTRACT:
                result = a - b;
                break;
        case OPERATION_AND:
                result = a & b;
                break;
        case OPERATION_OR:
                result = a | b;
                break;
        case OPERATION_XOR:
                result = a ^ b;
                break;
        case OPERATION_SHIFT_LEFT:
                result = a << (b & (size == 8 ? 63 : 31));
                break;
        case OPERATION_SHIFT_RIGHT:
                result = a >> (b & (size == 8 ? 63 : 31));
                break;
        default:
                result = a * b;
                break;
        }
        return extend((int64_t)result, size, false);
}

static struct content operate_sets(struct arena *arena, enum operation operation,
        const struct content *a, const struct content *b, unsigned size)
{
        int64_t numbers[4 * CONTENT_MEMBERS_MAX];
        size_t count = 0;

        if ((size_t)a->count * b->count > 4 * CONTENT_MEMBERS_MAX)
                return CONTENT_NOTHING;
        for (uint32_t i = 0; i < a->count; i++)
                for (uint32_t j = 0; j < b->count; j++)
                        numbers[count++] = operate(
                                operation, content_members(a)[i], content_members(b)[j], size);
        return content_set(arena, CONTENT_NUMBERS, numbers, count);
}

/* Address or place plus or minus numbers. */
static struct content move_by_numbers(struct arena *arena, const struct content *base,
        const struct content *numbers, bool is_minus)
{
        struct content moved = CONTENT_NOTHING;

        for (uint32_t i = 0; i < numbers->count; i++) {
                int64_t number = content_members(numbers)[i];
                struct content one = content_behind(
                        arena, base, is_minus ? (int64_t) - (uint64_t)number : number);

                moved = i == 0 ? one : content_join(arena, &moved, &one, false);
        }
        return moved;
}

static bool has_place(const struct content *content)
{
        return content->kind == CONTENT_ADDRESSES || content->kind == CONTENT_IMPORT ||
               content->kind == CONTENT_FRAME;
}

/* An entry of a table of offsets and what they are relative to. */
static struct content operate_table(const struct content *table, const struct content *base)
{
        struct content target = *table;

        if (base->kind != CONTENT_ADDRESSES || base->count != 1 || table->size != 4 ||
                !table->sign_extended)
                return CONTENT_NOTHING;
        target.kind = CONTENT_TARGET;
        target.second = base->first;
        return target;
}

/* The stack pointer is aligned: to what it would be if it had been aligned at the entry. */
static struct content align_frame(const struct content *frame, const struct content *mask)
{
        uint64_t bits = content_is_number(mask) ? ~(uint64_t)mask->first : 0;

        if (bits == 0 || bits > 4095 || (bits & (bits + 1)) != 0)
                return CONTENT_NOTHING;
        return content_frame(frame->first & mask->first);
}

static struct content operate_wide(struct arena *arena, enum operation operation,
        const struct content *a, const struct content *b)
{
        if (operation == OPERATION_ADD) {
                if (has_place(a) && b->kind == CONTENT_NUMBERS)
                        return move_by_numbers(arena, a, b, false);
                if (has_place(b) && a->kind == CONTENT_NUMBERS)
                        return move_by_numbers(arena, b, a, false);
                if (a->kind == CONTENT_TABLE)
                        return operate_table(a, b);
                if (b->kind == CONTENT_TABLE)
                        return operate_table(b, a);
        } else if (operation == OPERATION_SUBTRACT) {
                if (has_place(a) && b->kind == CONTENT_NUMBERS)
                        return move_by_numbers(arena, a, b, true);
                if (a->kind == CONTENT_FRAME && b->kind == CONTENT_FRAME)
                        return content_number((int64_t)((uint64_t)a->first - (uint64_t)b->first));
                if (a->kind == CONTENT_ADDRESSES && b->kind == CONTENT_ADDRESSES)
                        return operate_sets(arena, operation, a, b, 8);
        } else if (operation == OPERATION_AND) {
                if (a->kind == CONTENT_FRAME)
                        return align_frame(a, b);
        }
        return CONTENT_NOTHING;
}

struct content content_operate(struct arena *arena, enum operation operation,
        const struct content *a, const struct content *b, unsigned size)
{
        if (a->kind == CONTENT_NUMBERS && b->kind == CONTENT_NUMBERS)
                return operate_sets(arena, operation, a, b, size);
        if (size == 8)
                return operate_wide(arena, operation, a, b);
        return CONTENT_NOTHING;
}

struct content content_replace(
        struct arena *arena, const struct content *old, const struct content *low, unsigned size)
{
        struct content mask = content_number(size == 1 ? ~INT64_C(0xff) : ~INT64_C(0xffff));
        struct content rest, part;

        part = content_extend(arena, low, size, false);
        if (part.kind != CONTENT_NUMBERS)
                return CONTENT_NOTHING;
        if (old->kind != CONTENT_NUMBERS) {
                part.kind = CONTENT_LOW;
                part.size = (uint8_t)size;
                return part;
        }
        rest = operate_sets(arena, OPERATION_AND, old, &mask, 8);
        if (rest.kind != CONTENT_NUMBERS)
                return CONTENT_NOTHING;
        return operate_sets(arena, OPERATION_OR, &rest, &part, 8);
}
