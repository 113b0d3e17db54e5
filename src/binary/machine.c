/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/machine.h"

#include "binary/machine-x86-64.h"

/* Another architecture is another row. */
static const struct {
        enum abi abi;
        const struct machine *machine;
} machines[] = {
        {ABI_X86_64, &machine_x86_64},
};

const struct machine *machine_of(enum abi abi)
{
        for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
                if (machines[i].abi == abi)
                        return machines[i].machine;
        return NULL;
}

const struct entry_convention *machine_entry(const struct machine *machine, enum kernel_entry entry)
{
        return entry < KERNEL_ENTRY_COUNT ? machine->entries[entry] : NULL;
}
