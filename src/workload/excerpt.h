/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What a user wrote, fit for a message of one line: control characters become '?', and what is
 * longer than fits is cut between two characters and ends in "…". `text` is UTF-8 where it is to
 * stay whole characters. Writes to and returns `buffer`.
 */

#define EXCERPT_SIZE 256

const char *excerpt(const char *text, char buffer[EXCERPT_SIZE]);
