/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/report.h"

#include <errno.h>

#include "arch/syscalls.h"
#include "report/stream.h"

static const struct analysed_feature *find(const struct analysis *analysis, int number)
{
        const struct analysed_feature *feature;

        vector_for_each(feature, &analysis->features) {
                if (feature->feature.kind == FEATURE_SYSCALL &&
                        feature->feature.abi == abi_native() && feature->feature.number == number)
                        return feature;
        }
        return NULL;
}

static char letter(bool yes)
{
        return yes ? 'Y' : 'N';
}

int report_analysis_csv(const struct analysis *analysis, FILE *stream)
{
        int limit = syscall_number_limit(abi_native());
        const struct analysed_feature *feature;
        enum verdict verdict;

        fputs("# syscall, used, works faked, works stubbed, works both\n", stream);
        for (int number = 0; number < limit; number++) {
                feature = find(analysis, number);
                verdict = feature ? verdict_of(feature) : VERDICT_REQUIRED;
                fprintf(stream, "%d,%c,%c,%c,%c\n", number, letter(feature),
                        letter(verdict == VERDICT_FAKE), letter(verdict == VERDICT_STUB),
                        letter(verdict == VERDICT_EITHER));
        }
        return stream_result(stream);
}
