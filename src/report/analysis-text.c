/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/strings.h"
#include "report/impact.h"
#include "report/stream.h"
#include "report/table.h"
#include "report/terminal.h"

/* One kind of features: its table, and what is said of it. */
struct section {
        const struct table_column *columns;
        size_t column_count;
        const char *noun; /* of one; an s makes it several */
        const char *verb; /* what the program did with them */
};

static const struct table_column call_columns[] = {
        {"call"},
        {"count", .right = true},
        {"verdict"},
        {"stubbed"},
        {"faked"},
};

static const struct table_column subfeature_columns[] = {
        {"sub-feature"},
        {"count", .right = true},
        {"verdict"},
        {"stubbed"},
        {"faked"},
};

static const struct table_column file_columns[] = {
        {"file"},
        {"count", .right = true},
        {"verdict"},
        {"absent"},
        {"empty"},
        {"denied"},
};

static const struct section sections[FEATURE_KIND_COUNT] = {
        [FEATURE_SYSCALL] = {call_columns, ARRAY_SIZE(call_columns), "call", "used"},
        [FEATURE_SUBFEATURE] = {subfeature_columns, ARRAY_SIZE(subfeature_columns), "sub-feature",
                "used"},
        [FEATURE_FILE] = {file_columns, ARRAY_SIZE(file_columns), "file", "named"},
};

/* How many features of one kind came to what. */
struct tally {
        unsigned used;
        unsigned verdicts[VERDICT_COUNT];
        unsigned unstable;
        unsigned avoidable;
};

static struct tally count(const struct analysis *analysis, enum feature_kind kind)
{
        const struct analysed_feature *feature;
        struct tally tally = {};
        enum mode mode;

        vector_for_each(feature, &analysis->features) {
                if (feature->feature.kind != kind)
                        continue;
                tally.used++;
                tally.verdicts[verdict_of(feature)]++;
                tally.unstable += feature_is_unstable(feature);
                tally.avoidable += feature_is_avoidable(feature, &mode);
        }
        return tally;
}

static int add_mode(
        struct table *table, const struct mode_result *mode, const struct palette *palette)
{
        char outcome[OUTCOME_TEXT_MAX];

        if (mode->runs == 0)
                return table_cell(table, palette->dim, "not tested");
        if (mode->works && mode->warnings && mode->warnings[0])
                return table_cell(table, palette->yellow, "works, but");
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
        case VERDICT_UNTESTED:
                return palette->dim;
        case VERDICT_COUNT:
                break;
        }
        return "";
}

/* A file is the path; other kinds are known by their names. */
static const char *shown_name(const struct feature *feature, char buffer[FEATURE_NAME_MAX])
{
        feature_name(*feature, buffer);
        return feature->kind == FEATURE_FILE ? strchr(buffer, ':') + 1 : buffer;
}

static int add_feature(
        struct table *table, const struct analysed_feature *feature, const struct palette *palette)
{
        enum verdict verdict = verdict_of(feature);
        char name[FEATURE_NAME_MAX];

        if (table_cell(table, "", "%s", shown_name(&feature->feature, name)) < 0 ||
                table_cell(table, "", "%" PRIu64, feature->count) < 0 ||
                table_cell(table, verdict_color(verdict, palette), "%s", verdict_name(verdict)) <
                        0 ||
                add_mode(table, &feature->stub, palette) < 0 ||
                add_mode(table, &feature->fake, palette) < 0)
                return -ENOMEM;
        return feature->feature.kind == FEATURE_FILE ? add_mode(table, &feature->deny, palette) : 0;
}

/* Adds the features of that kind with that verdict. */
static int add_group(struct table *table, const struct analysis *analysis, enum feature_kind kind,
        enum verdict verdict, const struct palette *palette)
{
        const struct analysed_feature *feature;
        bool first = true;
        int r;

