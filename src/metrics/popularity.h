/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * How many machines have a package installed, and what it depends on: Debian's popularity contest
 * (by_inst) and lists of packages (Packages, of deb822's format).
 */

#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

struct popularity;

/*
 * Reads a by_inst file: lines of rank, name, inst, vote, old, recent, no-files, and optionally a
 * maintainer in parentheses; comments begin with #; a line of dashes, the total behind it, ends the
 * list. The number of submissions is the "Submissions:" comment where there is one, else the
 * highest inst. Returns 0, -EINVAL with file and line, or -errno.
 */
int popularity_parse(const char *path, const char *text, size_t size, struct popularity **ret,
        struct error *error);

/*
 * Adds what packages depend on: Depends and Pre-Depends; versions and architectures are not looked
 * at. Of alternatives the first that the list has counts, Provides included, or else the first; of
 * several providers the one on most machines; of several stanzas of one package the first. As
 * above.
 */
int popularity_parse_packages(struct popularity *popularity, const char *path, const char *text,
        size_t size, struct error *error);

/*
 * Says which package an application belongs to, where that is not its name: rows of
 * "application,package"; # begins a comment. As above.
 */
int popularity_parse_names(struct popularity *popularity, const char *path, const char *text,
        size_t size, struct error *error);

/* The name of the application's package. Belongs to `popularity`, or is `application`. */
const char *popularity_package(const struct popularity *popularity, const char *application);

/* The share of machines that have the package, 0 to 1; 0 for one that the contest does not know. */
double popularity_share(const struct popularity *popularity, const char *package);

/* Machines that have it; 0 as above. */
unsigned long popularity_installs(const struct popularity *popularity, const char *package);

/* Names of the packages it depends on, directly, ended by NULL; belongs to `popularity`. NULL: none
 * known. */
const char *const *popularity_dependencies(
        const struct popularity *popularity, const char *package);

struct popularity *popularity_free(struct popularity *popularity);
DEFINE_CLEANUP(struct popularity *, popularity_free)
#define CLEANUP_POPULARITY CLEANUP(popularity_freep)
