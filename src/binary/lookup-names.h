/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Names by which glibc's name service asks its modules for functions: a module SERVICE exports
 * _nss_SERVICE_getpwnam_r(), and whoever wants it asks for "getpwnam_r". So such strings in code
 * tell which functions of modules may be called (program/modules.h).
 */

#include <stdbool.h>

/* True for a name such as "getpwnam_r", "setgrent", "initgroups_dyn". May be true for others. */
bool is_lookup_name(const char *string);

/* The part of "_nss_SERVICE_getpwnam_r" that is such a name, or NULL. */
const char *lookup_name_of_symbol(const char *symbol);
