/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the JSON reports have in common. */

#include <jansson.h>
#include <stdio.h>

#include "base/json.h"
#include "feature/feature.h"

/* The array with the item, both of which it takes over; NULL, both released, when out of memory. */
json_t *json_append(json_t *array, json_t *item);

/*
 * What names a feature: {"kind", "name"}, and further a call's "number", a sub-feature's "syscall",
 * "selector" and "value", a file's "path". NULL when out of memory.
 */
json_t *json_feature(const struct feature *feature);

/* {"name": "loupe", "version": …, "settings": …}; takes the settings over, NULL: there are none. */
json_t *json_tool(json_t *settings);

/* Writes the document and releases it; NULL counts as out of memory. Returns 0 or -errno. */
int json_write(json_t *document, FILE *stream);
