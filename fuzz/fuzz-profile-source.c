/* SPDX-License-Identifier: BSD-3-Clause */

/* The sources that profiles are read from: the first byte, a letter, chooses the parser. */

#include "fuzz/fuzz.h"
#include "fuzz/profile-promise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static source_parser *const parsers[] = {
                unikraft_parse,         /* a */
                gramine_parse,          /* b */
                gramine_parse_features, /* c */
                gvisor_parse,           /* d */
                gvisor_parse_json,      /* e */
                asterinas_parse,        /* f */
                asterinas_parse_table,  /* g */
                nanos_parse,            /* h */
                osv_parse,              /* i */
                freebsd_parse,          /* j */
                freebsd_parse_dummies,  /* k */
                starnix_parse,          /* l */
                kerla_parse,            /* m */
                starryos_parse,         /* n */
        };

        if (size > 0)
                check_parser(parsers[(data[0] - (unsigned)'a') % ARRAY_SIZE(parsers)], data + 1,
                        size - 1);
        return 0;
}
