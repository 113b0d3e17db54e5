/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/strings.h"
#include "cli/database-arguments.h"
#include "cli/json-file.h"
#include "cli/message.h"
#include "cli/profile-argument.h"
#include "export/format.h"
#include "report/output.h"
#include "store/result.h"
#include "store/statics.h"

/* What becomes of calls that nobody was seen to make. */
enum others {
        OTHERS_REFUSE,
        OTHERS_ALLOW,
};

struct export_arguments {
        const char *files[EXPORT_FORMAT_COUNT]; /* file or "-", by format; NULL: not wanted */
        struct option_list from;
        bool is_static;
        enum export_merge merge;
        unsigned allow; /* 0: as the format has it; else enum export_allow + 1 */
        bool features;
        enum others others;
        bool no_new_privileges;
        const char *name;
        const char *libraries;
        struct selection_arguments selection;
        struct database_arguments database;
};

static const struct export_arguments export_defaults = {};

static const char *merge_word(unsigned value)
{
        return export_merge_name(value);
}

static const char *allow_word(unsigned value)
{
        return value == 0 ? "default" : export_allow_name(value - 1);
}

static const char *others_word(unsigned value)
{
        return value == OTHERS_ALLOW ? "allow" : "refuse";
}

#define FIELD(name) .offset = offsetof(struct export_arguments, name)

#define FORMAT(id) .kind = OPTION_STRING, FIELD(files[id]), .placeholder = "FILE|-"

static const struct option format_options[] = {
        {"oci", FORMAT(EXPORT_OCI),
                .help = "a seccomp profile of the OCI as JSON: for crun, podman, docker"},
        {"kubernetes", FORMAT(EXPORT_KUBERNETES),
                .help = "a SeccompProfile of Kubernetes' security-profiles-operator as YAML"},
        {"systemd", FORMAT(EXPORT_SYSTEMD),
                .help = "a drop-in with SystemCallFilter= for a unit of systemd"},
        {"osv", FORMAT(EXPORT_OSV),
                .help = "the list of calls for OSv's build: conf_syscalls_list_file"},
        {"asterinas", FORMAT(EXPORT_ASTERINAS),
                .help = "rules in Asterinas' System Call Matching Language"},
        {"unikraft", FORMAT(EXPORT_UNIKRAFT),
                .help = "a fragment of Unikraft's .config: the libraries that bring the calls; "
                        "needs --libraries"},
        {"c-header", FORMAT(EXPORT_C_HEADER),
                .help = "a C header: tables of what to implement, stub and fake, and the skeleton "
                        "of a dispatcher"},
        {"csv", FORMAT(EXPORT_CSV),
                .help = "a row for each feature with what to do about it; - is standard output, as "
                        "it is for all of these"},
        {},
};

static const struct option export_options[] = {
        {"from", .kind = OPTION_LIST, FIELD(from), .placeholder = "RESULT",
                .help = "take what this says, too: JSON of loupe analyze or loupe static, or a "
                        "folder of loupe analyze -o; may be repeated"},
        {"static", .kind = OPTION_FLAG, FIELD(is_static),
                .help = "take what static analysis says of the applications' binaries, instead of "
                        "what runs have shown"},
        {"merge", .kind = OPTION_CHOICE, FIELD(merge), .placeholder = "union|intersection",
                .word = merge_word, .maximum = EXPORT_MERGE_COUNT - 1,
                .help = "of several programs: what any of them uses (the default), or what each of "
                        "them does"},
        {"allow", .kind = OPTION_CHOICE, FIELD(allow), .placeholder = "used|required|default",
                .word = allow_word, .maximum = EXPORT_ALLOW_COUNT,
                .help = "what is to be there: all that is used, or only what can be neither "
                        "stubbed nor faked (default: used for filters, which are the first three "
                        "formats; required for the others)"},
        {"others", .kind = OPTION_CHOICE, FIELD(others), .placeholder = "refuse|allow",
                .word = others_word, .maximum = OTHERS_ALLOW,
                .help = "what filters do about calls that no run has made: they fail with ENOSYS "
                        "(the default), or pass, as in the runs that verdicts are from; goes with "
                        "--allow required"},
        {"features", .kind = OPTION_FLAG, FIELD(features),
                .help = "sub-features as well: the values of arguments, as far as the format has a "
                        "word for them"},
        {"no-new-privileges", .kind = OPTION_FLAG, FIELD(no_new_privileges),
                .help = "the container is started with no_new_privs: its runtime calls less behind "
                        "the filter (--oci, --kubernetes)"},
        {"name", .kind = OPTION_STRING, FIELD(name), .placeholder = "NAME",
                .help = "what to call it where the format has names (default: after the "
                        "applications)"},
        {"libraries", .kind = OPTION_STRING, FIELD(libraries), .placeholder = "PROFILE",
                .help = "which libraries bring which calls: a Unikraft source tree, or a profile "
                        "imported from one (--unikraft)"},
        {},
};

