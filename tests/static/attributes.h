/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* NOINLINE: a function that calls reach as they are written. KEPT: it stays though nobody needs it.
 */
#if defined(__clang__)
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noipa))
#endif
#define KEPT NOINLINE __attribute__((used))
