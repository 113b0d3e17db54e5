/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What a program still has in front of it when its main() is entered. */

#include "program/reach-state.h"

/*
 * Reaches, in a state that has nothing reached yet, what remains of `state->whole`: main() and who
 * called it, destructors, and every function whose address was let go.
 */
int post_init_reach_roots(struct reach_state *state);
