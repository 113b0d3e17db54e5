/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/strings.h"
#include "store/loupedb-folder.h"

#define TEMPORARY_ENDING ".loupe-XXXXXX"

static bool is_empty(int fd, int *ret)
{
        CLEANUP_FOLDER_ENTRIES struct folder_entries entries = {};
        CLEANUP_CLOSE int copy = -1;

        *ret = folder_list(fd, ".", true, &copy, &entries);
        return *ret == 0 && entries.items.count == 0;
}

/* Without slashes at its end, unless it is nothing else. */
static char *plain_path(const char *path)
{
        size_t length = strlen(path);

        while (length > 1 && path[length - 1] == '/')
                length--;
        return strndup(path, length);
}

/* Whether the target is there, and empty. */
static int look(struct staging *staging, struct error *error)
{
        CLEANUP_CLOSE int fd = open(staging->target, O_PATH | O_DIRECTORY | O_CLOEXEC);
        int r;

        if (fd < 0 && errno == ENOENT)
                return 0;
        if (fd < 0)
                return error_errno(error, errno, "%s", staging->target);
        staging->existing = true;
        if (is_empty(fd, &r))
                return 0;
        if (r < 0)
                return error_errno(error, -r, "%s", staging->target);
        return error_set(error, ENOTEMPTY,
                "%s: is not empty: an export goes into a folder that is new or empty",
                staging->target);
}

/* With the rights of any new folder, which mkdtemp() does not give. */
static int make_folder(struct staging *staging, struct error *error)
{
        mode_t mask;

        staging->folder = staging->existing ? string_format("%s/" TEMPORARY_ENDING, staging->target)
                                            : string_format("%s" TEMPORARY_ENDING, staging->target);
        if (!staging->folder)
                return error_errno(error, ENOMEM, "%s", staging->target);
        if (!mkdtemp(staging->folder)) {
                int reason = errno;

                free(staging->folder);
                staging->folder = NULL;
                return error_errno(error, reason, "%s", staging->target);
        }
        mask = umask(0);
        umask(mask);
        staging->fd = open(staging->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (staging->fd < 0 || fchmod(staging->fd, 0777 & ~mask) < 0)
                return error_errno(error, errno, "%s", staging->folder);
        return 0;
}

int staging_begin(struct staging *staging, const char *target, struct error *error)
{
        int r;

        *staging = (struct staging){.target = plain_path(target), .fd = -1};
        if (!staging->target)
                return error_errno(error, ENOMEM, "%s", target);
        r = look(staging, error);
        if (r == 0)
                r = make_folder(staging, error);
        return r < 0 ? staging_end(staging, r, error) : 0;
}

static int make_parents(struct staging *staging, const char *path)
{
        CLEANUP_FREE char *copy = strdup(path);

        if (!copy)
                return -ENOMEM;
        for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                if (mkdirat(staging->fd, copy, 0777) < 0 && errno != EEXIST)
                        return -errno;
                *slash = '/';
        }
        return 0;
}

int staging_write(struct staging *staging, const char *path, const char *text, size_t size,
        struct error *error)
{
        CLEANUP_CLOSE int fd = -1;
        int r;

        fd = openat(staging->fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno == ENOENT) {
                r = make_parents(staging, path);
                if (r < 0)
                        return error_errno(error, -r, "%s/%s", staging->target, path);
                fd = openat(staging->fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        }
        if (fd < 0)
                return error_errno(error, errno, "%s/%s", staging->target, path);
        r = write_all(fd, text, size);
        if (close(steal_fd(&fd)) < 0 && r == 0)
                r = -errno;
        return r < 0 ? error_errno(error, -r, "%s/%s", staging->target, path) : 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
        (void)status;
        (void)kind;
        (void)place;
        remove(path);
        return 0;
}

static void remove_tree(const char *path)
{
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Moves all into the target, which is a mount or somebody's working directory perhaps: it stays. */
static int move_entries(struct staging *staging)
{
        CLEANUP_FOLDER_ENTRIES struct folder_entries entries = {};
        CLEANUP_CLOSE int copy = -1, target = -1;
        const struct folder_entry *entry, *moved;
        int r;

        target = open(staging->target, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (target < 0)
                return -errno;
        r = folder_list(staging->fd, ".", true, &copy, &entries);
        if (r < 0)
                return r;
        vector_for_each(entry, &entries.items) {
                if (renameat(staging->fd, entry->name, target, entry->name) == 0)
                        continue;
                r = -errno;
                for (moved = entries.items.items; moved < entry; moved++)
                        renameat(target, moved->name, staging->fd, moved->name);
                return r;
        }
        return rmdir(staging->folder) < 0 ? -errno : 0;
}

static int put_into_place(struct staging *staging)
{
        if (staging->existing)
                return move_entries(staging);
        /* Where somebody made the target meanwhile, only an empty folder gives way. */
        return rename(staging->folder, staging->target) < 0 ? -errno : 0;
}

int staging_end(struct staging *staging, int result, struct error *error)
{
        int r;

        if (result >= 0) {
                r = put_into_place(staging);
                if (r < 0)
                        result = error_errno(error, -r, "%s", staging->target);
        }
        if (result < 0 && staging->folder)
                remove_tree(staging->folder);
        if (staging->fd >= 0)
                close(staging->fd);
        free(staging->folder);
        free(staging->target);
        *staging = (struct staging){.fd = -1};
        return result;
}
