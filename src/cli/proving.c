/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/proving.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
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
