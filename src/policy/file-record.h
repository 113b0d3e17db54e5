/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The pseudo-files that a run has named: counted by the supervisor in the sandbox, read by loupe
 * when that has gone. Memory shared between the two, of fixed size.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "feature/feature.h"

struct file_record;

/* Empty; shared with processes forked later. Returns NULL with errno set. */
struct file_record *file_record_new(void);
struct file_record *file_record_free(struct file_record *record);
DEFINE_CLEANUP(struct file_record *, file_record_free)
#define CLEANUP_FILE_RECORD CLEANUP(file_record_freep)

/* Counts one use of a folded path. What finds no room any more is counted as lost. */
void file_record_note(struct file_record *record, const char *path);

/*
 * Tells entry `index`, from 0 on, in the order of their first use. Returns 0, -ENOENT behind the
 * last one, or -EOVERFLOW with a message where anything was lost.
 */
int file_record_read(const struct file_record *record, size_t index, struct feature *ret_file,
        uint64_t *ret_count, struct error *error);
