/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "binary/gather.h"

/*
 * Arguments of calls within the object are dropped where the callee neither makes system calls with
 * them nor hands them on to where they could matter. Calls of other objects, and of unknown
 * functions, keep theirs as far as the calling convention has arguments.
 */

/* Per function: places by bits whose values at the entry matter. */
typedef uint64_t places;
_Static_assert(PLACE_COUNT <= 64, "places have to fit into a word");

#define PLACE_BIT(place) (UINT64_C(1) << (place))

struct finish {
        struct gather *gather;
        const struct summary *summary; /* with all that was gathered */
        places *wanted;
        places convention;                 /* in which arguments are handed over */
        uint32_t *callers_begin, *callers; /* by function: the functions that call it */
        VECTOR(uint32_t) queue;
        bool *is_queued;
        uint64_t *globals; /* addresses of variables whose values matter, ascending */
        size_t global_count;
};

static void finish_clear(struct finish *finish)
{
        free(finish->wanted);
        free(finish->callers_begin);
        free(finish->callers);
        vector_clear(&finish->queue);
        free(finish->is_queued);
        free(finish->globals);
}

/* ---- Which places matter ---- */

static places place_of(const struct summary *summary, uint32_t value)
{
        const struct value *found = &summary->values.items[value];

        return found->kind == VALUE_ENTRY || found->kind == VALUE_FIELD ? PLACE_BIT(found->place)
                                                                        : 0;
}

static bool keeps_argument(const struct finish *finish, const struct fact *fact, uint8_t place)
{
        if (fact->kind == FACT_CALL)
                return finish->wanted[fact->target] & PLACE_BIT(place);
        return fact->kind == FACT_TAKE || finish->convention & PLACE_BIT(place);
}

/* The places that a fact needs. */
static places places_of_fact(const struct finish *finish, const struct fact *fact)
{
        const struct summary *summary = finish->summary;
        places found = 0;

        if (fact->kind == FACT_SYSCALL) {
                const struct site *site = &summary->sites.items[fact->target];

                found |= place_of(summary, site->number);
                for (unsigned i = 0; i < 6; i++)
                        found |= place_of(summary, site->arguments[i]);
        } else if (fact->kind == FACT_STORE) {
                found |= place_of(summary, fact->target);
        }
        for (unsigned i = 0; i < fact->argument_count; i++) {
                const struct argument *argument = &summary->arguments.items[fact->arguments + i];

                if (keeps_argument(finish, fact, argument->place))
                        found |= place_of(summary, argument->value);
        }
        return found;
}

static bool update_wanted(struct finish *finish, uint32_t number)
{
        const struct summary_function *function = &finish->summary->functions.items[number];
        places wanted = 0;

        for (uint32_t i = 0; i < function->fact_count; i++)
                wanted |=
                        places_of_fact(finish, &finish->summary->facts.items[function->facts + i]);
        if (wanted == finish->wanted[number])
                return false;
        finish->wanted[number] = wanted;
        return true;
}

/* ---- Who calls whom ---- */

#define for_each_call(finish, function, fact)                                                \
        for (const struct fact *fact = (finish)->summary->facts.items + (function)->facts;   \
                fact <                                                                       \
                (finish)->summary->facts.items + (function)->facts + (function)->fact_count; \
                fact++)                                                                      \
                if (fact->kind == FACT_CALL)

static bool find_callers(struct finish *finish)
{
        const struct summary_function *function;
        size_t count = finish->summary->functions.count;
        uint32_t *begin = calloc(count + 2, sizeof(*begin));
        size_t calls = 0;

        finish->callers_begin = begin;
        if (!begin)
                return false;
        vector_for_each(function, &finish->summary->functions)
                for_each_call(finish, function, fact)
                {
                        begin[fact->target + 2]++;
                        calls++;
                }
        for (size_t i = 2; i < count + 2; i++)
                begin[i] += begin[i - 1];
        finish->callers = malloc((calls + 1) * sizeof(*finish->callers));
        if (!finish->callers)
                return false;
        vector_for_each(function, &finish->summary->functions)
                for_each_call(finish, function, fact) finish->callers[begin[fact->target + 1]++] =
                        (uint32_t)(function - finish->summary->functions.items);
        return true;
}

