/* SPDX-License-Identifier: BSD-3-Clause */

/* Which of several measurements of one application and kind of workload counts. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "dataset/selection.h"

/* Not strings_add(): that counts the list each time, and there may be a note an application. */
typedef VECTOR(char *) note_list;

static void notes_clear(note_list *notes)
{
        char **note;

        vector_for_each(note, notes)
                free(*note);
        vector_clear(notes);
}

static bool same_subject(const struct dataset *a, const struct dataset *b)
{
        return a->kind == b->kind && strcmp(a->application, b->application) == 0;
}

static bool same_name(const struct dataset *a, const struct dataset *b)
{
        return string_equal(a->workload, b->workload) && string_equal(a->run, b->run);
}

/* Of a run that is named by a digest so many characters, which --run takes as well. */
#define RUN_SHOWN 12

/* Of results that are not taken so many are named. */
#define RIVALS_SHOWN 3

static void write_name(const struct dataset *dataset, FILE *stream)
{
        const char *run = dataset->run ? dataset->run : "";
        bool digest = strlen(run) >= 32 && strspn(run, "0123456789abcdef") == strlen(run);

        fputs(dataset->workload ? dataset->workload : "?", stream);
        if (run[0])
                fprintf(stream, " (run %.*s)", digest ? RUN_SHOWN : (int)strlen(run), run);
}

/* "iperf3 bench: iperf3-client (run 12) is taken, the last measured; not iperf-test (run 3f)".
 * One of those before `taken` has another name. */
static int add_note(const struct dataset *first, const struct dataset *taken, note_list *notes)
{
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FCLOSE FILE *stream = NULL;
        const struct dataset *rival = taken - 1;
        char **note;
        size_t size, rivals = 0;

        stream = open_memstream(&text, &size);
        if (!stream)
                return -ENOMEM;
        fprintf(stream, "%s %s: ", taken->application, dataset_kind_key(taken->kind));
        write_name(taken, stream);
        /* Where the last of its rivals has the same time, names decided. */
        while (same_name(rival, taken))
                rival--;
        fprintf(stream, " is taken, the last %s; not ",
                taken->measured != rival->measured ? "measured" : "by name");
        for (const struct dataset *other = first; other < taken; other++) {
                /* Measurements of one name lie side by side, or have times between: then it is told
                 * again. */
                if (same_name(other, taken) || (other > first && same_name(other, other - 1)))
                        continue;
                if (rivals++ >= RIVALS_SHOWN)
                        continue;
                fputs(rivals > 1 ? ", " : "", stream);
                write_name(other, stream);
        }
        if (rivals > RIVALS_SHOWN)
                fprintf(stream, " and %zu more", rivals - RIVALS_SHOWN);
        if (fflush(stream) != 0)
                return -ENOMEM;
        fclose(steal_pointer(stream));
        note = vector_add(notes);
        if (!note)
                return -ENOMEM;
        *note = steal_pointer(text);
        return 0;
}

/* The note on the datasets from `first` to `taken`, of one application and kind, where one is due.
 */
static int note_rivals(const struct dataset *first, const struct dataset *taken, note_list *notes)
{
        for (const struct dataset *other = first; other < taken; other++)
                if (!same_name(other, taken))
                        return add_note(first, taken, notes);
        return 0;
}

/* All notes, or -ENOMEM; the collection stays as it is. */
static int collect_notes(const struct collection *collection, note_list *notes)
{
        const struct dataset *const end = collection->datasets.items + collection->datasets.count;
        const struct dataset *first = collection->datasets.items, *last;

        for (; first < end; first = last + 1) {
                last = first;
                while (last + 1 < end && same_subject(last + 1, first))
                        last++;
                if (note_rivals(first, last, notes) < 0)
                        return -ENOMEM;
        }
        /* The NULL that ends the list. */
        return vector_add(notes) ? 0 : -ENOMEM;
}

int selection_choose(struct collection *collection, char ***ret_notes)
{
        note_list notes = {};
        struct dataset *const end = collection->datasets.items + collection->datasets.count;
        struct dataset *kept = collection->datasets.items;

        if (ret_notes) {
                if (collect_notes(collection, &notes) < 0) {
                        notes_clear(&notes);
                        return -ENOMEM;
                }
                *ret_notes = notes.items;
        }
        for (struct dataset *dataset = kept; dataset < end; dataset++) {
                if (dataset + 1 < end && same_subject(dataset, dataset + 1)) {
                        dataset_clear(dataset);
                        continue;
                }
                if (kept != dataset) {
                        *kept = *dataset;
                        *dataset = (struct dataset){};
                }
                kept++;
        }
        collection->datasets.count = kept - collection->datasets.items;
        return 0;
}
