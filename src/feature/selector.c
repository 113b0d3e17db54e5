/* SPDX-License-Identifier: BSD-3-Clause */
#include "feature/selector.h"

#include "feature/selector-table.h"

const struct selector *selectors_of(enum abi abi, int number, size_t *ret_count)
{
        const struct syscall_info *info = syscall_by_number(abi, number);
        const struct selector_list *list = NULL;

        /* The values are those of this machine's headers: they say nothing about others. */
        if (info && abi_reachable(abi))
                list = selector_index[abi][info - syscall_table];
        *ret_count = list ? list->count : 0;
        return list ? list->selectors : NULL;
}

uint64_t selector_word(const struct selector *selector, const uint64_t arguments[6])
{
        uint64_t word = (uint32_t)arguments[selector->argument];

        if (selector->source == SELECTOR_PAIR)
                word = word << 32 | (uint32_t)arguments[selector->argument + 1];
        return word & selector->mask;
}

bool selector_matches(const struct selector *selector, uint64_t word, uint64_t value)
{
        if (selector->kind == SELECTOR_ENUMERATION || value == 0)
                return word == value;
        return (word & value) == value;
}

size_t selector_split(
        const struct selector *selector, uint64_t word, uint64_t ret[SELECTOR_VALUES_MAX])
{
        size_t count = 0;

        if (selector->kind == SELECTOR_ENUMERATION ||
                (word == 0 && selector_value_find(selector, 0))) {
                ret[0] = word;
                return 1;
        }
        for (; word != 0; word &= word - 1)
                ret[count++] = word & -word;
        return count;
}

const struct selector_value *selector_value_find(const struct selector *selector, uint64_t value)
{
        for (size_t i = 0; i < selector->value_count; i++) {
                if (selector->values[i].value == value)
                        return &selector->values[i];
        }
        return NULL;
}
