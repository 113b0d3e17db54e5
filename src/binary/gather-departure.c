/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "binary/gather.h"

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
        return *at == '\0' && (*string == '/' || strstr(string, ".so"));
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

void gather_strings(struct gather *gather, uint64_t from, uint64_t to, uint32_t at)
{
        size_t count;
        const struct pointer *pointers = summary_pointers(gather->summary, from, to, &count);

        for (size_t i = 0; i < count && i < STRINGS_MAX; i++)
                if (!pointers[i].is_import && !pointers[i].is_ifunc &&
                        gather_is_data(gather, pointers[i].target))
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
                if (segment->address > *address && segment->address - *address < INDEX_REACH) {
                        *address = segment->address;
                        return segment;
                }
        return NULL;
}

static void data_departure(struct gather *gather, uint64_t address, enum departure how, uint32_t at)
{
        const struct segment *segment = departure_segment(gather, &address, how);
        struct fact fact = {
                .kind = FACT_REFER,
                .remark = how == DEPARTURE_TABLE && address % 32 != 0 ? REFERENCE_INDEXED : 0,
                .offset = (int64_t)address,
                .address = at,
        };

        /* One behind the end of a segment is no address of data. */
        if (!segment)
                return;
        note_string(gather, address, at);
        if (!segment->writable && !gather_has_pointers(gather, address & ~UINT64_C(31),
                                          segment->address + segment->size))
                return;
        if (how != DEPARTURE_LOST && begins_piece(gather, address, how == DEPARTURE_HANDED))
                gather_cut(gather, address);
        gather_fact(gather, fact, NULL, 0);
        /* What was lost in a loop may have begun in the middle of its first element. */
        if (how == DEPARTURE_LOST && (fact.offset & 31) != 0) {
                address &= ~UINT64_C(31);
                fact.offset = (int64_t)(address > segment->address ? address : segment->address);
                fact.remark = REFERENCE_ROUNDED;
                gather_fact(gather, fact, NULL, 0);
        }
}

void gather_departure(struct gather *gather, uint64_t address, enum departure how, uint32_t at,
        const struct argument *arguments, size_t count)
{
        size_t function;
        uint32_t import;

        function = object_is_code(gather->object, address)
                           ? functions_at(&gather->functions, address)
                           : SIZE_MAX;
        if (function == SIZE_MAX) {
                data_departure(gather, address, how, at);
                return;
        }
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