        vector_for_each(feature, &analysis->features) {
                if (feature->feature.kind != kind || verdict != verdict_of(feature))
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

/* Sub-features that were not tested stand below the table, see write_untested(). */
static int write_table(const struct analysis *analysis, enum feature_kind kind,
        const struct palette *palette, FILE *stream)
{
        const struct section *section = &sections[kind];
        CLEANUP_TABLE struct table *table = table_new(section->columns, section->column_count);
        int r;

        if (!table)
                return -ENOMEM;
        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++) {
                if (kind == FEATURE_SUBFEATURE && verdict == VERDICT_UNTESTED)
                        continue;
                r = add_group(table, analysis, kind, verdict, palette);
                if (r < 0)
                        return r;
        }
        return table_write(table, palette->bold, palette->reset, stream);
}

/* Features to be named. */
struct names {
        VECTOR(struct feature) features;
};

static void names_clear(struct names *names)
{
        vector_clear(&names->features);
}

/* Writes the heading before the first one. */
static void write_mode_warnings(struct analysed_feature *feature, enum mode mode, bool *any,
        const struct palette *palette, FILE *stream)
{
        char **warnings = feature_mode(feature, mode)->warnings;
        char name[FEATURE_NAME_MAX];

        for (size_t i = 0; warnings && warnings[i]; i++) {
                if (!*any)
                        fprintf(stream,
                                "%sThese pass the test, but may not do all they should:%s\n",
                                palette->yellow, palette->reset);
                *any = true;
                fprintf(stream, "  %s %s: %s\n", feature_name(feature->feature, name),
                        mode_participle(mode), warnings[i]);
        }
}

static void write_warnings(
        const struct analysis *analysis, const struct palette *palette, FILE *stream)
{
        struct analysed_feature *feature;
        bool any = false;

        vector_for_each(feature, &analysis->features) {
                for (enum mode mode = 0; mode < MODE_COUNT; mode++)
                        write_mode_warnings(feature, mode, &any, palette, stream);
        }
        if (any)
                fputc('\n', stream);
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

/* Whether only system calls were looked at. */
static bool is_of_calls_only(const struct analysis *analysis)
{
        return analysis->subfeatures == SUBFEATURES_NONE && !analysis->files;
}

/* What of the avoidable features the joint check is about: not what goes with its call. */
static unsigned count_candidates(const struct analysis *analysis)
{
        const struct analysed_feature *feature;
        unsigned candidates = 0;
        enum mode mode;

        vector_for_each(feature, &analysis->features)
                candidates += feature_is_avoidable(feature, &mode) &&
                              !analysis_call_is_avoidable(analysis, feature->feature);
        return candidates;
}

/* The sub-features that need no test, call by call. */
static int write_untested(const struct analysis *analysis, unsigned width, FILE *stream)
{
        const struct analysed_feature *feature;
        CLEANUP(names_clear) struct names names = {};
        struct feature *added;

        vector_for_each(feature, &analysis->features) {
                if (feature->feature.kind != FEATURE_SUBFEATURE ||
                        verdict_of(feature) != VERDICT_UNTESTED)
                        continue;
                added = vector_add(&names.features);
                if (!added)
                        return -ENOMEM;
                *added = feature->feature;
        }
        if (names.features.count > 0)
                fputs("\nUsed, but not tested, since the whole call may be left out:\n", stream);
        write_names("", names.features.items, names.features.count, width, stream);
        return 0;
}

static void write_joint(const struct analysis *analysis, unsigned avoidable,
        const struct palette *palette, unsigned width, FILE *stream)
{
        const struct joint_result *joint = &analysis->joint;
        size_t together = joint->stub.count + joint->fake.count;
        const struct conflict *conflict;
        const char *noun = is_of_calls_only(analysis) ? "call" : "feature";

        if (avoidable == 0)
                return;
        if (!joint->tested) {
                fputs("What may be left out together was not checked.\n", stream);
                return;
        }
        if (joint->works || together == avoidable)
                fprintf(stream, "%sAll %u avoidable %s%s may be left out together%s%s:\n",
                        palette->green, avoidable, noun, plural(avoidable), palette->reset,
                        joint->works ? "" : ", though not each in any mode");
        else
                fprintf(stream,
                        "%sThe %u avoidable %ss do not all work together%s; these %zu do:\n",
                        palette->yellow, avoidable, noun, palette->reset, together);
        write_names("stubbed", joint->stub.items, joint->stub.count, width, stream);
        write_names("faked", joint->fake.items, joint->fake.count, width, stream);
        if (joint->conflicts.count > 0)
                fputs("These work one by one, but not together:\n", stream);
        vector_for_each(conflict, &joint->conflicts)
                write_names("conflict", conflict->features.items, conflict->features.count, width,
                        stream);
}

static void write_tally(const struct section *section, const struct tally *tally,
        const struct palette *palette, FILE *stream)
{
        fprintf(stream, "%sOf %u %s%s %s: %u required, %u avoidable%s", palette->bold, tally->used,
                section->noun, plural(tally->used), section->verb,
                tally->verdicts[VERDICT_REQUIRED], tally->avoidable, palette->reset);
        if (tally->avoidable > 0)
                fprintf(stream, " (%u stub only, %u fake only, %u either)",
                        tally->verdicts[VERDICT_STUB], tally->verdicts[VERDICT_FAKE],
                        tally->verdicts[VERDICT_EITHER]);
        if (tally->unstable > 0)
                fprintf(stream, ", %u unstable", tally->unstable);
        if (tally->verdicts[VERDICT_UNTESTED] > 0)
                fprintf(stream, ", %u not tested", tally->verdicts[VERDICT_UNTESTED]);
        fputs(".\n", stream);
}

static void write_runs(const struct analysis *analysis, FILE *stream)
{
        fprintf(stream, "%u runs in %.1f s, %u at a time", analysis->runs, analysis->wall,
                analysis->jobs);
        if (analysis->runs_reused > 0)
                fprintf(stream, "; %u of them from an earlier part", analysis->runs_reused);
        fputs(".\n", stream);
}

static void write_heading(
        const struct analysis *analysis, const struct palette *palette, FILE *stream)
{
        fprintf(stream, "%s%s%s%s%s, workload %s (%s), %s, observed by %s, %u replica%s\n\n",
                palette->bold, analysis->application_name, analysis->application_version ? " " : "",
                analysis->application_version ? analysis->application_version : "", palette->reset,
                analysis->workload_name, analysis->workload_kind, analysis->kernel,
                analysis->observer, analysis->replicas, plural(analysis->replicas));
}

int report_analysis_text(
        const struct analysis *analysis, const struct text_options *options, FILE *stream)
{
        const struct palette *palette = options->color ? &palette_ansi : &palette_none;
        struct tally tallies[FEATURE_KIND_COUNT];
        int r;

        write_heading(analysis, palette, stream);
        for (enum feature_kind kind = 0; kind < FEATURE_KIND_COUNT; kind++) {
                tallies[kind] = count(analysis, kind);
                if (tallies[kind].used == 0)
                        continue;
                r = write_table(analysis, kind, palette, stream);
                if (r < 0)
                        return r;
                if (kind == FEATURE_SUBFEATURE)
                        r = write_untested(analysis, options->width, stream);
                if (r < 0)
                        return r;
                fputc('\n', stream);
        }
        write_warnings(analysis, palette, stream);
        r = impact_text(&analysis->impact, palette, stream);
        if (r < 0)
                return r;
        write_joint(analysis, count_candidates(analysis), palette, options->width, stream);
        for (enum feature_kind kind = 0; kind < FEATURE_KIND_COUNT; kind++)
                if (tallies[kind].used > 0 || kind == FEATURE_SYSCALL)
                        write_tally(&sections[kind], &tallies[kind], palette, stream);
        write_runs(analysis, stream);
        return stream_result(stream);
}
