/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/silent.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "search/executor.h"

/* New lines that are told, and how much of each. */
#define LINES_TOLD 3
#define LINE_TOLD  120

/* How far outside of the unmodified range a volume must lie at least: silent.h. */
#define WIDEN_LEAST      1.25 /* factors */
#define WIDEN_MOST       4
#define WIDEN_BYTES      4096
#define WIDEN_OPERATIONS 16

/* Most runs without a feature that are looked at. */
#define RUNS_MAX 100

enum volume {
        VOLUME_FILE_BYTES,
        VOLUME_FILE_OPERATIONS,
        VOLUME_NETWORK_BYTES,
        VOLUME_NETWORK_OPERATIONS,
        VOLUME_COUNT,
};

struct range {
        double low;
        double high;
};

struct silent {
        const struct journal *journal;
        VECTOR(char *) lines; /* masked, sorted */
        bool cut;             /* some run printed more than is kept */
        unsigned runs;        /* with usage */
        struct range volumes[VOLUME_COUNT];
};

/* One line of a run without the feature that is new. */
struct new_line {
        char *masked;
        char *original;
        size_t last_run; /* the number of the last run that had it, counted from 1 */
        size_t runs;
};

struct new_lines {
        struct new_line *items;
        size_t count;
        size_t capacity;
};
#define CLEANUP_NEW_LINES CLEANUP(new_lines_clear)

static void new_lines_clear(struct new_lines *lines)
{
        struct new_line *line;

        vector_for_each(line, lines) {
                free(line->masked);
                free(line->original);
        }
        vector_clear(lines);
}

struct silent *silent_free(struct silent *silent)
{
        char **line;

        if (!silent)
                return NULL;
        vector_for_each(line, &silent->lines)
                free(*line);
        vector_clear(&silent->lines);
        free(silent);
        return NULL;
}

static bool is_calendar_word(const char *word, size_t length)
{
        static const char words[] = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec "
                                    "Mon Tue Wed Thu Fri Sat Sun";

        for (const char *known = words; length == 3; known += 4) {
                if (strncmp(known, word, 3) == 0)
                        return true;
                if (known[3] == '\0')
                        break;
        }
        return false;
}

static bool is_variable(const char *word, size_t length)
{
        for (size_t i = 0; i < length; i++)
                if (isdigit((unsigned char)word[i]))
                        return true;
        return is_calendar_word(word, length);
}

static size_t word_length(const char *text)
{
        size_t length = 0;

        while (isalnum((unsigned char)text[length]))
                length++;
        return length;
}

void silent_mask(char *line)
{
        /* Between the parts of a time, a date, an address, a version or a signed number. */
        static const char joints[] = ":.,/-+ ";
        const char *from = line, *ahead;
        char *to = line;
        size_t length;

        while (*from) {
                length = word_length(from);
                if (length == 0) {
                        *to++ = isprint((unsigned char)*from) ? *from : '?';
                        from++;
                } else if (is_variable(from, length)) {
                        *to++ = '#';
                        do {
                                from += length;
                                ahead = from + strspn(from, joints);
                                length = word_length(ahead) + (size_t)(ahead - from);
                        } while (length > (size_t)(ahead - from) &&
                                 is_variable(ahead, word_length(ahead)));
                } else {
                        memmove(to, from, length);
                        to += length;
                        from += length;
                }
        }
        *to = '\0';
}

static bool is_cut(const char *output)
{
        return strlen(output) >= EXECUTOR_OUTPUT_KEPT;
}

/* Called for each whole line: `masked` may be kept where the function returns 1, not where 0. */
typedef int (*line_function)(char *masked, const char *line, size_t length, void *context);

/*
 * Calls for each line of an output, but the first where what is kept begins in its middle, and the
 * last where it has no end: the program was ended while it wrote.
 */
