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

/*
 * The entry point, and the functions that it calls directly, alone: of all others nothing is told
 * but where they are. What is told has not been through what a whole analysis ends with, so the
 * summary is for looking at how the program starts, and not to be packed. Returns as
 * object_analyse().
 */
int object_analyse_entry(const struct object *object, struct summary **ret, struct error *error);
