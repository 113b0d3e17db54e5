/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "cli/database-arguments.h"
#include "cli/message.h"
#include "cli/profile-argument.h"
#include "cli/verb.h"
#include "profile/format.h"
#include "report/output.h"
#include "report/profile.h"
#include "report/table.h"
#include "report/terminal.h"
#include "store/profiles.h"

struct import_options {
        struct database_arguments database;
        const char *format;
        const char *name;
};

static const struct option import_options[] = {
        {"format", 'f', OPTION_STRING, .offset = offsetof(struct import_options, format),
                .placeholder = "FORMAT",
                .help = "what the path holds: list, csv, unikraft, gramine, gvisor, gvisor-json, "
                        "asterinas, nanos, osv, freebsd, starnix, kerla, starryos (default: told "
                        "by its name and what is in it)"},
        {"name", 'n', OPTION_STRING, .offset = offsetof(struct import_options, name),
                .placeholder = "NAME",
                .help = "what to call the profile (default: after the file, without its ending, or "
                        "the folder)"},
        {},
};

static const struct option_group import_groups[] = {
        {"Profile", import_options},
        {"Database", database_options, offsetof(struct import_options, database)},
        {},
};

/* "Kerla: 58 supported, 3 fake (read as kerla)" */
static void tell_import(const struct profile *profile)
{
        const char *comma = "";

        printf("%s:", profile->name);
        for (enum support support = SUPPORT_COUNT; support-- > 0;) {
                if (profile_count(profile, support) == 0)
                        continue;
                printf("%s %zu %s", comma, profile_count(profile, support), support_name(support));
                comma = ",";
        }
        printf(" (read as %s)\n", profile->format);
        if (profile->repeated > 0) {
                CLEANUP_FREE char *note = string_format(
                        "%s names calls again that it has named before, %zu in all: what promises "
                        "the most counts",
                        profile->source, profile->repeated);

                if (note)
                        message_note(note);
        }
}

static int import_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct import_options *options = values;
        CLEANUP_PROFILE struct profile *profile = NULL;
        CLEANUP_STORE struct store *store = NULL;
        int r;

        if (operands->count != 1 || operands->command)
                return error_set(error, EINVAL, "wanted is the path of one file or source tree");
        r = profile_read(operands->words[0], options->format, options->name, &profile, error);
        if (r == 0)
                r = profile_tell_unknown(profile);
        if (r == 0)
                r = database_open(&options->database, STORE_CREATE, &store, error);
        if (r == 0)
                r = store_add_profile(store, profile, error);
        if (r == 0)
                tell_import(profile);
        return r;
}

const struct verb verb_os_import = {
        .name = "os import",
        .summary = "read what an operating system supports into the database",
        .usage =
                (const char *const[]){
                        "[options] PATH",
                        NULL,
                },
        .description =
                "Reads a profile: for each system call whether an operating system supports it in "
                "full or in part, fakes or stubs it, or lacks it, and where that is written. It "
                "replaces a profile of the same name.\n\n"
                "PATH is a list (.syscalls: one name a line, # begins a comment), a table (.csv "
                "with the columns name or number, status, and perhaps file, line, note), or the "
                "source tree of a system, or the one file of it that matters: Unikraft, Gramine, "
                "gVisor (and the output of `runsc help syscalls -format json`), Asterinas, Nanos, "
                "OSv, "
                "FreeBSD's Linux emulation, Starnix, Kerla, StarryOS. Names that are no system "
                "calls are told and left out.\n"
                "\n"
                "Tables of calls are read, not what is behind them: a handler that only returns "
                "ENOSYS "
                "counts as supported, unless the table or its note tells otherwise. What gVisor "
                "refuses with another error than ENOSYS, such as EPERM, counts as a stub, though "
                "programs were tried with ENOSYS.",
        .groups = import_groups,
        .options_size = sizeof(struct import_options),
        .failure = 2,
        .main = import_main,
};

struct list_options {
        struct database_arguments database;
};

static const struct option_group list_groups[] = {
        {"Database", database_options, offsetof(struct list_options, database)},
        {},
};

static const struct table_column list_columns[] = {
        {"profile"},
        {"supported", .right = true},
        {"partial", .right = true},
        {"fake", .right = true},
        {"stub", .right = true},
        {"missing", .right = true},
        {"format"},
        {"source"},
};

static int add_profile_row(
        struct table *table, struct store *store, const char *name, struct error *error)
{
        CLEANUP_PROFILE struct profile *profile = NULL;
        int r;

        r = store_find_profile(store, name, &profile, error);
        if (r == 0)
                r = table_cell(table, "", "%s", profile->name);
        for (enum support support = SUPPORT_COUNT; r == 0 && support-- > 0;)
                r = table_cell(table, "", "%zu", profile_count(profile, support));
        if (r == 0)
                r = table_cell(table, "", "%s", profile->format);
        if (r == 0)
                r = table_cell(table, "", "%s", profile->source ? profile->source : "");
        return r;
}

static int list_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct list_options *options = values;
        CLEANUP_STORE struct store *store = NULL;
        CLEANUP_STRINGS char **names = NULL;
        CLEANUP_TABLE struct table *table = table_new(list_columns, ARRAY_SIZE(list_columns));
        const struct palette *palette = terminal_color(stdout) ? &palette_ansi : &palette_none;
        int r;

        if (operands->count > 0 || operands->command)
                return error_set(error, EINVAL, "nothing is wanted behind it but options");
        if (!table)
                return -ENOMEM;
        r = database_open(&options->database, STORE_READ, &store, error);
        if (r == 0)
                r = store_list_profiles(store, &names, error);
        for (size_t i = 0; r == 0 && names[i]; i++)
                r = add_profile_row(table, store, names[i], error);
        if (r == 0 && !names[0])
                message_note("there is no profile in the database: loupe os import reads one");
        else if (r == 0)
                r = table_write(table, palette->bold, palette->reset, stdout);
        return r;
}

