/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/output.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

int output_create(const char *path, struct error *error)
{
        int fd;

        /* Read and write: programs reopen /dev/stdout, and the tail is read through this
         * descriptor. */
        fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
        if (fd < 0)
                return error_errno(error, errno, "creating %s", path);
        fchmod(fd, 0666);
        return fd;
}

void output_trim(int fd)
{
        struct stat status;

        if (fd < 0 || fstat(fd, &status) < 0 || status.st_size <= 3 * OUTPUT_KEEP ||
                status.st_blocks * 512 <= 3 * OUTPUT_KEEP)
                return;
        fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, OUTPUT_KEEP,
                status.st_size - 2 * OUTPUT_KEEP);
}

void output_tail(int fd, char *buffer, size_t limit)
{
        struct stat status;
        ssize_t n = 0;

        if (fd >= 0 && fstat(fd, &status) == 0)
                n = pread(fd, buffer, limit,
                        status.st_size > (off_t)limit ? status.st_size - (off_t)limit : 0);
        buffer[n > 0 ? n : 0] = '\0';
}

void output_take_answer(int answer, int script_output, char *buffer)
{
        ssize_t n = pread(answer, buffer, OUTPUT_ANSWER_MAX, 0);

        buffer[n > 0 ? n : 0] = '\0';
        if (n > 0)
                write_all(script_output, buffer, (size_t)n);
}
