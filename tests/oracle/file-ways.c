/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Opens /proc/version in all the ways there are, each in a process of its own, and tells what came
 * of it: a line "WAY: content", "WAY: empty", or "WAY: " and the errno's name. Where the file is
 * withheld no way leads to its content.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME   "version"
#define TARGET "/proc/" NAME
#define LINK   "/tmp/loupe-oracle-way"

#define LONGEST 4096 /* PATH_MAX: of a path, its NUL included */

/* Each way returns a descriptor, or -1 with errno set. */

static int plainly(void)
{
        return open(TARGET, O_RDONLY);
}

static int by_openat2(void)
{
        struct open_how how = {.flags = O_RDONLY};

        return (int)syscall(SYS_openat2, AT_FDCWD, TARGET, &how, sizeof(how));
}

static int with_slashes(void)
{
        return open("//proc////" NAME, O_RDONLY);
}

static int with_dots(void)
{
        return open("/proc/./self/.././" NAME, O_RDONLY);
}

static int from_elsewhere(void)
{
        return open("/etc/.." TARGET, O_RDONLY);
}

static int at_folder(void)
{
        return openat(open("/proc", O_RDONLY | O_DIRECTORY), NAME, O_RDONLY);
}

static int at_path_folder(void)
{
        return openat(open("/", O_PATH), "proc/" NAME, O_RDONLY);
}

/* An absolute path stands on its own: what it is relative to need not even be a descriptor. */
static int at_nothing(void)
{
        return openat(12345, TARGET, O_RDONLY);
}

/* The kernel looks at the lower half of a descriptor only. */
static int at_wide_descriptor(void)
{
        const unsigned long folder = (unsigned)open("/proc", O_RDONLY | O_DIRECTORY);

        return (int)syscall(SYS_openat, 0x7700000000 | folder, NAME, O_RDONLY);
}

static int in_working_directory(void)
{
        return chdir("/proc") < 0 ? -1 : open(NAME, O_RDONLY);
}

static int by_fchdir(void)
{
        return fchdir(open("/proc/self", O_PATH)) < 0 ? -1 : open("../" NAME, O_RDONLY);
}

struct opened {
        int fd, errnum;
};

static void *open_in_own_directory(void *argument)
{
        struct opened *opened = argument;

        opened->fd = -1;
        if (unshare(CLONE_FS) == 0 && chdir("/proc") == 0)
                opened->fd = open(NAME, O_RDONLY);
        opened->errnum = errno;
        return NULL;
}

/* Threads may have working directories of their own. */
static int in_thread_directory(void)
{
        struct opened opened;
        pthread_t thread;

        if (pthread_create(&thread, NULL, open_in_own_directory, &opened) != 0 ||
                pthread_join(thread, NULL) != 0)
                return -1;
        errno = opened.errnum;
        return opened.fd;
}

static int through(const char *target, const char *path)
{
        unlink(LINK);
        return symlink(target, LINK) < 0 ? -1 : open(path, O_RDONLY);
}

static int by_link(void)
{
        return through(TARGET, LINK);
}

static int by_relative_link(void)
{
        return through("../proc/./" NAME, LINK);
}

static int by_link_to_folder(void)
{
        return through("/proc/", LINK "/" NAME);
}

static int by_links(void)
{
        unlink(LINK "-first");
        return symlink(LINK, LINK "-first") < 0 ? -1 : through(TARGET, LINK "-first");
}

static int by_own_root(void)
{
        return open("/proc/self/root" TARGET, O_RDONLY);
}

static int by_thread_root(void)
{
        return open("/proc/thread-self/root" TARGET, O_RDONLY);
}

static int by_own_directory(void)
{
        return chdir("/proc/self") < 0 ? -1 : open("/proc/self/cwd/../" NAME, O_RDONLY);
}

static int by_descriptor_folder(void)
{
        char path[64];

        snprintf(path, sizeof(path), "/dev/fd/%d/" NAME, open("/proc", O_PATH));
        return open(path, O_RDONLY);
}

static int by_descriptor(void)
{
        char path[64];
        int fd = open(TARGET, O_PATH);

        if (fd < 0)
                return -1;
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        return open(path, O_RDONLY);
}

static int by_longest_path(void)
{
        const size_t length = LONGEST - 1, rest = strlen(NAME);
        char path[LONGEST] = "/proc";

        for (size_t i = strlen(path); i < length - rest; i++)
                path[i] = '/';
        memcpy(path + length - rest, NAME, rest + 1);
        return open(path, O_RDONLY);
}

/* The path's NUL is the last byte that can be read. */
static int at_end_of_page(void)
{
        const size_t page = (size_t)sysconf(_SC_PAGESIZE);
        char *pages, *path;

        pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE) < 0)
                return -1;
        path = pages + page - sizeof(TARGET);
        memcpy(path, TARGET, sizeof(TARGET));
        return open(path, O_RDONLY);
}

/* Below the new root there is no /proc, yet it is the same file. */
static int by_chroot(void)
{
        return chroot("/proc") < 0 ? -1 : open("/" NAME, O_RDONLY);
}

#ifdef SYS_open
static int by_old_open(void)
{
        return (int)syscall(SYS_open, TARGET, O_RDONLY);
}
#endif

#ifdef __x86_64__
/* The 32-bit ABI reaches the first 4 GiB. */
static int by_int80(void)
{
        const int i386_open = 5;
        char *path;
        int result;

        path = mmap(NULL, sizeof(TARGET), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
        if (path == MAP_FAILED)
                return -1;
        memcpy(path, TARGET, sizeof(TARGET));
        __asm__ volatile("int $0x80"
                         : "=a"(result)
                         : "a"(i386_open), "b"((int)(intptr_t)path), "c"(O_RDONLY), "d"(0)
                         : "memory");
        if (result >= 0)
                return result;
        errno = -result;
        return -1;
}
#endif

static const struct way {
        const char *name;
        int (*open)(void);
} ways[] = {
        {"plainly", plainly},
        {"openat2", by_openat2},
        {"slashes", with_slashes},
        {"dots", with_dots},
        {"elsewhere", from_elsewhere},
        {"folder", at_folder},
        {"path folder", at_path_folder},
        {"nothing", at_nothing},
        {"wide descriptor", at_wide_descriptor},
        {"working directory", in_working_directory},
        {"fchdir", by_fchdir},
        {"thread's directory", in_thread_directory},
        {"link", by_link},
        {"relative link", by_relative_link},
        {"link to folder", by_link_to_folder},
        {"links", by_links},
        {"own root", by_own_root},
        {"thread's root", by_thread_root},
        {"own directory", by_own_directory},
        {"descriptor's folder", by_descriptor_folder},
        {"descriptor", by_descriptor},
        {"longest path", by_longest_path},
        {"end of page", at_end_of_page},
        {"chroot", by_chroot},
#ifdef SYS_open
        {"old open", by_old_open},
#endif
#ifdef __x86_64__
        {"int80", by_int80},
#endif
};

static void tell(const struct way *way)
{
        char byte;
        int fd = way->open();
        ssize_t count = fd < 0 ? -1 : read(fd, &byte, 1);

        if (count < 0)
                printf("%s: %s\n", way->name, strerrorname_np(errno));
        else
                printf("%s: %s\n", way->name, count > 0 ? "content" : "empty");
        fflush(stdout);
        _exit(0);
}

int main(void)
{
        int status;

        for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
                pid_t child = fork();

                if (child == 0)
                        tell(&ways[i]);
                if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
                        return 1;
        }
        return 0;
}
