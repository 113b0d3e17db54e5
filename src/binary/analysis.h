/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* From an ELF file to what its functions do. */

#include "base/error.h"
#include "binary/object.h"
#include "binary/summary.h"

/*
 * Analyses every function of the object, one by one. Takes time in proportion to the code (about a
 * second for 5 MiB) and memory in proportion to the result. Returns 0, -ENOTSUP where there is no
 * decoder for the object's ABI, or -ENOMEM.
 */
int object_analyse(const struct object *object, struct summary **ret, struct error *error);
