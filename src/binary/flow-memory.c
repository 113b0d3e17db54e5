/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "binary/flow.h"

/* ---- Addresses ---- */

static bool is_base(const struct content *content)
{
        return content->kind == CONTENT_ADDRESSES || content->kind == CONTENT_FRAME ||
               content->kind == CONTENT_IMPORT;
}

/* In an object at a fixed address, numbers that lie in it are addresses when they are used so. */
static void numbers_to_addresses(const struct flow *flow, struct content *content)
{
        if (!flow->gather->is_fixed || content->kind != CONTENT_NUMBERS)
                return;
        for (uint32_t i = 0; i < content->count; i++)
                if (!object_segment(flow->object, (uint64_t)content_members(content)[i]))
                        return;
        content->kind = CONTENT_ADDRESSES;
}

/* Base plus displacement. */
static struct content displaced(
        struct flow *flow, const struct operand *operand, const struct content *base)
{
        struct content content = *base;

        numbers_to_addresses(flow, &content);
        switch (content.kind) {
        case CONTENT_ENTRY:
                content.kind = CONTENT_FIELD;
                content.first = operand->number;
                return content;
        case CONTENT_GLOBAL:
                content.kind = CONTENT_GLOBAL_FIELD;
                content.second = operand->number;
                return content;
        case CONTENT_FIELD:
        case CONTENT_GLOBAL_FIELD:
                return CONTENT_NOTHING;
        case CONTENT_TABLE:
        case CONTENT_TARGET:
                return content;
        default:
                return content_behind(&flow->arena, &content, operand->number);
        }
}

/* Adds a known index, times the scale. */
static bool add_index(
        struct flow *flow, struct content *content, const struct content *index, unsigned scale)
{
        struct content scaled, factor = content_number(scale), moved;

        if (index->kind != CONTENT_NUMBERS ||
                (!is_base(content) && content->kind != CONTENT_NUMBERS))
                return false;
        scaled = content_operate(&flow->arena, OPERATION_MULTIPLY, index, &factor, 8);
        moved = content_operate(&flow->arena, OPERATION_ADD, content, &scaled, 8);
        if (moved.kind == CONTENT_UNKNOWN)
                return false;
        *content = moved;
        return true;
}

/*
 * table(,%rax,8) at a fixed address: the number alone is where the table is, or what became of it
 * when a part of the index was added. Where a pointer stands, it is looked at as it is read.
 */
static void depart_absolute(struct flow *flow, uint64_t address, unsigned scale)
{
        struct content content = content_address(address);

        if (flow->gather->is_fixed && scale == flow->machine->pointer_size &&
                !gather_pointer(flow->gather, address))
                flow_depart(flow, &content, DEPARTURE_TABLE);
}

struct location flow_location(struct flow *flow, const struct operand *operand)
{
        struct location location = {.is_exact = true};
        const struct content *base = NULL, *index = NULL;
        unsigned scale = operand->scale ? operand->scale : 1;

        location.scale = (uint8_t)scale;
        if (operand->thread_local_)
                return location;
        if (operand->base != REGISTER_NONE)
                base = &flow->state.registers[operand->base];
        if (operand->index != REGISTER_NONE)
                index = &flow->state.registers[operand->index];
        if (base && index && scale == 1 && is_base(index) && !is_base(base)) {
                const struct content *swapped = base;

                base = index;
                index = swapped;
        }
        if (!base && operand->in_image)
                location.content = content_address((uint64_t)operand->number);
        else if (!base)
                location.content = content_number(operand->number);
        else
                location.content = displaced(flow, operand, base);
        /* table(%rax) of an object at a fixed address */
        if (base && flow->gather->is_fixed && !is_base(&location.content) &&
                object_segment(flow->object, (uint64_t)operand->number)) {
                location.content = content_address((uint64_t)operand->number);
                location.is_exact = false;
        }
        if (index && !add_index(flow, &location.content, index, scale)) {
                numbers_to_addresses(flow, &location.content);
                location.is_exact = false;
                /* table[letter - 'a']: the table is where the register points to, not where the
                 * displacement leads. */
                if (base && operand->number != 0)
                        flow_depart(flow, base, DEPARTURE_INDEXED);
                else if (!base)
                        depart_absolute(flow, (uint64_t)operand->number, scale);
        }
        if (!location.is_exact && !is_base(&location.content))
                location.content = CONTENT_NOTHING;
        numbers_to_addresses(flow, &location.content);
        return location;
}

