/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/loader.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/strings.h"
#include "program/loader-cache.h"
#include "program/loader-path.h"

#define CACHE_PATH    "/etc/ld.so.cache"
#define PRELOAD_PATH  "/etc/ld.so.preload"
#define FILE_SIZE_MAX (16u << 20)
#define CHAIN_MAX     4096 /* objects that loaded each other: more are no real program */

struct loader {
        char *root;          /* canonical, without a slash at its end; NULL: / */
        char *given_root;    /* the same as it was said */
        char **library_path; /* folders, not yet expanded */
        struct loader_cache cache;
        unsigned level;
};

/* Splits at any of the separators. Empty parts stand for the working directory. */
static int split(const char *text, const char *separators, char ***ret)
{
        size_t length;
        int r = 0;

        for (; r == 0; text += length + 1) {
                CLEANUP_FREE char *part = NULL;

                length = strcspn(text, separators);
                part = length ? strndup(text, length) : strdup(".");
                r = part ? strings_add(ret, part) : -ENOMEM;
                if (!text[length])
                        break;
        }
        return r;
}

int loader_read(const struct loader *loader, const char *path, char **ret, size_t *ret_size)
{
        CLEANUP_FREE char *rooted = loader_rooted(loader, path);

        return rooted ? read_file(rooted, FILE_SIZE_MAX, ret, ret_size) : -ENOMEM;
}

static int read_cache(struct loader *loader, struct error *error)
{
        const struct loader_machine *machine = loader_machine();
        CLEANUP_FREE char *path = loader_rooted(loader, CACHE_PATH);
        CLEANUP_FREE char *data = NULL;
        size_t size;
        int r;

        if (!path)
                return error_set(error, ENOMEM, "out of memory");
        r = read_file(path, FILE_SIZE_MAX, &data, &size);
        if (r == -ENOENT || r == -ENOTDIR || !machine)
                return 0;
        if (r < 0)
                return error_errno(error, -r, "%s", path);
        return loader_cache_parse(
                path, data, size, machine->cache_flags, loader->level, &loader->cache, error);
}

static int set_root(struct loader *loader, const char *root, struct error *error)
{
        size_t length = strlen(root);
        struct stat status;

        loader->root = realpath(root, NULL);
        if (!loader->root || stat(loader->root, &status) < 0)
                return error_errno(error, errno, "%s", root);
        if (!S_ISDIR(status.st_mode))
                return error_errno(error, ENOTDIR, "%s", root);
        while (length > 0 && root[length - 1] == '/')
                length--;
        if (strcmp(loader->root, "/") == 0) {
                free(loader->root);
                loader->root = NULL;
                return 0;
        }
        loader->given_root = strndup(root, length);
        return loader->given_root ? 0 : error_set(error, ENOMEM, "out of memory");
}

int loader_new(const struct loader_options *options, struct loader **ret, struct error *error)
{
        CLEANUP_LOADER struct loader *loader = calloc(1, sizeof(*loader));
        int r;

        if (!loader)
                return error_set(error, ENOMEM, "out of memory");
        loader->level = loader_processor_level();
        if (options->root) {
                r = set_root(loader, options->root, error);
                if (r < 0)
                        return r;
        }
        if (options->library_path && *options->library_path &&
                split(options->library_path, ":;", &loader->library_path) < 0)
                return error_set(error, ENOMEM, "out of memory");
        r = read_cache(loader, error);
        if (r < 0)
                return r;
        *ret = steal_pointer(loader);
        return 0;
}

struct loader *loader_free(struct loader *loader)
{
        if (loader) {
                free(loader->root);
                free(loader->given_root);
                strings_free(loader->library_path);
                loader_cache_clear(&loader->cache);
                free(loader);
        }
        return NULL;
}

char *loader_rooted(const struct loader *loader, const char *path)
{
        CLEANUP_FREE char *inside = NULL;

        if (!loader->root)
                return strdup(path);
        inside = loader_path_canonical(loader->root, path);
        /* Links that never end lead nowhere: the path stays, and cannot be opened. */
        return string_format("%s/%s", loader->root, inside ? inside + 1 : path);
}

char *loader_inside(const struct loader *loader, const char *path)
{
        const char *roots[] = {loader->given_root, loader->root};
        size_t i, length;

        for (i = 0; loader->root && i < ARRAY_SIZE(roots); i++) {
                length = strlen(roots[i]);
                if (strncmp(path, roots[i], length) == 0 && path[length] == '/')
                        return strdup(path + length);
        }
        return strdup(path);
}