const struct verb verb_os_list = {
        .name = "os list",
        .summary = "list the profiles of operating systems in the database",
        .usage =
                (const char *const[]){
                        "[options]",
                        NULL,
                },
        .description = "One line a profile: its name, how many system calls have each status, what "
                       "it was read as, and from where.",
        .groups = list_groups,
        .options_size = sizeof(struct list_options),
        .failure = 2,
        .main = list_main,
};

struct show_options {
        struct database_arguments database;
        unsigned statuses;
        bool names;
        bool numbers;
        const char *output; /* file or "-", of the table */
        const char *json;   /* file or "-" */
        const char *csv;    /* file or "-" */
};

static const struct show_options show_defaults = {
        .statuses = PROFILE_ALL_STATUSES,
};

static int parse_statuses(const char *text, void *ret, struct error *error)
{
        CLEANUP_STRINGS char **words = strings_split(text, ',');
        enum support support;
        unsigned statuses = 0;
        int r;

        if (!words)
                return -ENOMEM;
        for (size_t i = 0; words[i]; i++) {
                r = support_parse(words[i], &support, error);
                if (r < 0)
                        return r;
                statuses |= 1u << support;
        }
        if (statuses == 0)
                return error_set(error, EINVAL,
                        "wanted are words out of supported, partial, fake, stub and missing, with "
                        "commas in between");
        *(unsigned *)ret = statuses;
        return 0;
}

#define FIELD(name) .offset = offsetof(struct show_options, name)

static const struct option show_options[] = {
        {"status", 's', OPTION_PARSED, FIELD(statuses), .placeholder = "STATUS,...",
                .parse = parse_statuses,
                .help = "features with these only: supported, partial, fake, stub, missing "
                        "(default: all)"},
        {"names", .kind = OPTION_FLAG, FIELD(names),
                .help = "the names alone, one a line: a list that os import reads"},
        {"numbers", .kind = OPTION_FLAG, FIELD(numbers),
                .help = "the numbers of the calls alone, one a line"},
        {"output", 'o', OPTION_STRING, FIELD(output), .placeholder = "FILE|-",
                .help = "write the text here (default: standard output, unless --json or --csv is "
                        "given)"},
        {"json", .kind = OPTION_STRING, FIELD(json), .placeholder = "FILE|-",
                .help = "write the profile as JSON; - is standard output"},
        {"csv", .kind = OPTION_STRING, FIELD(csv), .placeholder = "FILE|-",
                .help = "write the profile as a table that os import reads; - is standard output"},
        {},
};

static const struct option_group show_groups[] = {
        {"Profile", show_options},
        {"Database", database_options, offsetof(struct show_options, database)},
        {},
};

/* What is written, and how. */
struct shown {
        const struct profile *profile;
        struct profile_view view;
};

static int write_text(const void *what, FILE *stream)
{
        const struct shown *shown = what;

        return report_profile_text(shown->profile, &shown->view, stream);
}

static int write_json(const void *what, FILE *stream)
{
        const struct shown *shown = what;

        return report_profile_json(shown->profile, &shown->view, stream);
}

static int write_csv(const void *what, FILE *stream)
{
        const struct shown *shown = what;

        return report_profile_csv(shown->profile, &shown->view, stream);
}

static int show(
        const struct show_options *options, const struct profile *profile, struct error *error)
{
        const bool text_alone = !options->json && !options->csv;
        const char *output = options->output ? options->output : text_alone ? "-" : NULL;
        struct shown shown = {
                .profile = profile,
                .view.statuses = options->statuses,
                .view.listing = options->names     ? PROFILE_NAMES
                                : options->numbers ? PROFILE_NUMBERS
                                                   : PROFILE_TABLE,
                .view.color = output && strcmp(output, "-") == 0 && terminal_color(stdout),
        };
        int r = 0;

        if (options->json)
                r = output_write(options->json, write_json, &shown, error);
        if (r == 0 && options->csv)
                r = output_write(options->csv, write_csv, &shown, error);
        if (r == 0 && output)
                r = output_write(output, write_text, &shown, error);
        return r;
}

static int show_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct show_options *options = values;
        CLEANUP_PROFILE struct profile *profile = NULL;
        int r;

        if (operands->count != 1 || operands->command)
                return error_set(error, EINVAL, "wanted is one profile: its name, or a path");
        if (options->names && options->numbers)
                return error_set(error, EINVAL, "--names and --numbers exclude each other");
        r = profile_from_arguments(&options->database, operands->words[0], &profile, error);
        return r < 0 ? r : show(options, profile, error);
}

const struct verb verb_os_show = {
        .name = "os show",
        .summary = "show what an operating system supports, and where that is written",
        .usage =
                (const char *const[]){
                        "[options] PROFILE",
                        NULL,
                },
        .description =
                "One line a feature: its status, the file and line that say so, and what they say "
                "further. A call that the profile does not name counts as missing in plans and "
                "metrics.\n\n" PROFILE_ARGUMENT_HELP,
        .groups = show_groups,
        .defaults = &show_defaults,
        .options_size = sizeof(struct show_options),
        .failure = 2,
        .main = show_main,
};
