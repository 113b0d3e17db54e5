/* SPDX-License-Identifier: BSD-3-Clause */
#include "sandbox/root.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/strings.h"

/*
 * The folders of the sandbox that are not the host's: /proc, /sys, /dev, /tmp and loupe's scratch
 * folder. While they are mounted the host's tree is still the root, and the new one lies on the
 * stage.
 */

#define HARMLESS (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)

/*
 * A process that is root may write these by their file permissions alone, and reach the whole
 * machine.
 */
static const char *const proc_read_only[] = {
        "sys",
        "sysrq-trigger",
        "irq",
        "bus",
        "fs",
        "acpi",
        "scsi",
        "mtrr",
        "driver",
        "asound",
};

static const char *const device_nodes[] = {"null", "zero", "full", "random", "urandom", "tty"};

static const struct {
        const char *name;
        const char *content;
} device_links[] = {
        {"ptmx", "pts/ptmx"},
        {"fd", "/proc/self/fd"},
        {"stdin", "/proc/self/fd/0"},
        {"stdout", "/proc/self/fd/1"},
        {"stderr", "/proc/self/fd/2"},
};

static int mount_proc(const char *target, struct error *error)
{
        int r;

        if (mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
                return error_errno(error, errno, "mounting /proc");
        for (size_t i = 0; i < ARRAY_SIZE(proc_read_only); i++) {
                CLEANUP_FREE char *path = string_format("%s/%s", target, proc_read_only[i]);

                r = path ? mount_bind(path, path, HARMLESS | MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY)
                         : -ENOMEM;
                if (r < 0 && r != -ENOENT)
                        return error_errno(error, -r, "protecting /proc/%s", proc_read_only[i]);
        }
        return 0;
}

static int mount_sys(const char *host, const char *target, struct error *error)
{
        int r;

        r = mount_bind(host, target, HARMLESS | MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY);
        if (r < 0)
                return error_errno(error, -r, "mounting /sys");
        return 0;
}

/*
 * The node itself stays the host's, in a read-only view of its own: devices can be written there,
 * but their owner and mode cannot be changed. Nodes made in the sandbox cannot be opened
 * (MS_NODEV).
 */
static int add_device(const char *host, const char *target, const char *name, struct error *error)
{
        CLEANUP_FREE char *source = string_format("%s/%s", host, name);
        CLEANUP_FREE char *path = string_format("%s/%s", target, name);
        struct stat status;
        int r;

        if (!source || !path)
                return error_errno(error, ENOMEM, "making /dev/%s", name);
        if (stat(source, &status) < 0)
                return 0;
        r = mknod(path, S_IFREG | 0600, 0) < 0 ? -errno : 0;
        if (r == 0)
                r = mount_bind(source, path, HARMLESS | MOUNT_ATTR_RDONLY);
        if (r < 0)
                return error_errno(error, -r, "making /dev/%s", name);
        return 0;
}

static int add_terminals(const struct root *root, const char *target, struct error *error)
{
        CLEANUP_FREE char *path = string_format("%s/pts", target);

        if (!path)
                return error_errno(error, ENOMEM, "making /dev/pts");
        if (mkdir(path, 0755) < 0)
                return error_errno(error, errno, "making /dev/pts");
        /* The group "tty" is 5 everywhere, and not mapped into a user namespace. */
        if (mount("devpts", path, "devpts", MS_NOSUID | MS_NOEXEC,
                    root->unprivileged ? "newinstance,ptmxmode=0666,mode=0620"
                                       : "newinstance,ptmxmode=0666,mode=0620,gid=5") < 0)
                return error_errno(error, errno, "mounting /dev/pts");
        return 0;
}

/* A folder of the stage, open to everybody as /tmp is, at its place. */
static int mount_shared_folder(const char *stage, const char *target, struct error *error)
{
        int r;

        if (chmod(stage, 01777) < 0)
                return error_errno(error, errno, "preparing %s", stage);
        r = mount_bind(stage, target, 0);
        if (r < 0)
                return error_errno(error, -r, "mounting %s", target + strlen(STAGE_ROOT));
        return 0;
}

static int mount_dev(const struct root *root, const char *target, struct error *error)
{
        CLEANUP_FREE char *shared = string_format("%s/shm", target);
        int r;

        r = mount_bind(STAGE_DEV, target, HARMLESS);
        if (r < 0)
                return error_errno(error, -r, "mounting /dev");
        for (size_t i = 0; i < ARRAY_SIZE(device_nodes); i++) {
                r = add_device(root->special[SPECIAL_DEV], target, device_nodes[i], error);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < ARRAY_SIZE(device_links); i++) {
                CLEANUP_FREE char *path = string_format("%s/%s", target, device_links[i].name);

                if (!path || symlink(device_links[i].content, path) < 0)
                        return error_errno(error, path ? errno : ENOMEM, "making /dev/%s",
                                device_links[i].name);
        }
        r = add_terminals(root, target, error);
        if (r < 0)
                return r;
        if (!shared || mkdir(shared, 0755) < 0)
                return error_errno(error, shared ? errno : ENOMEM, "making /dev/shm");
        return mount_shared_folder(STAGE_SHARED, shared, error);
}

static int mount_scratch(const char *target, struct error *error)
{
        char options[64];

        snprintf(options, sizeof(options), "size=%u,mode=0755", SANDBOX_SCRATCH_SIZE);
        if (mount("loupe", target, "tmpfs", MS_NODEV | MS_NOSUID, options) < 0)
                return error_errno(error, errno, "mounting " SANDBOX_SCRATCH);
        return 0;
}

/*
 * What has to be placed so that `path` is seen below `folder`: a folder itself; of a file the
 * folder that holds it, since programs look for their files beside them; the file alone where that
 * would be all of `folder`. Owned by the caller; NULL where nothing is to be placed.
 */
static char *visible_part(const char *path, const char *folder)
{
        CLEANUP_FREE char *real = realpath(path, NULL);
        struct stat status;
        char *slash;

        if (!real || !path_is_below(real, folder) || stat(real, &status) < 0)
                return NULL;
        slash = strrchr(real, '/');
        if (!S_ISDIR(status.st_mode) && slash - real > strlen(folder))
                *slash = '\0';
        return steal_pointer(real);
}

static int compare_paths(const void *a, const void *b)
{
        return path_compare(*(char *const *)a, *(char *const *)b);
}

/* Places what the caller wants to see of the host's `folder`, in whose place there is an empty one.
 */
static int place_visible(struct root *root, const char *folder, struct error *error)
{
        CLEANUP_STRINGS char **parts = NULL;
        const char *last = NULL;
        size_t count;
        int r;

        for (char *const *path = root->options->visible; path && *path; path++) {
                CLEANUP_FREE char *part = visible_part(*path, folder);

                if (part && strings_add(&parts, part) < 0)
                        return error_errno(error, ENOMEM, "showing %s", *path);
        }
        count = strings_count(parts);
        if (count)
                qsort(parts, count, sizeof(*parts), compare_paths);
        for (size_t i = 0; i < count; i++) {
                if (last && (string_equal(parts[i], last) || path_is_below(parts[i], last)))
                        continue;
                last = parts[i];
                r = root_make_parents(root, parts[i], error);
                if (r == 0)
                        r = root_place(root, parts[i], error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int mount_specials(
        struct root *root, char *const targets[SPECIAL_COUNT], struct error *error)
{
        CLEANUP_FREE char *shared = string_format("%s/shm", root->special[SPECIAL_DEV]);
        int r;

        if (!shared)
                return error_errno(error, ENOMEM, "mounting /dev/shm");
        r = mount_sys(root->special[SPECIAL_SYS], targets[SPECIAL_SYS], error);
        if (r == 0)
                r = mount_dev(root, targets[SPECIAL_DEV], error);
        if (r == 0)
                r = mount_shared_folder(STAGE_TMP, targets[SPECIAL_TMP], error);
        if (r == 0)
                r = place_visible(root, root->special[SPECIAL_TMP], error);
        if (r == 0)
                r = place_visible(root, shared, error);
        if (r == 0)
                r = mount_scratch(targets[SPECIAL_SCRATCH], error);
        if (r == 0)
                r = mount_proc(targets[SPECIAL_PROC], error);
        return r;
}

int root_mount_specials(struct root *root, struct error *error)
{
        char *targets[SPECIAL_COUNT] = {};
        int r = 0;

        for (size_t i = 0; i < SPECIAL_COUNT && r == 0; i++) {
                targets[i] = root_target(root->special[i]);
                r = targets[i] ? root_make_folder(root, root->special[i], error)
                               : error_errno(error, ENOMEM, "mounting %s", root->special[i]);
        }
        if (r == 0)
                r = mount_specials(root, targets, error);
        for (size_t i = 0; i < SPECIAL_COUNT; i++)
                free(targets[i]);
        return r;
}
