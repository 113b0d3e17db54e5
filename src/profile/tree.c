/* SPDX-License-Identifier: BSD-3-Clause */
#include "profile/tree.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/strings.h"

/* Linux itself has some 90,000 files. */
#define TREE_FILES_MAX 2000000
#define TREE_DEPTH_MAX 64

static void fts_closep(FTS **tree)
{
        if (*tree)
                fts_close(*tree);
}

static const char *file_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

void tree_file_clear(struct tree_file *file)
{
        free(file->path);
        free(file->text);
}

/* Takes over `path`. */
static int load(char *path, const char *relative, struct tree_file *ret, struct error *error)
{
        CLEANUP_TREE_FILE struct tree_file file = {.path = path};
        int r;

        if (!path)
                return -ENOMEM;
        r = read_file(path, SOURCE_SIZE_MAX, &file.text, &file.source.size);
        if (r < 0)
                return error_errno(error, -r, "%s", path);
        file.source.path = file.path;
        file.source.relative = relative;
        file.source.text = file.text;
        *ret = file;
        file = (struct tree_file){};
        return 0;
}

static int parse_file(const struct tree_file *file, source_parser *parse, struct profile *profile,
        struct error *error)
{
        int r = parse(&file->source, profile, error);

        return r == -ENOMEM ? error_errno(error, ENOMEM, "%s", file->path) : r;
}

static int read_text(const char *path, const char *relative, source_parser *parse,
        struct profile *profile, struct error *error)
{
        CLEANUP_TREE_FILE struct tree_file file = {};
        int r = load(strdup(path), relative, &file, error);

        return r < 0 ? r : parse_file(&file, parse, profile, error);
}

bool tree_is_file(const char *path)
{
        struct stat status;

        return stat(path, &status) < 0 || !S_ISDIR(status.st_mode);
}

int tree_load(const char *path, const char *relative, struct tree_file *ret, struct error *error)
{
        CLEANUP_FREE char *file = NULL;
        struct stat status;

        if (stat(path, &status) < 0)
                return error_errno(error, errno, "%s", path);
        if (!S_ISDIR(status.st_mode))
                return load(strdup(path), file_name(path), ret, error);
        file = string_format("%s/%s", path, relative);
        if (!file)
                return -ENOMEM;
        if (stat(file, &status) < 0)
                return errno == ENOENT || errno == ENOTDIR ? -ENOENT
                                                           : error_errno(error, errno, "%s", file);
        return load(steal_pointer(file), relative, ret, error);
}

int tree_read(const char *path, const char *relative, source_parser *parse, struct profile *profile,
        struct error *error)
{
        CLEANUP_TREE_FILE struct tree_file file = {};
        int r = tree_load(path, relative, &file, error);

        return r < 0 ? r : parse_file(&file, parse, profile, error);
}

int tree_read_first(const char *path, const char *const *files, source_parser *parse,
        struct profile *profile, struct error *error)
{
        CLEANUP_FREE char *list = NULL;
        struct error found = {};
        int r;

        for (const char *const *file = files; *file; file++) {
                r = tree_read(path, *file, parse, profile, &found);
                if (r == 0)
                        return 0;
                if (r != -ENOENT || found.message[0])
                        return error_set(error, -r, "%s", found.message);
        }
        list = strings_join((char *const *)files, ", ");
        return list ? error_set(error, ENOENT, "%s has none of the files: %s", path, list)
                    : -ENOMEM;
}

static int compare_names(const FTSENT **a, const FTSENT **b)
{
        return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* What one step of the walk met. Returns 1 for a file that was read, 0, or -errno. */
static int visit(FTS *tree, FTSENT *item, size_t root_length, bool (*wanted)(const char *relative),
        source_parser *parse, struct profile *profile, struct error *error)
{
        const char *relative = item->fts_path + root_length;
        int r;

        while (*relative == '/')
                relative++;
        switch (item->fts_info) {
        case FTS_D:
                if (item->fts_level > TREE_DEPTH_MAX || strcmp(item->fts_name, ".git") == 0)
                        fts_set(tree, item, FTS_SKIP);
                return 0;
        case FTS_DNR:
        case FTS_ERR:
        case FTS_NS:
                return error_errno(error, item->fts_errno, "%s", item->fts_path);
        case FTS_F:
                if (!wanted(relative))
                        return 0;
                r = read_text(item->fts_path, relative, parse, profile, error);
                return r < 0 ? r : 1;
        default:
                return 0;
        }
}

static int walk(const char *path, bool (*wanted)(const char *relative), source_parser *parse,
        struct profile *profile, size_t *ret_read, struct error *error)
{
        char *const roots[] = {(char *)path, NULL};
        CLEANUP(fts_closep)
        FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_names);
        FTSENT *item;
        size_t seen = 0;
        int r;

        if (!tree)
                return error_errno(error, errno, "%s", path);
        while (errno = 0, (item = fts_read(tree))) {
                if (++seen > TREE_FILES_MAX)
                        return error_set(error, EFBIG,
                                "%s has more than %d files: name the sources of the system alone",
                                path, TREE_FILES_MAX);
                r = visit(tree, item, strlen(path), wanted, parse, profile, error);
                if (r < 0)
                        return r;
                *ret_read += r;
        }
        return errno ? error_errno(error, errno, "%s", path) : 0;
}

int tree_read_all(const char *path, bool (*wanted)(const char *relative), const char *what,
        source_parser *parse, struct profile *profile, struct error *error)
{
        struct stat status;
        size_t count = 0;
        int r;

        if (stat(path, &status) < 0)
                return error_errno(error, errno, "%s", path);
        if (!S_ISDIR(status.st_mode))
                return read_text(path, file_name(path), parse, profile, error);
        r = walk(path, wanted, parse, profile, &count, error);
        if (r == 0 && count == 0)
                return error_set(error, ENOENT, "%s has no %s", path, what);
        return r;
}