static const struct option_group export_groups[] = {
        {"Formats", format_options},
        {"Export", export_options},
        {"Selection", selection_options, offsetof(struct export_arguments, selection)},
        {"Database", database_options, offsetof(struct export_arguments, database)},
        {},
};

static int check(const struct export_arguments *arguments, bool applications, struct error *error)
{
        unsigned wanted = 0;

        for (size_t i = 0; i < EXPORT_FORMAT_COUNT; i++)
                wanted += arguments->files[i] != NULL;
        if (wanted == 0)
                return error_set(error, EINVAL,
                        "which format? --oci, --kubernetes, --systemd, --osv, --asterinas, "
                        "--unikraft, --c-header, --csv, each with a file or -");
        if (!applications && arguments->from.values.count == 0)
                return error_set(error, EINVAL,
                        "of what? name applications of the database (or all), or files with "
                        "--from");
        if (arguments->others == OTHERS_ALLOW &&
                (arguments->allow != EXPORT_REQUIRED + 1 || arguments->features))
                return error_set(error, EINVAL,
                        "--others allow goes with --allow required, as else nothing is refused, "
                        "and not with --features");
        if (arguments->files[EXPORT_UNIKRAFT] && !arguments->libraries)
                return error_set(error, EINVAL,
                        "--unikraft needs --libraries: a Unikraft source tree, or a profile "
                        "imported from one");
        return output_check(arguments->files, EXPORT_FORMAT_COUNT, NULL, error);
}

/* A file, or a folder of `loupe analyze -o`. */
static int add_file(struct export_inputs *inputs, const char *path, struct error *error)
{
        CLEANUP_FREE char *document = NULL;
        struct stat status;
        int r;

        if (stat(path, &status) < 0 || !S_ISDIR(status.st_mode))
                return export_inputs_read(inputs, path, error);
        r = analysis_folder_result(path, &document, error);
        if (r == 0 && !document)
                r = error_set(error, ENOENT, "%s: no analysis is in there", path);
        return r < 0 ? r : export_inputs_read(inputs, document, error);
}

static int add_results(struct store *store, const struct export_arguments *arguments,
        const char *applications, struct export_inputs *inputs, struct error *error)
{
        CLEANUP_COLLECTION struct collection *collection = NULL;
        CLEANUP_FREE const char **missing = NULL;
        int r;

        r = collection_from_store(store, &arguments->selection, applications, &collection, error);
        if (r < 0)
                return r;
        if (collection_without_data(collection, NULL, &missing) < 0)
                return error_errno(error, ENOMEM, "looking for missing results");
        tell_without_result(NULL, missing, "left out");
        return export_inputs_add_results(inputs, collection) < 0
                       ? error_errno(error, ENOMEM, "merging results")
                       : 0;
}

/* Applications that were asked for and have no static result. */
static int note_without_statics(
        const struct collection *collection, const struct static_sets *statics, struct error *error)
{
        const size_t count = strings_count(collection->applications);
        CLEANUP_FREE const char **names = calloc(count + 1, sizeof(*names));
        const struct static_set *set;
        size_t missing = 0;

        if (!names)
                return error_errno(error, ENOMEM, "looking for missing results");
        for (char **name = collection->applications; name && *name; name++) {
                bool found = false;

                vector_for_each(set, &statics->items)
                        found = found || (set->method == STATIC_BINARY &&
                                                 strcmp(set->application, *name) == 0);
                if (!found)
                        names[missing++] = *name;
        }
        tell_missing("static result", names, "left out");
        return 0;
}

static int add_statics(struct store *store, const struct export_arguments *arguments,
        const char *applications, struct export_inputs *inputs, struct error *error)
{
        CLEANUP_SELECTION struct selection selection = {};
        CLEANUP_COLLECTION struct collection *collection = NULL;
        CLEANUP_STATIC_SETS struct static_sets statics = {};
        int r;

        r = selection_from_arguments(&arguments->selection, applications, &selection, error);
        if (r == 0 && (selection.workloads || selection.version || selection.libc || selection.run))
                return error_set(error, EINVAL,
                        "--static asks for no run: --workload, --app-version, --libc and --run do "
                        "not go with it");
        if (r == 0)
                r = store_load(store, &selection, &collection, NULL, error);
        if (r == 0)
                r = store_load_statics_alone(store, collection, &statics, error);
        if (r < 0)
                return r;
        if (!static_sets_last(&statics, STATIC_BINARY, NULL))
                return error_set(error, ENOENT,
                        "%s: there is no static result of these: `loupe static` adds some",
                        store_name(store));
        r = note_without_statics(collection, &statics, error);
        if (r == 0 && export_inputs_add_statics(inputs, collection->catalogue, &statics) < 0)
                r = error_errno(error, ENOMEM, "merging results");
        return r;
}

