/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/static.h"

#include "arch/syscalls.h"
#include "report/stream.h"

int report_static_csv(const struct static_result *result, FILE *stream)
{
        const int limit = syscall_number_limit(abi_native());
        struct feature call = {.kind = FEATURE_SYSCALL, .abi = abi_native()};

        fputs("# syscall, used\n", stream);
        for (call.number = 0; call.number < limit; call.number++)
                fprintf(stream, "%d,%c\n", call.number,
                        static_result_find(result, &call) ? 'Y' : 'N');
        return stream_result(stream);
}
