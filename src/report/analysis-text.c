/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

/* How many features came to what. */
struct tally {
        unsigned used;
        unsigned verdicts[VERDICT_COUNT]; /* of those that were tested */
        unsigned untested;
        unsigned unstable;
        unsigned avoidable;
};

static const struct table_column columns[] = {
        {"call"},
        {"count", .right = true},
        {"verdict"},
        {"stubbed"},
        {"faked"},
};

static const char *plural(unsigned n)
{
        return n == 1 ? "" : "s";
}

static bool is_tested(const struct analysed_feature *feature)
{
        return feature->stub.runs > 0 || feature->fake.runs > 0;
}

static struct tally count(const struct analysis *analysis)
{
        const struct analysed_feature *feature;
        struct tally tally = {.used = analysis->features.count};
        enum action action;

        vector_for_each(feature, &analysis->features) {
                if (is_tested(feature))
                        tally.verdicts[verdict_of(feature)]++;
                else
                        tally.untested++;
                tally.unstable += feature_is_unstable(feature);
                tally.avoidable += feature_is_avoidable(feature, &action);
        }
        return tally;
}

static int add_mode(
        struct table *table, const struct mode_result *mode, const struct palette *palette)
{
        char outcome[OUTCOME_TEXT_MAX];

        if (mode->runs == 0)
                return table_cell(table, palette->dim, "not tested");
        if (mode->works)
                return table_cell(table, palette->green, "works");
        outcome_text(mode->outcome, outcome);
        if (mode->unstable)
                return table_cell(table, palette->yellow, "unstable, passed %u of %u: %s",
                        mode->passed, mode->runs, outcome);
        return table_cell(table, "", "%s", outcome);
}

static const char *verdict_color(enum verdict verdict, const struct palette *palette)
{
        switch (verdict) {
        case VERDICT_REQUIRED:
                return palette->red;
        case VERDICT_STUB:
        case VERDICT_FAKE:
                return palette->cyan;
        case VERDICT_EITHER:
                return palette->green;
        case VERDICT_COUNT:
                break;
        }
        return "";
}

static int add_feature(
        struct table *table, const struct analysed_feature *feature, const struct palette *palette)
{
        enum verdict verdict = verdict_of(feature);
        char name[FEATURE_NAME_MAX];

        if (table_cell(table, "", "%s", feature_name(feature->feature, name)) < 0 ||
                table_cell(table, "", "%" PRIu64, feature->count) < 0)
                return -ENOMEM;
        if (is_tested(feature)) {
                if (table_cell(table, verdict_color(verdict, palette), "%s",
                            verdict_name(verdict)) < 0)
                        return -ENOMEM;
        } else if (table_cell(table, palette->dim, "unknown") < 0) {
                return -ENOMEM;
        }
        if (add_mode(table, &feature->stub, palette) < 0 ||
                add_mode(table, &feature->fake, palette) < 0)
                return -ENOMEM;
        return 0;
}

