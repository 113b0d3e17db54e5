/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "binary/flow.h"

#define FRAME_PAIRS_MAX  32  /* of a pointer into the frame that is handed over */
#define FRAME_BYTES_MAX  512 /* behind such a pointer */
#define STRING_BYTES_MAX 255

uint32_t flow_here(const struct flow *flow)
{
        uint64_t address = flow->instructions.items[flow->here].address;

        return (uint32_t)(address - flow->gather->functions.items.items[flow->number].address);
}

void flow_tell(struct flow *flow, struct fact fact)
{
        if (!flow->telling)
                return;
        fact.address = flow_here(flow);
        gather_fact(flow->gather, fact, NULL, 0);
}

/* ---- Departures ---- */

/* A pointer into the frame departs: what is there may be read, and changed. */
static void depart_frame(struct flow *flow, int64_t offset)
{
        struct state *state = &flow->state;

        if (offset < state->escaped_from)
                state->escaped_from = offset;
        frame_depart(flow, INT64_MIN);
}

static void depart_table(struct flow *flow, const struct content *table)
{
        if (object_segment(flow->object, (uint64_t)table->first))
                gather_departure(flow->gather, (uint64_t)table->first,
                        table->size == 8 ? DEPARTURE_TABLE : DEPARTURE_INDEXED, flow_here(flow),
                        NULL, 0);
}

void flow_depart_with(struct flow *flow, const struct content *content, enum departure how,
        const struct argument *arguments, size_t count)
{
        switch (content->kind) {
        case CONTENT_FRAME:
                depart_frame(flow, content->first);
                return;
        case CONTENT_TARGET:
                /* The address of a part of the function: whoever has it may jump there. */
                flow->marks.items[flow->here] |= MARK_OPEN;
                return;
        default:
                break;
        }
        if (!flow->telling)
                return;
        switch (content->kind) {
        case CONTENT_NUMBERS:
        case CONTENT_ADDRESSES:
                for (uint32_t i = 0; i < content->count; i++) {
                        uint64_t address = (uint64_t)content_members(content)[i];

                        if (content->kind == CONTENT_NUMBERS &&
                                (!flow->gather->is_fixed || !object_segment(flow->object, address)))
                                continue;
                        gather_departure(
                                flow->gather, address, how, flow_here(flow), arguments, count);
                }
                break;
        case CONTENT_IMPORT:
                flow_tell(flow, (struct fact){
                                        .kind = FACT_TAKE_IMPORT,
                                        .target = (uint32_t)content->first,
                                        .offset = content->second,
                                });
                break;
        case CONTENT_TABLE:
                depart_table(flow, content);
                break;
        default:
                break;
        }
}

void flow_depart(struct flow *flow, const struct content *content, enum departure how)
{
        if (content->kind != CONTENT_UNKNOWN)
                flow_depart_with(flow, content, how, NULL, 0);
}

/* ---- Values ---- */

/* Names, paths: what an argument may be that has a meaning for the system or the loader. */
static bool is_word(const char *string)
{
        size_t length = string ? strnlen(string, STRING_BYTES_MAX + 1) : 0;

        if (length == 0 || length > STRING_BYTES_MAX)
                return false;
        for (size_t i = 0; i < length; i++)
                if (!(string[i] >= 'a' && string[i] <= 'z') &&
                        !(string[i] >= 'A' && string[i] <= 'Z') &&
                        !(string[i] >= '0' && string[i] <= '9') && !strchr("_./+%@:-", string[i]))
                        return false;
        return true;
}

static uint32_t address_value(struct flow *flow, const struct content *content)
{
        int64_t texts[CONTENT_MEMBERS_MAX];
        uint64_t address = (uint64_t)content_members(content)[0];
        size_t function = object_is_code(flow->object, address)
                                  ? gather_function_at(flow->gather, address)
                                  : SIZE_MAX;

        if (function != SIZE_MAX)
                return content->count == 1 &&
                                       flow->gather->functions.items.items[function].address ==
                                               address
                               ? gather_value(flow->gather,
                                         (struct value){
                                                 .kind = VALUE_FUNCTION,
                                                 .first = (uint32_t)function,
                                         },
                                         NULL)
                               : 0;
        for (uint32_t i = 0; i < content->count; i++) {
                const struct segment *segment;
                const char *string;

                address = (uint64_t)content_members(content)[i];
                segment = object_segment(flow->object, address);
                string =
                        segment && !segment->writable ? object_string(flow->object, address) : NULL;
                if (!is_word(string))
                        return 0;
                texts[i] = gather_text(flow->gather, string);
        }
        return gather_value(flow->gather,
                (struct value){.kind = VALUE_STRINGS, .count = (uint16_t)content->count}, texts);
}