static int find_wanted(struct finish *finish)
{
        size_t count = finish->summary->functions.count;

        for (size_t i = 0; i < count; i++) {
                uint32_t *queued = vector_add(&finish->queue);

                if (!queued)
                        return -ENOMEM;
                *queued = (uint32_t)(count - 1 - i);
                finish->is_queued[i] = true;
        }
        while (finish->queue.count > 0) {
                uint32_t number = finish->queue.items[--finish->queue.count];

                finish->is_queued[number] = false;
                if (!update_wanted(finish, number))
                        continue;
                for (uint32_t i = finish->callers_begin[number];
                        i < finish->callers_begin[number + 1]; i++) {
                        uint32_t caller = finish->callers[i], *queued;

                        if (finish->is_queued[caller])
                                continue;
                        queued = vector_add(&finish->queue);
                        if (!queued)
                                return -ENOMEM;
                        *queued = caller;
                        finish->is_queued[caller] = true;
                }
        }
        return 0;
}

/* ---- Which variables matter ---- */

static int compare_addresses(const void *a, const void *b)
{
        uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

        return first < second ? -1 : first > second;
}

static void use_fact(const struct finish *finish, const struct fact *fact, bool *used)
{
        const struct summary *summary = finish->summary;

        if (fact->kind == FACT_SYSCALL) {
                const struct site *site = &summary->sites.items[fact->target];

                used[site->number] = true;
                for (unsigned i = 0; i < 6; i++)
                        used[site->arguments[i]] = true;
        }
        for (unsigned i = 0; i < fact->argument_count; i++) {
                const struct argument *argument = &summary->arguments.items[fact->arguments + i];

                if (keeps_argument(finish, fact, argument->place))
                        used[argument->value] = true;
        }
}

static bool find_globals(struct finish *finish)
{
        const struct summary *summary = finish->summary;
        CLEANUP_FREE bool *used = calloc(summary->values.count, sizeof(*used));
        const struct summary_function *function;

        finish->globals = malloc(summary->values.count * sizeof(*finish->globals));
        if (!used || !finish->globals)
                return false;
        vector_for_each(function, &summary->functions)
                for (uint32_t i = 0; i < function->fact_count; i++)
                        use_fact(finish, &summary->facts.items[function->facts + i], used);
        for (size_t i = 0; i < summary->values.count; i++)
                if (used[i] && (summary->values.items[i].kind == VALUE_GLOBAL ||
                                       summary->values.items[i].kind == VALUE_GLOBAL_FIELD))
                        finish->globals[finish->global_count++] =
                                (uint64_t)summary->values.items[i].offset;
        if (finish->global_count > 1)
                qsort(finish->globals, finish->global_count, sizeof(*finish->globals),
                        compare_addresses);
        return true;
}

/* The first of the variables that matter at or behind an address. */
static size_t global_from(const struct finish *finish, uint64_t address)
{
        return array_position(finish->globals, finish->global_count, global, *global < address);
}

static bool has_globals(const struct finish *finish, uint64_t from, uint64_t to)
{
        size_t at = global_from(finish, from);

        return at < finish->global_count && finish->globals[at] < to;
}

/* ---- The facts that remain ---- */

static uint32_t copy_value(const struct finish *finish, uint32_t number)
{
        const struct value *value = &finish->summary->values.items[number];
        const int64_t *numbers = finish->summary->numbers.items;

        return gather_value(finish->gather, *value, numbers ? numbers + value->first : NULL);
}

static void copy_site(const struct finish *finish, const struct fact *fact)
{
        struct site site = finish->summary->sites.items[fact->target];

        site.number = copy_value(finish, site.number);
        for (unsigned i = 0; i < 6; i++)
                site.arguments[i] = copy_value(finish, site.arguments[i]);
        gather_site(finish->gather, &site, fact->address);
}