/* ---- The frame ---- */

/* The first slot that ends behind `offset`. */
static uint32_t slot_from(const struct state *state, int64_t offset)
{
        return (uint32_t)array_position(
                state->slots, state->slot_count, slot, slot->offset <= offset - slot->size);
}

/* Offsets that code can reach without overflow of what is calculated with them. */
static bool is_sensible(int64_t offset)
{
        return offset > -(INT64_C(1) << 40) && offset < INT64_C(1) << 40;
}

struct content frame_load(const struct flow *flow, int64_t offset, unsigned size)
{
        const struct state *state = &flow->state;
        unsigned word = flow->machine->pointer_size;
        const struct slot *slot;
        uint32_t at;

        if (!is_sensible(offset))
                return CONTENT_NOTHING;
        at = slot_from(state, offset);
        slot = at < state->slot_count ? &state->slots[at] : NULL;
        if (slot && slot->offset < offset + (int64_t)size) {
                if (slot->offset != offset || slot->size < size)
                        return CONTENT_NOTHING;
                return slot->content;
        }
        if (state->callers_lost || offset < (int64_t)word || offset % word != 0 || size < 4 ||
                offset / word > PLACE_STACK_WORDS)
                return CONTENT_NOTHING;
        return content_entry((uint8_t)(PLACE_STACK + offset / word - 1));
}

/* Takes [offset, offset + size) out. What it covers in part only is lost. */
static uint32_t remove_slots(struct flow *flow, int64_t offset, int64_t size)
{
        struct state *state = &flow->state;
        uint32_t from = slot_from(state, offset), to = from;

        while (to < state->slot_count && state->slots[to].offset < offset + size) {
                const struct slot *slot = &state->slots[to];

                if (slot->offset < offset || slot->offset + slot->size > offset + size)
                        flow_depart(flow, &slot->content, DEPARTURE_LOST);
                to++;
        }
        memmove(&state->slots[from], &state->slots[to],
                (state->slot_count - to) * sizeof(*state->slots));
        state->slot_count -= to - from;
        return from;
}

void frame_store(struct flow *flow, int64_t offset, unsigned size, const struct content *content)
{
        struct state *state = &flow->state;
        bool is_known = content->kind != CONTENT_UNKNOWN && size <= 8;
        bool is_callers = offset + (int64_t)size > 0;
        uint32_t at;

        if (!is_sensible(offset)) {
                flow_depart(flow, content, DEPARTURE_HANDED);
                return;
        }
        at = remove_slots(flow, offset, size);
        /* Who follows a pointer into the frame finds it there. */
        if (offset >= state->escaped_from)
                flow_depart(flow, content, DEPARTURE_HANDED);
        if (!is_known && (!is_callers || state->callers_lost))
                return;
        if (state->slot_count >= SLOTS_MAX || size > 8) {
                flow_depart(flow, content, DEPARTURE_LOST);
                if (is_callers)
                        state->callers_lost = true;
                return;
        }
        memmove(&state->slots[at + 1], &state->slots[at],
                (state->slot_count - at) * sizeof(*state->slots));
        state->slots[at] = (struct slot){offset, (uint8_t)size, *content};
        state->slot_count++;
}

/* Forgets the words from `offset` on. */
static void forget_from(struct flow *flow, int64_t offset)
{
        struct state *state = &flow->state;
        uint32_t from = offset == INT64_MIN ? 0 : slot_from(state, offset);

        for (uint32_t i = from; i < state->slot_count; i++)
                flow_depart(flow, &state->slots[i].content, DEPARTURE_LOST);
        state->slot_count = from;
}

void frame_forget_escaped(struct flow *flow)
{
        struct state *state = &flow->state;
        uint32_t from, kept;

        if (state->escaped_from == INT64_MAX)
                return;
        if (state->escaped_from >= 0 || state->escaped_from == INT64_MIN) {
                forget_from(flow, state->escaped_from);
                state->callers_lost = true;
                return;
        }
        /* The caller's words are not part of what begins in the own frame. */
        from = kept = slot_from(state, state->escaped_from);
        for (uint32_t i = from; i < state->slot_count; i++)
                if (state->slots[i].offset >= 0)
                        state->slots[kept++] = state->slots[i];
                else
                        flow_depart(flow, &state->slots[i].content, DEPARTURE_LOST);
        state->slot_count = kept;
}

