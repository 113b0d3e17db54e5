/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which pseudo-files the path that a call was given names, as the calling thread sees it: from its
 * root and working directory or descriptor, in its mount namespace, with /proc/self meaning itself.
 *
 * A path can name several: /dev/stdin is one, leads to /proc/self/fd/0, which is another, and that
 * to a terminal. So the answer is a chain: the path as it was given, made absolute; what it is each
 * time its last component was a symbolic link and is followed; and the file in the end, once all
 * links on the way are resolved. What is not there is no failure: the rest of the path is taken as
 * it is.
 *
 * Nothing is opened but with O_PATH, which has no effect on devices, FIFOs and automounts, and no
 * descriptor is kept, which would make a file system busy. A file system that is not on this
 * machine, or served by a process (FUSE), may be waited for where links lead through it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "feature/feature.h"

struct resolver;

/*
 * `proc` is a descriptor of a /proc that has the threads in question under the numbers in question;
 * it stays the caller's and must outlive the resolver. Returns NULL when out of memory.
 */
struct resolver *resolver_new(int proc);
struct resolver *resolver_free(struct resolver *resolver);
DEFINE_CLEANUP(struct resolver *, resolver_free)
#define CLEANUP_RESOLVER CLEANUP(resolver_freep)

struct pathname_request {
        pid_t thread;
        int directory;    /* where a relative path starts: the thread's descriptor, or AT_FDCWD */
        const char *path; /* shorter than PATH_MAX */
        bool follow;      /* a symbolic link as the last component is followed */
};

struct pathname {
        const struct feature *files; /* the chain, without what is no pseudo-file, each once */
        size_t file_count;
        const char *final; /* absolute; "" where the end has no path (a pipe, a loop of links) */
        bool exists;       /* the file in the end was found */
        bool is_folder;    /* of that file; told where file_count > 0 */
};

/*
 * Resolves. What `ret` points to belongs to the resolver and holds until its next use. Returns 0;
 * -ENOENT for an empty path, which names nothing; or -errno where there is nothing to start from:
 * the thread is gone, or the descriptor is not open or has no path.
 */
int resolver_resolve(
        struct resolver *resolver, const struct pathname_request *request, struct pathname *ret);
