/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Two ways lead to the end of a path. One call to openat2(2) finds out whether there is any
 * symbolic link on it. Where there is none, the path is what it says, and this is by far the most
 * usual case. Otherwise it is walked component by component, as the kernel does, but with the name
 * of each folder at hand.
 *
 * The walk cannot ask the kernel to do it, for three reasons: the names in between count as well;
 * /proc/self must lead to the thread in question and not to us; and the magic links of /proc lead
 * to objects whose names, as readlink(2) tells them, are those seen from our root.
 */

#include "policy/pathname.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/strings.h"
#include "feature/pseudo-file.h"

/* How many links the kernel follows before it says ELOOP (MAXSYMLINKS). */
#define LINKS_MAX 40

/* The path as given, what each link leads to, and the end, as the thread sees it and as we do. */
#define FILES_MAX (LINKS_MAX + 3)

/* The inode of the root of every procfs (PROC_ROOT_INO). */
#define PROC_ROOT_INODE 1

/* Enough for every path to start from with every path from there; what is longer has no name. */
#define TEXT_MAX (4 * PATH_MAX)

/* Each link can at most put its text before what is left. */
#define REST_MAX ((LINKS_MAX + 2) * PATH_MAX)

/* An absolute path without a slash at its end: that of the root is empty. */
struct text {
        char bytes[TEXT_MAX];
        size_t length;
        bool cut; /* it did not fit */
};

struct resolver {
        int proc;
        struct feature files[FILES_MAX];
        size_t file_count;
        struct text named; /* of what is to be noted */

        /* Of the walk: */
        const struct pathname_request *request;
        int root;         /* the thread's; so is the next, close both */
        int folder;       /* that of which `text` is the path; in the end the file itself */
        struct text text; /* of a folder, no link in it */
        char rest[REST_MAX];
        size_t rest_start; /* what is yet to be walked: up to the end of `rest` */
        char component[PATH_MAX];
        char link[PATH_MAX];
        unsigned link_count;
};

enum step {
        STEP_ON,
        STEP_END,     /* the rest is not there */
        STEP_NOWHERE, /* the path leads to what has no path, or nowhere at all */
};

struct resolver *resolver_new(int proc)
{
        struct resolver *resolver = malloc(sizeof(*resolver));

        if (resolver) {
                resolver->proc = proc;
                resolver->root = resolver->folder = -1;
        }
        return resolver;
}

static void set_folder(struct resolver *resolver, int fd)
{
        if (resolver->folder >= 0)
                close(resolver->folder);
        resolver->folder = fd;
}

static void release(struct resolver *resolver)
{
        set_folder(resolver, -1);
        if (resolver->root >= 0)
                close(resolver->root);
        resolver->root = -1;
}

struct resolver *resolver_free(struct resolver *resolver)
{
        if (resolver) {
                release(resolver);
                free(resolver);
        }
        return NULL;
}

static void text_clear(struct text *text)
{
        text->length = 0;
        text->bytes[0] = '\0';
        text->cut = false;
}

static void text_leave(struct text *text)
{
        while (text->length > 0 && text->bytes[--text->length] != '/')
                ;
        text->bytes[text->length] = '\0';
}

/* Adds one component, "." and ".." taken as what they mean where there are no links. */
static void text_enter(struct text *text, const char *component, size_t length)
{
        if (length == 0 || (length == 1 && component[0] == '.'))
                return;
        if (length == 2 && memcmp(component, "..", 2) == 0) {
                text_leave(text);
                return;
        }
        if (text->length + 1 + length >= sizeof(text->bytes)) {
                text->cut = true;
                return;
        }
        text->bytes[text->length++] = '/';
        memcpy(text->bytes + text->length, component, length);
        text->length += length;
        text->bytes[text->length] = '\0';
}

static void text_append(struct text *text, const char *path)
{
        while (*path) {
                size_t length = strcspn(path, "/");

                text_enter(text, path, length);
                path += length;
                path += strspn(path, "/");
        }
}

static void text_copy(struct text *to, const struct text *from)
{
        memcpy(to->bytes, from->bytes, from->length + 1);
        to->length = from->length;
        to->cut = from->cut;
}

