/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/gather.h"

#include <errno.h>
#include <string.h>

/* Multiplies the high bits down: slots are chosen by the low ones. */
static uint64_t hash_word(uint64_t hash, uint64_t word)
{
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        return hash ^ (hash >> 29);
}

#define HASH_START UINT64_C(0xcbf29ce484222325)

int gather_init(struct gather *gather, const struct object *object, struct error *error)
{
        size_t count;
        int r;

        *gather = (struct gather){.object = object, .machine = machine_of(object->abi)};
        if (!gather->machine)
                return error_set(error, ENOTSUP, "%s: no decoder for its machine", object->path);
        gather->is_fixed = object->kind == OBJECT_STATIC || object->kind == OBJECT_EXECUTABLE;
        gather->is_go = object->go_table != NULL;
        r = functions_find(object, &gather->functions, error);
        if (r < 0)
                return r;
        gather->decoder = gather->machine->decoder_new();
        gather->summary = summary_new();
        count = gather->functions.items.count + 1;
        gather->stubs = calloc(count, sizeof(*gather->stubs));
        gather->answers = calloc(count, sizeof(*gather->answers));
        gather->first_middle = malloc(count * sizeof(*gather->first_middle));
        gather->middle_counts = calloc(count, sizeof(*gather->middle_counts));
        gather->is_done = calloc(count, sizeof(*gather->is_done));
        gather->is_queued = calloc(count, sizeof(*gather->is_queued));
        gather->imports = malloc((object->dynamic_symbols.count + 1) * sizeof(*gather->imports));
        if (!gather->decoder || !gather->summary || !gather->stubs || !gather->answers ||
                !gather->first_middle || !gather->middle_counts || !gather->is_done ||
                !gather->is_queued || !gather->imports)
                return -ENOMEM;
        memset(gather->first_middle, 0xff, count * sizeof(*gather->first_middle));
        memset(gather->imports, 0xff,
                (object->dynamic_symbols.count + 1) * sizeof(*gather->imports));
        return 0;
}

void gather_clear(struct gather *gather)
{
        if (gather->decoder)
                gather->machine->decoder_free(gather->decoder);
        functions_clear(&gather->functions);
        summary_free(gather->summary);
        free(gather->value_slots);
        free(gather->fact_slots);
        dictionary_clear(&gather->texts);
        vector_clear(&gather->text_offsets);
        free(gather->imports);
        vector_clear(&gather->copies);
        free(gather->stubs);
        free(gather->answers);
        free(gather->first_middle);
        vector_clear(&gather->middles);
        free(gather->middle_slots);
        free(gather->middle_counts);
        vector_clear(&gather->tables);
        free(gather->tellings);
        free(gather->is_done);
        free(gather->is_queued);
        vector_clear(&gather->queue);
        *gather = (struct gather){};
}

/* ---- Texts ---- */

/* Puts the text at the end of summary.text; returns its offset, or 0 when out of memory. */
static uint32_t append_text(struct gather *gather, const char *text, size_t size)
{
        struct summary *summary = gather->summary;
        size_t at = summary->text.count;

        if (at + size >= UINT32_MAX)
                return 0;
        if (at + size > summary->text.capacity) {
                size_t wanted = (at + size) * 2;
                char *moved = realloc(summary->text.items, wanted);

                if (!moved)
                        return 0;
                summary->text.items = moved;
                summary->text.capacity = wanted;
        }
        memcpy(summary->text.items + at, text, size);
        summary->text.count += size;
        return (uint32_t)at;
}

uint32_t gather_text(struct gather *gather, const char *text)
{
        size_t length = text ? strlen(text) : 0;
        uint32_t *offset;
        int number;

        if (length == 0)
                return 0;
        number = dictionary_add(&gather->texts, text, length);
        if (number >= 0 && (size_t)number < gather->text_offsets.count)
                return gather->text_offsets.items[number];
        offset = number < 0 ? NULL : vector_add(&gather->text_offsets);
        if (offset)
                *offset = append_text(gather, text, length + 1);
        if (!offset || *offset == 0) {
                gather->failed = true;
                return 0;
        }
        return *offset;
}

/* ---- Values ---- */

/* How many of summary.numbers belong to a value. */
static size_t number_count(const struct value *value)
{
        switch (value->kind) {
        case VALUE_NUMBERS:
        case VALUE_STRINGS:
                return value->count;
        case VALUE_FRAME:
                return 2 * (size_t)value->count;
        default:
                return 0;
        }
}

