/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/strings.h"
#include "profile/format.h"
#include "store/contents.h"
#include "store/loupedb-folder.h"
#include "store/loupedb-layout.h"
#include "store/loupedb-report.h"
#include "store/loupedb-rows.h"
#include "store/loupedb-times.h"
#include "store/profiles.h"
#include "store/result-row.h"
#include "store/result.h"
#include "workload/excerpt.h"

static char origin[] = "loupedb"; /* constant, but for the type of a dataset's field */

struct import {
        struct store *store;
        const char *folder; /* as the caller names it */
        struct catalogue *catalogue;
        struct run_times *times;
        struct import_report report;
        struct import_notes notes;
        struct collection *results; /* names and times of those that have rivals */
        size_t own;                 /* where the current application's begin in it */
        char *buffer;               /* of LOUPEDB_FILE_MAX bytes */
        struct findings findings;   /* of the current file; kept for its memory */
        struct error *error;
};

/* Where the walk is. The names belong to the walk. */
struct place {
        const char *application;
        const char *workload_folder;
        const char *workload;
        enum workload_kind kind;
        const char *run;
        const char *path; /* "APPLICATION/WORKLOAD/RUN" */
        int64_t measured;
};

static void import_clear(struct import *import)
{
        catalogue_free(import->catalogue);
        run_times_free(import->times);
        collection_free(import->results);
        import_report_clear(&import->report);
        import_notes_clear(&import->notes);
        findings_clear(&import->findings);
        free(import->buffer);
}

static int out_of_memory(struct import *import)
{
        return error_errno(import->error, ENOMEM, "%s", import->folder);
}

/* True for what is wrong with one file or folder, not with this process or the whole machine. */
static bool is_of_file(int r)
{
        return r != -ENOMEM && r != -EMFILE && r != -ENFILE;
}

static int refuse(struct import *import, const char *message)
{
        return import_notes_problem(&import->notes, message) < 0 ? out_of_memory(import) : 0;
}

static int odd(struct import *import, enum oddity oddity, const char *place, unsigned times)
{
        char buffer[EXCERPT_SIZE];

        return import_notes_odd(&import->notes, oddity, excerpt(place, buffer), times) < 0
                       ? out_of_memory(import)
                       : 0;
}

/* What is in the way of reading a file or folder: told, and passed over. */
static int cannot_read(struct import *import, const char *path, int reason)
{
        struct error error = {};

        if (!is_of_file(reason))
                return error_errno(import->error, -reason, "%s/%s", import->folder, path);
        if (reason == -ELOOP)
                return odd(import, ODDITY_LINK, path, 0);
        if (reason == -EFBIG)
                error_set(&error, EFBIG, "%s/%s: larger than %zu bytes: no file of loupedb is",
                        import->folder, path, LOUPEDB_FILE_MAX);
        else if (reason == -EBADF)
                error_set(&error, EBADF, "%s/%s: no regular file", import->folder, path);
        else
                error_errno(&error, -reason, "%s/%s", import->folder, path);
        return refuse(import, error.message);
}

static int note_shape(struct import *import, const char *path, enum loupedb_table table,
        const struct loupedb_file *file)
{
        const bool other_header =
                file->header && strcmp(file->header, loupedb_table_header(table)) != 0;
        const struct {
                enum oddity oddity;
                bool there;
                unsigned times;
        } shapes[] = {
                {ODDITY_NO_HEADER, !file->header, 0},
                {ODDITY_MORE_ROWS, file->rows > LOUPEDB_ROWS, 0},
                {ODDITY_ALL_MARKED, file->all_marked > 0, file->all_marked},
                {ODDITY_UNUSED_MARKED, file->unused_marked > 0, file->unused_marked},
                {ODDITY_NO_FINAL_NEWLINE, !file->final_newline, 0},
        };
        unsigned others = file->lines.count - file->all_marked - file->unused_marked + other_header;
        int r = 0;

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(shapes); i++)
                if (shapes[i].there)
                        r = odd(import, shapes[i].oddity, path, shapes[i].times);
        if (r == 0 && others > 0)
                r = odd(import, ODDITY_OTHER_TEXT, path, others);
        return r;
}

static int compare_features(const void *a, const void *b)
{
        const struct finding *left = a, *right = b;

        return (left->feature > right->feature) - (left->feature < right->feature);
}

