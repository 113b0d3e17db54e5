/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/strings.h"
#include "binary/summary.h"

struct summary *summary_new(void)
{
        CLEANUP_SUMMARY struct summary *summary = calloc(1, sizeof(*summary));

        /* Number 0 means "none" for texts and values: what they lead to has to be there. */
        if (!summary || !vector_add(&summary->text) || !vector_add(&summary->values))
                return NULL;
        return steal_pointer(summary);
}

struct summary *summary_free(struct summary *summary)
{
        if (!summary)
                return NULL;

        free(summary->path);
        free(summary->identity);
        free(summary->interpreter);
        free(summary->soname);
        free(summary->rpath);
        free(summary->runpath);
        strings_free(summary->needed);
        vector_clear(&summary->text);
        vector_clear(&summary->exports);
        vector_clear(&summary->imports);
        vector_clear(&summary->functions);
        vector_clear(&summary->facts);
        vector_clear(&summary->arguments);
        vector_clear(&summary->values);
        vector_clear(&summary->numbers);
        vector_clear(&summary->sites);
        vector_clear(&summary->pointers);
        vector_clear(&summary->segments);
        vector_clear(&summary->data);
        vector_clear(&summary->cuts);
        vector_clear(&summary->constructors);
        vector_clear(&summary->destructors);
        free(summary);
        return NULL;
}

/*
 * The number of elements, by address ascending, before the first whose address is `address` or
 * more. Elements of `size` bytes have it as a uint64_t, `member` bytes from their beginning.
 * Inlined, as reachability asks for little else, and sizes are constants then.
 */
static inline __attribute__((always_inline)) size_t addresses_below(
        const void *items, size_t count, size_t size, size_t member, uint64_t address)
{
        const char *bytes = items;
        size_t low = 0, high = count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                uint64_t there;

                memcpy(&there, bytes + middle * size + member, sizeof(there));
                if (there < address)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

#define below(vector, type, member, address)                                        \
        addresses_below((vector)->items, (vector)->count, sizeof(*(vector)->items), \
                offsetof(type, member), address)

/* The extent that holds the address, or NULL; `*ret_next` the first that begins behind it. */
static const struct extent *extent_at(
        const struct extent *items, size_t count, uint64_t address, const struct extent **ret_next)
{
        size_t at = addresses_below(
                items, count, sizeof(*items), offsetof(struct extent, address), address);

        if (at < count && items[at].address == address)
                at++;
        *ret_next = at < count ? &items[at] : NULL;
        if (at == 0 || address - items[at - 1].address >= items[at - 1].size)
                return NULL;
        return &items[at - 1];
}

void summary_extent(
        const struct summary *summary, uint64_t address, uint64_t *ret_from, uint64_t *ret_to)
{
        const struct extent *segment, *symbol, *next;
        uint64_t from = address, to = address;
        size_t cut;

        segment = extent_at(summary->segments.items, summary->segments.count, address, &next);
        symbol = extent_at(summary->data.items, summary->data.count, address, &next);
        if (segment)
                to = segment->address + segment->size;
        if (segment && symbol) {
                if (symbol->address + symbol->size < to)
                        to = symbol->address + symbol->size;
                from = symbol->address > segment->address ? symbol->address : segment->address;
        } else if (segment) {
                if (next && next->address < to)
                        to = next->address;
                cut = addresses_below(
                        summary->cuts.items, summary->cuts.count, sizeof(uint64_t), 0, address);
                if (cut < summary->cuts.count && summary->cuts.items[cut] == address)
                        cut++;
                if (cut < summary->cuts.count && summary->cuts.items[cut] < to)
                        to = summary->cuts.items[cut];
        }
        *ret_from = from;
        *ret_to = to;
}

uint32_t summary_function_at(const struct summary *summary, uint64_t address)
{
        const struct summary_function *functions = summary->functions.items;
        size_t at = below(&summary->functions, struct summary_function, address, address);

        if (at < summary->functions.count && functions[at].address == address)
                return (uint32_t)at;
        if (at == 0 || address - functions[at - 1].address >= functions[at - 1].size)
                return UINT32_MAX;
        return (uint32_t)(at - 1);
}

const struct pointer *summary_pointers(
        const struct summary *summary, uint64_t from, uint64_t to, size_t *ret_count)
{
        size_t first = below(&summary->pointers, struct pointer, address, from);
        const struct pointer *items = summary->pointers.items;
        size_t behind = first, last = summary->pointers.count;

        /* Most ask for one word. */
        while (behind < last && behind - first < 4 && items[behind].address < to)
                behind++;
        if (behind - first == 4)
                behind = below(&summary->pointers, struct pointer, address, to);
        *ret_count = behind > first ? behind - first : 0;
        return items + first;
}

/* The number of exports whose names come before `name`. */
static size_t exports_before(const struct summary *summary, const char *name)
{
        return vector_position(
                &summary->exports, export, strcmp(summary_text(summary, export->name), name) < 0);
}

const struct summary_symbol *summary_exports(
        const struct summary *summary, const char *name, size_t *ret_count)
{
        size_t first = exports_before(summary, name);
        size_t behind = first;

        /* A name has few versions, mostly one. */
        while (behind < summary->exports.count &&
                strcmp(summary_text(summary, summary->exports.items[behind].name), name) == 0)
                behind++;
        *ret_count = behind - first;
        return summary->exports.items + first;
}

char *summary_place_name(const struct summary *summary, uint64_t address)
{
        uint32_t number = summary_function_at(summary, address);
        const struct summary_function *function;

        if (number == UINT32_MAX || summary->functions.items[number].name == 0)
                return string_format("0x%" PRIx64, address);

        function = &summary->functions.items[number];
        if (function->address == address)
                return string_format("%s", summary_text(summary, function->name));
        return string_format("%s+0x%" PRIx64, summary_text(summary, function->name),
                address - function->address);
}
