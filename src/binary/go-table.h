/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The functions that a Go program's own table tells (.gopclntab). */

#include "binary/functions.h"

/*
 * Appends a function for each row, each as long as to the next: all that code of Go knows, but not
 * that of C in the same program. Tables that cannot be read give none. Returns 0 or -ENOMEM.
 */
int go_table_read(const struct object *object, struct functions *ret);
