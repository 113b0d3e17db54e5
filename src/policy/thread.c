/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

ssize_t thread_read(int proc, pid_t thread, const char *name, void *data, size_t size)
{
        CLEANUP_CLOSE int fd = -1;
        char path[48];
        ssize_t count;

        snprintf(path, sizeof(path), "%d/%s", thread, name);
        fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        /* The kernel writes as much as there is room for, at once. */
        count = read(fd, data, size - 1);
        if (count < 0)
                return -errno;
        ((char *)data)[count] = '\0';
        return count;
}

pid_t thread_status(int proc, pid_t thread, const char *word)
{
        char status[1024], key[16];
        ssize_t size = thread_read(proc, thread, "status", status, sizeof(status));
        const char *line;

        if (size < 0)
                return (pid_t)size;
        /* The name in the first line can hold no line break: it is escaped. */
        snprintf(key, sizeof(key), "\n%s", word);
        line = strstr(status, key);
        return line ? (pid_t)strtol(line + strlen(key), NULL, 10) : -ESRCH;
}

pid_t thread_process(int proc, pid_t thread)
{
        /* Mostly it is the first of its process, and that is known without a long text. */
        if (syscall(SYS_tgkill, thread, thread, 0) == 0)
                return thread;
        return thread_status(proc, thread, "Tgid:");
}
