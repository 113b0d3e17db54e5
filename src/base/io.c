/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"

int write_all(int fd, const void *data, size_t size)
{
        const char *next = data;
        ssize_t written;

        while (size > 0) {
                written = write(fd, next, size);
                if (written < 0 && errno == EINTR)
                        continue;
                if (written < 0)
                        return -errno;
                next += written;
                size -= written;
        }
        return 0;
}

ssize_t read_all(int fd, void *data, size_t size)
{
        size_t count = 0;
        ssize_t n;

        while (count < size) {
                n = read(fd, (char *)data + count, size - count);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                count += n;
        }
        return count;
}

int read_file(const char *path, size_t limit, char **ret_data, size_t *ret_size)
{
        CLEANUP_FREE char *data = NULL;
        CLEANUP_CLOSE int fd = -1;
        size_t capacity = 4096, size = 0;
        ssize_t n;
        char *more;

        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        for (;;) {
                more = realloc(data, capacity + 1);
                if (!more)
                        return -ENOMEM;
                data = more;
                n = read_all(fd, data + size, capacity - size);
                if (n < 0)
                        return n;
                size += n;
                if (size > limit)
                        return -EFBIG;
                if (size < capacity)
                        break;
                capacity *= 2;
        }
        data[size] = '\0';
        if (ret_size)
                *ret_size = size;
        *ret_data = steal_pointer(data);
        return 0;
}

int write_file(const char *path, const char *text)
{
        CLEANUP_CLOSE int fd = -1;

        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        return write_all(fd, text, strlen(text));
}