/* All that is asked for, merged. */
static int load(const struct export_arguments *arguments, const char *applications,
        struct export_set *ret, struct error *error)
{
        CLEANUP_EXPORT_INPUTS struct export_inputs inputs = {};
        CLEANUP_STORE struct store *store = NULL;
        const char **path;
        int r;

        if (export_inputs_init(&inputs) < 0)
                return error_errno(error, ENOMEM, "merging results");
        r = applications ? database_open(&arguments->database, STORE_READ, &store, error) : 0;
        if (r == 0 && applications)
                r = (arguments->is_static ? add_statics : add_results)(
                        store, arguments, applications, &inputs, error);
        vector_for_each(path, &arguments->from.values)
                if (r == 0)
                        r = add_file(&inputs, *path, error);
        return r < 0 ? r : export_set_make(&inputs, arguments->merge, ret, error);
}

static int load_libraries(
        const struct export_arguments *arguments, struct profile **ret, struct error *error)
{
        struct stat status;
        int r;

        if (!arguments->libraries)
                return 0;
        if (stat(arguments->libraries, &status) == 0 && S_ISDIR(status.st_mode))
                r = export_libraries_read(arguments->libraries, ret, error);
        else
                r = profile_from_arguments(&arguments->database, arguments->libraries, ret, error);
        if (r < 0)
                return error_prefix(error, r, "--libraries");
        if (!export_has_libraries(*ret))
                return error_set(error, EINVAL,
                        "--libraries: %s does not say which library brings a call: a Unikraft "
                        "source tree does, and a profile imported from one",
                        arguments->libraries);
        return 0;
}

/* More names than these do not make a good one. */
#define NAMES_MAX 3

/* After the programs: "redis-nginx". Owned by the caller. */
static char *default_name(const struct export_set *set)
{
        const size_t count = strings_count(set->names);

        return count <= NAMES_MAX ? strings_join(set->names, "-")
                                  : string_format("loupe-%zu-applications", count);
}

static enum export_allow allow_in(
        const struct export_arguments *arguments, const struct export_format *format)
{
        return arguments->allow > 0 ? arguments->allow - 1 : format->allow;
}

struct writing {
        const struct export_format *format;
        const struct export_request *request;
        struct export_notes *notes;
};

static int write_format(const void *what, FILE *stream)
{
        const struct writing *writing = what;

        return writing->format->write(writing->request, stream, writing->notes);
}

static void tell_notes(const struct export_format *format, const struct export_notes *notes)
{
        for (char **line = notes->lines; line && *line; line++) {
                CLEANUP_FREE char *text = string_format("--%s: %s", format->name, *line);

                if (text)
                        message_note(text);
        }
}

static int note_partial(const struct export_set *set, struct error *error)
{
        CLEANUP_FREE char *list = NULL;
        CLEANUP_FREE char *text = NULL;

        if (!set->partial)
                return 0;
        list = strings_join(set->partial, ", ");
        if (list)
                text = string_format("only some features were looked at (analyze --only), and "
                                     "nothing else is in here: %s",
                        list);
        if (!text)
                return error_errno(error, ENOMEM, "merging results");
        message_note(text);
        return 0;
}

static bool left_out_alone(const struct export_item *item)
{
        return item->verdict != VERDICT_REQUIRED && item->verdict != VERDICT_UNTESTED;
}

/* What cannot be left out though its verdict says so. */
static int note_kept(
        const struct export_arguments *arguments, const struct export_set *set, struct error *error)
{
        CLEANUP_STRINGS char **names = NULL;
        CLEANUP_FREE char *list = NULL;
        CLEANUP_FREE char *text = NULL;
        const struct export_item *item;
        char name[FEATURE_NAME_MAX];
        bool required = false;

        for (size_t i = 0; i < EXPORT_FORMAT_COUNT; i++)
                required = required ||
                           (arguments->files[i] &&
                                   allow_in(arguments, &export_formats[i]) == EXPORT_REQUIRED);
        vector_for_each(item, &set->items)
                if (required && item->kept && left_out_alone(item) &&
                        strings_add(&names, feature_name(item->feature, name)) < 0)
                        return error_errno(error, ENOMEM, "merging results");
        if (!names)
                return 0;
        list = strings_join(names, ", ");
        if (list)
                text = string_format("kept, as not everything that can be left out alone can be "
                                     "left out together: %s",
                        list);
        if (!text)
                return error_errno(error, ENOMEM, "merging results");
        message_note(text);
        return 0;
}

