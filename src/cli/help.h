/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Help and manual, written from the tables of verbs and options. */

#include <stdio.h>

#include "cli/verb.h"

/* What `loupe --help` says. `width` is in columns. */
void help_loupe(unsigned width, FILE *stream);

/* What `loupe VERB --help` says. */
void help_verb(const struct verb *verb, unsigned width, FILE *stream);

/* What `loupe FAMILY --help` says: the verbs whose names begin with that word. */
void help_family(const char *family, unsigned width, FILE *stream);

/* The commands of the manual page, as man(7) source: a subsection for each verb. */
void help_roff(FILE *stream);
