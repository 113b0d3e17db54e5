/* SPDX-License-Identifier: BSD-3-Clause */

/* The table of formats, and what they have in common. */

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/strings.h"
#include "export/format.h"
#include "policy/policy.h"

/* A filter lets a program work as it was seen to; a system wants to do as little as it can. */
const struct export_format export_formats[EXPORT_FORMAT_COUNT] = {
        [EXPORT_OCI] = {"oci", EXPORT_USED, export_oci},
        [EXPORT_KUBERNETES] = {"kubernetes", EXPORT_USED, export_kubernetes},
        [EXPORT_SYSTEMD] = {"systemd", EXPORT_USED, export_systemd},
        [EXPORT_OSV] = {"osv", EXPORT_REQUIRED, export_osv},
        [EXPORT_ASTERINAS] = {"asterinas", EXPORT_REQUIRED, export_asterinas},
        [EXPORT_UNIKRAFT] = {"unikraft", EXPORT_REQUIRED, export_unikraft},
        [EXPORT_C_HEADER] = {"c-header", EXPORT_REQUIRED, export_c_header},
        [EXPORT_CSV] = {"csv", EXPORT_REQUIRED, export_csv},
};

int export_note(struct export_notes *notes, const char *format, ...)
{
        CLEANUP_FREE char *text = NULL;
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (r < 0) {
                text = NULL;
                return -ENOMEM;
        }
        return strings_add(&notes->lines, text);
}

void export_notes_clear(struct export_notes *notes)
{
        strings_free(notes->lines);
        notes->lines = NULL;
}

enum treatment export_treatment_in(
        const struct export_request *request, const struct export_item *item, enum fake_power power)
{
        const enum treatment treatment = export_treatment(item, request->allow);
        const struct success success = policy_success_of(item->feature);
        const bool zero = success.kind == SUCCESS_CONSTANT && success.value == 0;

        if (treatment == TREATMENT_FAKE && (power == FAKE_NEVER || (power == FAKE_ZERO && !zero)))
                return TREATMENT_IMPLEMENT;
        return treatment;
}

bool export_is_native_call(const struct export_item *item)
{
        return item->feature.kind == FEATURE_SYSCALL && item->feature.abi == abi_native();
}

/* Names of those calls for which `wanted` holds, with commas in between; NULL: none, or no memory,
 * which `*ret_result` tells. */
static char *list_calls(const struct export_request *request, enum fake_power power,
        bool (*wanted)(const struct export_request *request, const struct export_item *item,
                enum fake_power power),
        int *ret_result)
{
        CLEANUP_STRINGS char **names = NULL;
        const struct export_item *item;
        char name[FEATURE_NAME_MAX];
        char *text;

        *ret_result = 0;
        vector_for_each(item, &request->set->items)
                if (item->feature.kind == FEATURE_SYSCALL && wanted(request, item, power) &&
                        strings_add(&names, feature_name(item->feature, name)) < 0)
                        *ret_result = -ENOMEM;
        if (!names || *ret_result < 0)
                return NULL;
        text = strings_join(names, ", ");
        if (!text)
                *ret_result = -ENOMEM;
        return text;
}

static bool cannot_be_faked(
        const struct export_request *request, const struct export_item *item, enum fake_power power)
{
        return export_treatment(item, request->allow) == TREATMENT_FAKE &&
               export_treatment_in(request, item, power) == TREATMENT_IMPLEMENT;
}

int export_note_fakes(const struct export_request *request, enum fake_power power, const char *done,
        struct export_notes *notes)
{
        CLEANUP_FREE char *names = NULL;
        int r;

        names = list_calls(request, power, cannot_be_faked, &r);
        if (!names)
                return r;
        return export_note(notes, "could be faked%s, which this format cannot say; %s: %s",
                power == FAKE_ZERO ? " with a success value other than 0" : "", done, names);
}

static bool is_foreign(
        const struct export_request *request, const struct export_item *item, enum fake_power power)
{
        (void)request;
        (void)power;
        return item->feature.abi != abi_native();
}

int export_note_abis(const struct export_request *request, struct export_notes *notes)
{
        CLEANUP_FREE char *names = NULL;
        int r;

        names = list_calls(request, FAKE_NEVER, is_foreign, &r);
        if (!names)
                return r;
        return export_note(notes, "calls of other ABIs than %s are left out: %s",
                abi_info(abi_native())->name, names);
}

void export_write_origin(const struct export_request *request, const char *prefix, FILE *stream)
{
        char *const *name = request->set->names;
        const char *separator = "";

        fprintf(stream, "%sloupe %s: what %s", prefix, LOUPE_VERSION,
                request->allow == EXPORT_USED ? "is used by " : "is required by ");
        for (; name && *name; name++) {
                fputs(separator, stream);
                separator = ", ";
                for (const char *letter = *name; *letter; letter++)
                        fputc((unsigned char)*letter < ' ' || *letter == '\x7f' ? '?' : *letter,
                                stream);
        }
        fputc('\n', stream);
}
