/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A header for an operating system written in C: three tables (what to implement, stub, fake), and
 * the skeleton of a dispatcher of calls, which is compiled where LOUPE_SHIM is defined.
 */

#include <stdio.h>

#include "export/format.h"
#include "export/shim-text.h"
#include "policy/policy.h"
#include "report/stream.h"

#define PARAMETERS "long a0, long a1, long a2, long a3, long a4, long a5"

/* Goes through the calls with one treatment. */
struct walk {
        const struct export_request *request;
        enum treatment treatment;
        const struct export_item *item; /* NULL at the start */
        char name[FEATURE_NAME_MAX];
};

/* Goes to the next call, whose name is then there. Returns false behind the last. */
static bool next_call(struct walk *walk)
{
        const struct export_set *set = walk->request->set;
        const struct export_item *item = walk->item ? walk->item + 1 : set->items.items;

        for (; item < set->items.items + set->items.count; item++) {
                if (!export_is_native_call(item) ||
                        export_treatment_in(walk->request, item, FAKE_ANY) != walk->treatment)
                        continue;
                walk->item = item;
                feature_name(item->feature, walk->name);
                return true;
        }
        return false;
}

/* "LOUPE_CONSTANT, 0" */
static void write_success(const struct export_item *item, FILE *stream)
{
        static const char *const words[] = {
                [SUCCESS_CONSTANT] = "LOUPE_CONSTANT",
                [SUCCESS_ARGUMENT] = "LOUPE_ARGUMENT",
                [SUCCESS_DESCRIPTOR] = "LOUPE_DESCRIPTOR",
                [SUCCESS_IOVEC] = "LOUPE_VECTORS",
                [SUCCESS_MESSAGE] = "LOUPE_MESSAGE",
                [SUCCESS_THREAD] = "LOUPE_THREAD",
        };
        const struct success success = policy_success_of(item->feature);

        fprintf(stream, "%s, %lld", words[success.kind], (long long)success.value);
}

static void write_declarations(const struct export_request *request, FILE *stream)
{
        struct walk walk = {.request = request, .treatment = TREATMENT_IMPLEMENT};

        fputs("// The calls to implement.\n", stream);
        while (next_call(&walk))
                fprintf(stream, "long loupe_do_%s(" PARAMETERS ") __attribute__((weak));\n",
                        walk.name);
}

static void write_table(const struct export_request *request, enum treatment treatment,
        const char *type, const char *table, FILE *stream)
{
        struct walk walk = {.request = request, .treatment = treatment};

        fprintf(stream, "const struct %s %s[] = {\n", type, table);
        while (next_call(&walk)) {
                fprintf(stream, "        {%d, \"%s\"", walk.item->feature.number, walk.name);
                if (treatment == TREATMENT_FAKE) {
                        fputs(", ", stream);
                        write_success(walk.item, stream);
                }
                fputs("},\n", stream);
        }
        fprintf(stream, "        {-1, NULL%s},\n};\n\n",
                treatment == TREATMENT_FAKE ? ", LOUPE_CONSTANT, 0" : "");
}

static void write_cases(const struct export_request *request, FILE *stream)
{
        struct walk implemented = {.request = request, .treatment = TREATMENT_IMPLEMENT};
        struct walk stubbed = {.request = request, .treatment = TREATMENT_STUB};
        struct walk faked = {.request = request, .treatment = TREATMENT_FAKE};

        while (next_call(&implemented))
                fprintf(stream,
                        "        case %d:\n                function = loupe_do_%s;\n               "
                        " break;\n",
                        implemented.item->feature.number, implemented.name);
        while (next_call(&stubbed))
                fprintf(stream, "        case %d: // %s\n                return -LOUPE_ENOSYS;\n",
                        stubbed.item->feature.number, stubbed.name);
        while (next_call(&faked)) {
                fprintf(stream, "        case %d: // %s\n                return loupe_succeed(",
                        faked.item->feature.number, faked.name);
                write_success(faked.item, stream);
                fputs(", arguments);\n", stream);
        }
}

static void write_dispatcher(const struct export_request *request, FILE *stream)
{
        fputs("\nlong loupe_syscall(long number, " PARAMETERS ")\n"
              "{\n"
              "        const long arguments[6] = {a0, a1, a2, a3, a4, a5};\n"
              "        long (*function)(" PARAMETERS ") = NULL;\n"
              "\n"
              "        (void)arguments;\n"
              "        switch (number) {\n",
                stream);
        write_cases(request, stream);
        fputs("        default:\n"
              "                return loupe_unlisted ? loupe_unlisted(number, a0, a1, a2, a3, a4, "
              "a5)\n"
              "                                      : -LOUPE_ENOSYS;\n"
              "        }\n"
              "        if (function)\n"
              "                return function(a0, a1, a2, a3, a4, a5);\n"
              "        return loupe_other ? loupe_other(number, a0, a1, a2, a3, a4, a5) : "
              "-LOUPE_ENOSYS;\n"
              "}\n",
                stream);
}

int export_c_header(const struct export_request *request, FILE *stream, struct export_notes *notes)
{
        int r = export_note_abis(request, notes);

        if (r < 0)
                return r;
        export_write_origin(request, "// ", stream);
        fputs(shim_types, stream);
        write_declarations(request, stream);
        fputs("\n#ifdef LOUPE_SHIM\n\n", stream);
        write_table(request, TREATMENT_IMPLEMENT, "loupe_call", "loupe_implement", stream);
        write_table(request, TREATMENT_STUB, "loupe_call", "loupe_stub", stream);
        write_table(request, TREATMENT_FAKE, "loupe_fake", "loupe_fake", stream);
        fputs(shim_success, stream);
        write_dispatcher(request, stream);
        fputs("\n#endif\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n", stream);
        return stream_result(stream);
}
