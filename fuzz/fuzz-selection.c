/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A selection of datasets from any text: what is refused has a message and leaves nothing behind;
 * what is accepted has no empty part, and means the same when it is written out word for word.
 */

#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "dataset/selection.h"
#include "fuzz/fuzz.h"

static bool lists_equal(char *const *a, char *const *b)
{
        CLEANUP_FREE char *left = strings_join(a, "\n"), *right = strings_join(b, "\n");

        return !a == !b && string_equal(left, right);
}

static void append(char **text, const char *word, const char *value)
{
        char *longer = value ? string_format("%s,%s=%s", *text, word, value) : strdup(*text);

        free(*text);
        *text = longer;
}

/* A parsed selection names one application or all, at most one workload, and nothing empty. */
static void check_parts(const struct selection *selection)
{
        if (strings_count(selection->applications) > 1 || strings_count(selection->workloads) > 1)
                abort();
        if ((selection->version && !*selection->version) ||
                (selection->libc && !*selection->libc) || (selection->run && !*selection->run))
                abort();
        if (selection->applications && !*selection->applications[0])
                abort();
        if (selection->workloads && !*selection->workloads[0])
                abort();
}

static void check_again(const struct selection *selection)
{
        CLEANUP_SELECTION struct selection again = {};
        CLEANUP_FREE char *text =
                strdup(selection->applications ? selection->applications[0] : "all");

        append(&text, "workload", selection->workloads ? selection->workloads[0] : NULL);
        append(&text, "version", selection->version);
        append(&text, "libc", selection->libc);
        append(&text, "run", selection->run);
        if (selection_parse(text, &again, NULL) < 0)
                abort();
        if (!lists_equal(selection->applications, again.applications) ||
                !lists_equal(selection->workloads, again.workloads) ||
                !string_equal(selection->version, again.version) ||
                !string_equal(selection->libc, again.libc) ||
                !string_equal(selection->run, again.run))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_FREE char *text = strndup((const char *)data, size);
        CLEANUP_SELECTION struct selection selection = {}, names = {};
        struct error error = {};

        if (selection_set_applications(&names, text, &error) < 0 && !error.message[0])
                abort();
        error.message[0] = '\0';
        if (selection_set_workloads(&names, text, &error) < 0 && !error.message[0])
                abort();
        error.message[0] = '\0';
        if (selection_parse(text, &selection, &error) < 0) {
                if (!error.message[0] || selection.applications || selection.workloads)
                        abort();
                return 0;
        }
        check_parts(&selection);
        check_again(&selection);
        return 0;
}
