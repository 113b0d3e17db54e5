/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"

DEFINE_CLEANUP(DIR *, closedir)
#define CLEANUP_DIRECTORY CLEANUP(closedirp)

void folder_entries_clear(struct folder_entries *entries)
{
        struct folder_entry *entry;

        vector_for_each(entry, &entries->items)
                free(entry->name);
        vector_clear(&entries->items);
}

static enum entry_kind kind_of_mode(mode_t mode)
{
        return S_ISDIR(mode)   ? ENTRY_FOLDER
               : S_ISREG(mode) ? ENTRY_FILE
               : S_ISLNK(mode) ? ENTRY_LINK
                               : ENTRY_OTHER;
}

static int add_entry(struct folder_entries *entries, DIR *directory, const struct dirent *found)
{
        struct folder_entry *entry;
        struct stat status;
        char *name;

        /* Not every file system tells what its entries are. */
        if (found->d_type != DT_UNKNOWN)
                status.st_mode = DTTOIF(found->d_type);
        else if (fstatat(dirfd(directory), found->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? 0 : -errno;
        name = strdup(found->d_name);
        entry = name ? vector_add(&entries->items) : NULL;
        if (!entry) {
                free(name);
                return -ENOMEM;
        }
        *entry = (struct folder_entry){name, kind_of_mode(status.st_mode)};
        return 0;
}

static int compare_names(const void *a, const void *b)
{
        const struct folder_entry *left = a, *right = b;

        return strcmp(left->name, right->name);
}

static int read_entries(DIR *directory, bool hidden, struct folder_entries *entries)
{
        struct dirent *found;
        int r = 0;

        while (r == 0 && (errno = 0, found = readdir(directory))) {
                const char *name = found->d_name;

                if (name[0] != '.' || (hidden && strcmp(name, ".") != 0 && strcmp(name, "..") != 0))
                        r = add_entry(entries, directory, found);
        }
        if (r == 0 && errno != 0)
                r = -errno;
        if (entries->items.count > 0)
                qsort(entries->items.items, entries->items.count, sizeof(*entries->items.items),
                        compare_names);
        return r;
}

int folder_list(int parent, const char *name, bool hidden, int *ret_fd, struct folder_entries *ret)
{
        CLEANUP_FOLDER_ENTRIES struct folder_entries entries = {};
        CLEANUP_DIRECTORY DIR *directory = NULL;
        CLEANUP_CLOSE int fd = -1, copy = -1;
        int r;

        fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (copy < 0)
                return -errno;
        directory = fdopendir(copy);
        if (!directory)
                return -errno;
        steal_fd(&copy);
        r = read_entries(directory, hidden, &entries);
        if (r < 0)
                return r;
        *ret_fd = steal_fd(&fd);
        *ret = entries;
        entries = (struct folder_entries){};
        return 0;
}

int folder_read_file(int folder, const char *name, char *buffer, size_t *ret_size)
{
        CLEANUP_CLOSE int fd = -1;
        struct stat status;
        ssize_t size;
        char more;

        /* Opening a pipe would wait for who writes to it. */
        fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
                return errno == ENXIO ? -EBADF : -errno;
        if (fstat(fd, &status) < 0)
                return -errno;
        if (!S_ISREG(status.st_mode))
                return S_ISDIR(status.st_mode) ? -EISDIR : -EBADF;
        size = read_all(fd, buffer, LOUPEDB_FILE_MAX);
        if (size < 0)
                return size;
        if (size == (ssize_t)LOUPEDB_FILE_MAX && read_all(fd, &more, 1) != 0)
                return -EFBIG;
        *ret_size = size;
        return 0;
}
