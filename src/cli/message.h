/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Messages to the user on standard error: the only place that prints them. */

/* "loupe VERB: TEXT", or "loupe: TEXT" where `verb` is NULL. */
void message_error(const char *verb, const char *text);

/* "note: TEXT": what is worth knowing, and no failure. */
void message_note(const char *text);
