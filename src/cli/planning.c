/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/planning.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "cli/message.h"
#include "cli/profile-argument.h"
#include "store/proofs.h"

void planning_clear(struct planning *planning)
{
        free(planning->without_data);
        free(planning->divided);
        collection_free(planning->applications);
        collection_free(planning->datasets);
        collection_free(planning->all);
        profile_free(planning->profile);
        store_close(planning->store);
}

/* Which applications are known by their sub-features from all of their results. Both collections
 * are in the order of the applications' names. */
static int find_divided(struct planning *planning)
{
        const struct collection *merged = planning->applications;
        const struct dataset *dataset;
        size_t place = 0;

        planning->divided = calloc(merged->datasets.count + 1, sizeof(*planning->divided));
        if (!planning->divided)
                return -ENOMEM;
        for (size_t i = 0; i < merged->datasets.count; i++)
                planning->divided[i] = true;
        vector_for_each(dataset, &planning->datasets->datasets) {
                while (strcmp(merged->datasets.items[place].application, dataset->application) != 0)
                        place++;
                planning->divided[place] &= findings_tell(
                        planning->datasets->catalogue, &dataset->findings, FEATURE_SUBFEATURE);
        }
        return 0;
}

/* A plan that heeds what no verdict says should say so. */
static int note_lessons(const struct planning *planning, struct error *error)
{
        CLEANUP_FREE char *note = NULL;

        if (planning->lessons == 0)
                return 0;
        note = string_format("%zu lesson%s of proofs count%s beside the verdicts",
                planning->lessons, plural(planning->lessons), planning->lessons == 1 ? "s" : "");
        if (!note)
                return error_errno(error, ENOMEM, "loading results");
        message_note(note);
        return 0;
}

int planning_load(
        const struct planning_arguments *arguments, struct planning *planning, struct error *error)
{
        int r;

        r = database_open(arguments->database, STORE_READ, &planning->store, error);
        if (r == 0 && arguments->os && strcmp(arguments->os, "none") != 0)
                r = profile_from_argument(
                        planning->store, arguments->os, &planning->profile, error);
        if (r == 0)
                r = collection_from_store(planning->store, arguments->selection,
                        arguments->applications, &planning->datasets, error);
        if (r == 0)
                r = store_teach(planning->store, planning->datasets, &planning->lessons, error);
        if (r == 0)
                r = note_lessons(planning, error);
        if (r < 0)
                return r;
        r = collection_merge_applications(planning->datasets, &planning->applications);
        if (r == 0)
                r = collection_without_data(planning->datasets, NULL, &planning->without_data);
        if (r == 0 && arguments->equivalents)
                r = find_divided(planning);
        return r < 0 ? error_errno(error, -r, "merging results") : 0;
}
