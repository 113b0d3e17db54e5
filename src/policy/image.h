/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What a process executes, or is about to: its executable, and the script that this was given
 * (scope.h says what that is).
 */

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "base/cleanup.h"

/* Of a command line, only so many words are looked at, and so many bytes. */
#define IMAGE_WORDS_MAX 128
#define IMAGE_BYTES_MAX (16u << 10)

/*
 * Files that are no scripts, as of their last change: most of what is executed, over and over. One
 * place for each key. Zeroed, it knows none.
 */
struct programs {
        struct {
                dev_t device;
                ino_t inode;
                struct timespec change; /* a time of 0: the place is free */
        } files[256];
};

/* The beginning of a command line. */
struct words {
        char text[IMAGE_BYTES_MAX];
        size_t used;
        const char *list[IMAGE_WORDS_MAX]; /* point into text */
        size_t count;
};

/* For the stack; not to be moved. Only `path` is for others. */
struct image {
        char path[PATH_MAX]; /* of the executable, links resolved */
        struct stat file;    /* that one */
        struct programs *programs;
        int proc;
        pid_t process;
        int root;              /* descriptor, O_PATH; -1: not opened */
        char folder[PATH_MAX]; /* working directory, as seen from root */
        bool knows_folder;     /* `folder` is set */
        bool knows_words;
        struct words words;
};

#define IMAGE_INIT         \
        {                  \
                .root = -1 \
        }

/*
 * The executable of `process`. `proc` is a descriptor of a /proc that has both the caller and the
 * process, which is under this number there; `programs` may gain entries. Both must outlive the
 * image. Returns 0, -ESRCH where it is gone, or -errno.
 */
int image_of_process(struct image *image, struct programs *programs, int proc, pid_t process);

/*
 * What will be the executable when `thread` executes `path` with the argument vector at an address
 * of its memory (scope_judge_exec()). Returns as image_of_process(), and -ENOENT where there is
 * none.
 */
int image_of_exec(struct image *image, struct programs *programs, int proc, pid_t thread,
        const char *path, uint64_t arguments, bool short_pointers);

/*
 * The path of the script, links resolved. Returns 1, 0 where there is none, or -errno as
 * image_of_process().
 */
int image_script(struct image *image, char ret[PATH_MAX]);

/* True where the executable is the caller's own. */
bool image_is_own(const struct image *image);

void image_clear(struct image *image);
#define CLEANUP_IMAGE CLEANUP(image_clear)
