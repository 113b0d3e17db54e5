/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* gnuplot, which draws: a program of its own, found by $PATH. */

#include <stdio.h>

#include "base/error.h"
#include "plot/script.h"

/*
 * Has gnuplot carry out the script and writes the figure to the stream, which nothing is written to
 * where it fails. The user's settings for gnuplot play no part. What it said although it succeeded
 * is left in `*ret_said`, owned by the caller; NULL: nothing. Returns 0 or -errno with a message:
 * -ENOENT where there is no gnuplot.
 */
int gnuplot_draw(const char *script, size_t size, enum plot_format format, FILE *stream,
        char **ret_said, struct error *error);