/* What is known to be behind a pointer into the own frame. */
static uint32_t frame_value(struct flow *flow, int64_t offset)
{
        const struct state *state = &flow->state;
        int64_t pairs[2 * FRAME_PAIRS_MAX];
        uint16_t count = 0;

        for (uint32_t i = 0; i < state->slot_count && count < FRAME_PAIRS_MAX; i++) {
                const struct slot *slot = &state->slots[i];

                if (slot->offset < offset || slot->offset - offset > FRAME_BYTES_MAX ||
                        slot->size < 4 || !content_is_number(&slot->content))
                        continue;
                pairs[2 * count] = slot->offset - offset;
                pairs[2 * count + 1] = slot->content.first;
                count++;
        }
        if (count == 0)
                return 0;
        return gather_value(
                flow->gather, (struct value){.kind = VALUE_FRAME, .count = count}, pairs);
}

/*
 * What a pointer led to at the entry is not what it leads to later where the function itself writes
 * it, or gives the pointer to code that is not known. That a function of the same object writes the
 * field of a structure that it is handed, and another one reads it as the number of a system call,
 * is not considered.
 */
static bool is_as_before(const struct flow *flow, const struct content *field)
{
        const struct written_field *written;
        bool is_global = field->kind == CONTENT_GLOBAL_FIELD;
        int64_t offset = is_global ? field->second : field->first;

        if (!is_global && flow->shared_places & UINT64_C(1) << field->place)
                return false;
        vector_for_each(written, &flow->written_fields) {
                int64_t other = is_global ? written->field.second : written->field.first;
                int64_t distance = (int64_t)((uint64_t)offset - (uint64_t)other);

                if (written->field.kind == field->kind && written->field.place == field->place &&
                        (!is_global || written->field.first == field->first) && distance > -8 &&
                        distance < (int64_t)written->size)
                        return false;
        }
        return true;
}

uint32_t flow_summary_value(struct flow *flow, const struct content *content)
{
        struct content numbers;
        struct value value = {.place = content->place, .offset = content->first};

        switch (content->kind) {
        case CONTENT_TABLE:
                numbers = table_numbers(flow, content);
                return numbers.kind == CONTENT_NUMBERS ? flow_summary_value(flow, &numbers) : 0;
        case CONTENT_NUMBERS:
                if (flow->gather->is_fixed &&
                        object_segment(flow->object, (uint64_t)content_members(content)[0]))
                        return address_value(flow, content);
                return gather_value(flow->gather,
                        (struct value){.kind = VALUE_NUMBERS, .count = (uint16_t)content->count},
                        content_members(content));
        case CONTENT_ADDRESSES:
                return address_value(flow, content);
        case CONTENT_FRAME:
                return frame_value(flow, content->first);
        case CONTENT_ENTRY:
                value.kind = VALUE_ENTRY;
                value.offset = 0;
                break;
        case CONTENT_FIELD:
                if (!is_as_before(flow, content))
                        return 0;
                value.kind = VALUE_FIELD;
                break;
        case CONTENT_GLOBAL:
                value.kind = VALUE_GLOBAL;
                value.place = 0;
                break;
        case CONTENT_GLOBAL_FIELD:
                if (!is_as_before(flow, content))
                        return 0;
                value.kind = VALUE_GLOBAL_FIELD;
                value.place = 0;
                value.second = content->second;
                break;
        default:
                return 0;
        }
        return gather_value(flow->gather, value, NULL);
}

/* ---- Calls ---- */

/* All that is handed over, with values and as it is. */
struct handover {
        struct argument arguments[PLACE_COUNT];
        size_t count;
        struct argument frames[PLACE_COUNT]; /* those of them that point into the frame */
        size_t frame_count;
};

static void hand_over(
        struct flow *flow, struct handover *handover, uint8_t place, const struct content *content)
{
        struct argument argument = {.place = place};

        if (content->kind == CONTENT_UNKNOWN)
                return;
        argument.value = flow_summary_value(flow, content);
        if (argument.value == 0)
                return;
        handover->arguments[handover->count++] = argument;
        if (content->kind == CONTENT_FRAME)
                handover->frames[handover->frame_count++] = argument;
}

/* What the callee finds at its entry. A jump hands over all registers, since it may be to another
 * part of the same function. */
static void collect_handover(struct flow *flow, bool is_jump, struct handover *ret)
{
        const struct machine *machine = flow->machine;
        const struct content *stack = &flow->state.registers[machine->stack_pointer];
        int64_t word = machine->pointer_size;
        uint32_t registers = is_jump ? flow->all : flow->all & ~flow->kept;

        ret->count = ret->frame_count = 0;
        if (!flow->telling)
                return;
        for_each_register(i, registers) hand_over(flow, ret, (uint8_t)i, &flow->state.registers[i]);
        if (stack->kind != CONTENT_FRAME)
                return;
        for (int64_t i = 0; i < PLACE_STACK_WORDS; i++) {
                int64_t offset = stack->first + (i + is_jump) * word;
                struct content content = frame_load(flow, offset, machine->pointer_size);

                /* The lower half alone is what counts of an int. */
                if (content.kind == CONTENT_UNKNOWN)
                        content = frame_load(flow, offset, 4);
                hand_over(flow, ret, (uint8_t)(PLACE_STACK + i), &content);
        }
}

