/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/drift-evidence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "cli/message.h"
#include "cli/workload-arguments.h"
#include "search/askers.h"
#include "workload/excerpt.h"

void drift_witness_clear(struct drift_witness *witness)
{
        for (size_t i = 0; i < witness->count; i++) {
                free(witness->evidence[i].output);
                free(witness->evidence[i].command);
        }
        free(witness->evidence);
        observation_clear(&witness->asked);
        *witness = (struct drift_witness){};
}

/* The last line that says anything, fit for a terminal; NULL where there is none. Owned by the
 * caller. */
static int last_line(const char *text, char **ret)
{
        CLEANUP_STRINGS char **lines = strings_split(text, '\n');
        char shown[EXCERPT_SIZE];
        char *line;

        if (!lines)
                return -ENOMEM;
        for (size_t i = strings_count(lines); i-- > 0;) {
                if (lines[i][strspn(lines[i], " \t\r")] == '\0')
                        continue;
                line = strdup(excerpt(lines[i], shown));
                if (!line)
                        return -ENOMEM;
                *ret = line;
                return 0;
        }
        return 0;
}

/* What the first run under that policy that failed said in the end, or its test script did. */
static int find_output(const struct journal *journal, const char *policy, char **ret)
{
        for (size_t i = 0; i < journal_count(journal); i++) {
                const struct run_record *record = journal_record(journal, i);
                int r;

                if (strcmp(record->policy, policy) != 0 || record->outcome.kind == OUTCOME_PASSED)
                        continue;
                r = last_line(record->output, ret);
                return r < 0 || *ret ? r : last_line(record->script_output, ret);
        }
        return 0;
}

/* How a run without the feature failed: stubbed, or faked where it was not stubbed. */
static int collect_failure(const struct analysis_request *request, const struct journal *journal,
        const struct analysed_feature *analysed, struct drift_evidence *evidence)
{
        const enum mode mode = analysed->stub.runs > 0 ? MODE_STUB : MODE_FAKE;
        CLEANUP_POLICY struct policy *policy =
                analysis_request_policy(request, analysed->feature, mode);
        CLEANUP_FREE char *text = policy ? policy_text(policy) : NULL;

        if (!text)
                return -ENOMEM;
        evidence->command = analysis_request_command(request, text);
        return evidence->command ? find_output(journal, text, &evidence->output) : -ENOMEM;
}

/* In which of the unmodified runs it was used; pseudo-files are looked at in runs of their own. */
static void count_runs(
        const struct journal *journal, struct feature feature, struct drift_evidence *evidence)
{
        const char *purpose = feature.kind == FEATURE_FILE ? "files " : "observe ";

        for (size_t i = 0; i < journal_count(journal); i++) {
                const struct run_record *record = journal_record(journal, i);

                if (!string_has_prefix(record->key, purpose))
                        continue;
                evidence->watched++;
                evidence->seen += observation_find(&record->observation, feature) != NULL;
        }
}

static int collect_one(const struct analysis_request *request, const struct journal *journal,
        const struct analysis *analysis, struct feature feature, const struct drift_item *item,
        struct drift_evidence *evidence)
{
        if (!item->used_now)
                return 0;
        evidence->analysed = analysis_find(analysis, feature);
        count_runs(journal, feature, evidence);
        if (item->change != DRIFT_NEW_REQUIRED || !evidence->analysed)
                return 0;
        return collect_failure(request, journal, evidence->analysed, evidence);
}

static bool any_new(const struct drift *drift)
{
        return drift->items.count > drift->counts[DRIFT_GONE];
}

/* What cannot be seen is not worth a failure: the verdicts stand. */
static int collect_askers(const struct analysis_request *request, struct drift_witness *witness)
{
        CLEANUP_SCOPE struct scope *scope = NULL;
        CLEANUP_FREE char *note = NULL;
        struct error error = {};
        int r = workload_scope(request->workload, &scope, &error);
        const struct askers_options options = {
                .workload = request->workload,
                .scope = scope,
                .values = request->subfeatures != SUBFEATURES_NONE,
                .count_launch = request->count_launch,
        };

        if (r == 0)
                r = askers_observe(&options, &witness->asked, &error);
        if (r == 0)
                return 0;
        note = string_format("which objects ask for it is not known: %s",
                error.message[0] ? error.message : strerror(-r));
        if (!note)
                return -ENOMEM;
        message_note(note);
        return 0;
}

int drift_witness_collect(const struct analysis_request *request, const struct journal *journal,
        const struct analysis *analysis, const struct catalogue *catalogue,
        const struct drift *drift, struct drift_witness *ret, struct error *error)
{
        CLEANUP_DRIFT_WITNESS struct drift_witness witness = {};
        int r = 0;

        witness.evidence = calloc(drift->items.count + 1, sizeof(*witness.evidence));
        if (!witness.evidence)
                return error_errno(error, ENOMEM, "collecting evidence");
        witness.count = drift->items.count;
        if (any_new(drift))
                r = collect_askers(request, &witness);
        for (size_t i = 0; r == 0 && i < witness.count; i++) {
                const struct drift_item *item = &drift->items.items[i];

                r = collect_one(request, journal, analysis,
                        catalogue_feature(catalogue, item->feature), item, &witness.evidence[i]);
        }
        if (r < 0)
                return error_errno(error, -r, "collecting evidence");
        *ret = witness;
        witness = (struct drift_witness){};
        /* Into the observation, which has its place now. */
        for (size_t i = 0; i < ret->count; i++)
                if (drift->items.items[i].used_now)
                        ret->evidence[i].asked = observation_find(&ret->asked,
                                catalogue_feature(catalogue, drift->items.items[i].feature));
        return 0;
}
