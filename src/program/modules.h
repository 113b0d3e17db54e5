/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Mechanisms by which libraries load objects whose names are not in their code, but plainly in
 * their configuration: the name service switch (/etc/nsswitch.conf), character conversion
 * (gconv-modules), PAM (/etc/pam.d). Each is recognised by a string that the code which does it
 * refers to. The table is data/modules.csv.
 *
 * What is not on the system cannot be loaded and is not listed as missing. The functions that the
 * objects are asked for have names that are put together at run time: all that objects of
 * LOAD_MODULE export may be called, and so of those that were there for another reason (is_module).
 *
 * The name service tells more: who looks something up names the function (binary/lookup-names.h).
 * Services count that are configured for the databases of functions which reachable code names, and
 * of their functions those that it names (reach-lookups.c).
 */

#include <stdbool.h>

#include "program/program.h"

/*
 * Reachable code of object `object` refers to `string`: where that tells a mechanism, or a function
 * that its modules are asked for, adds the modules on this system that its configuration names.
 * Cheap for strings that tell nothing. Returns 0 or -ENOMEM.
 */
int modules_consider(
        struct program *program, size_t object, const char *string, struct error *error);

/* True where a mechanism was found in the object: what it loads by names that are not known is what
 * modules_consider() added. */
bool modules_explain(const struct program *program, size_t object);