/* Adds a pseudo-file to the chain, if it is one and new. */
static void note(struct resolver *resolver, const struct text *text)
{
        struct feature *file = &resolver->files[resolver->file_count];

        if (text->cut || resolver->file_count == FILES_MAX ||
                !pseudo_file_feature(text->length > 0 ? text->bytes : "/", file))
                return;
        for (size_t i = 0; i < resolver->file_count; i++)
                if (strcmp(resolver->files[i].path, file->path) == 0)
                        return;
        resolver->file_count++;
}

/* True where ".." follows on a name, which may be that of a link: only a walk can tell then. */
static bool leaves_what_it_entered(const char *path)
{
        bool entered = false;

        while (*path) {
                size_t length = strcspn(path, "/");
                bool leaves = length == 2 && memcmp(path, "..", 2) == 0;

                if (leaves && entered)
                        return true;
                entered = entered || (length > 0 && !leaves && !(length == 1 && *path == '.'));
                path += length;
                path += strspn(path, "/");
        }
        return false;
}

/* Adds to the chain what `path` names, seen from the folder that was reached, or the root. */
static void note_path(struct resolver *resolver, const char *path)
{
        if (leaves_what_it_entered(path))
                return;
        if (*path == '/')
                text_clear(&resolver->named);
        else
                text_copy(&resolver->named, &resolver->text);
        text_append(&resolver->named, path);
        note(resolver, &resolver->named);
}

/* Reads a link. Returns 0 or -errno. */
static int read_link(int folder, const char *name, char ret[PATH_MAX])
{
        ssize_t length = readlinkat(folder, name, ret, PATH_MAX);

        if (length < 0)
                return -errno;
        if (length == PATH_MAX)
                return -ENAMETOOLONG;
        ret[length] = '\0';
        return 0;
}

/*
 * Makes `text` the path of an object as a link of /proc tells it, which is as seen from our root:
 * the thread's root is taken off. An object beyond that root keeps its whole path: there is no
 * other. Returns false for an object without a path.
 */
static bool set_text_from_object(struct resolver *resolver, const char *path)
{
        char name[32], root[PATH_MAX];
        size_t length;

        if (*path != '/')
                return false;
        snprintf(name, sizeof(name), "%d/root", resolver->request->thread);
        text_clear(&resolver->text);
        if (read_link(resolver->proc, name, root) == 0 && root[1] != '\0') {
                length = strlen(root);
                if (string_has_prefix(path, root) && (path[length] == '/' || !path[length]))
                        path += length;
        }
        text_append(&resolver->text, path);
        return true;
}

/* Opens the folder to start from. Returns 0 or -errno. */
static int start(struct resolver *resolver)
{
        const struct pathname_request *request = resolver->request;
        char name[48];
        int fd, r;

        snprintf(name, sizeof(name), "%d/root", request->thread);
        resolver->root = openat(resolver->proc, name, O_PATH | O_CLOEXEC);
        if (resolver->root < 0)
                return -errno;
        if (*request->path == '/')
                return 0;
        if (request->directory == AT_FDCWD)
                snprintf(name, sizeof(name), "%d/cwd", request->thread);
        else
                snprintf(name, sizeof(name), "%d/fd/%d", request->thread, request->directory);
        fd = openat(resolver->proc, name, O_PATH | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT && request->directory != AT_FDCWD ? -EBADF : -errno;
        set_folder(resolver, fd);
        r = read_link(resolver->proc, name, resolver->link);
        if (r < 0)
                return r;
        return set_text_from_object(resolver, resolver->link) ? 0 : -ENOTDIR;
}

static int open_path(int folder, const char *path, uint64_t flags, uint64_t resolve)
{
        const struct open_how how = {.flags = O_PATH | O_CLOEXEC | flags, .resolve = resolve};
        long fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));

        return fd < 0 ? -errno : (int)fd;
}

static bool has_dot_dot(const char *path)
{
        while (*path) {
                size_t length = strcspn(path, "/");

                if (length == 2 && memcmp(path, "..", 2) == 0)
                        return true;
                path += length;
                path += strspn(path, "/");
        }
        return false;
}

/*
 * Returns true where no symbolic link is on the path, as far as it exists; then all is done.
 * RESOLVE_CACHED: an automount on the way would be mounted otherwise, and a file system that is not
 * there any more waited for. A relative path with ".." may leave a chroot(2), which only the walk
 * prevents.
 */
