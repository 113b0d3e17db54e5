/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Code that nothing describes: assembly without unwind information, C libraries built without,
 * linkage tables of some linkers.
 *
 * Known beginnings are followed instruction by instruction. A call's target is another beginning; a
 * jump's is one where another beginning lies between, and nobody else got there. A function
 * ends where the last of its instructions ends that was reached, or, with a jump through a table,
 * whose targets are not known yet, with the last instruction before the next beginning.
 */

#include <errno.h>
#include <string.h>

#include "binary/code.h"

/* Between a jump and its target in the same function, in bytes. */
#define JUMP_DISTANCE_MAX (64u << 10)

/* So many instructions have to make sense before an address is taken for code. */
#define SENSIBLE_COUNT 64

/* How often all jumps through tables are gone through that were found meanwhile. Two or three times
 * are enough, unless an object was made to take long. */
#define SWEEPS_MAX 50

/* A segment with code, and what is known of each of its bytes: bits. */
struct region {
        uint64_t address, size;
        uint8_t *reached; /* an instruction begins here */
        uint8_t *started; /* a function begins here */
        uint8_t *swept;   /* sweep() was here */
};

struct start {
        uint64_t address;
        bool has_indirect_jump;
        bool was_swept;
};

struct trace {
        const struct code *code;
        const struct functions *functions; /* those that were there before */
        struct addresses *calls;
        VECTOR(struct region) regions;
        VECTOR(struct start) starts;
        size_t followed;          /* of `starts` */
        unsigned sweeps;          /* how often they were swept */
        struct addresses pending; /* targets of jumps that may leave their function */
        struct addresses maybe;   /* may be code */
        struct addresses called;  /* by what may be code */
        struct addresses stack;
};

/* Where no function is: from the end of one to the beginning of the next. */
struct gap {
        uint64_t from, to;
};

static void trace_clear(struct trace *trace)
{
        struct region *region;

        vector_for_each(region, &trace->regions) {
                free(region->reached);
                free(region->started);
                free(region->swept);
        }
        vector_clear(&trace->regions);
        vector_clear(&trace->starts);
        addresses_clear(&trace->pending);
        addresses_clear(&trace->maybe);
        addresses_clear(&trace->called);
        addresses_clear(&trace->stack);
}
#define CLEANUP_TRACE CLEANUP(trace_clear)

static int trace_prepare(struct trace *trace)
{
        const struct segment *segment;

        vector_for_each(segment, &trace->code->object->segments) {
                struct region *region;

                if (!segment->executable || segment->file_size == 0)
                        continue;
                region = vector_add(&trace->regions);
                if (!region)
                        return -ENOMEM;
                region->address = segment->address;
                region->size = segment->file_size;
                region->reached = calloc(region->size / 8 + 1, 1);
                region->started = calloc(region->size / 8 + 1, 1);
                region->swept = calloc(region->size / 8 + 1, 1);
                if (!region->reached || !region->started || !region->swept)
                        return -ENOMEM;
        }
        return 0;
}

static struct region *region_of(const struct trace *trace, uint64_t address)
{
        struct region *region;

        vector_for_each(region, &trace->regions) {
                if (address - region->address < region->size)
                        return region;
        }
        return NULL;
}

static bool bit_test(const uint8_t *bits, uint64_t number)
{
        return bits[number / 8] >> (number % 8) & 1;
}

static void bit_set(uint8_t *bits, uint64_t number)
{
        bits[number / 8] |= 1u << (number % 8);
}

/* The last bit that is set in [from, to), or UINT64_MAX. */
static uint64_t bit_last(const uint8_t *bits, uint64_t from, uint64_t to)
{
        while (to > from) {
                uint64_t many;

                if (to % 64 == 0 && to - from >= 64) {
                        memcpy(&many, bits + to / 8 - sizeof(many), sizeof(many));
                        if (many == 0) {
                                to -= 64;
                                continue;
                        }
                }
                if (bit_test(bits, --to))
                        return to;
        }
        return UINT64_MAX;
}

static bool is_reached(const struct trace *trace, uint64_t address)
{
        const struct region *region = region_of(trace, address);

        return region && bit_test(region->reached, address - region->address);
}

/* True where the address lies within an instruction that was reached, but not at its beginning. */
static bool is_inside(const struct trace *trace, uint64_t address)
{
        const struct region *region = region_of(trace, address);
        uint64_t offset = address - region->address;
        uint64_t before = bit_last(region->reached, offset > 15 ? offset - 15 : 0, offset);
        struct instruction instruction;

        return before != UINT64_MAX && code_decode(trace->code, region->address + before,
                                               UINT64_MAX, &instruction) > offset - before;
}

