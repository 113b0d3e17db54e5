/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/analysis-run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "cli/interrupt.h"
#include "cli/workload-arguments.h"
#include "report/progress.h"
#include "report/terminal.h"

/* Shows the end of an output, as a whole number of lines. */
static void show_output(const char *heading, const char *output)
{
        size_t length = strlen(output);

        if (length > 0)
                fprintf(stderr, "--- %s:\n%s%s", heading, output,
                        output[length - 1] == '\n' ? "" : "\n");
}

int analysis_run(const struct analysis_run *options, struct analysis **ret, struct error *error)
{
        const struct analysis_request *request = options->request;
        struct observer_options observer_options = {
                .values = request->subfeatures != SUBFEATURES_NONE,
                .count_launch = request->count_launch,
        };
        CLEANUP_PROGRESS_DISPLAY struct progress_display *display = NULL;
        CLEANUP_SCOPE struct scope *scope = NULL;
        CLEANUP_OBSERVER struct observer *observer = NULL;
        CLEANUP_CLOSE int interrupt = interrupt_descriptor(error);
        const struct run_record *failed = NULL;
        int r;

        if (interrupt < 0)
                return interrupt;
        r = workload_scope(request->workload, &scope, error);
        if (r < 0)
                return r;
        observer_options.scope = scope;
        r = observer_new(request->observer, &observer_options, &observer, error);
        if (r < 0)
                return r;
        /* It may say why BPF was not taken: that is a note, not a failure. */
        error->message[0] = '\0';
        if (!options->quiet)
                display = progress_display_new(stderr, terminal_is(stderr), options->verbose);
        const struct search_options search = {
                .workload = request->workload,
                .journal = options->journal,
                .observer = observer,
                .scope = scope,
                .replicas = request->replicas,
                .jobs = request->jobs,
                .withholding = request->withholding,
                .count_launch = request->count_launch,
                .subfeatures = request->subfeatures,
                .files = request->files,
                .joint = request->joint,
                .impact_repeats = request->impact_repeats,
                .only = request->only.count ? request->only.items : NULL,
                .only_count = request->only.count,
                .known = options->known,
                .known_count = options->known_count,
                .depth = options->depth,
                .interrupt_fd = interrupt,
                .progress = display ? progress_display_update : NULL,
                .progress_context = display,
        };
        r = search_run(&search, ret, &failed, error);
        display = progress_display_free(display);
        if (r == BASELINE_REFUSED && failed) {
                show_output("the last output of the application", failed->output);
                show_output("the last output of the test script", failed->script_output);
        }
        return r;
}

void analysis_folder_discard(const char *folder)
{
        CLEANUP_FREE char *path = string_format("%s/journal.jsonl", folder);

        if (path && unlink(path) == 0)
                rmdir(folder);
}
