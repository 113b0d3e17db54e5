/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "binary/gather.h"
#include "binary/lookup-names.h"

/*
 * True for a string that matters by its text. Most addresses lead to no text at all, which their
 * first bytes tell.
 */
static bool is_telling(const char *string)
{
        const char *at = string;

        if (!string)
                return false;
        while ((unsigned char)*at >= ' ' && *at != 0x7f)
                at++;
        return *at == '\0' && (*string == '/' || strstr(string, ".so") || is_lookup_name(string));
}

static void note_string(struct gather *gather, uint64_t address, uint32_t at)
{
        const char *string = object_string(gather->object, address);

        if (is_telling(string))
                gather_fact(gather,
                        (struct fact){
                                .kind = FACT_STRING,
                                .target = gather_text(gather, string),
                                .address = at,
                        },
                        NULL, 0);
}

/* More in one piece are no table of names. */
#define STRINGS_MAX 4096

/* Whether a pointer leads to a string that matters. The same tables are referred to again and
 * again, so it is found out once. */
enum telling {
        TELLING_UNKNOWN,
        TELLING_NOTHING,
        TELLING_TEXT,
};

static bool leads_to_text(const struct gather *gather, const struct pointer *pointer)
{
        uint8_t *telling = &gather->tellings[pointer - gather->summary->pointers.items];

        if (*telling == TELLING_UNKNOWN)
                *telling =
                        !pointer->is_import && !pointer->is_ifunc &&
                                        gather_is_data(gather, pointer->target) &&
                                        is_telling(object_string(gather->object, pointer->target))
                                ? TELLING_TEXT
                                : TELLING_NOTHING;
        return *telling == TELLING_TEXT;
}

void gather_strings(struct gather *gather, uint64_t from, uint64_t to, uint32_t at)
{
        size_t count;
        const struct pointer *pointers = summary_pointers(gather->summary, from, to, &count);

        if (!gather->tellings)
                gather->tellings = calloc(gather->summary->pointers.count + 1, 1);
        if (!gather->tellings) {
                gather->failed = true;
                return;
        }
        for (size_t i = 0; i < count && i < STRINGS_MAX; i++)
                if (leads_to_text(gather, &pointers[i]))
                        note_string(gather, pointers[i].target, at);
}

/*
 * Whether a new piece of data begins at an address that code or data uses. Addresses of the insides
 * of pieces are often used too, and a cut there would make the piece end too early. Compilers align
 * larger pieces to 32 bytes where they are writable. What is not writable are tables and virtual
 * functions: nobody hands over their insides.
 */
static bool begins_piece(const struct gather *gather, uint64_t address, bool is_meant)
{
        const struct segment *segment = object_segment(gather->object, address);

        return segment && address % (is_meant && !segment->writable ? 8 : 32) == 0;
}

bool gather_cut(struct gather *gather, uint64_t address)
{
        uint64_t *cut = vector_add(&gather->summary->cuts);

        if (cut)
                *cut = address;
        else
                gather->failed = true;
        return cut;
}

/* The segment of an address: what an index was added to may lie before a table at its beginning. */
static const struct segment *departure_segment(
        const struct gather *gather, uint64_t *address, enum departure how)
{
        const struct segment *segment = object_segment(gather->object, *address);

        if (segment || how != DEPARTURE_TABLE)
                return segment;
        vector_for_each(segment, &gather->object->segments)
                if (segment->address > *address && segment->address - *address < INDEX_FAR) {
                        *address = segment->address;
                        return segment;
                }
        return NULL;
}

/*
 * Whether a table begins at an address that an index is added to: compilers align tables, and the
 * first entry is there. Else the constant part of the index may have been added to the address of a
 * table further on. In the middle of pointers that may be so, too.
 */
static bool begins_table(const struct gather *gather, uint64_t address)
{
        return address % 32 == 0 && gather_pointer(gather, address) &&
               !gather_pointer(gather, address - 8);
}

/* Whether there are pointers behind the address, as far as it may lead. */
static bool leads_to_pointers(const struct gather *gather, const struct segment *segment,
        uint64_t address, bool is_folded)
{
        uint64_t end = segment->address + segment->size;

        if (is_folded && end < UINT64_MAX - INDEX_FAR && end < address + INDEX_FAR)
                end = address + INDEX_FAR;
        return gather_has_pointers(gather, address & ~UINT64_C(31), end);
}