void frame_forget(struct flow *flow)
{
        forget_from(flow, INT64_MIN);
        flow->state.callers_lost = true;
}

void frame_depart(struct flow *flow, int64_t from)
{
        struct state *state = &flow->state;

        for (uint32_t i = 0; i < state->slot_count; i++) {
                const struct content *content = &state->slots[i].content;

                if (state->slots[i].offset < from)
                        continue;

                /* Of words that point to others, all of which depart. */
                if (content->kind != CONTENT_FRAME)
                        flow_depart(flow, content, DEPARTURE_HANDED);
                else if (content->first < state->escaped_from)
                        state->escaped_from = content->first;
        }
}

/* ---- Reading ---- */

static void tell_read(struct flow *flow, uint64_t address)
{
        flow_tell(flow, (struct fact){.kind = FACT_READ, .offset = (int64_t)address});
}

/* A pointer that nobody changes, or, if of an import, whose other values departed when they were
 * stored. */
static struct content load_pointer(struct flow *flow, const struct pointer *pointer, bool writable)
{
        if (pointer->is_import && !pointer->is_copy)
                return (struct content){
                        .kind = CONTENT_IMPORT,
                        .first = (int64_t)pointer->target,
                        .second = pointer->addend,
                };
        if (pointer->is_import || pointer->is_ifunc || writable) {
                tell_read(flow, pointer->address);
                return CONTENT_NOTHING;
        }
        return content_address(pointer->target);
}

static struct content load_word(struct flow *flow, uint64_t address, unsigned size)
{
        const struct segment *segment = object_segment(flow->object, address);
        const struct gather *gather = flow->gather;
        const struct pointer *pointer;
        struct content content = CONTENT_NOTHING;
        uint64_t number;

        if (!segment)
                return content;
        if (gather_has_pointers(gather, address, address + size)) {
                pointer = size == 8 ? gather_pointer(gather, address) : NULL;
                if (pointer)
                        content = load_pointer(flow, pointer, segment->writable);
                else
                        tell_read(flow, address);
                if (content.kind != CONTENT_UNKNOWN || !segment->writable)
                        return content;
        } else if (!segment->writable) {
                return object_number(flow->object, address, size, &number)
                               ? content_number((int64_t)number)
                               : content;
        }
        if (size < 4)
                return content;
        return (struct content){.kind = CONTENT_GLOBAL, .first = (int64_t)address};
}

static struct content load_addresses(
        struct flow *flow, const struct content *addresses, unsigned size)
{
        struct content loaded = CONTENT_NOTHING;

        for (uint32_t i = 0; i < addresses->count; i++) {
                uint64_t address = (uint64_t)content_members(addresses)[i];
                struct content word = load_word(flow, address, size);

                if (i == 0) {
                        loaded = word;
                } else {
                        struct content joined = content_join(&flow->arena, &loaded, &word, false);

                        if (joined.kind == CONTENT_UNKNOWN) {
                                flow_depart(flow, &loaded, DEPARTURE_HANDED);
                                flow_depart(flow, &word, DEPARTURE_HANDED);
                        }
                        loaded = joined;
                }
        }
        return loaded;
}

/* More than a word: all pointers there go where they are not followed. */
static void load_many(struct flow *flow, const struct location *location, unsigned size)
{
        for (unsigned at = 0; at < size; at += 8) {
                struct location word = *location;
                struct content loaded;

                word.content = content_behind(&flow->arena, &location->content, at);
                loaded = flow_load(flow, &word, 8);
                flow_depart(flow, &loaded, DEPARTURE_HANDED);
        }
}

static struct content load_table(struct flow *flow, const struct location *location, unsigned size)
{
        const struct content *table = &location->content;

        if (table->count == 1 && size <= 8 && object_segment(flow->object, (uint64_t)table->first))
                return (struct content){
                        .kind = CONTENT_TABLE,
                        .first = table->first,
                        .size = (uint8_t)size,
                        .scale = location->scale,
                };
        flow_depart(flow, table, size == 8 ? DEPARTURE_TABLE : DEPARTURE_INDEXED);
        return CONTENT_NOTHING;
}

