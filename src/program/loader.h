/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which file the dynamic loader would load for a name.
 *
 * glibc's (ld.so(8), dlopen(3)) looks through DT_RPATH of the object that asks and of those that
 * loaded it, LD_LIBRARY_PATH, DT_RUNPATH of the object that asks, the cache /etc/ld.so.cache and
 * the default folders; in each folder first through glibc-hwcaps/ for what this machine's processor
 * can do. The sub-folders of before glibc 2.33 (tls, haswell, x86_64…), which 2.37 dropped, are
 * left out. musl's looks through LD_LIBRARY_PATH, DT_RUNPATH or DT_RPATH of the object that asks
 * and of those that loaded it, and the folders of /etc/ld-musl-ARCH.path.
 *
 * Files that are no ELF objects for this machine are passed over.
 */

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"

struct loader; /* threads may share it once it is made */

struct loader_options {
        const char *root;         /* a folder that stands for /; NULL: / itself */
        const char *library_path; /* as LD_LIBRARY_PATH; NULL: none. The environment is not read. */
};

/* Reads the cache; that there is none is no error. Returns 0 or -errno: -EBADMSG for a damaged
 * cache, whose path the message names. */
int loader_new(const struct loader_options *options, struct loader **ret, struct error *error);
/* Accepts NULL, returns NULL. */
struct loader *loader_free(struct loader *loader);
DEFINE_CLEANUP(struct loader *, loader_free)
#define CLEANUP_LOADER CLEANUP(loader_freep)

/*
 * Paths are as the program would see them, which is inside the root. loader_rooted() tells where
 * such a file is on this system: its links are followed inside the root, so that one to /lib stays
 * there. loader_inside() is for what people say: takes away the root where the path begins with it.
 * Both are owned by the caller, NULL when out of memory.
 */
char *loader_rooted(const struct loader *loader, const char *path);
char *loader_inside(const struct loader *loader, const char *path);

/* An object in the eyes of the loader; strings may be NULL. */
struct loader_object {
        const char *path; /* where it was found: for $ORIGIN */
        const char *rpath, *runpath;
        bool no_default_libraries;
        const struct loader_object *loader; /* which asked for it first; NULL: the executable */
};

struct loader_request {
        const char *name; /* as in DT_NEEDED or for dlopen(); with a slash it is a path */
        const struct loader_object *by; /* who asks */
        const struct loader_object *main;
        const char *interpreter; /* of the executable: decides on the rules; NULL: glibc's */
};

/* Finds the file. Returns 0 and its path, owned by the caller; -ENOENT; or -ENOMEM. */
int loader_find(const struct loader *loader, const struct loader_request *request, char **ret);

/* True for an interpreter that goes by musl's rules. */
bool loader_is_musl(const char *interpreter);

/* True for names by which musl's interpreter, which is the C library as well, goes itself. */
bool loader_is_musl_libc(const char *name);

/* The objects of /etc/ld.so.preload, which go into every dynamic program of glibc. Returns a list
 * owned by the caller, or NULL when out of memory. */
char **loader_preloads(const struct loader *loader);

/* The contents of a configuration file, at most 16 MiB. Returns 0 or -errno. The caller frees. */
int loader_read(const struct loader *loader, const char *path, char **ret, size_t *ret_size);