/* Where the data at the address may begin, at most 31 bytes before it: slots are no part of any. */
static uint64_t element_begin(
        const struct gather *gather, const struct segment *segment, uint64_t address)
{
        uint64_t begin = address & ~UINT64_C(31);
        const struct relocation *relocations;
        size_t count;

        if (begin < segment->address)
                begin = segment->address;
        relocations = object_relocations(gather->object, begin, address, &count);
        for (size_t i = 0; i < count; i++)
                if (relocations[i].is_slot && address - relocations[i].address >= sizeof(uint64_t))
                        begin = relocations[i].address + sizeof(uint64_t);
        return begin;
}

/* What was lost in a loop may have begun in the middle of its first element. */
static void element_departure(
        struct gather *gather, const struct segment *segment, uint64_t address, uint32_t at)
{
        uint64_t begin = element_begin(gather, segment, address);
        struct fact fact = {
                .kind = FACT_REFER,
                .remark = REFERENCE_ROUNDED,
                .target = (uint32_t)(address - begin),
                .offset = (int64_t)begin,
                .address = at,
        };

        if (begin < address)
                gather_fact(gather, fact, NULL, 0);
}

static void data_departure(struct gather *gather, uint64_t address, enum departure how, uint32_t at)
{
        const struct segment *segment = departure_segment(gather, &address, how);
        bool is_folded = how == DEPARTURE_TABLE && !begins_table(gather, address);
        struct fact fact = {
                .kind = FACT_REFER,
                .remark = is_folded ? REFERENCE_INDEXED : 0,
                .offset = (int64_t)address,
                .address = at,
        };

        /* One behind the end of a segment is no address of data. */
        if (!segment)
                return;
        note_string(gather, address, at);
        if (!segment->writable && !leads_to_pointers(gather, segment, address, is_folded))
                return;
        if (how != DEPARTURE_LOST && !is_folded &&
                begins_piece(gather, address, how == DEPARTURE_HANDED))
                gather_cut(gather, address);
        gather_fact(gather, fact, NULL, 0);
        if (how == DEPARTURE_LOST)
                element_departure(gather, segment, address, at);
}

void gather_departure(struct gather *gather, uint64_t address, enum departure how, uint32_t at,
        const struct argument *arguments, size_t count)
{
        size_t function;
        uint32_t import;

        function = object_is_code(gather->object, address) ? gather_function_at(gather, address)
                                                           : SIZE_MAX;
        if (function == SIZE_MAX || how == DEPARTURE_TABLE)
                data_departure(gather, address, how, at);
        if (function == SIZE_MAX)
                return;
        import = gather_stub(gather, (uint32_t)function);
        if (import != UINT32_MAX) {
                gather_fact(gather,
                        (struct fact){.kind = FACT_TAKE_IMPORT, .target = import, .address = at},
                        NULL, 0);
                return;
        }
        if (gather->functions.items.items[function].address != address)
                gather_middle(gather, (uint32_t)function, address);
        gather_fact(gather,
                (struct fact){.kind = FACT_TAKE, .target = (uint32_t)function, .address = at},
                arguments, count);
}

/* True where the word is an entry of a table of jumps that was followed. */
static bool is_explained(const struct gather *gather, uint64_t address)
{
        const struct extent *tables = gather->tables.items;
        size_t next = vector_position(&gather->tables, table, table->address <= address);

        return next > 0 && address - tables[next - 1].address < tables[next - 1].size;
}

static int compare_extents(const void *a, const void *b)
{
        const struct extent *first = a, *second = b;

        if (first->address != second->address)
                return first->address < second->address ? -1 : 1;
        return first->size < second->size ? -1 : first->size > second->size;
}

void gather_unexplained(struct gather *gather)
{
        const struct pointer *pointer;

        if (gather->tables.count > 1)
                qsort(gather->tables.items, gather->tables.count, sizeof(*gather->tables.items),
                        compare_extents);
        vector_for_each(pointer, &gather->summary->pointers) {
                size_t function;

                if (pointer->is_import)
                        continue;
                if (!object_is_code(gather->object, pointer->target)) {
                        /* What is not aligned is a pointer by chance more often than not: good
                         * enough to be followed, not to divide data. */
                        if (pointer->target != pointer->address && pointer->address % 8 == 0 &&
                                begins_piece(gather, pointer->target, true))
                                gather_cut(gather, pointer->target);
                        continue;
                }
                function = functions_at(&gather->functions, pointer->target);
                if (function != SIZE_MAX &&
                        gather->functions.items.items[function].address != pointer->target &&
                        !is_explained(gather, pointer->address))
                        gather_middle(gather, (uint32_t)function, pointer->target);
        }
}
