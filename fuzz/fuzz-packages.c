/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A list of packages from any text, and the table of applications' packages from the same: neither
 * may crash; what they refuse they have to refuse with one line that says where; what a list makes
 * packages depend on has names.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "fuzz/message.h"
#include "metrics/popularity.h"

static const char contest[] = "1 dpkg 2 1 1 0 0\n2 libc6 2 1 1 0 0\n";

static void read_list(struct popularity *popularity, const uint8_t *data, size_t size)
{
        const char *const *names;
        struct error error = {};

        if (popularity_parse_packages(popularity, "Packages", (const char *)data, size, &error) <
                0) {
                require_place(error.message, "Packages");
                return;
        }
        names = popularity_dependencies(popularity, "nginx");
        if (names && !names[0])
                abort();
        for (; names && *names; names++)
                if (!(*names)[0] || strcmp(*names, "nginx") == 0)
                        abort();
}

static void read_names(struct popularity *popularity, const uint8_t *data, size_t size)
{
        struct error error = {};

        if (popularity_parse_names(popularity, "names", (const char *)data, size, &error) < 0)
                require_place(error.message, "names");
        else if (!popularity_package(popularity, "redis")[0])
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_POPULARITY struct popularity *popularity = NULL;

        if (popularity_parse("by_inst", contest, strlen(contest), &popularity, NULL) < 0)
                abort();
        read_list(popularity, data, size);
        read_names(popularity, data, size);
        return 0;
}
