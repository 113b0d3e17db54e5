/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What an import has to tell: why files were refused, and odd shapes, grouped. */

#include "base/vector.h"
#include "store/loupedb.h"

/* What is read, or passed over, though it is odd. */
enum oddity {
        ODDITY_NO_HEADER,
        ODDITY_MORE_ROWS,
        ODDITY_ALL_MARKED,
        ODDITY_UNUSED_MARKED,
        ODDITY_NO_FINAL_NEWLINE,
        ODDITY_OTHER_TEXT,
        ODDITY_CHANGED,
        ODDITY_LINK,
        ODDITY_NO_DATA,
        ODDITY_OTHER_FOLDER,
        ODDITY_COUNT,
};

struct import_notes {
        size_t places_told; /* of each oddity; the others are counted */
        struct {
                size_t count;
                size_t times;          /* all `times` of its places together */
                VECTOR(char *) places; /* the first of them */
        } oddities[ODDITY_COUNT];
        VECTOR(char *) problems;
        VECTOR(char *) lines;
};

void import_notes_clear(struct import_notes *notes);
#define CLEANUP_IMPORT_NOTES CLEANUP(import_notes_clear)

/* Notes an oddity at a place, which is copied, and has it so many times, or 0. Returns 0 or
 * -ENOMEM.
 */
int import_notes_odd(
        struct import_notes *notes, enum oddity oddity, const char *place, unsigned times);

/* Adds a line to the problems. Returns 0 or -ENOMEM. */
int import_notes_problem(struct import_notes *notes, const char *message);

/* Adds a line behind those on oddities. Returns 0 or -ENOMEM. */
int import_notes_line(struct import_notes *notes, const char *line);

/* Hands all over to the report. Returns 0 or -ENOMEM. */
int import_notes_finish(struct import_notes *notes, struct import_report *report);