/* Adds the features with that verdict, VERDICT_COUNT being that of those that were not tested. */
static int add_group(struct table *table, const struct analysis *analysis, enum verdict verdict,
        const struct palette *palette)
{
        const struct analysed_feature *feature;
        bool first = true;
        int r;

        vector_for_each(feature, &analysis->features) {
                if (verdict != (is_tested(feature) ? verdict_of(feature) : VERDICT_COUNT))
                        continue;
                r = first ? table_gap(table) : 0;
                first = false;
                if (r == 0)
                        r = add_feature(table, feature, palette);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int write_table(const struct analysis *analysis, const struct palette *palette, FILE *stream)
{
        CLEANUP_TABLE struct table *table = table_new(columns, ARRAY_SIZE(columns));
        int r;

        if (!table)
                return -ENOMEM;
        for (enum verdict verdict = 0; verdict <= VERDICT_COUNT; verdict++) {
                r = add_group(table, analysis, verdict, palette);
                if (r < 0)
                        return r;
        }
        return table_write(table, palette->bold, palette->reset, stream);
}

/* "    word a b c", broken to the width of the terminal. */
static void write_names(
        const char *word, const struct feature *features, size_t n, unsigned width, FILE *stream)
{
        char name[FEATURE_NAME_MAX];
        unsigned column, indent = 12;

        if (n == 0)
                return;
        column = fprintf(stream, "  %-*s", (int)indent - 2, word);
        for (size_t i = 0; i < n; i++) {
                feature_name(features[i], name);
                if (column > indent && column + 1 + strlen(name) > width)
                        column = fprintf(stream, "\n%*s", (int)indent, "") - 1;
                column += fprintf(stream, "%s%s", column > indent ? " " : "", name);
        }
        fputc('\n', stream);
}

static void write_joint(const struct analysis *analysis, const struct tally *tally,
        const struct palette *palette, unsigned width, FILE *stream)
{
        const struct joint_result *joint = &analysis->joint;
        const struct conflict *conflict;
        size_t together = joint->stub.count + joint->fake.count;

        if (tally->avoidable == 0)
                return;
        if (!joint->tested) {
                fputs("What may be left out together was not checked.\n", stream);
                return;
        }
        if (joint->works)
                fprintf(stream, "%sAll %u avoidable call%s may be left out together%s:\n",
                        palette->green, tally->avoidable, plural(tally->avoidable), palette->reset);
        else
                fprintf(stream,
                        "%sThe %u avoidable calls do not all work together%s; these %zu do:\n",
                        palette->yellow, tally->avoidable, palette->reset, together);
        write_names("stubbed", joint->stub.items, joint->stub.count, width, stream);
        write_names("faked", joint->fake.items, joint->fake.count, width, stream);
        if (joint->conflicts.count > 0)
                fputs("These work one by one, but not together:\n", stream);
        vector_for_each(conflict, &joint->conflicts)
                write_names("conflict", conflict->features.items, conflict->features.count, width,
                        stream);
}

static void write_summary(const struct analysis *analysis, const struct tally *tally,
        const struct palette *palette, FILE *stream)
{
        fprintf(stream, "%sOf %u call%s used: %u required, %u avoidable%s", palette->bold,
                tally->used, plural(tally->used), tally->verdicts[VERDICT_REQUIRED],
                tally->avoidable, palette->reset);
        if (tally->avoidable > 0)
                fprintf(stream, " (%u stub only, %u fake only, %u either)",
                        tally->verdicts[VERDICT_STUB], tally->verdicts[VERDICT_FAKE],
                        tally->verdicts[VERDICT_EITHER]);
        if (tally->unstable > 0)
                fprintf(stream, ", %u unstable", tally->unstable);
        if (tally->untested > 0)
                fprintf(stream, ", %u not tested", tally->untested);
        fprintf(stream, ".\n%u runs in %.1f s, %u at a time", analysis->runs, analysis->wall,
                analysis->jobs);
        if (analysis->runs_reused > 0)
                fprintf(stream, "; %u of them from an earlier part", analysis->runs_reused);
        fputs(".\n", stream);
}

int report_analysis_text(
        const struct analysis *analysis, const struct text_options *options, FILE *stream)
{
        const struct palette *palette = options->color ? &palette_ansi : &palette_none;
        struct tally tally = count(analysis);
        int r;

        fprintf(stream, "%s%s%s%s%s, workload %s (%s), %s, observed by %s, %u replica%s\n\n",
                palette->bold, analysis->application_name, analysis->application_version ? " " : "",
                analysis->application_version ? analysis->application_version : "", palette->reset,
                analysis->workload_name, analysis->workload_kind, analysis->kernel,
                analysis->observer, analysis->replicas, plural(analysis->replicas));
        if (tally.used > 0) {
                r = write_table(analysis, palette, stream);
                if (r < 0)
                        return r;
                fputc('\n', stream);
        }
        write_joint(analysis, &tally, palette, options->width, stream);
        write_summary(analysis, &tally, palette, stream);
        return stream_result(stream);
}