/* Takes `*path` to `*ret` where it is a suitable object. Returns 0, -ENOENT or -ENOMEM. */
static int try_path(const struct loader *loader, char **path, char **ret)
{
        CLEANUP_FREE char *rooted = *path ? loader_rooted(loader, *path) : NULL;

        if (!rooted)
                return -ENOMEM;
        if (!loader_path_suits(rooted))
                return -ENOENT;
        *ret = steal_pointer(*path);
        return 0;
}

static int try_folder(
        const struct loader *loader, const char *folder, const char *name, bool hwcaps, char **ret)
{
        const char *slash = folder[strlen(folder) - (folder[0] != '\0')] == '/' ? "" : "/";
        unsigned level;
        int r = -ENOENT;

        for (level = hwcaps ? loader->level : 0; r == -ENOENT && level > 0; level--) {
                CLEANUP_FREE char *path = string_format(
                        "%s%sglibc-hwcaps/x86-64-v%u/%s", folder, slash, level + 1, name);

                r = try_path(loader, &path, ret);
        }
        if (r == -ENOENT) {
                CLEANUP_FREE char *path = string_format("%s%s%s", folder, slash, name);

                r = try_path(loader, &path, ret);
        }
        return r;
}

/* The folder that $ORIGIN means: of the executable, whose path the kernel tells, without links. */
static char *object_origin(const struct loader *loader, const struct loader_object *object)
{
        CLEANUP_FREE char *path = NULL;

        if (!object || !object->path)
                return NULL;
        path = object->loader ? strdup(object->path)
                              : loader_path_canonical(loader->root, object->path);
        return path ? loader_path_folder(path) : NULL;
}

/* Looks through folders in which $ORIGIN and the like are still to be filled in. */
static int try_folders(const struct loader *loader, char *const *folders, const char *name,
        const struct loader_object *by, bool hwcaps, char **ret)
{
        int r = -ENOENT;

        for (; r == -ENOENT && *folders; folders++) {
                CLEANUP_FREE char *origin =
                        strchr(*folders, '$') ? object_origin(loader, by) : NULL;
                CLEANUP_STRINGS char **expanded = NULL;
                char **folder;

                if (loader_path_expand(*folders, origin, &expanded) < 0)
                        return -ENOMEM;
                for (folder = expanded; r == -ENOENT && folder && *folder; folder++)
                        r = try_folder(loader, *folder, name, hwcaps, ret);
        }
        return r;
}

/* Looks through a list as DT_RPATH and DT_RUNPATH hold it. */
static int try_list(const struct loader *loader, const char *list, const char *separators,
        const char *name, const struct loader_object *by, bool hwcaps, char **ret)
{
        CLEANUP_STRINGS char **folders = NULL;

        if (!list || !*list)
                return -ENOENT;
        if (split(list, separators, &folders) < 0)
                return -ENOMEM;
        return try_folders(loader, folders, name, by, hwcaps, ret);
}

/* DT_RPATH of the object and of those that loaded it; an object's DT_RUNPATH voids its own, and
 * that of the object itself all of them. */
static int try_rpaths(const struct loader *loader, const struct loader_request *request, char **ret)
{
        const struct loader_object *object = request->by;
        bool seen_main = false;
        unsigned steps = 0;
        int r = -ENOENT;

        if (object && object->runpath)
                return -ENOENT;
        for (; r == -ENOENT && object && steps < CHAIN_MAX; object = object->loader, steps++) {
                seen_main = seen_main || object == request->main;
                if (!object->runpath)
                        r = try_list(loader, object->rpath, ":", request->name, object, true, ret);
        }
        if (r == -ENOENT && !seen_main && request->main && !request->main->runpath)
                r = try_list(
                        loader, request->main->rpath, ":", request->name, request->main, true, ret);
        return r;
}

static bool in_default_folder(const char *path)
{
        const struct loader_machine *machine = loader_machine();
        const char *const *folder;

        for (folder = machine ? machine->folders : NULL; folder && *folder; folder++)
                if (string_has_prefix(path, *folder) && path[strlen(*folder)] == '/')
                        return true;
        return false;
}

/* The cache and the default folders, of which DF_1_NODEFLIB excludes the latter. */
static int try_system(const struct loader *loader, const struct loader_request *request, char **ret)
{
        const struct loader_object *by = request->by ? request->by : request->main;
        const struct loader_machine *machine = loader_machine();
        const char *cached = loader_cache_find(&loader->cache, request->name);
        bool no_default = by && by->no_default_libraries;
        const char *const *folder;
        int r = -ENOENT;

        if (cached && !(no_default && in_default_folder(cached))) {
                CLEANUP_FREE char *path = strdup(cached);

                r = try_path(loader, &path, ret);
        }
        if (no_default || !machine)
                return r;
        for (folder = machine->folders; r == -ENOENT && *folder; folder++)
                r = try_folder(loader, *folder, request->name, true, ret);
        return r;
}