/* A store of a part of variables, or where the place is not exactly known: to each of them. */
static void copy_vague_store(const struct finish *finish, struct fact fact, uint64_t to)
{
        uint64_t from = (uint64_t)fact.offset;

        fact.remark = 0;
        fact.target = 0;
        for (size_t i = global_from(finish, from > 7 ? from - 7 : 0);
                i < finish->global_count && finish->globals[i] < to; i++) {
                fact.offset = (int64_t)finish->globals[i];
                gather_fact(finish->gather, fact, NULL, 0);
        }
}

static void copy_store(const struct finish *finish, const struct fact *fact)
{
        struct fact copy = *fact;
        uint64_t from = (uint64_t)fact->offset, to = from + 8;

        if (fact->remark)
                summary_extent(finish->summary, from, &from, &to);
        copy.offset = (int64_t)from;
        if (!fact->remark && has_globals(finish, from, from + 1)) {
                copy.target = copy_value(finish, fact->target);
                gather_fact(finish->gather, copy, NULL, 0);
        } else {
                copy_vague_store(finish, copy, to);
        }
}

/* What is in a table of paths matters as if the code told each of them. */
static void copy_strings(const struct finish *finish, const struct fact *fact)
{
        uint64_t from = (uint64_t)fact->offset, to = from + 8;

        if (fact->kind == FACT_REFER)
                summary_extent(finish->summary, from, &from, &to);
        if (fact->kind == FACT_REFER || fact->kind == FACT_READ)
                gather_strings(finish->gather, from, to, fact->address);
}

/* What leads to data in which nothing of interest is remains a fact of the object only. */
static bool is_needed(const struct finish *finish, const struct fact *fact)
{
        uint64_t from, to;

        summary_extent(finish->summary, (uint64_t)fact->offset, &from, &to);
        return gather_has_pointers(finish->gather, from, to) || has_globals(finish, from, to);
}

/* Where the data ends that an index may lead to: see INDEX_REACH. */
static uint64_t indexed_end(const struct finish *finish, uint64_t address)
{
        uint64_t end = address < UINT64_MAX - INDEX_REACH ? address + INDEX_REACH : UINT64_MAX;
        uint64_t far = address < UINT64_MAX - INDEX_FAR ? address + INDEX_FAR : UINT64_MAX;
        const struct pointer *first;
        size_t count;

        if (gather_has_pointers(finish->gather, address, end))
                return end;
        first = summary_pointers(finish->gather->summary, end, far, &count);
        return count > 0 ? first->address + 1 : end;
}

/* How far the data goes that a reference may mean: see INDEX_REACH, struct object_set. */
static uint64_t reference_end(const struct finish *finish, const struct fact *fact)
{
        uint64_t address = (uint64_t)fact->offset, end = address;
        const struct object_set *set;

        if (fact->remark == REFERENCE_INDEXED)
                end = indexed_end(finish, address);
        if (fact->remark == REFERENCE_ROUNDED)
                end = address + fact->target;
        vector_for_each(set, &finish->gather->object->sets)
                if (fact->remark != REFERENCE_ROUNDED && address - set->address < set->size &&
                        set->address + set->size > end)
                        end = set->address + set->size;
        return end;
}

static uint64_t reference_begin(const struct finish *finish, const struct fact *fact)
{
        uint64_t address = (uint64_t)fact->offset;
        const struct object_set *set;

        vector_for_each(set, &finish->gather->object->sets)
                if (fact->remark != REFERENCE_ROUNDED && address - set->address < set->size)
                        return set->address;
        return address;
}

/* Behind the end of a segment: where the next one begins, if that is before `end`; else there. */
static uint64_t next_segment(const struct summary *summary, uint64_t address, uint64_t end)
{
        size_t next = vector_position(&summary->segments, segment, segment->address <= address);

        return next < summary->segments.count && summary->segments.items[next].address < end
                       ? summary->segments.items[next].address
                       : end;
}

