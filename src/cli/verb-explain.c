/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "cli/analysis-request.h"
#include "search/journal.h"
#include "search/silent.h"

/* It has no options. */
static const struct option_group explain_groups[] = {
        {},
};

static void indent(const char *heading, const char *text)
{
        CLEANUP_STRINGS char **lines = strings_split(text, '\n');

        if (!lines || !lines[0])
                return;
        printf("    %s\n", heading);
        for (size_t i = 0; lines[i]; i++)
                printf("      | %s\n", lines[i]);
}

static void show_run(const struct run_record *record)
{
        char outcome[OUTCOME_TEXT_MAX];

        printf("  %s after %.3f s (limit %.1f s)%s\n", outcome_text(record->outcome, outcome),
                record->total, record->limit, record->out_of_memory ? ", out of memory" : "");
        if (record->outcome.kind == OUTCOME_PASSED)
                return;
        indent("the application's last output:", record->output);
        indent("the test script's last output:", record->script_output);
}

/* What is odd about the runs that passed. */
static int show_warnings(const struct journal *journal, const char *policy)
{
        CLEANUP_SILENT struct silent *silent = NULL;
        CLEANUP_STRINGS char **warnings = NULL;
        int r;

        r = silent_new(journal, &silent);
        if (r == 0)
                r = silent_warnings(silent, policy, &warnings);
        for (size_t i = 0; r == 0 && warnings[i]; i++)
                printf("  Odd, although it passed: %s\n", warnings[i]);
        return r;
}

/* What became of the workload in one mode, run by run. `*ret_found`: there was any. */
static int explain_mode(const struct journal *journal, const struct analysis_request *request,
        struct feature feature, enum mode mode, bool *ret_found)
{
        CLEANUP_POLICY struct policy *policy = analysis_request_policy(request, feature, mode);
        CLEANUP_FREE char *text = policy ? policy_text(policy) : NULL;
        CLEANUP_FREE char *command = text ? analysis_request_command(request, text) : NULL;
        const struct run_record *record;
        char name[FEATURE_NAME_MAX];
        bool found = false;

        if (!command)
                return -ENOMEM;
        for (size_t i = 0; i < journal_count(journal); i++) {
                record = journal_record(journal, i);
                if (strcmp(record->policy, text) != 0)
                        continue;
                if (!found)
                        printf("%s, %s:\n", feature_name(feature, name), mode_participle(mode));
                found = true;
                show_run(record);
        }
        if (found && show_warnings(journal, text) < 0)
                return -ENOMEM;
        if (found)
                printf("  To see it again:\n    %s\n", command);
        *ret_found = *ret_found || found;
        return 0;
}

/* `only` is the mode asked about, MODE_COUNT for all. */
static int explain(const char *folder, const char *name, enum mode only, struct error *error)
{
        CLEANUP_ANALYSIS_REQUEST struct analysis_request request = {};
        CLEANUP_JOURNAL struct journal *journal = NULL;
        struct feature feature;
        bool found = false;
        int r;

        r = feature_parse(name, &feature, error);
        if (r == 0)
                r = journal_open(folder, true, &journal, error);
        if (r == 0)
                r = analysis_request_from_json(journal_header(journal), &request, error);
        for (enum mode mode = 0; r == 0 && mode < MODE_COUNT; mode++)
                if ((only == MODE_COUNT || only == mode) && mode_applies(mode, feature.kind))
                        r = explain_mode(journal, &request, feature, mode, &found);
        if (r == 0 && !found)
                return error_set(error, ENOENT,
                        "%s has no run with %s withheld: the workload did not use it, or it was "
                        "not tested",
                        folder, name);
        return r;
}

static int explain_main(const void *values, const struct operands *operands, struct error *error)
{
        enum mode mode = MODE_COUNT;

        (void)values;
        if (operands->count < 2 || operands->count > 3 || operands->command)
                return error_set(error, EINVAL,
                        "wanted are a folder and the name of a feature, and perhaps stub, fake or "
                        "deny");
        if (operands->count == 3 && mode_from_name(operands->words[2], &mode) < 0)
                return error_set(
                        error, EINVAL, "'%s' is none of stub, fake and deny", operands->words[2]);
        return explain(operands->words[0], operands->words[1], mode, error);
}

const struct verb verb_explain = {
        .name = "explain",
        .summary = "tell why a feature got its verdict, and how to reproduce it",
        .usage =
                (const char *const[]){
                        "DIR FEATURE [stub|fake|deny]",
                        NULL,
                },
        .description =
                "Reads the folder that `loupe analyze -o DIR` has written and tells of each run "
                "with the feature withheld: the outcome, the exit status or signal, the last "
                "output of "
                "program and test script, and the command that repeats the run. A feature is a "
                "system call (read), a sub-feature (fcntl:F_SETFL) or a file "
                "(file:/proc/self/status).",
        .groups = explain_groups,
        .failure = 2,
        .main = explain_main,
};
