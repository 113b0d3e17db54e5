/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The functions that .eh_frame describes: where code can be unwound, and by whom it is caught. */

#include "binary/functions.h"

/*
 * Appends a function for each entry, in the order of the section, as it is told: they may lie
 * anywhere and overlap. Entries that cannot be read are left out. Returns 0 or -ENOMEM.
 */
int frames_read(const struct object *object, struct functions *ret);