/* Each piece of data that is meant. */
static void copy_reference(const struct finish *finish, const struct fact *fact)
{
        uint64_t end = reference_end(finish, fact), at = reference_begin(finish, fact), from, to;
        struct fact piece = *fact;

        piece.remark = 0;
        piece.target = 0;
        do {
                piece.offset = (int64_t)at;
                summary_extent(finish->summary, at, &from, &to);
                if (is_needed(finish, &piece)) {
                        copy_strings(finish, &piece);
                        gather_fact(finish->gather, piece, NULL, 0);
                }
                at = from < to ? to : next_segment(finish->summary, at, end);
        } while (at < end);
}

static void copy_fact(const struct finish *finish, const struct fact *fact)
{
        struct argument arguments[PLACE_COUNT];
        size_t count = 0;

        if (fact->kind == FACT_SYSCALL) {
                copy_site(finish, fact);
                return;
        }
        if (fact->kind == FACT_STORE) {
                copy_store(finish, fact);
                return;
        }
        if (fact->kind == FACT_REFER) {
                copy_reference(finish, fact);
                return;
        }
        copy_strings(finish, fact);
        for (unsigned i = 0; i < fact->argument_count && i < PLACE_COUNT; i++) {
                const struct argument *argument =
                        &finish->summary->arguments.items[fact->arguments + i];

                if (!keeps_argument(finish, fact, argument->place))
                        continue;
                arguments[count].place = argument->place;
                arguments[count].value = copy_value(finish, argument->value);
                count++;
        }
        gather_fact(finish->gather, *fact, arguments, count);
}

static void copy_facts(const struct finish *finish)
{
        const struct summary *old = finish->summary;

        for (uint32_t i = 0; i < old->functions.count; i++) {
                const struct summary_function function = old->functions.items[i];

                gather_begin(finish->gather, i);
                for (uint32_t j = 0; j < function.fact_count; j++)
                        copy_fact(finish, &old->facts.items[function.facts + j]);
        }
}

/* Empties what is gathered again, leaving it to `old` to be cleared by clear_old(). */
static bool begin_again(struct gather *gather, struct summary *old)
{
        struct summary *summary = gather->summary;

        *old = *summary;
        summary->facts = (typeof(summary->facts)){};
        summary->arguments = (typeof(summary->arguments)){};
        summary->values = (typeof(summary->values)){};
        summary->numbers = (typeof(summary->numbers)){};
        summary->sites = (typeof(summary->sites)){};
        free(gather->value_slots);
        gather->value_slots = NULL;
        gather->value_slot_count = 0;
        return vector_add(&summary->values);
}

static void clear_old(struct summary *old)
{
        vector_clear(&old->facts);
        vector_clear(&old->arguments);
        vector_clear(&old->values);
        vector_clear(&old->numbers);
        vector_clear(&old->sites);
}

static int finish_old(struct gather *gather, const struct summary *old)
{
        const struct machine *machine = gather->machine;
        size_t count = old->functions.count;
        struct finish finish = {.gather = gather, .summary = old};
        int r = -ENOMEM;

        for (unsigned i = 0; i < ARRAY_SIZE(machine->arguments); i++) {
                if (machine->arguments[i] == REGISTER_NONE)
                        break;
                finish.convention |= PLACE_BIT(machine->arguments[i]);
        }
        finish.convention |= PLACE_BIT(PLACE_STACK) | PLACE_BIT(PLACE_STACK + 1);
        finish.wanted = calloc(count + 1, sizeof(*finish.wanted));
        finish.is_queued = calloc(count + 1, sizeof(*finish.is_queued));
        if (finish.wanted && finish.is_queued && find_callers(&finish))
                r = find_wanted(&finish);
        if (r == 0 && !find_globals(&finish))
                r = -ENOMEM;
        if (r == 0)
                copy_facts(&finish);
        finish_clear(&finish);
        return gather->failed ? -ENOMEM : r;
}

int gather_finish(struct gather *gather)
{
        struct summary old;
        int r;

        r = summary_order(gather->summary);
        if (r < 0)
                return r;
        r = begin_again(gather, &old) ? finish_old(gather, &old) : -ENOMEM;
        clear_old(&old);
        return r;
}