static uint64_t hash_value(const struct value *value, const int64_t *numbers)
{
        uint64_t hash = hash_word(HASH_START,
                value->kind | (uint64_t)value->place << 8 | (uint64_t)value->count << 16);

        if (value->kind == VALUE_FUNCTION)
                hash = hash_word(hash, value->first);
        hash = hash_word(hash, (uint64_t)value->offset);
        hash = hash_word(hash, (uint64_t)value->second);
        for (size_t i = 0; i < number_count(value); i++)
                hash = hash_word(hash, (uint64_t)numbers[i]);
        return hash;
}

static bool is_same_value(const struct summary *summary, const struct value *a,
        const int64_t *a_numbers, const struct value *b)
{
        size_t count = number_count(a);

        return a->kind == b->kind && a->place == b->place && a->count == b->count &&
               a->offset == b->offset && a->second == b->second &&
               (a->kind != VALUE_FUNCTION || a->first == b->first) &&
               (count == 0 || memcmp(a_numbers, summary->numbers.items + b->first,
                                      count * sizeof(*a_numbers)) == 0);
}

/* Makes room in the table for another value: at most half full. */
static bool grow_values(struct gather *gather)
{
        const struct summary *summary = gather->summary;
        size_t wanted = gather->value_slot_count ? gather->value_slot_count * 2 : 1024;
        uint32_t *slots;

        if (gather->value_slot_count / 2 > summary->values.count)
                return true;
        slots = calloc(wanted, sizeof(*slots));
        if (!slots)
                return false;
        for (size_t i = 1; i < summary->values.count; i++) {
                const struct value *value = &summary->values.items[i];
                size_t at = hash_value(value, summary->numbers.items + value->first);

                while (slots[at &= wanted - 1])
                        at++;
                slots[at] = (uint32_t)i + 1;
        }
        free(gather->value_slots);
        gather->value_slots = slots;
        gather->value_slot_count = wanted;
        return true;
}

uint32_t gather_value(struct gather *gather, struct value value, const int64_t *numbers)
{
        struct summary *summary = gather->summary;
        size_t count = number_count(&value), at;
        struct value *added;

        if (value.kind == VALUE_UNKNOWN)
                return 0;
        if (!grow_values(gather) || summary->values.count >= UINT32_MAX - 1)
                goto failed;
        for (at = hash_value(&value, numbers);; at++) {
                uint32_t slot = gather->value_slots[at &= gather->value_slot_count - 1];

                if (slot == 0)
                        break;
                if (is_same_value(summary, &value, numbers, &summary->values.items[slot - 1]))
                        return slot - 1;
        }
        if (count > 0) {
                value.first = (uint32_t)summary->numbers.count;
                for (size_t i = 0; i < count; i++) {
                        int64_t *number = vector_add(&summary->numbers);

                        if (!number)
                                goto failed;
                        *number = numbers[i];
                }
        }
        added = vector_add(&summary->values);
        if (!added)
                goto failed;
        *added = value;
        gather->value_slots[at] = (uint32_t)summary->values.count;
        return (uint32_t)summary->values.count - 1;

failed:
        gather->failed = true;
        return 0;
}

/* ---- Facts of the function ---- */

void gather_begin(struct gather *gather, uint32_t function)
{
        struct summary_function *entry = &gather->summary->functions.items[function];

        gather->function = function;
        gather->is_done[function] = true;
        entry->facts = (uint32_t)gather->summary->facts.count;
        entry->fact_count = 0;
        if (gather->fact_slots)
                memset(gather->fact_slots, 0,
                        gather->fact_slot_count * sizeof(*gather->fact_slots));
}

static uint64_t hash_fact(const struct fact *fact, const struct argument *arguments)
{
        uint64_t hash = hash_word(HASH_START,
                fact->kind | (uint64_t)fact->remark << 16 | (uint64_t)fact->target << 32);

        hash = hash_word(hash, (uint64_t)fact->offset);
        for (size_t i = 0; i < fact->argument_count; i++)
                hash = hash_word(hash, arguments[i].place | (uint64_t)arguments[i].value << 8);
        return hash;
}

static bool is_same_fact(const struct summary *summary, const struct fact *a,
        const struct argument *arguments, const struct fact *b)
{
        if (a->kind != b->kind || a->remark != b->remark || a->target != b->target ||
                a->offset != b->offset || a->argument_count != b->argument_count)
                return false;
        for (size_t i = 0; i < a->argument_count; i++) {
                const struct argument *other = &summary->arguments.items[b->arguments + i];

                if (arguments[i].place != other->place || arguments[i].value != other->value)
                        return false;
        }
        return true;
}

/* A small table again after a function with many facts: it is cleared for each function. */
#define FACT_SLOTS_FEW 256

