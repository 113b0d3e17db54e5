/* SPDX-License-Identifier: BSD-3-Clause */

/* Kerla: a match over constants, SYS_READ => self.sys_read(…). */

#include "profile/rust-match.h"
#include "profile/tree.h"

int kerla_parse(const struct source_text *source, struct profile *profile, struct error *error)
{
        return rust_match_parse(source, RUST_CONSTANTS, profile, error);
}

int kerla_read(const char *path, struct profile *profile, struct error *error)
{
        static const char *const files[] = {
                "kernel/syscalls/mod.rs",
                "kernel/syscalls/dispatcher.rs",
                NULL,
        };

        return tree_read_first(path, files, kerla_parse, profile, error);
}