static void tell_call(
        struct flow *flow, enum fact_kind kind, uint32_t target, const struct handover *handover)
{
        if (flow->telling)
                gather_fact(flow->gather,
                        (struct fact){
                                .kind = (uint8_t)kind,
                                .target = target,
                                .address = flow_here(flow),
                        },
                        handover->arguments, handover->count);
}

/* Places by bits: what they held at the entry is now in registers that a callee gets. */
static uint64_t places_in_registers(const struct flow *flow)
{
        uint64_t found = 0;

        for (unsigned i = 0; i < flow->machine->register_count; i++) {
                const struct content *content = &flow->state.registers[i];

                if (content->kind == CONTENT_ENTRY && !(flow->kept & UINT32_C(1) << i))
                        found |= UINT64_C(1) << content->place;
        }
        return found;
}

/* What the registers point to may be changed by code that is not known. */
static void share_places(struct flow *flow)
{
        flow->shared_places |= places_in_registers(flow);
}

static void call_address(struct flow *flow, uint64_t address, const struct handover *handover)
{
        size_t function = gather_function_at(flow->gather, address);
        uint32_t import;

        if (function == SIZE_MAX ||
                (!flow->telling && !(places_in_registers(flow) & ~flow->shared_places)))
                return;
        import = gather_stub(flow->gather, (uint32_t)function);
        if (import != UINT32_MAX)
                share_places(flow);
        if (!flow->telling)
                return;
        if (import != UINT32_MAX) {
                tell_call(flow, FACT_CALL_IMPORT, import, handover);
                return;
        }
        if (flow->gather->functions.items.items[function].address != address)
                gather_middle(flow->gather, (uint32_t)function, address);
        tell_call(flow, FACT_CALL, (uint32_t)function, handover);
}

static void call_content(
        struct flow *flow, const struct content *target, const struct handover *handover)
{
        if (target->kind != CONTENT_NUMBERS && target->kind != CONTENT_ADDRESSES)
                share_places(flow);
        switch (target->kind) {
        case CONTENT_NUMBERS:
        case CONTENT_ADDRESSES:
                for (uint32_t i = 0; i < target->count; i++)
                        call_address(flow, (uint64_t)content_members(target)[i], handover);
                break;
        case CONTENT_IMPORT:
                if (target->second == 0)
                        tell_call(flow, FACT_CALL_IMPORT, (uint32_t)target->first, handover);
                else
                        flow_depart(flow, target, DEPARTURE_HANDED);
                break;
        default:
                flow_depart(flow, target, DEPARTURE_HANDED);
                tell_call(flow, FACT_INDIRECT, 0, handover);
                break;
        }
}

/* Whatever the callee may get hold of departs. */
static void depart_registers(struct flow *flow, uint32_t registers, const struct handover *handover)
{
        for_each_register(i, registers) if (flow->state.registers[i].kind != CONTENT_UNKNOWN)
                flow_depart_with(flow, &flow->state.registers[i], DEPARTURE_HANDED,
                        handover->frames, handover->frame_count);
}

void flow_call(struct flow *flow, const struct content *target, bool is_jump, uint32_t handed,
        uint32_t live)
{
        struct handover handover;
        const struct content *stack = &flow->state.registers[flow->machine->stack_pointer];
        uint32_t registers = flow->all & handed;

        collect_handover(flow, is_jump, &handover);
        call_content(flow, target, &handover);
        /* What the callee gives back and what is not needed any more was, if it is an address, put
         * there for it: by a convention other than C's. */
        if (!is_jump)
                registers &= ~(flow->kept & live) | flow->caught;
        depart_registers(flow, registers, &handover);
        frame_depart(flow, stack->kind == CONTENT_FRAME ? stack->first : INT64_MIN);
}

void flow_system_call(struct flow *flow, const struct instruction *instruction)
{
        const struct entry_convention *convention =
                machine_entry(flow->machine, instruction->entry);
        const struct content *registers = flow->state.registers;
        struct site site = {.address = instruction->address, .entry = instruction->entry};

        if (!convention)
                return;
        if (flow->telling) {
                site.number = flow_summary_value(flow, &registers[convention->call_number]);
                for (unsigned i = 0; i < 6; i++)
                        if (convention->call_arguments[i] < REGISTERS_MAX)
                                site.arguments[i] = flow_summary_value(
                                        flow, &registers[convention->call_arguments[i]]);
                gather_site(flow->gather, &site, flow_here(flow));
        }
        for (unsigned i = 0; i < 6; i++)
                if (convention->call_arguments[i] < REGISTERS_MAX)
                        flow_depart(
                                flow, &registers[convention->call_arguments[i]], DEPARTURE_HANDED);
        frame_forget_escaped(flow);
}
