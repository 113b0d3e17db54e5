/* SPDX-License-Identifier: BSD-3-Clause */

/* Profiles as lists and as tables: each input is read as both. */

#include "fuzz/fuzz.h"
#include "fuzz/profile-promise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        check_parser(list_parse, data, size);
        check_parser(csv_parse_profile, data, size);
        return 0;
}