/* The function that begins next behind the address: its place, or their number. */
static size_t next_function(const struct functions *functions, uint64_t address)
{
        return vector_position(&functions->items, function, function->address <= address);
}

static struct gap gap_at(const struct trace *trace, uint64_t address)
{
        const struct function *items = trace->functions->items.items;
        size_t next = next_function(trace->functions, address);
        struct gap gap = {
                .from = object_segment(trace->code->object, address)->address,
                .to = code_end(trace->code->object, address),
        };

        if (next > 0 && items[next - 1].address + items[next - 1].size > gap.from)
                gap.from = items[next - 1].address + items[next - 1].size;
        if (next < trace->functions->items.count && items[next].address < gap.to)
                gap.to = items[next].address;
        return gap;
}

/* Makes the address, which no function covers, the beginning of one. */
static int add_start(struct trace *trace, uint64_t address)
{
        struct region *region = region_of(trace, address);
        struct start *start;

        if (!region || bit_test(region->started, address - region->address))
                return 0;
        start = vector_add(&trace->starts);
        if (!start)
                return -ENOMEM;
        start->address = address;
        bit_set(region->started, address - region->address);
        return 0;
}

static bool is_uncovered(const struct trace *trace, uint64_t address)
{
        return object_is_code(trace->code->object, address) && region_of(trace, address) &&
               functions_at(trace->functions, address) == SIZE_MAX;
}

/* True where a beginning lies in (low, high], or too far away to be looked for. */
static bool is_divided(const struct trace *trace, uint64_t low, uint64_t high)
{
        const struct region *region = region_of(trace, high);

        if (!region || low < region->address || high - low > JUMP_DISTANCE_MAX)
                return true;
        return bit_last(region->started, low + 1 - region->address, high + 1 - region->address) !=
               UINT64_MAX;
}

/* Notes where a jump goes: on in the same function, or to where it is not known yet whose it is. */
static int follow_jump(struct trace *trace, const struct gap *gap, uint64_t from, uint64_t target)
{
        if (target >= gap->from && target < gap->to &&
                !is_divided(trace, from < target ? from : target, from < target ? target : from))
                return addresses_add(&trace->stack, target);
        if (is_uncovered(trace, target))
                return addresses_add(&trace->pending, target);
        return 0;
}

/* Notes calls, and constants that may be code. */
static int note_references(
        struct trace *trace, const struct instruction *instruction, bool is_certain)
{
        CLEANUP_REFERENCES struct references references = {};
        const uint64_t *address;
        int r;

        if (instruction->operation == OPERATION_JUMP || instruction->operation == OPERATION_BRANCH)
                return 0;
        r = references_note(trace->code, trace->functions, instruction, instruction->address,
                instruction->address + instruction->length, &references);
        vector_for_each(address, &references.calls.items) {
                if (r < 0)
                        return r;
                if (functions_at(trace->functions, *address) != SIZE_MAX)
                        r = addresses_add(trace->calls, *address);
                else if (is_certain)
                        r = is_uncovered(trace, *address) ? add_start(trace, *address) : 0;
                else
                        r = addresses_add(&trace->called, *address);
        }
        vector_for_each(address, &references.constants.items) {
                if (r == 0)
                        r = addresses_add(&trace->maybe, *address);
        }
        return r;
}

/* Follows the code from an address to where it ends, or meets what is known. */
static int follow_line(
        struct trace *trace, struct start *start, const struct gap *gap, uint64_t address)
{
        struct region *region = region_of(trace, start->address);

        while (address >= gap->from && address < gap->to) {
                uint64_t offset = address - region->address;
                struct instruction instruction;
                unsigned length;
                int r;

                if (bit_test(region->reached, offset) ||
                        (address != start->address && bit_test(region->started, offset)))
                        return 0;
                length = code_decode(trace->code, address, gap->to, &instruction);
                if (length == 0)
                        return 0;
                bit_set(region->reached, offset);
                r = note_references(trace, &instruction, true);
                if (r < 0)
                        return r;
                if (instruction.operation == OPERATION_JUMP ||
                        instruction.operation == OPERATION_BRANCH) {
                        if (instruction.sources[0].kind != OPERAND_ADDRESS)
                                start->has_indirect_jump = true;
                        else
                                r = follow_jump(trace, gap, address,
                                        (uint64_t)instruction.sources[0].number);
                }
                if (r < 0 || operation_ends(instruction.operation))
                        return r;
                address += length;
        }
        return 0;
}

