/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What a database has, as a list. */

#include <stdbool.h>
#include <stdio.h>

#include "store/contents.h"

/* As tables. Returns 0 or -errno. */
int report_contents_text(struct store *store, bool color, FILE *stream, struct error *error);

/* The document of schema loupe/contents/1 (data/contents.schema.json). Returns 0 or -errno. */
int report_contents_json(struct store *store, FILE *stream, struct error *error);