static int each_line(const char *output, line_function function, void *context)
{
        const char *end;
        char *masked;
        int r;

        if (is_cut(output))
                output = strchrnul(output, '\n') + (strchr(output, '\n') != NULL);
        for (; (end = strchr(output, '\n')); output = end + 1) {
                if (end == output)
                        continue;
                masked = strndup(output, (size_t)(end - output));
                if (!masked)
                        return -ENOMEM;
                silent_mask(masked);
                r = function(masked, output, (size_t)(end - output), context);
                if (r <= 0)
                        free(masked);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int compare_lines(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_known_line(char *masked, const char *line, size_t length, void *context)
{
        struct silent *silent = context;
        char **added = vector_add(&silent->lines);

        (void)line;
        (void)length;
        if (!added)
                return -ENOMEM;
        *added = masked;
        return 1;
}

static double volume_of(enum volume volume, const struct usage *usage)
{
        switch (volume) {
        case VOLUME_FILE_BYTES:
                return (double)usage->file_bytes;
        case VOLUME_FILE_OPERATIONS:
                return (double)usage->file_operations;
        case VOLUME_NETWORK_BYTES:
                return (double)usage->network_bytes;
        case VOLUME_NETWORK_OPERATIONS:
                return (double)usage->network_operations;
        case VOLUME_COUNT:
                break;
        }
        return 0;
}

static void add_volumes(struct silent *silent, const struct usage *usage)
{
        struct range *range;
        double value;

        for (enum volume volume = 0; volume < VOLUME_COUNT; volume++) {
                range = &silent->volumes[volume];
                value = volume_of(volume, usage);
                if (silent->runs == 0 || value < range->low)
                        range->low = value;
                if (silent->runs == 0 || value > range->high)
                        range->high = value;
        }
        silent->runs++;
}

/* Measurements of the impact come later: a result must not depend on whether they were made. */
static bool is_baseline(const struct run_record *record)
{
        return *record->policy == '\0' && record->outcome.kind == OUTCOME_PASSED &&
               !string_has_prefix(record->key, "impact ");
}

static bool is_of_feature(const struct run_record *record, const char *policy)
{
        return strcmp(record->policy, policy) == 0 && record->outcome.kind == OUTCOME_PASSED &&
               string_has_prefix(record->key, "feature ");
}

int silent_new(const struct journal *journal, struct silent **ret)
{
        CLEANUP_SILENT struct silent *silent = calloc(1, sizeof(*silent));
        const struct run_record *record;
        int r;

        if (!silent)
                return -ENOMEM;
        silent->journal = journal;
        for (size_t i = 0; i < journal_count(journal); i++) {
                record = journal_record(journal, i);
                if (!is_baseline(record))
                        continue;
                silent->cut = silent->cut || is_cut(record->output);
                r = each_line(record->output, add_known_line, silent);
                if (r < 0)
                        return r;
                if (record->has_usage)
                        add_volumes(silent, &record->usage);
        }
        if (silent->lines.count > 0)
                qsort(silent->lines.items, silent->lines.count, sizeof(char *), compare_lines);
        *ret = steal_pointer(silent);
        return 0;
}

/* The lines of one run: context of look_at_line(). */
struct looking {
        const struct silent *silent;
        struct new_lines *lines;
        size_t run;
};

static struct new_line *find_new_line(struct new_lines *lines, const char *masked)
{
        struct new_line *line;

        vector_for_each(line, lines)
                if (strcmp(line->masked, masked) == 0)
                        return line;
        return NULL;
}

static int look_at_line(char *masked, const char *text, size_t length, void *context)
{
        struct looking *looking = context;
        const struct silent *silent = looking->silent;
        struct new_line *line;
        bool added = false;

        if (silent->lines.count > 0 && bsearch(&masked, silent->lines.items, silent->lines.count,
                                               sizeof(char *), compare_lines))
                return 0;
        line = find_new_line(looking->lines, masked);
        if (!line) {
                line = vector_add(looking->lines);
                if (!line)
                        return -ENOMEM;
                line->original = strndup(text, length);
                if (!line->original) {
                        looking->lines->count--;
                        return -ENOMEM;
                }
                line->masked = masked;
                added = true;
        }
        line->runs += line->last_run != looking->run;
        line->last_run = looking->run;
        return added;
}

/* For a terminal: no control characters, and not too long. */
static void make_presentable(char *line)
{
        for (char *letter = line; *letter; letter++)
                if (!isprint((unsigned char)*letter))
                        *letter = '?';
        if (strlen(line) > LINE_TOLD)
                memcpy(line + LINE_TOLD - 3, "...", 4);
}

static int warn_line(char ***warnings, char *line)
{
        CLEANUP_FREE char *text = NULL;

        line += strspn(line, " \t");
        make_presentable(line);
        text = string_format("prints what no unmodified run printed: %s", line);
        return text ? strings_add(warnings, text) : -ENOMEM;
}

static int warn_lines(const struct silent *silent, const struct run_record *const *records,
        size_t count, char ***warnings)
{
        CLEANUP_NEW_LINES struct new_lines lines = {};
        struct looking looking = {.silent = silent, .lines = &lines};
        CLEANUP_FREE char *text = NULL;
        struct new_line *line;
        unsigned told = 0;
        int r = 0;

        for (size_t i = 0; r == 0 && i < count; i++) {
                looking.run = i + 1;
                /*
                 * Where the beginning of the unmodified output is not kept, a shorter output may
                 * show lines of it.
                 */
                if (!silent->cut || is_cut(records[i]->output))
                        r = each_line(records[i]->output, look_at_line, &looking);
        }
        vector_for_each(line, &lines) {
                if (r < 0 || 2 * line->runs <= count)
                        continue;
                if (told++ < LINES_TOLD)
                        r = warn_line(warnings, line->original);
        }
        if (r < 0 || told <= LINES_TOLD)
                return r;
        text = string_format("prints %u more such lines", told - LINES_TOLD);
        return text ? strings_add(warnings, text) : -ENOMEM;
}

static struct range widen(struct range range, enum volume volume)
{
        bool bytes = volume == VOLUME_FILE_BYTES || volume == VOLUME_NETWORK_BYTES;
        double least = bytes ? WIDEN_BYTES : WIDEN_OPERATIONS, factor = WIDEN_MOST;

        if (range.high < WIDEN_MOST * range.low)
                factor = fmax(range.high / range.low, WIDEN_LEAST);
        return (struct range){
                fmin(range.low / factor, range.low - least),
                fmax(range.high * factor, range.high + least),
        };
}

#define RANGE_TEXT_MAX 64

/* "4000 to 5000", or the one number that it is. */
static void range_text(const struct range *range, char buffer[RANGE_TEXT_MAX])
{
        if (range->low == range->high)
                snprintf(buffer, RANGE_TEXT_MAX, "%.0f", range->low);
        else
                snprintf(buffer, RANGE_TEXT_MAX, "%.0f to %.0f", range->low, range->high);
}

static int warn_volume(const struct silent *silent, enum volume volume,
        const struct run_record *const *records, size_t count, char ***warnings)
{
        static const char *const names[] = {
                [VOLUME_FILE_BYTES] = "bytes read and written",
                [VOLUME_FILE_OPERATIONS] = "reads and writes",
                [VOLUME_NETWORK_BYTES] = "bytes over the network",
                [VOLUME_NETWORK_OPERATIONS] = "packets over the network",
        };
        const struct range *known = &silent->volumes[volume];
        struct range normal = widen(*known, volume), seen = {};
        char seen_text[RANGE_TEXT_MAX], known_text[RANGE_TEXT_MAX];
        CLEANUP_FREE char *text = NULL;
        double value;

        for (size_t i = 0; i < count; i++) {
                if (!records[i]->has_usage)
                        return 0;
                value = volume_of(volume, &records[i]->usage);
                if (i == 0 || value < seen.low)
                        seen.low = value;
                if (i == 0 || value > seen.high)
                        seen.high = value;
        }
        if (seen.low <= normal.high && seen.high >= normal.low)
                return 0;
        range_text(&seen, seen_text);
        range_text(known, known_text);
        text = string_format("%s %s; unmodified, %s", seen_text, names[volume], known_text);
        return text ? strings_add(warnings, text) : -ENOMEM;
}

int silent_warnings(const struct silent *silent, const char *policy, char ***ret)
{
        CLEANUP_STRINGS char **warnings = strings_copy(NULL);
        const struct run_record *records[RUNS_MAX], *record;
        size_t count = 0;
        int r;

        if (!warnings)
                return -ENOMEM;
        for (size_t i = 0; i < journal_count(silent->journal) && count < RUNS_MAX; i++) {
                record = journal_record(silent->journal, i);
                if (is_of_feature(record, policy))
                        records[count++] = record;
        }
        r = count > 0 ? warn_lines(silent, records, count, &warnings) : 0;
        for (enum volume volume = 0; r == 0 && volume < VOLUME_COUNT; volume++)
                if (count > 0 && silent->runs > 0)
                        r = warn_volume(silent, volume, records, count, &warnings);
        if (r == 0)
                *ret = steal_pointer(warnings);
        return r;
}

static int check_mode(const struct silent *silent, struct feature feature, enum mode mode,
        const struct withholding *withholding, struct mode_result *result)
{
        CLEANUP_POLICY struct policy *policy = NULL;
        CLEANUP_FREE char *text = NULL;

        if (!result->works)
                return 0;
        policy = withhold_one(feature, mode, withholding);
        text = policy ? policy_text(policy) : NULL;
        return text ? silent_warnings(silent, text, &result->warnings) : -ENOMEM;
}

int silent_check(const struct journal *journal, struct analysis *analysis)
{
        CLEANUP_SILENT struct silent *silent = NULL;
        struct analysed_feature *feature;
        int r;

        r = silent_new(journal, &silent);
        vector_for_each(feature, &analysis->features) {
                for (enum mode mode = 0; r == 0 && mode < MODE_COUNT; mode++)
                        r = check_mode(silent, feature->feature, mode, &analysis->withholding,
                                feature_mode(feature, mode));
        }
        return r;
}