static int find_by_glibc(
        const struct loader *loader, const struct loader_request *request, char **ret)
{
        int r = try_rpaths(loader, request, ret);

        if (r == -ENOENT && loader->library_path)
                r = try_folders(
                        loader, loader->library_path, request->name, request->main, true, ret);
        if (r == -ENOENT && request->by)
                r = try_list(
                        loader, request->by->runpath, ":", request->name, request->by, true, ret);
        return r == -ENOENT ? try_system(loader, request, ret) : r;
}

/* A path, in which $ORIGIN may stand as well. */
static int find_path(const struct loader *loader, const struct loader_request *request, char **ret)
{
        CLEANUP_FREE char *origin =
                strchr(request->name, '$') ? object_origin(loader, request->by) : NULL;
        CLEANUP_STRINGS char **paths = NULL;
        char **path;
        int r = -ENOENT;

        if (loader_path_expand(request->name, origin, &paths) < 0)
                return -ENOMEM;
        for (path = paths; r == -ENOENT && path && *path; path++) {
                CLEANUP_FREE char *copy = strdup(*path);

                r = try_path(loader, &copy, ret);
        }
        return r;
}

/* The folders of musl's loader: those of its file, which is beside its own folder's parent. */
static int musl_folders(const struct loader *loader, const char *interpreter, char **ret)
{
        const char *name = strrchr(interpreter, '/');
        const char *arch = (name ? name + 1 : interpreter) + strlen("ld-musl-");
        CLEANUP_FREE char *folder = loader_path_folder(interpreter);
        CLEANUP_FREE char *prefix = folder ? loader_path_folder(folder) : NULL;
        CLEANUP_FREE char *path = NULL;
        int r;

        if (!prefix)
                return -ENOMEM;
        path = string_format("%s/etc/ld-musl-%.*s.path", strcmp(prefix, "/") == 0 ? "" : prefix,
                (int)strcspn(arch, "."), arch);
        if (!path)
                return -ENOMEM;
        r = loader_read(loader, path, ret, NULL);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                *ret = strdup("/lib:/usr/local/lib:/usr/lib");
        return *ret ? 0 : -ENOMEM;
}

static int find_by_musl(
        const struct loader *loader, const struct loader_request *request, char **ret)
{
        const struct loader_object *object = request->by;
        CLEANUP_FREE char *folders = NULL;
        unsigned steps = 0;
        int r = -ENOENT;

        if (loader->library_path)
                r = try_folders(
                        loader, loader->library_path, request->name, request->main, false, ret);
        for (; r == -ENOENT && object && steps < CHAIN_MAX; object = object->loader, steps++)
                r = try_list(loader, object->runpath ? object->runpath : object->rpath, ":\n",
                        request->name, object, false, ret);
        if (r != -ENOENT)
                return r;
        r = musl_folders(loader, request->interpreter, &folders);
        return r < 0 ? r : try_list(loader, folders, ":\n", request->name, NULL, false, ret);
}

int loader_find(const struct loader *loader, const struct loader_request *request, char **ret)
{
        if (!*request->name || strlen(request->name) >= PATH_MAX)
                return -ENOENT;
        if (strchr(request->name, '/'))
                return find_path(loader, request, ret);
        if (loader_is_musl(request->interpreter))
                return find_by_musl(loader, request, ret);
        return find_by_glibc(loader, request, ret);
}

bool loader_is_musl(const char *interpreter)
{
        const char *slash = interpreter ? strrchr(interpreter, '/') : NULL;

        return interpreter && string_has_prefix(slash ? slash + 1 : interpreter, "ld-musl-");
}

bool loader_is_musl_libc(const char *name)
{
        static const char *const reserved[] = {
                "libc.", "libpthread.", "librt.", "libm.", "libdl.", "libutil.", "libxnet."};
        size_t i;

        for (i = 0; i < ARRAY_SIZE(reserved); i++)
                if (string_has_prefix(name, reserved[i]))
                        return true;
        return false;
}

char **loader_preloads(const struct loader *loader)
{
        CLEANUP_STRINGS char **list = NULL;
        CLEANUP_FREE char *text = NULL;
        char *word, *rest, *line, *lines;

        list = strings_copy(NULL);
        if (!list || loader_read(loader, PRELOAD_PATH, &text, NULL) < 0)
                return steal_pointer(list);
        for (lines = text; (line = strsep(&lines, "\n"));) {
                line[strcspn(line, "#")] = '\0';
                for (rest = line; (word = strsep(&rest, " \t\r:"));)
                        if (*word && strings_add(&list, word) < 0)
                                return NULL;
        }
        return steal_pointer(list);
}