static int follow_start(struct trace *trace, size_t number)
{
        struct start start = trace->starts.items[number];
        struct gap gap = gap_at(trace, start.address);
        int r = addresses_add(&trace->stack, start.address);

        while (r == 0 && trace->stack.items.count > 0) {
                uint64_t address = trace->stack.items.items[--trace->stack.items.count];

                r = follow_line(trace, &start, &gap, address);
        }
        trace->starts.items[number].has_indirect_jump = start.has_indirect_jump;
        return r;
}

/* Follows all beginnings that were not followed yet, those that are found meanwhile included. */
static int follow_all(struct trace *trace)
{
        int r = 0;

        while (r == 0 && trace->followed < trace->starts.count)
                r = follow_start(trace, trace->followed++);
        return r;
}

/* Takes targets of jumps that nobody else got to for beginnings. */
static int follow_pending(struct trace *trace)
{
        int r = 0;

        while (r == 0 && trace->pending.items.count > 0) {
                uint64_t address = trace->pending.items.items[--trace->pending.items.count];

                if (!is_reached(trace, address))
                        r = add_start(trace, address);
                if (r == 0)
                        r = follow_all(trace);
        }
        return r;
}

/* True where the address looks like code: instructions up to one that does not go on. */
static bool is_sensible(const struct trace *trace, uint64_t address)
{
        const struct code *code = trace->code;

        for (unsigned i = 0; i < SENSIBLE_COUNT; i++) {
                struct instruction instruction;
                unsigned length = code_decode(code, address, UINT64_MAX, &instruction);
                uint64_t number;

                /* Zeroes are instructions too, but none that anybody writes. */
                if (length == 0 ||
                        (object_number(code->object, address, 2, &number) && number == 0))
                        return false;
                if (instruction.sources[0].kind == OPERAND_ADDRESS &&
                        !object_is_code(code->object, (uint64_t)instruction.sources[0].number))
                        return false;
                if (operation_ends(instruction.operation))
                        return true;
                address += length;
                if (is_reached(trace, address))
                        return true;
        }
        return true;
}

/* Takes those for beginnings that may be, and follows them. A pointer into code that is known
 * already is one into the middle of a function; but a call's target begins one. */