static int collect_findings(struct import *import, const struct loupedb_file *file)
{
        struct feature feature = {.kind = FEATURE_SYSCALL, .abi = ABI_X86_64};
        struct finding *finding;
        int in_catalogue;

        import->findings.items.count = 0;
        for (unsigned number = 0; number < file->rows; number++) {
                if (file->verdicts[number] == LOUPEDB_UNUSED)
                        continue;
                feature.number = number;
                in_catalogue = catalogue_add(import->catalogue, &feature);
                finding = in_catalogue < 0 ? NULL : vector_add(&import->findings.items);
                if (!finding)
                        return out_of_memory(import);
                *finding = (struct finding){in_catalogue, file->verdicts[number]};
        }
        /* Elsewhere the catalogue numbers these calls as they come. */
        if (abi_native() != ABI_X86_64 && import->findings.items.count > 0)
                qsort(import->findings.items.items, import->findings.items.count,
                        sizeof(*import->findings.items.items), compare_features);
        return 0;
}

/* Remembers whose result it is, to tell at the end which of several counts. */
static int remember_result(struct import *import, const struct place *place)
{
        struct dataset *dataset = vector_add(&import->results->datasets);

        if (!dataset)
                return out_of_memory(import);
        *dataset = (struct dataset){
                .application = strdup(place->application),
                .workload = strdup(place->workload),
                .kind = place->kind,
                .run = strdup(place->run),
                .measured = place->measured,
        };
        if (!dataset->application || !dataset->workload || !dataset->run)
                return out_of_memory(import);
        return 0;
}

static int store_result(struct import *import, const struct place *place, const char *path,
        const struct loupedb_file *file)
{
        char digest[DIGEST_TEXT_SIZE];
        struct dataset dataset = {
                .application = (char *)place->application,
                .workload = (char *)place->workload,
                .kind = place->kind,
                .run = (char *)place->run,
                .digest = digest,
                .origin = origin,
                .measured = place->measured,
        };
        int64_t id;
        int r, stored;

        r = collect_findings(import, file);
        if (r < 0)
                return r;
        if (loupedb_run_digest(place->application, place->workload_folder, place->run, digest) < 0)
                return out_of_memory(import);
        dataset.findings = import->findings;
        stored = store_add_dataset(import->store, import->catalogue, &dataset, &id, import->error);
        if (stored < 0)
                return stored;
        import->report.results++;
        import->report.new_results += stored != STORED_ALREADY;
        r = loupedb_store_shape(import->store, LOUPEDB_DYNAMIC, id, file, import->error);
        if (r == 0 && stored == STORED_DIFFERENT)
                r = odd(import, ODDITY_CHANGED, path, 0);
        if (r == 0)
                r = remember_result(import, place);
        return r;
}

static int store_static(struct import *import, const struct place *place, enum loupedb_table table,
        const struct loupedb_file *file)
{
        int64_t application, workload, id;
        int r;

        application = store_application_id(import->store, place->application, import->error);
        if (application < 0)
                return application;
        workload = store_workload_id(import->store, place->application, place->workload,
                workload_kind_name(place->kind), import->error);
        if (workload < 0)
                return workload;
        r = loupedb_store_static(import->store, application, workload, place->run, table, file,
                place->measured, &id, import->error);
        if (r < 0)
                return r;
        import->report.statics++;
        return loupedb_store_shape(import->store, table, id, file, import->error);
}

/* Returns 1 where there is such a file and it was stored, 0 where not, or -errno. */
static int import_file(
        struct import *import, const struct place *place, int data, enum loupedb_table table)
{
        CLEANUP_LOUPEDB_FILE struct loupedb_file file = {};
        CLEANUP_FREE char *path = NULL, *whole = NULL;
        struct error error = {};
        size_t size;
        int r;

        r = folder_read_file(data, loupedb_table_file(table), import->buffer, &size);
        if (r == -ENOENT)
                return 0;
        path = string_format(
                "%s/" LOUPEDB_DATA_FOLDER "/%s", place->path, loupedb_table_file(table));
        whole = path ? string_format("%s/%s", import->folder, path) : NULL;
        if (!whole)
                return out_of_memory(import);
        if (r < 0)
                return cannot_read(import, path, r);
        r = loupedb_file_parse(table, whole, import->buffer, size, &file, &error);
        if (r == -ENOMEM)
                return out_of_memory(import);
        if (r < 0)
                return refuse(import, error.message);
        r = note_shape(import, path, table, &file);
        if (r == 0)
                r = table == LOUPEDB_DYNAMIC ? store_result(import, place, path, &file)
                                             : store_static(import, place, table, &file);
        return r < 0 ? r : 1;
}

/* Lists a folder; one that cannot be is told of, and is empty then. */
static int list(struct import *import, int parent, const char *name, const char *path, int *ret_fd,
        struct folder_entries *ret)
{
        int r = folder_list(parent, name, false, ret_fd, ret);

        return r < 0 ? cannot_read(import, path, r) : 0;
}

