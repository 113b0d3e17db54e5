/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Names files by what is hardly a path. The kernel has an answer to each, and nobody who looks at
 * the calls may change it: the exit status is the number of the line of `cases` that was answered
 * otherwise, from 1 on.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LONGEST 4096 /* PATH_MAX: of a path, its NUL included */
#define LOOP    "/tmp/loupe-oracle-loop"

/* A path of `length` bytes under /proc: components of `component` bytes each. */
static char *long_path(size_t length, size_t component)
{
        char *path = malloc(length + 1);

        for (size_t i = 0; i < length; i++)
                path[i] = i % (component + 1) ? 'x' : '/';
        memcpy(path, "/proc/", 6);
        path[length] = 0;
        return path;
}

/* Bytes up to the end of what can be read, and no NUL among them. */
static char *endless_path(size_t length)
{
        const size_t page = (size_t)sysconf(_SC_PAGESIZE);
        char *pages =
                mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE) < 0)
                exit(99);
        memset(pages, 'x', page);
        memcpy(pages + page - length, "/proc/", 6);
        return pages + page - length;
}

static char *unreadable_path(void)
{
        char *page = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        return page == MAP_FAILED ? exit(99), NULL : page;
}

static void make_loop(void)
{
        unlink(LOOP);
        unlink(LOOP "-back");
        if (symlink(LOOP "-back", LOOP) < 0 || symlink(LOOP, LOOP "-back") < 0)
                exit(98);
}

/* The errno of opening the path, or 0. */
static int answer(int folder, const char *path, int flags)
{
        long fd = syscall(SYS_openat, folder, path, flags);

        if (fd < 0)
                return errno;
        close((int)fd);
        return 0;
}

int main(void)
{
        const int folder = open("/proc", O_RDONLY | O_DIRECTORY),
                  file = open("/dev/null", O_RDONLY);
        const struct {
                int folder;
                const char *path;
                int flags, errnum;
        } cases[] = {
                {AT_FDCWD, NULL, O_RDONLY, EFAULT},
                {AT_FDCWD, (const char *)1, O_RDONLY, EFAULT},
                {AT_FDCWD, (const char *)UINTPTR_MAX, O_RDONLY, EFAULT},
                {AT_FDCWD, (const char *)(UINTPTR_MAX / 2), O_RDONLY, EFAULT},
                {AT_FDCWD, unreadable_path(), O_RDONLY, EFAULT},
                {AT_FDCWD, endless_path(100), O_RDONLY, EFAULT},
                {AT_FDCWD, endless_path(4096), O_RDONLY, ENAMETOOLONG},
                {AT_FDCWD, long_path(LONGEST - 1, 200), O_RDONLY, ENOENT},
                {AT_FDCWD, long_path(LONGEST - 1, 1), O_RDONLY, ENOENT},
                {AT_FDCWD, long_path(LONGEST - 1, LONGEST), O_RDONLY, ENOENT},
                {AT_FDCWD, long_path(LONGEST, 200), O_RDONLY, ENAMETOOLONG},
                {AT_FDCWD, long_path(1 << 20, 200), O_RDONLY, ENAMETOOLONG},
                {AT_FDCWD, "", O_RDONLY, ENOENT},
                {folder, "", O_RDONLY, ENOENT},
                {-1, "version", O_RDONLY, EBADF},
                {12345, "self/status", O_RDONLY, EBADF},
                {file, "self/status", O_RDONLY, ENOTDIR},
                {AT_FDCWD, "/dev/null/more", O_RDONLY, ENOTDIR},
                {AT_FDCWD, "/proc/cpuinfo/", O_RDONLY, ENOTDIR},
                {AT_FDCWD, "/proc/self", O_RDONLY | O_NOFOLLOW, ELOOP},
                {AT_FDCWD, LOOP, O_RDONLY, ELOOP},
                {AT_FDCWD, LOOP "/../proc/cpuinfo", O_RDONLY, ELOOP},
                {AT_FDCWD, "/proc/a b,c=d\\e\tf\ng\x01\xff\xfe", O_RDONLY, ENOENT},
                {AT_FDCWD, "/proc/../../../../proc/cpuinfo", O_RDONLY, 0},
                {folder, "../proc/cpuinfo", O_RDONLY, 0},
                {AT_FDCWD, "/proc", O_WRONLY, EISDIR},
                {AT_FDCWD, "/proc/cpuinfo", O_RDONLY | O_DIRECTORY, ENOTDIR},
        };

        make_loop();
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                int errnum = answer(cases[i].folder, cases[i].path, cases[i].flags);

                if (errnum != cases[i].errnum) {
                        fprintf(stderr, "case %zu: %s instead of %s\n", i + 1,
                                strerrorname_np(errnum), strerrorname_np(cases[i].errnum));
                        return (int)i + 1;
                }
        }
        return 0;
}
