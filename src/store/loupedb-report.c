/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb-report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strings.h"

/* How a group is told of: "no header: 11 files: …". */
static const struct {
        const char *what;
        const char *one, *many; /* of places */
        const char *times;      /* what a place may have several times, or NULL */
} descriptions[ODDITY_COUNT] = {
        [ODDITY_NO_HEADER] = {"no header", "file", "files", NULL},
        [ODDITY_MORE_ROWS] = {"more than 335 rows", "file", "files", NULL},
        [ODDITY_ALL_MARKED] = {"used and marked in all three classes (YYYY), taken as either",
                "file", "files", "row"},
        [ODDITY_UNUSED_MARKED] = {"marked though not used, taken as not used", "file", "files",
                "row"},
        [ODDITY_NO_FINAL_NEWLINE] = {"no newline at the end", "file", "files", NULL},
        [ODDITY_OTHER_TEXT] = {"blank lines, comments, blanks, quotes or carriage returns", "file",
                "files", "line"},
        [ODDITY_CHANGED] = {"other findings than those stored for the same run, which are kept too",
                "file", "files", NULL},
        [ODDITY_LINK] = {"symbolic links, not followed", "place", "places", NULL},
        [ODDITY_NO_DATA] = {"no data", "folder", "folders", NULL},
        [ODDITY_OTHER_FOLDER] = {"neither a benchmark nor a suite by its name, passed over",
                "folder", "folders", NULL},
};

void import_notes_clear(struct import_notes *notes)
{
        char **line, **place;

        for (unsigned i = 0; i < ODDITY_COUNT; i++) {
                vector_for_each(place, &notes->oddities[i].places)
                        free(*place);
                vector_clear(&notes->oddities[i].places);
        }
        vector_for_each(line, &notes->problems)
                free(*line);
        vector_for_each(line, &notes->lines)
                free(*line);
        vector_clear(&notes->problems);
        vector_clear(&notes->lines);
}

int import_notes_odd(
        struct import_notes *notes, enum oddity oddity, const char *place, unsigned times)
{
        CLEANUP_FREE char *text = NULL;
        char **added;

        if (notes->oddities[oddity].places.count < notes->places_told) {
                text = times > 0 ? string_format("%s (%u)", place, times) : strdup(place);
                added = text ? vector_add(&notes->oddities[oddity].places) : NULL;
                if (!added)
                        return -ENOMEM;
                *added = steal_pointer(text);
        }
        notes->oddities[oddity].count++;
        notes->oddities[oddity].times += times;
        return 0;
}

int import_notes_problem(struct import_notes *notes, const char *message)
{
        char *copy = strdup(message), **line = copy ? vector_add(&notes->problems) : NULL;

        if (!line) {
                free(copy);
                return -ENOMEM;
        }
        *line = copy;
        return 0;
}

int import_notes_line(struct import_notes *notes, const char *text)
{
        char *copy = strdup(text), **line = copy ? vector_add(&notes->lines) : NULL;

        if (!line) {
                free(copy);
                return -ENOMEM;
        }
        *line = copy;
        return 0;
}

static char *describe(const struct import_notes *notes, enum oddity oddity)
{
        CLEANUP_FREE char *text = NULL;
        size_t count = notes->oddities[oddity].count, size;
        size_t told = notes->oddities[oddity].places.count;
        FILE *stream = open_memstream(&text, &size);

        if (!stream)
                return NULL;
        fprintf(stream, "%s: ", descriptions[oddity].what);
        if (descriptions[oddity].times)
                fprintf(stream, "%zu %s%s in ", notes->oddities[oddity].times,
                        descriptions[oddity].times, plural(notes->oddities[oddity].times));
        fprintf(stream, "%zu %s: ", count,
                count == 1 ? descriptions[oddity].one : descriptions[oddity].many);
        for (size_t i = 0; i < told; i++)
                fprintf(stream, "%s%s", i ? ", " : "", notes->oddities[oddity].places.items[i]);
        if (count > told)
                fprintf(stream, " and %zu more", count - told);
        if (fclose(stream) != 0)
                return NULL;
        return steal_pointer(text);
}

/* The list of all notes: oddities first. */
static int collect(struct import_notes *notes)
{
        VECTOR(char *) lines = {};
        char **line, **place;

        for (unsigned i = 0; i < ODDITY_COUNT + notes->lines.count; i++) {
                if (i < ODDITY_COUNT && notes->oddities[i].count == 0)
                        continue;
                place = vector_add(&lines);
                if (!place)
                        goto out_of_memory;
                if (i < ODDITY_COUNT)
                        *place = describe(notes, i);
                else
                        *place = steal_pointer(notes->lines.items[i - ODDITY_COUNT]);
                if (!*place)
                        goto out_of_memory;
        }
        vector_clear(&notes->lines);
        notes->lines.items = lines.items;
        notes->lines.count = lines.count;
        notes->lines.capacity = lines.capacity;
        return 0;

out_of_memory:
        vector_for_each(line, &lines)
                free(*line);
        vector_clear(&lines);
        return -ENOMEM;
}

int import_notes_finish(struct import_notes *notes, struct import_report *report)
{
        if (collect(notes) < 0)
                return -ENOMEM;
        report->refused = notes->problems.count;
        /* The NULLs that end the lists. */
        if ((notes->problems.count > 0 && !vector_add(&notes->problems)) ||
                (notes->lines.count > 0 && !vector_add(&notes->lines)))
                return -ENOMEM;
        report->problems = steal_pointer(notes->problems.items);
        report->notes = steal_pointer(notes->lines.items);
        notes->problems.count = notes->problems.capacity = 0;
        notes->lines.count = notes->lines.capacity = 0;
        return 0;
}

void import_report_clear(struct import_report *report)
{
        strings_free(report->problems);
        strings_free(report->notes);
        *report = (struct import_report){};
}
