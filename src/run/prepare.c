/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/prepare.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"

#define SOURCE_LIMIT (256u << 20)

/* Gives a file to the application's user, where that is another than the caller. */
static int give(const char *path, const struct identity *identity)
{
        if (!identity->change)
                return 0;
        return lchown(path, identity->uid, identity->gid) < 0 ? -errno : 0;
}

/* Makes the folders above `path` that are not there yet. */
static int make_parents(const char *path, const struct identity *identity)
{
        char parent[4096];
        int r;

        if (strlen(path) >= sizeof(parent))
                return -ENAMETOOLONG;
        for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                memcpy(parent, path, slash - path);
                parent[slash - path] = '\0';
                if (mkdir(parent, 0755) == 0) {
                        r = give(parent, identity);
                        if (r < 0)
                                return r;
                } else if (errno != EEXIST) {
                        return -errno;
                }
        }
        return 0;
}

static int make_file(const struct workload_file *file, const char *data, size_t size)
{
        CLEANUP_CLOSE int fd = -1;

        fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, file->mode);
        if (fd < 0)
                return -errno;
        if (fchmod(fd, file->mode) < 0)
                return -errno;
        return write_all(fd, data, size);
}

static int prepare_file(const struct workload_file *file, const struct identity *identity)
{
        CLEANUP_FREE char *data = NULL;
        size_t size;
        int r;

        r = make_parents(file->path, identity);
        if (r < 0)
                return r;
        if (file->source) {
                r = read_file(file->source, SOURCE_LIMIT, &data, &size);
                if (r == 0)
                        r = make_file(file, data, size);
        } else if (file->content) {
                r = make_file(file, file->content, strlen(file->content));
        } else if (mkdir(file->path, file->mode) < 0 && errno != EEXIST) {
                r = -errno;
        } else if (chmod(file->path, file->mode) < 0) {
                r = -errno;
        }
        return r < 0 ? r : give(file->path, identity);
}

int prepare_files(
        const struct workload *workload, const struct identity *identity, struct error *error)
{
        int r;

        for (size_t i = 0; i < workload->file_count; i++) {
                r = prepare_file(&workload->files[i], identity);
                if (r < 0)
                        return error_errno(error, -r, "preparing %s", workload->files[i].path);
        }
        return 0;
}
