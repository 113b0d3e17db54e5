/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the tests that look at a sandbox from the inside have in common. Include cmocka.h before. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/strings.h"
#include "sandbox/sandbox.h"

/* For bodies that run in the sandbox: tells what did not hold, and fails. */
#define CHECK(condition)                                                                        \
        do {                                                                                    \
                if (!(condition)) {                                                             \
                        fprintf(stderr, "%s:%d: in the sandbox: not true: %s (%s)\n", __FILE__, \
                                __LINE__, #condition, strerror(errno));                         \
                        return 1;                                                               \
                }                                                                               \
        } while (0)

static const struct sandbox_options plain = {.disk = 16u << 20};

static inline struct sandbox *start(
        const struct sandbox_options *options, int (*entry)(void *), void *context)
{
        struct sandbox *sandbox = NULL;
        struct error error = {};

        if (sandbox_start(options, entry, context, &sandbox, &error) < 0)
                fail_msg("%s", error.message);
        return sandbox;
}

/* Waits, frees and returns the status as of wait(2). */
static inline int finish(struct sandbox *sandbox)
{
        struct error error = {};
        struct rusage usage;
        int r, status = -1;

        r = sandbox_finish(sandbox, &status, &usage, &error);
        sandbox_free(sandbox);
        if (r < 0)
                fail_msg("%s", error.message);
        return status;
}

static inline void expect_success(
        const struct sandbox_options *options, int (*entry)(void *), void *context)
{
        assert_int_equal(finish(start(options, entry, context)), 0);
}

static inline char *content_of(const char *path)
{
        char *text = NULL;

        return read_file(path, 1u << 20, &text, NULL) < 0 ? NULL : text;
}

static inline bool holds(const char *path, const char *text)
{
        CLEANUP_FREE char *content = content_of(path);

        return content && strcmp(content, text) == 0;
}

static inline int put(const char *path, const char *text)
{
        CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

        return fd < 0 ? -errno : write_all(fd, text, strlen(text));
}
