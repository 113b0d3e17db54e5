/* SPDX-License-Identifier: BSD-3-Clause */

/* StarryOS: a match over an enumeration, Sysno::read => sys_read(…). */

#include "profile/rust-match.h"
#include "profile/tree.h"

int starryos_parse(const struct source_text *source, struct profile *profile, struct error *error)
{
        return rust_match_parse(source, RUST_VARIANTS, profile, error);
}

int starryos_read(const char *path, struct profile *profile, struct error *error)
{
        static const char *const files[] = {
                "api/src/syscall/mod.rs",
                "kernel/src/syscall/mod.rs",
                "os/StarryOS/kernel/src/syscall/mod.rs",
                "src/syscall/mod.rs",
                "src/syscall.rs",
                NULL,
        };

        return tree_read_first(path, files, starryos_parse, profile, error);
}
