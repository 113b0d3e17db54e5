/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <jansson.h>

/*
 * A JSON string, owned by the caller. Text comes from file names and the output of programs: bytes
 * that are not UTF-8 become question marks. A NULL string becomes null. NULL when out of memory.
 */
json_t *json_text(const char *text);
