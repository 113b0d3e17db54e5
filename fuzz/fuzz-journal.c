/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The journal reader on any bytes: it must not crash or leak; what it refuses it has to refuse with
 * one line that says where; what it accepts has a header, and every record is found by its key.
 */

#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "fuzz/fuzz.h"
#include "search/journal.h"

#define FILE_NAME "journal.jsonl"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_JOURNAL struct journal *journal = NULL;
        struct error error = {};

        if (journal_parse(FILE_NAME, (const char *)data, size, &journal, &error) < 0) {
                if (journal || !string_has_prefix(error.message, FILE_NAME ":"))
                        abort();
                return 0;
        }
        if (!json_is_object(journal_header(journal)))
                abort();
        for (size_t i = 0; i < journal_count(journal); i++)
                if (!journal_find(journal, journal_record(journal, i)->key))
                        abort();
        return 0;
}
