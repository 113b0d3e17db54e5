/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Names pseudo-files in roundabout ways, and needs each of them (the exit status tells which was
 * not there, or empty):
 *
 *   1   /proc                  a folder, which the next is relative to
 *   2   /proc/self/stat        relative to that
 *   3   /proc/self/stat        by the process' number: the same feature, hence named twice
 *   4   /proc/self             the working directory now, which the next is relative to
 *   5   /proc/self/statm       relative to that
 *   6   /proc/self/mountinfo   through a symbolic link
 *   7   /proc/version          through ..
 *   8   /proc/uptime           through .., from elsewhere
 *   9   /proc/self/task/STAR/stat   (STAR: a star) of a thread: by its number
 */

#include "raw-file.h"

#define LINK "/tmp/loupe-oracle-link"

static char text[4096];

static int is_there(long folder, const char *path)
{
        return file_read_at(folder, path, text, sizeof(text)) > 0;
}

/* Appends `more`, a NUL behind it. Returns where that stands. */
static char *append(char *end, const char *more)
{
        while ((*end = *more++))
                end++;
        return end;
}

/* /proc/NUMBER`middle`NUMBER`last`, the second number only where there is a last. */
static const char *path_with_number(const char *middle, const char *last)
{
        static char path[128];
        char digits[24], *number = digits + sizeof(digits) - 1;
        long process = call0(__NR_getpid);
        char *end;

        *number = 0;
        for (; process > 0; process /= 10)
                *--number = (char)('0' + process % 10);
        end = append(append(append(path, "/proc/"), number), middle);
        if (last)
                append(append(end, number), last);
        return path;
}

static int in_working_directory(void)
{
        if (call1(__NR_chdir, "/proc/self") < 0)
                return 4;
        if (!is_there(AT_FDCWD, "statm"))
                return 5;
        call3(__NR_symlinkat, "/proc/self/mountinfo", AT_FDCWD, LINK);
        if (!is_there(AT_FDCWD, LINK))
                return 6;
        if (!is_there(AT_FDCWD, "/proc/self/../version"))
                return 7;
        if (!is_there(AT_FDCWD, "/etc/../proc//uptime"))
                return 8;
        return is_there(AT_FDCWD, path_with_number("/task/", "/stat")) ? 0 : 9;
}

int oracle(int argc)
{
        long folder;

        (void)argc;
        folder = call4(__NR_openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY, 0);
        if (folder < 0)
                return 1;
        if (!is_there(folder, "self/stat"))
                return 2;
        if (!is_there(AT_FDCWD, path_with_number("/stat", NULL)))
                return 3;
        return in_working_directory();
}
