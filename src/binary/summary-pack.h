/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* For tests: what of the packed form is not in summary.h. */

#include <stddef.h>
#include <stdint.h>

/* Puts the checksum in front right, where the rest was changed by hand. Shorter ones stay. */
void summary_seal(void *data, size_t size);
