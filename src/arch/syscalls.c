/* SPDX-License-Identifier: BSD-3-Clause */
#include "arch/syscalls.h"

#include <stdlib.h>
#include <string.h>

#include "arch/syscall-index.h"

const struct syscall_info *syscall_by_number(enum abi abi, int number)
{
        const struct syscall_index *index = &syscall_indices[abi];

        if (number < 0 || number >= index->limit || index->rows[number] == 0)
                return NULL;
        return &syscall_table[index->rows[number] - 1];
}

static int compare_name(const void *name, const void *row)
{
        return strcmp(name, ((const struct syscall_info *)row)->name);
}

const struct syscall_info *syscall_by_name(const char *name)
{
        return bsearch(
                name, syscall_table, syscall_table_size, sizeof(*syscall_table), compare_name);
}

int syscall_number_limit(enum abi abi)
{
        return syscall_indices[abi].limit;
}