/* What holds for all formats. */
static int note_statics(
        const struct export_arguments *arguments, const struct export_set *set, struct error *error)
{
        CLEANUP_FREE char *text = NULL;

        if (set->static_count > 0 && arguments->allow == EXPORT_REQUIRED + 1)
                message_note(
                        "static analysis does not tell what can be stubbed or faked: what only "
                        "it names counts as required");
        if (set->incomplete == 0)
                return 0;
        text = string_format(
                "static analysis could not tell all: %zu of %zu program%s could make other calls "
                "as well",
                set->incomplete, set->input_count, plural(set->input_count));
        if (!text)
                return error_errno(error, ENOMEM, "merging results");
        message_note(text);
        return 0;
}

static int write_all_formats(const struct export_arguments *arguments, const struct export_set *set,
        const struct profile *libraries, struct error *error)
{
        CLEANUP_FREE char *name = default_name(set);
        int r = 0;

        if (!name)
                return error_errno(error, ENOMEM, "naming the result");
        for (size_t i = 0; r == 0 && i < EXPORT_FORMAT_COUNT; i++) {
                CLEANUP_EXPORT_NOTES struct export_notes notes = {};
                const struct export_format *format = &export_formats[i];
                const struct export_request request = {
                        .set = set,
                        .allow = allow_in(arguments, format),
                        .features = arguments->features,
                        .others_allowed = arguments->others == OTHERS_ALLOW,
                        .no_new_privileges = arguments->no_new_privileges,
                        .name = arguments->name ? arguments->name : name,
                        .libraries = libraries,
                };
                const struct writing writing = {format, &request, &notes};

                if (!arguments->files[i])
                        continue;
                r = output_write(arguments->files[i], write_format, &writing, error);
                if (r == 0)
                        tell_notes(format, &notes);
        }
        return r;
}

static int export_main(const void *values, const struct operands *operands, struct error *error)
{
        const struct export_arguments *arguments = values;
        CLEANUP_FREE char *applications = NULL;
        CLEANUP_EXPORT_SET struct export_set set = {};
        CLEANUP_PROFILE struct profile *libraries = NULL;
        int r;

        r = applications_from_operands(operands, &applications, error);
        if (r == 0)
                r = check(arguments, applications, error);
        if (r == 0)
                r = load_libraries(arguments, &libraries, error);
        if (r == 0)
                r = load(arguments, applications, &set, error);
        if (r == 0)
                r = note_statics(arguments, &set, error);
        if (r == 0)
                r = note_partial(&set, error);
        if (r == 0)
                r = note_kept(arguments, &set, error);
        return r < 0 ? r : write_all_formats(arguments, &set, libraries, error);
}

const struct verb verb_export = {
        .name = "export",
        .summary =
                "write what applications need in the formats of others: filters, lists, skeletons",
        .usage = (const char *const[]){"--oci FILE [options] APP,...|all",
                "--c-header FILE [options] --from RESULT.json ...", NULL},
        .description =
                "Writes what applications of the database use or require in the formats of others, "
                "one or several at once. Results of the same application under several workloads "
                "count together; several applications, and files named by --from, are merged: what "
                "one requires is required, and so is what works stubbed only for one and faked "
                "only for another.\n"
                "\n"
                "With --allow used all that was used is there. With --allow required what works "
                "stubbed fails with ENOSYS, what works faked only reports success, and what is "
                "untested is there; of features that cannot all be left out together, as the "
                "analyses have found, one is kept, and so is the call that ends the process. Where "
                "a format has no word for a fake, what "
                "should be faked is there, and a note says so. A program may try other calls "
                "instead of those that fail, which it did not need before: in a filter these fail "
                "too, unless --others allow lets pass what no run has made.\n"
                "\n"
                "Filters also let pass what no run shows: what crun calls between the filter and "
                "the program's start (--oci, --kubernetes), and what the kernel's vDSO may answer "
                "here and not elsewhere. A note says what was added.\n"
                "\n"
                "The exit status is 0, or 2 where nothing fits or something went wrong. "
                "doc/EXPORT.md tells what each format promises, and what is lost in it.",
        .groups = export_groups,
        .defaults = &export_defaults,
        .options_size = sizeof(export_defaults),
        .failure = 2,
        .main = export_main,
};
