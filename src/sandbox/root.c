/* SPDX-License-Identifier: BSD-3-Clause */
#include "sandbox/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strings.h"

/*
 * An overlay shows one file system, without the mounts below its lower folder, so there is one
 * overlay for every mount of the host. As root, that is all.
 *
 * In a user namespace the host's mounts are locked together: the kernel refuses an overlay over a
 * folder with mounts below it, since it would reveal what they hide. Such a folder is made anew and
 * its entries are placed one by one: folders (again by these rules), symbolic links, files as
 * read-only views.
 */

static const char *const special_places[SPECIAL_COUNT] = {
        [SPECIAL_PROC] = "/proc",
        [SPECIAL_SYS] = "/sys",
        [SPECIAL_DEV] = "/dev",
        [SPECIAL_TMP] = "/tmp",
        [SPECIAL_SCRATCH] = SANDBOX_SCRATCH,
};

/* File systems that are interfaces to the kernel: an overlay over them makes no sense, or none that
 * works. */
static const char *const pseudo_types[] = {
        "autofs",
        "binder",
        "binfmt_misc",
        "bpf",
        "cgroup",
        "cgroup2",
        "configfs",
        "debugfs",
        "devpts",
        "devtmpfs",
        "efivarfs",
        "fusectl",
        "hugetlbfs",
        "mqueue",
        "nfsd",
        "proc",
        "pstore",
        "resctrl",
        "rpc_pipefs",
        "securityfs",
        "selinuxfs",
        "sysfs",
        "tracefs",
};

DEFINE_CLEANUP(DIR *, closedir)

char *root_target(const char *path)
{
        return string_format("%s%s", STAGE_ROOT, path);
}

static bool is_pseudo(const char *type)
{
        for (size_t i = 0; i < ARRAY_SIZE(pseudo_types); i++)
                if (string_equal(type, pseudo_types[i]))
                        return true;
        return false;
}

static bool is_special(const struct root *root, const char *path)
{
        for (size_t i = 0; i < SPECIAL_COUNT; i++)
                if (string_equal(path, root->special[i]))
                        return true;
        return false;
}

/* True where a special folder below `folder` takes the place of what the host has mounted at
 * `point`. */
static bool is_replaced(const struct root *root, const char *folder, const char *point)
{
        for (size_t i = 0; i < SPECIAL_COUNT; i++)
                if (path_is_below(root->special[i], folder) &&
                        (string_equal(point, root->special[i]) ||
                                path_is_below(point, root->special[i])))
                        return true;
        return false;
}

/* True with any mount below the folder, hidden ones included. */
static bool has_mounts_below(const struct root *root, const char *folder)
{
        const struct mount_entry *entry;

        vector_for_each(entry, &root->mounts.entries)
                if (path_is_below(entry->point, folder))
                        return true;
        return false;
}

/*
 * The permission bits for what stands in for the host's folder. In a user namespace it belongs to
 * the user, whoever owns the original: what the user may do there becomes the owner's permission.
 */
static mode_t folder_mode(const struct root *root, const char *path, const struct stat *status)
{
        mode_t mode = status->st_mode & 07777;

        if (!root->unprivileged)
                return mode;
        mode &= ~(mode_t)S_IRWXU;
        /* access(2) asks for the real user, without the capabilities of the user namespace. */
        if (access(path, R_OK) == 0)
                mode |= S_IRUSR;
        if (access(path, W_OK) == 0)
                mode |= S_IWUSR;
        if (access(path, X_OK) == 0)
                mode |= S_IXUSR;
        return mode;
}

/* Makes the folder `target` look like the host's `path`. */
static int make_like(const struct root *root, const char *path, const char *target)
{
        struct stat status;

        if (stat(path, &status) < 0)
                return -errno;
        if (mkdir(target, 0700) < 0)
                return -errno;
        if (!root->unprivileged && chown(target, status.st_uid, status.st_gid) < 0)
                return -errno;
        if (chmod(target, folder_mode(root, path, &status)) < 0)
                return -errno;
        if (utimensat(AT_FDCWD, target, (struct timespec[]){status.st_atim, status.st_mtim}, 0) < 0)
                return -errno;
        return 0;
}