/* True for a folder that the walk enters; another entry is told of where it is none by mistake. */
static bool enters(
        struct import *import, const struct folder_entry *entry, const char *path, int *ret)
{
        *ret = 0;
        if (entry->kind == ENTRY_LINK)
                *ret = odd(import, ODDITY_LINK, path, 0);
        if (entry->kind != ENTRY_FOLDER)
                return false;
        if (!loupedb_name_is_plain(entry->name)) {
                struct error error = {};

                error_set(&error, EILSEQ,
                        "%s/%s: a name that is no UTF-8 or has control characters", import->folder,
                        path);
                *ret = refuse(import, error.message);
                return false;
        }
        return true;
}

/* These return how many files were stored, or -errno. */

static int import_run(struct import *import, struct place *place, int parent)
{
        CLEANUP_CLOSE int run = -1, data = -1;
        size_t problems = import->notes.problems.count;
        int count = 0, r;

        run = openat(parent, place->run, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (run < 0)
                return cannot_read(import, place->path, -errno);
        data = openat(run, LOUPEDB_DATA_FOLDER, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (data < 0 && errno != ENOENT)
                /* A link is told as what is no folder. */
                return cannot_read(import, place->path, -errno);
        place->measured = run_times_find(import->times, place->path);
        for (unsigned table = 0; data >= 0 && table < LOUPEDB_TABLE_COUNT; table++) {
                r = import_file(import, place, data, table);
                if (r < 0)
                        return r;
                count += r;
        }
        /* A file that was refused is something too. */
        if (count == 0 && import->notes.problems.count == problems) {
                r = odd(import, ODDITY_NO_DATA, place->path, 0);
                if (r < 0)
                        return r;
        }
        return count;
}

static int import_workload(
        struct import *import, struct place *place, int parent, const char *path, size_t *ret_runs)
{
        CLEANUP_FOLDER_ENTRIES struct folder_entries entries = {};
        CLEANUP_CLOSE int fd = -1;
        struct folder_entry *entry;
        int r;

        r = list(import, parent, place->workload_folder, path, &fd, &entries);
        if (r < 0)
                return r;
        vector_for_each(entry, &entries.items) {
                CLEANUP_FREE char *run_path = string_format("%s/%s", path, entry->name);

                if (!run_path)
                        return out_of_memory(import);
                place->run = entry->name;
                place->path = run_path;
                if (enters(import, entry, run_path, &r)) {
                        r = import_run(import, place, fd);
                        *ret_runs += r > 0;
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Of one application and kind there is nothing to tell where there is one result only. */
static void forget_results_without_rivals(struct import *import)
{
        struct dataset *own = import->results->datasets.items + import->own;
        size_t count = import->results->datasets.count - import->own, kept = 0;
        size_t of_kind[WORKLOAD_KIND_COUNT] = {};

        for (size_t i = 0; i < count; i++)
                of_kind[own[i].kind]++;
        for (size_t i = 0; i < count; i++) {
                struct dataset dataset = own[i];

                if (of_kind[dataset.kind] > 1)
                        own[kept++] = dataset;
                else
                        dataset_clear(&dataset);
        }
        import->results->datasets.count = import->own += kept;
}

static int import_application(struct import *import, int root, const char *name)
{
        CLEANUP_FOLDER_ENTRIES struct folder_entries entries = {};
        CLEANUP_CLOSE int fd = -1;
        struct folder_entry *entry;
        size_t runs = 0, workloads = 0;
        int r;

        r = list(import, root, name, name, &fd, &entries);
        if (r < 0)
                return r;
        vector_for_each(entry, &entries.items) {
                CLEANUP_FREE char *path = string_format("%s/%s", name, entry->name);
                struct place place = {.application = name, .workload_folder = entry->name};

                if (!path)
                        return out_of_memory(import);
                runs = 0;
                if (!enters(import, entry, path, &r)) {
                        /* Told of already, or a file, which may lie anywhere. */
                } else if (loupedb_workload_parse(entry->name, &place.kind, &place.workload) < 0) {
                        r = odd(import, ODDITY_OTHER_FOLDER, path, 0);
                } else {
                        r = import_workload(import, &place, fd, path, &runs);
                }
                if (r < 0)
                        return r;
                workloads += runs > 0;
        }
        import->report.workloads += workloads;
        import->report.applications += workloads > 0;
        forget_results_without_rivals(import);
        return 0;
}

static int import_profile(struct import *import, const char *name)
{
        CLEANUP_PROFILE struct profile *profile = NULL;
        CLEANUP_FREE char *path = string_format("%s/%s", import->folder, name);
        CLEANUP_FREE char *profile_name = NULL;
        struct error error = {};
        int r;

        profile_name = strndup(name, strlen(name) - strlen(LOUPEDB_PROFILE_ENDING));
        if (!path || !profile_name)
                return out_of_memory(import);
        r = profile_read(path, "list", profile_name, &profile, &error);
        if (r < 0 && !is_of_file(r))
                return error_set(import->error, -r, "%s", error.message);
        if (r < 0)
                return refuse(import, error.message);
        r = store_add_profile(import->store, profile, import->error);
        import->report.profiles += r == 0;
        return r;
}

static bool is_profile(const char *name)
{
        size_t length = strlen(name), ending = strlen(LOUPEDB_PROFILE_ENDING);

        return length > ending && strcmp(name + length - ending, LOUPEDB_PROFILE_ENDING) == 0 &&
               loupedb_name_is_plain(name);
}

static int import_all(struct import *import)
{
        CLEANUP_FOLDER_ENTRIES struct folder_entries entries = {};
        CLEANUP_CLOSE int named = -1, root = -1;
        struct folder_entry *entry;
        bool enter;
        int r;

        /* The folder itself may be named by a link. */
        named = open(import->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (named < 0)
                return error_errno(import->error, errno, "%s", import->folder);
        r = folder_list(named, ".", false, &root, &entries);
        if (r < 0)
                return error_errno(import->error, -r, "%s", import->folder);
        vector_for_each(entry, &entries.items) {
                enter = enters(import, entry, entry->name, &r);
                if (r == 0 && enter)
                        r = import_application(import, root, entry->name);
                else if (r == 0 && entry->kind == ENTRY_FILE && is_profile(entry->name))
                        r = import_profile(import, entry->name);
                if (r < 0)
                        return r;
        }
        if (import->report.results + import->report.statics + import->report.profiles +
                        import->notes.problems.count ==
                0)
                return error_set(import->error, ENOENT,
                        "%s: nothing of loupedb's layout, APPLICATION/WORKLOAD/RUN/data/dyn.csv, "
                        "is in it",
                        import->folder);
        return 0;
}

/* The same, and how much more there is in the database then. */
static int import_and_count(struct import *import)
{
        struct contents_count before, after;
        int r;

        r = store_count(import->store, &before, import->error);
        if (r == 0)
                r = import_all(import);
        if (r == 0)
                r = store_count(import->store, &after, import->error);
        if (r < 0)
                return r;
        import->report.new_statics = after.statics - before.statics;
        import->report.new_profiles = after.profiles - before.profiles;
        return 0;
}

/* Which of several results of one application and kind counts. */
static int note_rivals(struct import *import)
{
        CLEANUP_STRINGS char **notes = NULL;
        struct collection *results = import->results;

        if (results->datasets.count > 0)
                qsort(results->datasets.items, results->datasets.count,
                        sizeof(*results->datasets.items), dataset_compare);
        if (selection_choose(results, &notes) < 0)
                return -ENOMEM;
        for (size_t i = 0; notes[i]; i++)
                if (import_notes_line(&import->notes, notes[i]) < 0)
                        return -ENOMEM;
        return 0;
}

static int read_times(struct import *import)
{
        int r = run_times_read(import->folder, &import->times);

        if (r == -ENODATA)
                return 0;
        if (r < 0 && !is_of_file(r))
                return error_errno(import->error, -r, "git log in %s", import->folder);
        if (r < 0 && import_notes_line(&import->notes,
                             "git does not tell when runs were changed (`git log` in the folder "
                             "says why): the last by name count") < 0)
                return out_of_memory(import);
        return 0;
}

static int import_init(struct import *import)
{
        import->catalogue = catalogue_new();
        import->results = collection_new();
        import->buffer = malloc(LOUPEDB_FILE_MAX);
        if (!import->catalogue || !import->results || !import->buffer)
                return out_of_memory(import);
        return 0;
}

int loupedb_import(struct store *store, const char *folder, size_t places_told,
        struct import_report *ret, struct error *error)
{
        CLEANUP(import_clear)
        struct import import = {
                .store = store,
                .folder = folder,
                .notes.places_told = places_told,
                .error = error,
        };
        int r;

        r = import_init(&import);
        if (r == 0)
                r = read_times(&import);
        if (r < 0)
                return r;
        r = store_begin(store, error);
        if (r < 0)
                return r;
        r = store_end(store, import_and_count(&import), error);
        if (r < 0)
                return r;
        if (note_rivals(&import) < 0 || import_notes_finish(&import.notes, &import.report) < 0)
                return out_of_memory(&import);
        *ret = import.report;
        import.report = (struct import_report){};
        return 0;
}
