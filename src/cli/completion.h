/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Scripts by which shells complete loupe's command lines, written from the tables of verbs and
 * options. */

#include <stdio.h>

void completion_bash(FILE *stream);
void completion_zsh(FILE *stream);
