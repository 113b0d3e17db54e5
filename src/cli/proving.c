/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/proving.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "report/output.h"
#include "search/journal.h"

void proving_clear(struct proving *proving)
{
        proof_request_clear(&proving->request);
        proof_workloads_clear(&proving->workloads);
        strings_free(proving->folders);
        collection_free(proving->measured);
        profile_free(proving->profile);
        store_close(proving->store);
        journal_free(proving->journal);
        free(proving->folder);
}

static void tell_progress(const struct progress *progress, void *context)
{
        const struct telling *telling = context;

        progress_display_about(telling->display, telling->name);
        progress_display_update(progress, telling->display);
}

void proof_subjects_clear(struct proof_subjects *subjects)
{
        for (size_t i = 0; subjects->tellings && i < subjects->count; i++)
                free(subjects->tellings[i].name);
        free(subjects->tellings);
        free(subjects->options);
        strings_free(subjects->directories);
}

/* The folder of a workload's journal, and what progress says of it. */
static int name_subject(const struct proving *proving, size_t place, size_t number, size_t count,
        struct proof_subjects *subjects)
{
        CLEANUP_FREE char *directory =
                string_format("%s/%s", proving->folder, proving->folders[place]);
        char *name = string_format("%s (%zu/%zu)", proving->folders[place], number, count);

        subjects->tellings[subjects->count++].name = name;
        return !directory || !name || strings_add(&subjects->directories, directory) < 0 ? -ENOMEM
                                                                                         : 0;
}

int proof_subjects_make(const struct proving *proving, const bool *wanted, int interrupt,
        struct progress_display *display, struct proof_subjects *ret)
{
        const size_t all = proving->workloads.items.count;
        size_t count = 0;

        ret->options = calloc(all + 1, sizeof(*ret->options));
        ret->tellings = calloc(all + 1, sizeof(*ret->tellings));
        if (!ret->options || !ret->tellings)
                return -ENOMEM;
        for (size_t i = 0; i < all; i++)
                count += !wanted || wanted[i];
        for (size_t i = 0; i < all; i++) {
                if (wanted && !wanted[i])
                        continue;
                ret->options[ret->count].workload = proving->workloads.items.items[i];
                if (name_subject(proving, i, ret->count + 1, count, ret) < 0)
                        return -ENOMEM;
        }
        /* The list of folders has its place only now. */
        for (size_t i = 0; i < ret->count; i++) {
                ret->tellings[i].display = display;
                ret->options[i] = (struct subject_options){
                        .workload = ret->options[i].workload,
                        .directory = ret->directories[i],
                        .replicas = proving->request.replicas,
                        .jobs = proving->request.jobs,
                        .interrupt_fd = interrupt,
                        .progress = display ? tell_progress : NULL,
                        .progress_context = &ret->tellings[i],
                };
        }
        return 0;
}

int proving_write(const struct proving *proving, const char *json, const char *csv,
        const struct result_writers *writers, const void *report, struct error *error)
{
        CLEANUP_FREE char *path = string_format("%s/proof.json", proving->folder);
        int r;

        if (!path)
                return error_errno(error, ENOMEM, "writing the result");
        r = output_write(path, writers->json, report, error);
        if (r == 0 && json)
                r = output_write(json, writers->json, report, error);
        if (r == 0 && csv)
                r = output_write(csv, writers->csv, report, error);
        if (r < 0 || string_equal(json, "-") || string_equal(csv, "-"))
                return r;
        r = writers->text(report, stdout);
        return r < 0 ? error_errno(error, -r, "standard output") : 0;
}

int proving_keep(const struct proving *proving, const struct database_arguments *database,
        int (*add)(struct store *store, const void *proof, struct error *error), const void *proof,
        struct error *error)
{
        CLEANUP_STORE struct store *store = NULL;
        int r;

        if (!database)
                return 0;
        r = database_open(database, STORE_CREATE, &store, error);
        if (r == 0)
                r = add(store, proof, error);
        return r < 0 ? error_prefix(error, r, "the proof is in %s, but not in the database",
                               proving->folder)
                     : 0;
}
