/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The parts of the C header that are the same for every set, from data/shim/. */

extern const char shim_types[];   /* up to the declarations of the calls */
extern const char shim_success[]; /* how fakes report success; part of the skeleton */