/* One folder, whose parent is there. It need not exist on the host. */
static int make_folder(const struct root *root, const char *path, struct error *error)
{
        CLEANUP_FREE char *target = root_target(path);
        int r;

        if (!target)
                return error_errno(error, ENOMEM, "making %s", path);
        r = make_like(root, path, target);
        if (r == -ENOENT)
                r = mkdir(target, 0755) < 0 ? -errno : 0;
        if (r < 0 && r != -EEXIST)
                return error_errno(error, -r, "making %s", path);
        return 0;
}

int root_make_parents(struct root *root, const char *path, struct error *error)
{
        char part[PATH_MAX];
        int r;

        for (const char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
                snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
                r = make_folder(root, part, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

int root_make_folder(struct root *root, const char *path, struct error *error)
{
        int r;

        r = root_make_parents(root, path, error);
        return r < 0 ? r : make_folder(root, path, error);
}

/* Shows the host's file or folder, mounts below it included, read-only. */
static int place_view(const char *path, struct error *error)
{
        CLEANUP_FREE char *target = root_target(path);
        int r;

        r = target ? mount_bind(path, target, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV) : -ENOMEM;
        if (r < 0)
                return error_errno(error, -r, "showing %s read-only", path);
        return 0;
}

/*
 * Lays an overlay over one folder. Returns 0, -EACCES where the folder is closed to the caller, 1
 * where the file system is of a kind that cannot be overlaid, or another negative errno.
 */
static int place_overlay(struct root *root, const char *path, struct error *error)
{
        CLEANUP_FREE char *target = root_target(path);
        char upper[64], work[64], options[256];
        unsigned long flags = MS_NODEV;
        struct statvfs status;
        int r;

        if (!target)
                return error_errno(error, ENOMEM, "overlaying %s", path);
        /* The lower folder is named ".": its path may hold what the options would have to escape.
         */
        if (chdir(path) < 0 || statvfs(".", &status) < 0)
                return error_errno(error, errno, "entering %s", path);
        flags |= status.f_flag & ST_NOSUID ? MS_NOSUID : 0;
        flags |= status.f_flag & ST_NOEXEC ? MS_NOEXEC : 0;

        snprintf(upper, sizeof(upper), STAGE_UPPER "/%u", root->overlays);
        snprintf(work, sizeof(work), STAGE_WORK "/%u", root->overlays);
        root->overlays++;
        r = make_like(root, path, upper);
        if (r == 0 && mkdir(work, 0700) < 0)
                r = -errno;
        if (r < 0)
                return error_errno(error, -r, "preparing an overlay over %s", path);

        /*
         * Folders of the lower layer can be renamed only with redirects, which need an attribute
         * that overlayfs does not trust in a user namespace. index and xino cost time and change
         * inode numbers; their defaults are the kernel builder's choice.
         */
        snprintf(options, sizeof(options),
                "lowerdir=.,upperdir=%s,workdir=%s,index=off,xino=off,%s", upper, work,
                root->unprivileged ? "userxattr" : "redirect_dir=on");
        if (mount("overlay", target, "overlay", flags, options) == 0)
                return 0;
        if (errno == ENODEV || errno == EPERM || errno == ENOMEM || errno == EMFILE)
                return error_errno(error, errno, "mounting an overlay over %s", path);
        return 1;
}

/* Places the visible mounts below a folder, each of which takes care of those below itself. */
static int place_mounts_below(struct root *root, const char *folder, struct error *error)
{
        const char *last = NULL;
        int r;

        for (size_t i = 0; i < root->mounts.entries.count; i++) {
                const struct mount_entry *entry = &root->mounts.entries.items[i];

                if (!entry->visible || !path_is_below(entry->point, folder) ||
                        is_replaced(root, folder, entry->point) ||
                        (last && path_is_below(entry->point, last)))
                        continue;
                last = entry->point;
                r = root_place(root, entry->point, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int place_entries(struct root *root, const char *folder, struct error *error)
{
        CLEANUP(closedirp) DIR *directory = NULL;
        const struct dirent *entry;
        int r;

        directory = opendir(folder);
        if (!directory && errno == EACCES)
                return 0;
        if (!directory)
                return error_errno(error, errno, "reading %s", folder);
        while ((entry = readdir(directory))) {
                CLEANUP_FREE char *path = NULL;

                if (string_equal(entry->d_name, ".") || string_equal(entry->d_name, ".."))
                        continue;
                path = string_format("%s/%s", folder[1] ? folder : "", entry->d_name);
                r = path ? root_place(root, path, error)
                         : error_errno(error, ENOMEM, "reading %s", folder);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* True where an interface to the kernel is mounted on the folder. */
static bool is_interface(const struct root *root, const char *folder)
{
        const struct mount_entry *entry;

        vector_for_each(entry, &root->mounts.entries)
                if (entry->visible && string_equal(entry->point, folder) && is_pseudo(entry->type))
                        return true;
        return false;
}

static bool is_read_only(const char *folder)
{
        struct statvfs status;

        return statvfs(folder, &status) == 0 && status.f_flag & ST_RDONLY;
}

static int place_folder(struct root *root, const char *folder, struct error *error)
{
        bool composed = has_mounts_below(root, folder);
        bool top = string_equal(folder, "/");
        int r;

        r = make_folder(root, folder, error);
        if (r < 0 || is_special(root, folder))
                return r;
        if (is_interface(root, folder))
                return place_view(folder, error);
        if (composed && root->unprivileged)
                return place_entries(root, folder, error);
        /* What cannot be written on the host need not be in the sandbox; but the root takes mount
         * points. */
        if (is_read_only(folder) && !top) {
                r = place_view(folder, error);
                return r < 0 ? r : place_mounts_below(root, folder, error);
        }

        r = place_overlay(root, folder, error);
        if (r == -EACCES)
                return 0;
        if (r < 0)
                return r;
        if (r == 0)
                return place_mounts_below(root, folder, error);
        return composed ? place_entries(root, folder, error) : place_view(folder, error);
}

/* An empty file at the place of the host's, for a view to be mounted on, or for a socket or fifo to
 * stand in. */
static int place_node(const char *path, mode_t mode, struct error *error)
{
        CLEANUP_FREE char *target = root_target(path);

        if (!target)
                return error_errno(error, ENOMEM, "making %s", path);
        if (mknod(target, mode, 0) < 0 && errno != EEXIST)
                return error_errno(error, errno, "making %s", path);
        return 0;
}

static int place_link(const char *path, struct error *error)
{
        CLEANUP_FREE char *target = root_target(path);
        char content[PATH_MAX];
        ssize_t size;

        size = readlink(path, content, sizeof(content) - 1);
        if (size < 0)
                return error_errno(error, errno, "reading the link %s", path);
        content[size] = '\0';
        if (!target)
                return error_errno(error, ENOMEM, "making %s", path);
        if (symlink(content, target) < 0 && errno != EEXIST)
                return error_errno(error, errno, "making %s", path);
        return 0;
}

int root_place(struct root *root, const char *path, struct error *error)
{
        struct stat status;
        int r;

        /* It may be gone by now, or out of reach, as a dead network mount: then it is not in the
         * sandbox. */
        if (lstat(path, &status) < 0)
                return 0;
        switch (status.st_mode & S_IFMT) {
        case S_IFDIR:
                return place_folder(root, path, error);
        case S_IFLNK:
                return place_link(path, error);
        case S_IFREG:
                r = place_node(path, S_IFREG | 0600, error);
                return r < 0 ? r : place_view(path, error);
        case S_IFIFO:
        case S_IFSOCK:
                /* New ones: nobody on the host is at the other end. */
                return place_node(path, status.st_mode, error);
        default:
                return 0;
        }
}

/* The real place of a path of which only the last part may be missing on the host. */
static char *real_place(const char *path)
{
        CLEANUP_FREE char *parent = NULL;
        const char *name = strrchr(path, '/');
        char *real;

        real = realpath(path, NULL);
        if (real || errno != ENOENT)
                return real;
        parent = strndup(path, name - path);
        if (!parent)
                return NULL;
        real = parent[0] ? realpath(parent, NULL) : strdup("");
        if (!real && errno == ENOENT)
                return strdup(path);
        if (!real)
                return NULL;
        free(parent);
        parent = real;
        return string_format("%s%s", real, name);
}

static int root_prepare(struct root *root, struct error *error)
{
        static const char *const folders[] = {
                STAGE_UPPER, STAGE_WORK, STAGE_DEV, STAGE_TMP, STAGE_SHARED};
        uint64_t disk = root->options->disk;
        char options[128];
        int r;

        r = mount_table_read(&root->mounts, error);
        if (r < 0)
                return r;
        for (size_t i = 0; i < SPECIAL_COUNT; i++) {
                root->special[i] = real_place(special_places[i]);
                if (!root->special[i])
                        return error_errno(error, errno, "finding %s", special_places[i]);
        }

        /* A size of 0 would be no limit. Files cost kernel memory also when they are empty. */
        snprintf(options, sizeof(options), "size=%llu,nr_inodes=%llu,mode=0755",
                (unsigned long long)(disk ? disk : 1), (unsigned long long)(disk / 4096 + 4096));
        if (mount("loupe", STAGE, "tmpfs", MS_NODEV, options) < 0)
                return error_errno(error, errno, "mounting a tmpfs");
        for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
                if (mkdir(folders[i], 0755) < 0)
                        return error_errno(error, errno, "making %s", folders[i]);
        /* pivot_root(2) wants a mount, also where no overlay can cover the whole root. */
        r = make_like(root, "/", STAGE_ROOT);
        if (r == 0)
                r = mount_bind(STAGE_ROOT, STAGE_ROOT, 0);
        if (r < 0)
                return error_errno(error, -r, "preparing the new root");
        return 0;
}

/* Makes the new root the process's and lets go of the old one. */
static int pivot(struct error *error)
{
        if (chdir(STAGE_ROOT) < 0)
                return error_errno(error, errno, "entering the new root");
        /* With both arguments the same, the old root ends up on top of the new one, at "/". */
        if (syscall(SYS_pivot_root, ".", ".") < 0)
                return error_errno(error, errno, "changing the root");
        if (umount2(".", MNT_DETACH) < 0)
                return error_errno(error, errno, "detaching the old root");
        return 0;
}

/*
 * In a user namespace overlayfs can change only what the user owns: the copy that it would have to
 * make of anything else needs an owner that is not mapped. For the folders in which by convention
 * everybody makes files an overlay of their own helps, whose upper folder is the user's.
 */
static int place_open_folders(struct root *root, struct error *error)
{
        static const char *const folders[] = {"/var/tmp", "/run/lock"};
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
                CLEANUP_FREE char *path = realpath(folders[i], NULL);

                if (!path || access(path, W_OK) < 0 || has_mounts_below(root, path))
                        continue;
                r = place_overlay(root, path, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int root_build(struct root *root, struct error *error)
{
        int r;

        r = root_prepare(root, error);
        if (r < 0)
                return r;
        r = root_place(root, "/", error);
        if (r == 0 && root->unprivileged)
                r = place_open_folders(root, error);
        if (r < 0)
                return r;
        r = root_mount_specials(root, error);
        if (r < 0)
                return r;
        return pivot(error);
}

int root_enter(const struct sandbox_options *options, bool unprivileged, struct error *error)
{
        struct root root = {.options = options, .unprivileged = unprivileged};
        CLEANUP_FREE char *directory = getcwd(NULL, 0);
        int r;

        /* Nothing that is mounted here is to appear on the host, nor the other way round. */
        if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                return error_errno(error, errno, "making the mounts private");
        r = root_build(&root, error);
        for (size_t i = 0; i < SPECIAL_COUNT; i++)
                free(root.special[i]);
        mount_table_clear(&root.mounts);
        if (r < 0)
                return r;
        if ((!directory || chdir(directory) < 0) && chdir("/") < 0)
                return error_errno(error, errno, "entering /");
        return 0;
}
