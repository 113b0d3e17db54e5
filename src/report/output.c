/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.h"

struct output {
        char *path;
        char *temporary; /* the file's name until it is complete; NULL: written to directly */
        FILE *stream;
};

struct output *output_free(struct output *output)
{
        if (!output)
                return NULL;
        if (output->stream && output->stream != stdout)
                fclose(output->stream);
        if (output->temporary)
                unlink(output->temporary);
        free(output->temporary);
        free(output->path);
        free(output);
        return NULL;
}

FILE *output_stream(struct output *output)
{
        return output->stream;
}

static int check_different(const char *one, const char *other, struct error *error)
{
        struct stat status;

        if (!string_equal(one, other))
                return 0;
        if (strcmp(one, "-") == 0)
                return error_set(error, EINVAL,
                        "only one form of the result can be written to standard output");
        /* A device takes any number of them. */
        if (stat(one, &status) == 0 && !S_ISREG(status.st_mode))
                return 0;
        return error_set(error, EINVAL, "%s: only one form of the result fits into a file", one);
}

/* A file is replaced, for which its folder must be writable; what is none is written to. */
static int check_path(const char *path, struct error *error)
{
        const char *slash = strrchr(path, '/');
        CLEANUP_FREE char *folder = NULL;
        struct stat status;
        int r;

        if (strcmp(path, "-") == 0)
                return 0;
        if (*path == '\0')
                return error_errno(error, ENOENT, "a file for the result");
        if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
                return error_errno(error, EISDIR, "%s", path);
        if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
                r = access(path, W_OK);
        } else {
                folder = slash ? strndup(path, slash - path + 1) : strdup(".");
                if (!folder)
                        return error_errno(error, ENOMEM, "%s", path);
                r = access(folder, W_OK | X_OK);
        }
        return r < 0 ? error_errno(error, errno, "%s", path) : 0;
}

static bool is_in(const char *path, const char *folder)
{
        const size_t length = folder ? strlen(folder) : 0;

        return length > 0 && strncmp(path, folder, length) == 0 &&
               (path[length] == '/' || folder[length - 1] == '/');
}

int output_check(const char *const paths[], size_t count, const char *made, struct error *error)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < count; i++) {
                if (!paths[i])
                        continue;
                for (size_t j = 0; r == 0 && j < i; j++)
                        r = check_different(paths[i], paths[j], error);
                if (r == 0 && !is_in(paths[i], made))
                        r = check_path(paths[i], error);
        }
        return r;
}

/* Devices and pipes (/dev/stdout, a shell's >(…)) cannot be replaced. */
static int open_special(struct output *output)
{
        output->stream = fopen(output->path, "we");
        return output->stream ? 0 : -errno;
}

static int open_temporary(struct output *output)
{
        CLEANUP_FREE char *name = string_format("%s.XXXXXX", output->path);
        mode_t mask;
        int fd;

        if (!name)
                return -ENOMEM;
        fd = mkostemp(name, O_CLOEXEC);
        if (fd < 0)
                return -errno;
        output->temporary = steal_pointer(name);
        /* mkostemp() makes it private; a result is as public as any new file. */
        mask = umask(0);
        umask(mask);
        if (fchmod(fd, 0666 & ~mask) < 0) {
                close(fd);
                return -errno;
        }
        output->stream = fdopen(fd, "w");
        if (!output->stream) {
                close(fd);
                return -errno;
        }
        return 0;
}

int output_open(const char *path, struct output **ret, struct error *error)
{
        CLEANUP_OUTPUT struct output *output = calloc(1, sizeof(*output));
        struct stat status;
        int r = 0;

        if (output)
                output->path = strdup(strcmp(path, "-") == 0 ? "standard output" : path);
        if (!output || !output->path)
                return error_errno(error, ENOMEM, "%s", path);
        if (strcmp(path, "-") == 0)
                output->stream = stdout;
        else if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
                r = open_special(output);
        else
                r = open_temporary(output);
        if (r < 0)
                return error_errno(error, -r, "%s", path);
        *ret = steal_pointer(output);
        return 0;
}

int output_commit(struct output *output, struct error *error)
{
        if (fflush(output->stream) != 0 || ferror(output->stream))
                return error_errno(error, errno, "%s", output->path);
        if (!output->temporary)
                return 0;
        if (fsync(fileno(output->stream)) < 0 || rename(output->temporary, output->path) < 0)
                return error_errno(error, errno, "%s", output->path);
        free(output->temporary);
        output->temporary = NULL;
        return 0;
}

int output_write(const char *path, int (*write)(const void *what, FILE *stream), const void *what,
        struct error *error)
{
        CLEANUP_OUTPUT struct output *output = NULL;
        int r;

        r = output_open(path, &output, error);
        if (r < 0)
                return r;
        r = write(what, output->stream);
        if (r < 0)
                return error_errno(error, -r, "%s", output->path);
        return output_commit(output, error);
}