static bool resolve_without_links(struct resolver *resolver)
{
        const struct pathname_request *request = resolver->request;
        const char *path = request->path;
        uint64_t resolve = RESOLVE_NO_SYMLINKS | RESOLVE_CACHED;
        int folder = resolver->folder, fd;

        if (*path == '/') {
                folder = resolver->root;
                resolve |= RESOLVE_IN_ROOT;
        } else if (has_dot_dot(path)) {
                return false;
        }
        fd = open_path(folder, path, request->follow ? 0 : O_NOFOLLOW, resolve);
        if (fd < 0 && fd != -ENOENT && fd != -ENOTDIR)
                return false;
        set_folder(resolver, fd < 0 ? -1 : fd);
        text_append(&resolver->text, path);
        note(resolver, &resolver->text);
        return true;
}

/* Takes the next component off the rest. Returns false where nothing is left. */
static bool next_component(struct resolver *resolver)
{
        const char *rest = resolver->rest + resolver->rest_start;
        size_t slashes = strspn(rest, "/");
        size_t length = strcspn(rest + slashes, "/");

        resolver->rest_start += slashes + length;
        if (length >= sizeof(resolver->component))
                length = sizeof(resolver->component) - 1; /* never: whole paths are shorter */
        memcpy(resolver->component, rest + slashes, length);
        resolver->component[length] = '\0';
        return length > 0;
}

static const char *rest_of(const struct resolver *resolver)
{
        return resolver->rest + resolver->rest_start;
}

static bool is_last(const struct resolver *resolver)
{
        const char *rest = rest_of(resolver);

        return rest[strspn(rest, "/")] == '\0';
}