static struct content load_import(struct flow *flow, const struct content *import, bool is_exact)
{
        if (is_exact)
                flow_tell(flow, (struct fact){
                                        .kind = FACT_READ_IMPORT,
                                        .target = (uint32_t)import->first,
                                        .offset = import->second,
                                });
        else
                flow_depart(flow, import, DEPARTURE_INDEXED);
        return CONTENT_NOTHING;
}

struct content flow_load(struct flow *flow, const struct location *location, unsigned size)
{
        const struct content *content = &location->content;

        if (size > 8 && size != OPERAND_SIZE_MANY && location->is_exact && is_base(content)) {
                load_many(flow, location, size);
                return CONTENT_NOTHING;
        }
        switch (content->kind) {
        case CONTENT_ADDRESSES:
                if (!location->is_exact && size <= 8)
                        return load_table(flow, location, size);
                if (location->is_exact && size <= 8)
                        return load_addresses(flow, content, size);
                flow_depart(flow, content, DEPARTURE_INDEXED);
                return CONTENT_NOTHING;
        case CONTENT_IMPORT:
                return load_import(flow, content, location->is_exact && size <= 8);
        case CONTENT_FRAME:
                if (location->is_exact && size <= 8)
                        return frame_load(flow, content->first, size);
                frame_depart(flow, INT64_MIN);
                return CONTENT_NOTHING;
        case CONTENT_FIELD:
        case CONTENT_GLOBAL_FIELD:
                /* The location of a field is written like what is in it: see displaced(). */
                return location->is_exact && (size == 4 || size == 8) ? *content : CONTENT_NOTHING;
        default:
                flow_depart(flow, content, DEPARTURE_HANDED);
                return CONTENT_NOTHING;
        }
}

/* ---- Writing ---- */

static void tell_store(struct flow *flow, const struct location *location, unsigned size,
        const struct content *content)
{
        const struct content *addresses = &location->content;
        bool is_whole = location->is_exact && (size == 4 || size == 8);

        for (uint32_t i = 0; flow->telling && i < addresses->count; i++)
                flow_tell(flow, (struct fact){
                                        .kind = FACT_STORE,
                                        .remark = !is_whole,
                                        .target = is_whole ? flow_summary_value(flow, content) : 0,
                                        .offset = content_members(addresses)[i],
                                });
}

static void store_to_frame(struct flow *flow, const struct location *location, unsigned size,
        const struct content *content)
{
        if (location->is_exact && size != OPERAND_SIZE_MANY) {
                frame_store(flow, location->content.first, size, content);
                return;
        }
        flow_depart(flow, content, DEPARTURE_HANDED);
        if (location->is_exact)
                forget_from(flow, location->content.first);
        else
                frame_forget(flow);
        if (location->content.first + 8 > 0)
                flow->state.callers_lost = true;
}

/* That a field is written is remembered for the whole function: see flow_summary_value(). */
static void note_field(struct flow *flow, const struct content *field, unsigned size)
{
        struct written_field *written;

        vector_for_each(written, &flow->written_fields)
                if (content_equal(&written->field, field) && written->size >= size)
                        return;
        written = vector_add(&flow->written_fields);
        if (written)
                *written = (struct written_field){*field, size};
        else
                flow->failed = true;
}

void flow_store(struct flow *flow, const struct location *location, unsigned size,
        const struct content *content)
{
        switch (location->content.kind) {
        case CONTENT_FRAME:
                store_to_frame(flow, location, size, content);
                return;
        case CONTENT_ADDRESSES:
                tell_store(flow, location, size, content);
                break;
        case CONTENT_IMPORT:
                break;
        case CONTENT_FIELD:
        case CONTENT_GLOBAL_FIELD:
                note_field(flow, &location->content, location->is_exact ? size : OPERAND_SIZE_MANY);
                frame_forget_escaped(flow);
                break;
        default:
                /* It may lead to words of the frame whose addresses are known elsewhere. */
                frame_forget_escaped(flow);
                break;
        }
        flow_depart(flow, content, DEPARTURE_HANDED);
}
