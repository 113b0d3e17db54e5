/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The journal of an analysis: every run's outcome, on disk before the search goes on.
 *
 * DIR/journal.jsonl has one JSON object a line: a header (schema loupe/journal/1), which says what
 * was asked for, then one record a run. A record is appended in one write and synced, so that an
 * end at any moment loses at most the runs that were under way; a line cut short by it is dropped
 * on resuming.
 *
 * The search is deterministic given the outcomes: to resume, it is simply done again, and each run
 * that has a record is taken from here instead of being carried out.
 */

#include <stdbool.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "observe/observation.h"
#include "run/outcome.h"
#include "run/run.h"

/* What is kept of a run. */
struct run_record {
        char *key;    /* what the run was for: unique in the journal, made by the search */
        char *policy; /* policy_text() */
        struct outcome outcome;
        double wall; /* seconds; these as in struct run_result */
        double ready;
        double total;
        double cpu;
        double elapsed; /* seconds of the analysis, all its parts, when the run ended */
        double limit;   /* seconds that the run was given in total */
        bool out_of_memory;
        bool has_usage; /* records of earlier versions have none */
        struct usage usage;
        double score; /* NAN: none */
        char *output; /* the last of it */
        char *script_output;
        struct observation observation;
        struct refusals refusals; /* what was asked for in vain, where that was recorded */
};

struct journal;

/*
 * Starts a journal in the folder, which is made where it is missing. `header` is a JSON object, not
 * stolen; the schema is added to it. Returns 0, -EEXIST where the folder has a journal, or -errno.
 */
int journal_create(
        const char *directory, json_t *header, struct journal **ret, struct error *error);

/*
 * Opens the journal of a folder, to continue it or only to read. Returns 0 or -errno: -ENOENT where
 * there is none, -EINVAL with file and line for one that is damaged elsewhere than in its last
 * line, -EBUSY where another process is writing it.
 */
int journal_open(const char *directory, bool read_only, struct journal **ret, struct error *error);

/* As journal_open() only to read, of text in memory; `path` is for messages. */
int journal_parse(
        const char *path, const char *text, size_t size, struct journal **ret, struct error *error);

struct journal *journal_free(struct journal *journal);
DEFINE_CLEANUP(struct journal *, journal_free)
#define CLEANUP_JOURNAL CLEANUP(journal_freep)

/* The header; belongs to the journal. */
json_t *journal_header(const struct journal *journal);

/* The record of that key, or NULL. Belongs to the journal; valid until the journal is freed. */
const struct run_record *journal_find(const struct journal *journal, const char *key);

/*
 * As journal_find(), for the search. `*ret_first` is true where the record was in the journal when
 * that was opened, and is asked for the first time since.
 */
const struct run_record *journal_take(struct journal *journal, const char *key, bool *ret_first);

/* Seconds that the analysis had taken when its last run ended; 0 where there is none. */
double journal_elapsed(const struct journal *journal);

/* All records in the order of their ends: how many, and one of them, from 0 on. */
size_t journal_count(const struct journal *journal);
const struct run_record *journal_record(const struct journal *journal, size_t index);

/*
 * All records as an array of the journal's own objects, without what was observed and refused.
 * Owned by the caller; NULL when out of memory.
 */
json_t *journal_records_json(const struct journal *journal);

/*
 * Appends, and syncs to disk. Takes over what the result owns (it is left empty). `*ret` is the
 * journal's own copy. Returns 0 or -errno (-ENOSPC: the record is not kept, the journal still
 * whole).
 */
int journal_append(struct journal *journal, const char *key, const char *policy, double limit,
        double elapsed, struct run_result *result, const struct run_record **ret,
        struct error *error);
