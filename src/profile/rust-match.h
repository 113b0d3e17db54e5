/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A dispatch written as a match of Rust:
 *
 *     SYS_READ => self.sys_read(fd, buffer),
 *     Sysno::timer_create | Sysno::timer_settime => Ok(0),
 *
 * An arm that only says Ok(0) fakes the call, one that only says Err(…) stubs it, or has it missing
 * where the error is ENOSYS.
 */

#include "profile/readers.h"

enum rust_naming {
        RUST_CONSTANTS, /* SYS_READ */
        RUST_VARIANTS,  /* Sysno::read */
};

/* Adds what the arms say of calls that are named so. Refuses a text without such an arm. */
int rust_match_parse(const struct source_text *source, enum rust_naming naming,
        struct profile *profile, struct error *error);