static int follow_maybe(struct trace *trace, struct addresses *addresses, bool are_called)
{
        CLEANUP_ADDRESSES struct addresses maybe = *addresses;
        const uint64_t *address;
        int r = 0;

        *addresses = (struct addresses){};
        addresses_sort(&maybe);
        vector_for_each(address, &maybe.items) {
                if (!is_uncovered(trace, *address) || is_inside(trace, *address))
                        continue;
                if (is_reached(trace, *address) ? !are_called : !is_sensible(trace, *address))
                        continue;
                r = add_start(trace, *address);
                if (r == 0)
                        r = follow_all(trace);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int compare_starts(const void *left, const void *right)
{
        const struct start *one = left, *other = right;

        return (one->address > other->address) - (one->address < other->address);
}

/* Where the start's function ends at the latest. */
static uint64_t limit_of(const struct trace *trace, size_t number)
{
        struct gap gap = gap_at(trace, trace->starts.items[number].address);

        if (number + 1 < trace->starts.count && trace->starts.items[number + 1].address < gap.to)
                return trace->starts.items[number + 1].address;
        return gap.to;
}

/* Marks what a table may lead to, and notes what it refers to: less certain than what was reached.
 */
static int sweep_instruction(
        struct trace *trace, const struct instruction *instruction, uint64_t from, uint64_t limit)
{
        const struct operand *operand = &instruction->sources[0];
        struct region *region = region_of(trace, instruction->address);
        uint64_t offset = instruction->address - region->address;
        uint64_t target = (uint64_t)operand->number;
        int r;

        if (bit_test(region->reached, offset))
                return 0;
        bit_set(region->reached, offset);
        r = note_references(trace, instruction, false);
        if (r == 0 && instruction->operation == OPERATION_JUMP &&
                operand->kind == OPERAND_ADDRESS && (target < from || target >= limit) &&
                is_uncovered(trace, target))
                r = addresses_add(&trace->maybe, target);
        return r;
}

/* True where an instruction only fills up: nops and traps behind what ends. */
static bool is_padding(uint8_t last, uint8_t operation)
{
        return operation_ends(last) &&
               (operation == OPERATION_NOTHING || operation == OPERATION_STOP);
}

/* Goes through all instructions from `from` to the limit. Ends where none is, behind the last that
 * was reached. */
static int sweep(struct trace *trace, uint64_t from, uint64_t limit)
{
        struct region *region = region_of(trace, from);
        uint64_t reached =
                bit_last(region->reached, from - region->address, limit - region->address);
        uint8_t last = OPERATION_OTHER;

        for (uint64_t address = from; address < limit;) {
                uint64_t offset = address - region->address, number;
                struct instruction instruction;
                unsigned length;
                int r = 0;

                if (bit_test(region->swept, offset))
                        return 0;
                bit_set(region->swept, offset);
                length = code_decode(trace->code, address, limit, &instruction);
                if ((reached == UINT64_MAX || offset > reached) &&
                        (length == 0 || (object_number(trace->code->object, address, 2, &number) &&
                                                number == 0)))
                        return 0;
                if (length > 0 && !is_padding(last, instruction.operation))
                        r = sweep_instruction(trace, &instruction, from, limit);
                if (r < 0)
                        return r;
                if (length > 0)
                        last = operation_last(last, instruction.operation);
                address += length > 0 ? length : trace->code->machine->instruction_align;
        }
        return 0;
}

/* Sweeps the functions with jumps through tables; returns 1 where one was left to do, 0, -ENOMEM.
 */
static int sweep_all(struct trace *trace)
{
        int found = 0;

        if (trace->starts.count == 0 || trace->sweeps++ >= SWEEPS_MAX)
                return 0;
        qsort(trace->starts.items, trace->starts.count, sizeof(*trace->starts.items),
                compare_starts);
        for (size_t i = 0; i < trace->starts.count; i++) {
                struct start *start = &trace->starts.items[i];
                int r;

                if (!start->has_indirect_jump || start->was_swept)
                        continue;
                start->was_swept = true;
                found = 1;
                r = sweep(trace, start->address, limit_of(trace, i));
                if (r < 0)
                        return r;
        }
        return found;
}

/* From what is certain to what is less so, until nothing new is found. Jumps come last: the part of
 * a function that the compiler moved away jumps back into its middle, which may be reached through
 * a table only. */
static int trace_all(struct trace *trace)
{
        int r = follow_all(trace);

        while (r == 0) {
                if (trace->called.items.count > 0) {
                        r = follow_maybe(trace, &trace->called, true);
                        continue;
                }
                if (trace->maybe.items.count > 0) {
                        r = follow_maybe(trace, &trace->maybe, false);
                        continue;
                }
                r = sweep_all(trace);
                if (r != 0) {
                        r = r < 0 ? r : 0;
                        continue;
                }
                if (trace->pending.items.count == 0)
                        break;
                r = follow_pending(trace);
        }
        return r;
}

/* Adds the function of a start, from there to the end of its last instruction. Padding behind that
 * was reached too where a call comes last, of what does not return. */
static int add_function(const struct trace *trace, size_t number, struct functions *ret)
{
        uint64_t from = trace->starts.items[number].address, end;
        uint64_t limit = limit_of(trace, number);
        const struct region *region = region_of(trace, from);
        uint64_t last = limit - region->address;
        struct instruction instruction;
        struct function *function;
        unsigned length;

        do {
                last = bit_last(region->reached, from - region->address, last);
                if (last == UINT64_MAX)
                        return 0;
                length = code_decode(trace->code, region->address + last, limit, &instruction);
        } while (length > 0 && instruction.operation == OPERATION_NOTHING &&
                 region->address + last > from);
        end = length > 0 ? region->address + last + length : limit;
        function = vector_add(&ret->items);
        if (!function)
                return -ENOMEM;
        *function = (struct function){
                .address = from,
                .size = end - from,
                .falls_through = length == 0 || operation_goes_on(instruction.operation) ||
                                 (instruction.operation == OPERATION_SYSTEM_CALL && end == limit),
        };
        return 0;
}

int trace_uncovered(const struct code *code, struct functions *functions,
        const struct addresses *starts, const struct addresses *maybe, struct addresses *calls)
{
        CLEANUP_TRACE struct trace trace = {.code = code, .functions = functions, .calls = calls};
        CLEANUP_FUNCTIONS struct functions found = {};
        const uint64_t *address;
        int r = trace_prepare(&trace);

        vector_for_each(address, &starts->items) {
                if (r == 0 && is_uncovered(&trace, *address))
                        r = add_start(&trace, *address);
        }
        vector_for_each(address, &maybe->items) {
                if (r == 0)
                        r = addresses_add(&trace.maybe, *address);
        }
        if (r == 0)
                r = trace_all(&trace);
        for (size_t i = 0; i < trace.starts.count && r == 0; i++)
                r = add_function(&trace, i, &found);
        return r < 0 ? r : functions_fill(functions, &found);
}
