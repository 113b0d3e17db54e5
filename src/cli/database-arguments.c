/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/database-arguments.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/nearest.h"
#include "base/strings.h"
#include "cli/message.h"
#include "report/usage.h"
#include "store/result.h"
#include "store/statics.h"

const struct option database_options[] = {
        {"db", .kind = OPTION_STRING, .offset = offsetof(struct database_arguments, path),
                .placeholder = "FILE",
                .help = "the database (default: $LOUPE_DB, else loupe/loupe.db in $XDG_DATA_HOME "
                        "or "
                        "~/.local/share)"},
        {},
};

int database_open(const struct database_arguments *arguments, enum store_mode mode,
        struct store **ret, struct error *error)
{
        CLEANUP_FREE char *path = NULL;
        int r;

        r = store_path(arguments->path, &path, error);
        return r < 0 ? r : store_open(path, mode, ret, error);
}

#define FIELD(name) .offset = offsetof(struct selection_arguments, name)

const struct option selection_options[] = {
        {"workload", 'w', OPTION_STRING, FIELD(workload),
                .placeholder = "bench|suite|health|all|NAME",
                .help = "results of these kinds of workloads only, or of workloads of these names; "
                        "several with commas in between (default: all)"},
        {"app-version", .kind = OPTION_STRING, FIELD(version), .placeholder = "VERSION",
                .help = "results of applications of versions that begin so only"},
        {"libc", .kind = OPTION_STRING, FIELD(libc), .placeholder = "LIBC",
                .help = "results with a C library that begins so only, such as musl or \"glibc "
                        "2.36\""},
        {"run", .kind = OPTION_STRING, FIELD(run), .placeholder = "RUN",
                .help = "the results of runs that begin so only (loupe db list names them)"},
        {"every", .kind = OPTION_FLAG, FIELD(every),
                .help = "take every result; without it only the last of an application and a kind "
                        "of workload counts"},
        {"quiet", 'q', OPTION_FLAG, FIELD(quiet),
                .help = "no notes on which of several results was taken"},
        {},
};

int applications_from_operands(const struct operands *operands, char **ret, struct error *error)
{
        CLEANUP_STRINGS char **words = NULL;

        if (operands->command)
                return error_set(error, EINVAL, "there is no program to start: take away the --");
        if (operands->count == 0)
                return 0;
        for (size_t i = 0; i < operands->count; i++)
                if (strings_add(&words, operands->words[i]) < 0)
                        return error_errno(error, ENOMEM, "reading the applications");
        *ret = strings_join(words, ",");
        return *ret ? 0 : error_errno(error, ENOMEM, "reading the applications");
}

/* A copy of an option's value; NULL stays NULL. */
static int copy(const char *value, char **ret, struct error *error)
{
        if (!value)
                return 0;
        *ret = strdup(value);
        return *ret ? 0 : error_errno(error, ENOMEM, "reading the options");
}

int selection_from_arguments(const struct selection_arguments *arguments, const char *applications,
        struct selection *ret, struct error *error)
{
        CLEANUP_SELECTION struct selection selection = {.every = arguments->every};
        int r = 0;

        if (applications)
                r = selection_set_applications(&selection, applications, error);
        if (r == 0 && arguments->workload) {
                r = selection_set_workloads(&selection, arguments->workload, error);
                if (r < 0)
                        return error_prefix(error, r, "--workload");
        }
        if (r == 0)
                r = copy(arguments->version, &selection.version, error);
        if (r == 0)
                r = copy(arguments->libc, &selection.libc, error);
        if (r == 0)
                r = copy(arguments->run, &selection.run, error);
        if (r < 0)
                return r;
        *ret = selection;
        selection = (struct selection){};
        return 0;
}

/* More notes of one kind than these are counted; so are more names in one of them, and more results
 * in a message about what there is. */
#define NOTES_TOLD    3
#define NAMES_SHOWN   10
#define RESULTS_SHOWN 8

/* Without memory for a note there is none. */
static void tell_choice(const char *side, const char *note)
{
        CLEANUP_FREE char *text = side ? string_format("%s: %s", side, note) : strdup(note);

        if (text)
                message_note(text);
}

void tell_choices(const char *side, char *const *notes)
{
        const size_t count = strings_count(notes);
        CLEANUP_FREE char *more = NULL;

        for (size_t i = 0; i < count && i < NOTES_TOLD; i++)
                tell_choice(side, notes[i]);
        if (count <= NOTES_TOLD)
                return;
        more = string_format(
                "the last of several results is taken %zu times more", count - NOTES_TOLD);
        if (more)
                tell_choice(side, more);
}

/* Suggests a kind or name of workloads for one of `asked` that no result has; NULL in `*ret` where
 * there is none like it. The text belongs to the collection. */
static const char *suggest_workload(
        const struct collection *collection, char *const *asked, const char **ret_unknown)
{
        for (; asked && *asked; asked++) {
                struct nearest nearest = {.wanted = *asked};
                const struct dataset *dataset;
                bool known = false;

                vector_for_each(dataset, &collection->datasets) {
                        known |= dataset_has_workload(dataset, *asked);
                        nearest_consider(&nearest, dataset_kind_key(dataset->kind));
                        if (dataset->workload)
                                nearest_consider(&nearest, dataset->workload);
                }
                *ret_unknown = *asked;
                if (!known)
                        return nearest.word;
        }
        return NULL;
}