static bool grow_facts(struct gather *gather, const struct summary_function *function)
{
        const struct summary *summary = gather->summary;
        size_t wanted = FACT_SLOTS_FEW;
        uint32_t *slots;

        while (wanted / 2 <= function->fact_count)
                wanted *= 2;
        if (wanted == gather->fact_slot_count ||
                (wanted < gather->fact_slot_count && function->fact_count > 0))
                return true;
        slots = calloc(wanted, sizeof(*slots));
        if (!slots)
                return false;
        for (uint32_t i = 0; i < function->fact_count; i++) {
                const struct fact *fact = &summary->facts.items[function->facts + i];
                size_t at = hash_fact(fact, summary->arguments.items + fact->arguments);

                while (slots[at &= wanted - 1])
                        at++;
                slots[at] = i + 1;
        }
        free(gather->fact_slots);
        gather->fact_slots = slots;
        gather->fact_slot_count = wanted;
        return true;
}

void gather_fact(
        struct gather *gather, struct fact fact, const struct argument *arguments, size_t count)
{
        struct summary *summary = gather->summary;
        struct summary_function *function = &summary->functions.items[gather->function];
        struct fact *added;
        size_t at;

        fact.argument_count = (uint8_t)count;
        if (!grow_facts(gather, function) || summary->facts.count >= UINT32_MAX - 1 ||
                summary->arguments.count >= UINT32_MAX - PLACE_COUNT)
                goto failed;
        for (at = hash_fact(&fact, arguments);; at++) {
                uint32_t slot = gather->fact_slots[at &= gather->fact_slot_count - 1];

                if (slot == 0)
                        break;
                if (is_same_fact(summary, &fact, arguments,
                            &summary->facts.items[function->facts + slot - 1]))
                        return;
        }
        fact.arguments = count ? (uint32_t)summary->arguments.count : 0;
        for (size_t i = 0; i < count; i++) {
                struct argument *argument = vector_add(&summary->arguments);

                if (!argument)
                        goto failed;
                *argument = arguments[i];
        }
        added = vector_add(&summary->facts);
        if (!added)
                goto failed;
        *added = fact;
        gather->fact_slots[at] = ++function->fact_count;
        return;

failed:
        gather->failed = true;
}

void gather_site(struct gather *gather, const struct site *site, uint32_t at)
{
        struct site *added = vector_add(&gather->summary->sites);

        if (!added) {
                gather->failed = true;
                return;
        }
        *added = *site;
        gather_fact(gather,
                (struct fact){
                        .kind = FACT_SYSCALL,
                        .target = (uint32_t)gather->summary->sites.count - 1,
                        .address = at,
                },
                NULL, 0);
}

/* Finds the slot of an address: of its middle, or an empty one. */
static size_t middle_slot(const struct gather *gather, uint64_t address)
{
        size_t at = hash_word(HASH_START, address);

        for (;; at++) {
                uint32_t slot = gather->middle_slots[at &= gather->middle_slot_count - 1];

                if (slot == 0 || gather->middles.items[slot - 1].address == address)
                        return at;
        }
}

static bool grow_middles(struct gather *gather)
{
        size_t wanted = gather->middle_slot_count ? gather->middle_slot_count * 2 : 256;
        uint32_t *slots;

        if (gather->middle_slot_count / 2 > gather->middles.count)
                return true;
        slots = calloc(wanted, sizeof(*slots));
        if (!slots)
                return false;
        free(gather->middle_slots);
        gather->middle_slots = slots;
        gather->middle_slot_count = wanted;
        for (uint32_t i = 0; i < gather->middles.count; i++)
                slots[middle_slot(gather, gather->middles.items[i].address)] = i + 1;
        return true;
}

/* Only garbage has more than MIDDLES_MAX; flow.c counts all of the function as reached then. */
void gather_middle(struct gather *gather, uint32_t function, uint64_t address)
{
        struct middle *middle;
        uint32_t *queued;
        size_t at;

        if (!grow_middles(gather)) {
                gather->failed = true;
                return;
        }
        at = middle_slot(gather, address);
        if (gather->middle_slots[at] || gather->middle_counts[function] == MIDDLES_MAX)
                return;
        middle = vector_add(&gather->middles);
        if (!middle) {
                gather->failed = true;
                return;
        }
        *middle = (struct middle){address, gather->first_middle[function]};
        gather->first_middle[function] = (uint32_t)gather->middles.count - 1;
        gather->middle_slots[at] = (uint32_t)gather->middles.count;
        gather->middle_counts[function]++;
        if (!gather->is_done[function] || gather->is_queued[function])
                return;
        queued = vector_add(&gather->queue);
        if (!queued) {
                gather->failed = true;
                return;
        }
        *queued = function;
        gather->is_queued[function] = true;
}