static bool is_procfs(int fd)
{
        struct statfs status;

        return fstatfs(fd, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

/* /proc/self and /proc/thread-self mean whoever looks at them, and that would be us. */
static bool is_link_to_looker(const struct resolver *resolver)
{
        struct stat status;

        return (string_equal(resolver->component, "self") ||
                       string_equal(resolver->component, "thread-self")) &&
               fstat(resolver->folder, &status) == 0 && status.st_ino == PROC_ROOT_INODE &&
               is_procfs(resolver->folder);
}

/* Goes to the thread's own folder of /proc, in ours: where it starts from may number it otherwise.
 */
static enum step step_to_looker(struct resolver *resolver)
{
        char name[16];
        int fd;

        snprintf(name, sizeof(name), "%d", resolver->request->thread);
        fd = openat(resolver->proc, name, O_PATH | O_CLOEXEC);
        if (fd < 0)
                return STEP_NOWHERE;
        set_folder(resolver, fd);
        text_append(&resolver->text, resolver->component);
        return STEP_ON;
}

static enum step step_up(struct resolver *resolver)
{
        int fd;

        if (resolver->text.length == 0)
                return STEP_ON;
        fd = openat(resolver->folder, "..", O_PATH | O_CLOEXEC);
        if (fd < 0)
                return STEP_NOWHERE;
        set_folder(resolver, fd);
        text_leave(&resolver->text);
        return STEP_ON;
}

/*
 * A magic link of /proc (/proc/PID/fd/N, exe, cwd, …) leads to an object and not to a name. What it
 * reads like may have been deleted, or be out of sight.
 */
static enum step step_to_object(struct resolver *resolver)
{
        int fd = openat(resolver->folder, resolver->component, O_PATH | O_CLOEXEC);

        if (fd < 0)
                return STEP_NOWHERE;
        set_folder(resolver, fd);
        if (!set_text_from_object(resolver, resolver->link))
                return STEP_NOWHERE;
        if (is_last(resolver))
                note(resolver, &resolver->text);
        return STEP_ON;
}

/* True where the component, a link of a procfs, leads to an object whatever its text says. */
static bool is_magic_link(const struct resolver *resolver)
{
        CLEANUP_CLOSE int fd =
                open_path(resolver->folder, resolver->component, 0, RESOLVE_NO_MAGICLINKS);

        return fd == -ELOOP;
}

/* The link `fd` is followed: its text comes before the rest. */
static enum step step_along_link(struct resolver *resolver, int fd)
{
        size_t length;

        if (++resolver->link_count > LINKS_MAX)
                return STEP_NOWHERE;
        if (read_link(fd, "", resolver->link) < 0)
                return STEP_NOWHERE;
        if (is_procfs(fd) && is_magic_link(resolver))
                return step_to_object(resolver);
        if (is_last(resolver))
                note_path(resolver, resolver->link);
        length = strlen(resolver->link);
        resolver->rest_start -= length;
        memcpy(resolver->rest + resolver->rest_start, resolver->link, length);
        if (resolver->link[0] == '/') {
                set_folder(resolver, fcntl(resolver->root, F_DUPFD_CLOEXEC, 0));
                text_clear(&resolver->text);
        }
        return STEP_ON;
}

static enum step step(struct resolver *resolver)
{
        CLEANUP_CLOSE int fd = -1;
        struct stat status;

        if (string_equal(resolver->component, "."))
                return STEP_ON;
        if (string_equal(resolver->component, ".."))
                return step_up(resolver);
        if (is_link_to_looker(resolver))
                return step_to_looker(resolver);
        fd = openat(resolver->folder, resolver->component, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &status) < 0)
                return STEP_END;
        /* A slash behind the last component has its link followed as well. */
        if (S_ISLNK(status.st_mode) && (*rest_of(resolver) || resolver->request->follow))
                return step_along_link(resolver, fd);
        set_folder(resolver, steal_fd(&fd));
        text_append(&resolver->text, resolver->component);
        return STEP_ON;
}

/* Walks to the end. Returns false where that has no path. */
static bool walk(struct resolver *resolver)
{
        size_t length = strlen(resolver->request->path);
        enum step result = STEP_ON;

        resolver->rest_start = sizeof(resolver->rest) - length - 1;
        memcpy(resolver->rest + resolver->rest_start, resolver->request->path, length + 1);
        if (resolver->request->path[0] == '/') {
                set_folder(resolver, fcntl(resolver->root, F_DUPFD_CLOEXEC, 0));
                text_clear(&resolver->text);
        }
        while (result == STEP_ON && next_component(resolver))
                result = step(resolver);
        if (result == STEP_END) {
                set_folder(resolver, -1);
                text_append(&resolver->text, resolver->component);
                text_append(&resolver->text, rest_of(resolver));
        }
        if (result == STEP_NOWHERE || resolver->text.cut)
                return false;
        note(resolver, &resolver->text);
        return true;
}

/*
 * Adds the end's path as seen from our root: a thread whose root is /proc, or a folder in it, has a
 * name for a pseudo-file that does not look like one.
 */
static void note_beyond_root(struct resolver *resolver)
{
        char name[32];

        snprintf(name, sizeof(name), "%d/root", resolver->request->thread);
        if (read_link(resolver->proc, name, resolver->link) < 0 || resolver->link[1] == '\0')
                return;
        text_clear(&resolver->named);
        text_append(&resolver->named, resolver->link);
        text_append(&resolver->named, resolver->text.bytes);
        note(resolver, &resolver->named);
}

static bool folder_is_folder(const struct resolver *resolver)
{
        struct stat status;

        return resolver->file_count > 0 && resolver->folder >= 0 &&
               fstat(resolver->folder, &status) == 0 && S_ISDIR(status.st_mode);
}

int resolver_resolve(
        struct resolver *resolver, const struct pathname_request *request, struct pathname *ret)
{
        struct text *text = &resolver->text;
        bool has_end;
        int r;

        if (request->path[0] == '\0')
                return -ENOENT;
        if (strlen(request->path) >= PATH_MAX)
                return -ENAMETOOLONG;
        resolver->request = request;
        resolver->file_count = resolver->link_count = 0;
        text_clear(text);
        r = start(resolver);
        if (r == 0) {
                note_path(resolver, request->path);
                has_end = resolve_without_links(resolver) || walk(resolver);
                if (has_end)
                        note_beyond_root(resolver);
                *ret = (struct pathname){
                        .files = resolver->files,
                        .file_count = resolver->file_count,
                        .final = !has_end           ? ""
                                 : text->length > 0 ? text->bytes
                                                    : "/",
                        .exists = resolver->folder >= 0,
                        .is_folder = folder_is_folder(resolver),
                };
        }
        release(resolver);
        return r;
}
