/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What is known of the contents of a register or of a word of the stack frame while a function is
 * looked at: the domain of the analysis. Small and flat; sets lie in the arena of the function.
 */

#include <stdbool.h>
#include <stdint.h>

#include "binary/arena.h"
#include "binary/instruction.h"
#include "binary/summary.h"

#define CONTENT_MEMBERS_MAX 64 /* of a set; more are unknown */

enum content_kind {
        CONTENT_UNKNOWN,
        CONTENT_NUMBERS,      /* one of `count` numbers */
        CONTENT_LOW,          /* its low `size` bytes are one of `count` numbers */
        CONTENT_ADDRESSES,    /* one of `count` addresses of the object */
        CONTENT_IMPORT,       /* `second` bytes behind import `first` */
        CONTENT_FRAME,        /* `first` bytes behind the stack pointer of the function's entry */
        CONTENT_ENTRY,        /* what `place` held at the entry */
        CONTENT_FIELD,        /* what was `first` bytes behind what `place` pointed to */
        CONTENT_GLOBAL,       /* what is in the writable word at address `first` */
        CONTENT_GLOBAL_FIELD, /* what is `second` bytes behind what that points to */
        CONTENT_TABLE,        /* one of the entries, of `size` bytes, of the table at `first` */
        CONTENT_TARGET,       /* the same, added to the address `second` */
};

struct content {
        uint8_t kind;
        uint8_t place;
        uint8_t size;       /* LOW, TABLE, TARGET: bytes */
        uint8_t scale;      /* TABLE, TARGET: bytes from one entry to the next, or a part of them */
        bool sign_extended; /* TABLE, TARGET */
        uint16_t count;     /* NUMBERS, LOW, ADDRESSES: 1 to CONTENT_MEMBERS_MAX */
        union {
                int64_t first;       /* where count is 1, and of other kinds */
                const int64_t *many; /* ascending, where it is more; of the arena */
        };
        int64_t second;
};

#define CONTENT_NOTHING ((struct content){.kind = CONTENT_UNKNOWN})

static inline struct content content_number(int64_t number)
{
        return (struct content){.kind = CONTENT_NUMBERS, .count = 1, .first = number};
}

static inline struct content content_address(uint64_t address)
{
        return (struct content){.kind = CONTENT_ADDRESSES, .count = 1, .first = (int64_t)address};
}

static inline struct content content_entry(uint8_t place)
{
        return (struct content){.kind = CONTENT_ENTRY, .place = place};
}

static inline struct content content_frame(int64_t offset)
{
        return (struct content){.kind = CONTENT_FRAME, .first = offset};
}

/* True for one number. */
static inline bool content_is_number(const struct content *content)
{
        return content->kind == CONTENT_NUMBERS && content->count == 1;
}

/* The members of a set, `count` of them. */
static inline const int64_t *content_members(const struct content *content)
{
        return content->count == 1 ? &content->first : content->many;
}

/* content_equal() for two of the same kind, which is not CONTENT_UNKNOWN. */
bool content_is_same(const struct content *a, const struct content *b);

static inline bool content_equal(const struct content *a, const struct content *b)
{
        return a->kind == b->kind && (a->kind == CONTENT_UNKNOWN || content_is_same(a, b));
}

/*
 * What holds either of them: sets unite, unless `fixed`. CONTENT_UNKNOWN where there is no word
 * for it (or no memory).
 */
struct content content_join(
        struct arena *arena, const struct content *a, const struct content *b, bool fixed);

/* The set of these numbers, in any order, several times the same: `numbers` is rearranged. Unknown
 * where they are none or too many. */
struct content content_set(
        struct arena *arena, enum content_kind kind, int64_t *numbers, size_t count);

/* `number` bytes behind each address or number. Unknown where that has no word. */
struct content content_behind(struct arena *arena, const struct content *content, int64_t number);

/* content_extend() of less than 8 bytes, of what is not CONTENT_UNKNOWN. */
struct content content_narrow(
        struct arena *arena, const struct content *content, unsigned size, bool is_signed);

/*
 * The low `size` bytes (1, 2, 4, 8) as a number, zero- or sign-extended to 8. What the function got
 * from elsewhere stays what it is when 4 or more bytes of it are left.
 */
static inline struct content content_extend(
        struct arena *arena, const struct content *content, unsigned size, bool is_signed)
{
        return size >= 8 || content->kind == CONTENT_UNKNOWN
                       ? *content
                       : content_narrow(arena, content, size, is_signed);
}

/* The result of an operation of two operands (OPERATION_ADD and the others up to
 * OPERATION_MULTIPLY), of `size` bytes. */
struct content content_operate(struct arena *arena, enum operation operation,
        const struct content *a, const struct content *b, unsigned size);

/* What is left when the low `size` bytes (1 or 2) of `old` are replaced. */
struct content content_replace(
        struct arena *arena, const struct content *old, const struct content *low, unsigned size);