/* Nothing but applications is asked for: what a run is known by says nothing about static analysis.
 */
static bool is_wide(const struct selection *selection)
{
        return !selection->workloads && !selection->version && !selection->libc && !selection->run;
}

/* Writes what the collection holds: "redis 7.0, suite, run 3f01; …" */
static void write_datasets(const struct collection *collection, FILE *stream)
{
        const size_t count = collection->datasets.count;

        for (size_t i = 0; i < count && i < RESULTS_SHOWN; i++) {
                if (i > 0)
                        fputs("; ", stream);
                usage_write_description(&collection->datasets.items[i], stream);
        }
        if (count > RESULTS_SHOWN)
                fprintf(stream, "; and %zu more", count - RESULTS_SHOWN);
}

int refuse_selection(struct store *store, const struct selection *selection, const char *asked,
        struct error *error)
{
        const struct selection wider = {.applications = selection->applications, .every = true};
        CLEANUP_COLLECTION struct collection *collection = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FCLOSE FILE *stream = NULL;
        const char *unknown, *suggestion;
        size_t size;
        int r;

        r = store_load(store, &wider, &collection, NULL, error);
        if (r < 0)
                return r;
        if (collection->datasets.count == 0)
                return error_set(error, ENOENT,
                        "%s: there is no result %s: `loupe analyze` and `loupe db import` add some",
                        store_name(store), selection->applications ? "of these" : "in it");
        suggestion = suggest_workload(collection, selection->workloads, &unknown);
        if (suggestion)
                return error_set(error, ENOENT,
                        "%s: there is no result for the workload '%s': did you mean '%s'?",
                        store_name(store), unknown, suggestion);
        stream = open_memstream(&text, &size);
        if (!stream)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        write_datasets(collection, stream);
        if (fflush(stream) != 0)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        return error_set(error, ENOENT, "%s: no result fits %s; there is: %s", store_name(store),
                asked ? asked : "what is asked for", text);
}

void tell_missing(const char *what, const char *const *names, const char *consequence)
{
        const size_t count = strings_count((char *const *)names);
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FCLOSE FILE *stream = NULL;
        size_t size;

        if (count == 0)
                return;
        stream = open_memstream(&text, &size);
        if (!stream)
                return;
        fprintf(stream, "no %s for ", what);
        for (size_t i = 0; i < count && i < NAMES_SHOWN; i++)
                fprintf(stream, "%s%s", i ? ", " : "", names[i]);
        if (count > NAMES_SHOWN)
                fprintf(stream, " and %zu more", count - NAMES_SHOWN);
        if (consequence)
                fprintf(stream, ": %s", consequence);
        if (fflush(stream) == 0)
                message_note(text);
}

void tell_without_result(const char *workload, const char *const *names, const char *consequence)
{
        CLEANUP_FREE char *what =
                workload ? string_format("result of %s", workload) : strdup("result that fits");

        if (what)
                tell_missing(what, names, consequence);
}

/* As collection_from_store(). Where no run fits and `ret_statics` is not NULL, what static analysis
 * knows of the applications will do. */
static int load_collection(struct store *store, const struct selection_arguments *arguments,
        const char *applications, struct collection **ret, struct static_sets *ret_statics,
        struct error *error)
{
        CLEANUP_SELECTION struct selection selection = {};
        CLEANUP_COLLECTION struct collection *collection = NULL;
        CLEANUP_STATIC_SETS struct static_sets statics = {};
        CLEANUP_STRINGS char **notes = NULL;
        bool any;
        int r;

        r = selection_from_arguments(arguments, applications, &selection, error);
        if (r == 0)
                r = store_load(store, &selection, &collection, &notes, error);
        if (r < 0)
                return r;
        any = collection->datasets.count > 0;
        if (ret_statics && any)
                r = store_load_statics(store, collection, &statics, error);
        else if (ret_statics && is_wide(&selection))
                r = store_load_statics_alone(store, collection, &statics, error);
        if (r < 0)
                return r;
        if (!any && !static_sets_last(&statics, STATIC_BINARY, NULL))
                return refuse_selection(store, &selection, NULL, error);
        if (!arguments->quiet)
                tell_choices(NULL, notes);
        *ret = steal_pointer(collection);
        if (ret_statics) {
                *ret_statics = statics;
                statics = (struct static_sets){};
        }
        return 0;
}

int collection_from_store(struct store *store, const struct selection_arguments *arguments,
        const char *applications, struct collection **ret, struct error *error)
{
        return load_collection(store, arguments, applications, ret, NULL, error);
}

int collection_and_statics_from_store(struct store *store,
        const struct selection_arguments *arguments, const char *applications,
        struct collection **ret, struct static_sets *ret_statics, struct error *error)
{
        return load_collection(store, arguments, applications, ret, ret_statics, error);
}
