/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What every fuzz target defines, under the name libFuzzer calls: feeds one input to the code under
 * test and returns 0. Aborts where the code breaks a promise. standalone.c calls it too.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
