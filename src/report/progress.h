/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Progress as people see it: on a terminal one bar with the time left, which goes when the work is
 * done; elsewhere a plain line for each phase, and at most one a second within it.
 */

#include <stdbool.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "search/progress.h"

struct progress_display;

/* `events`: also one line for every event. NULL when out of memory. */
struct progress_display *progress_display_new(FILE *stream, bool terminal, bool events);

/* From now on this stands before the name of the phase: which of several is worked on. Must outlive
 * the display; NULL: nothing does. */
void progress_display_about(struct progress_display *display, const char *name);

/* A progress_function; `context` is the display. */
void progress_display_update(const struct progress *progress, void *context);

/* Takes the bar off, so that something else can be written. */
void progress_display_hide(struct progress_display *display);

/* Hides and frees; accepts NULL, returns NULL. */
struct progress_display *progress_display_free(struct progress_display *display);
DEFINE_CLEANUP(struct progress_display *, progress_display_free)
#define CLEANUP_PROGRESS_DISPLAY CLEANUP(progress_display_freep)
