/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/fake-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/success-value.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* Linux 6.3 */
#endif

/* What a descriptor of the empty file keeps of the flags that it was asked for with. O_DIRECT is
 * not for files in memory. */
#define KEPT_FLAGS (O_ACCMODE | O_APPEND | O_NONBLOCK | O_DSYNC | O_SYNC | O_NOATIME)

/* struct stat64 of i386. The words of 64 bits are aligned as those of 32. */
struct __attribute__((packed, aligned(4))) stat64_of_i386 {
        uint64_t device;
        uint32_t padding;
        uint32_t short_inode;
        uint32_t mode, links, owner, group;
        uint64_t special_device;
        uint32_t more_padding;
        int64_t size;
        uint32_t block_size;
        uint64_t blocks;
        uint32_t accessed[2], modified[2], changed[2]; /* seconds, nanoseconds */
        uint64_t inode;
};
_Static_assert(sizeof(struct stat64_of_i386) == 96, "the layout is the kernel's");

int path_open_flags(struct call *call, const struct path_call *path, uint64_t *ret)
{
        const struct call_pointee *how;

        if (path->link == PATH_LINK_OPEN) {
                *ret = (uint32_t)call_argument(call, path->link_argument);
                return 0;
        }
        how = call_pointee(call, path->link_argument);
        if (how->size < sizeof(*ret))
                return -EFAULT;
        memcpy(ret, how->bytes, sizeof(*ret));
        return 0;
}

/* A new file for each use: what is written into one is not found in the next. */
static int make_file(void)
{
        CLEANUP_CLOSE int fd = memfd_create("empty", MFD_CLOEXEC | MFD_NOEXEC_SEAL);

        if (fd < 0 && errno == EINVAL)
                fd = memfd_create("empty", MFD_CLOEXEC);
        if (fd < 0 || fchmod(fd, 0666) < 0)
                return -errno;
        return steal_fd(&fd);
}

/* A folder of the supervisor's own, for where it may not mount: nothing can be made in it. */
static int make_removed_folder(void)
{
        char path[] = "/tmp/loupe-empty-XXXXXX";
        int fd;

        if (!mkdtemp(path))
                return -errno;
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                fd = -errno;
        rmdir(path);
        return fd;
}

/* The root of a new file system, which is nowhere mounted and goes with its last descriptor. */
static int make_folder(void)
{
        CLEANUP_CLOSE int context = fsopen("tmpfs", FSOPEN_CLOEXEC);
        CLEANUP_CLOSE int mount = -1;
        int fd;

        if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
                return make_removed_folder();
        mount = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
        if (mount < 0)
                return make_removed_folder();
        fd = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

/* Opens a file or folder of ours anew, for its own access mode and status flags. */
static int open_anew(int fd, int proc, uint64_t flags)
{
        char name[32];
        int r;

        snprintf(name, sizeof(name), "self/fd/%d", fd);
        r = openat(proc, name, (int)(flags & KEPT_FLAGS) | O_CLOEXEC);
        return r < 0 ? -errno : r;
}

static int answer_opened(struct call *call, uint64_t flags, bool is_folder, int proc)
{
        bool unnamed = (flags & O_TMPFILE) == O_TMPFILE;
        CLEANUP_CLOSE int object = -1;
        CLEANUP_CLOSE int fd = -1;

        /* O_PATH leaves most other flags without a meaning. The kernel hands over no descriptor of
         * this kind (SECCOMP_IOCTL_NOTIF_ADDFD: EBADF): it is one for reading. */
        if (flags & O_PATH)
                flags &= O_DIRECTORY | O_CLOEXEC;
        is_folder = (is_folder || flags & O_DIRECTORY) && !unnamed;
        if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
                return call_answer(call, -EEXIST);
        if (is_folder && (flags & O_ACCMODE || flags & O_CREAT))
                return call_answer(call, -EISDIR);
        object = is_folder ? make_folder() : make_file();
        fd = object < 0 ? object : open_anew(object, proc, flags);
        if (fd < 0)
                return call_answer(call, fd);
        return call_answer_descriptor(call, fd, flags & O_CLOEXEC);
}

static void stat64_fill(struct stat64_of_i386 *ret, const struct stat *status)
{
        *ret = (struct stat64_of_i386){
                .device = status->st_dev,
                .short_inode = (uint32_t)status->st_ino,
                .mode = status->st_mode,
                .links = (uint32_t)status->st_nlink,
                .owner = status->st_uid,
                .group = status->st_gid,
                .size = status->st_size,
                .block_size = (uint32_t)status->st_blksize,
                .blocks = (uint64_t)status->st_blocks,
                .accessed = {(uint32_t)status->st_atim.tv_sec, (uint32_t)status->st_atim.tv_nsec},
                .modified = {(uint32_t)status->st_mtim.tv_sec, (uint32_t)status->st_mtim.tv_nsec},
                .changed = {(uint32_t)status->st_ctim.tv_sec, (uint32_t)status->st_ctim.tv_nsec},
                .inode = status->st_ino,
        };
}

union attributes {
        struct stat status;
        struct stat64_of_i386 status64;
        struct statx statx;
        struct statfs statfs;
};

/* Gets the attributes of `object` in the layout that the call wants. Returns their size or -errno.
 */
static int get_attributes(
        const struct call *call, const struct path_call *path, int object, union attributes *ret)
{
        enum abi abi = call->feature.abi;
        struct stat status;
        unsigned mask;

        switch (path->fake) {
        case PATH_FAKE_STAT:
                if (abi == ABI_I386)
                        return -ENOENT;
                return fstat(object, &ret->status) < 0 ? -errno : (int)sizeof(ret->status);
        case PATH_FAKE_STAT64:
                if (fstat(object, &status) < 0)
                        return -errno;
                stat64_fill(&ret->status64, &status);
                return sizeof(ret->status64);
        case PATH_FAKE_STATX:
                mask = (unsigned)call_argument(call, path->fake_arguments[1]);
                if (statx(object, "", AT_EMPTY_PATH, mask, &ret->statx) < 0)
                        return -errno;
                return sizeof(ret->statx);
        case PATH_FAKE_STATFS:
                if (abi == ABI_I386)
                        return -ENOENT;
                return fstatfs(object, &ret->statfs) < 0 ? -errno : (int)sizeof(ret->statfs);
        default:
                return -ENOENT;
        }
}

static int answer_attributes(struct call *call, const struct path_call *path, bool is_folder)
{
        CLEANUP_CLOSE int object = is_folder ? make_folder() : make_file();
        union attributes attributes;
        int r = object;

        if (r >= 0)
                r = get_attributes(call, path, object, &attributes);
        if (!call_is_valid(call))
                return 0;
        if (r >= 0)
                r = call_write(
                        call, call_argument(call, path->fake_arguments[0]), &attributes, (size_t)r);
        return call_answer(call, r);
}

static int answer_success(struct call *call)
{
        return success_answer(call, call->info ? call->info->success : (struct success){});
}

int fake_file_answer(struct call *call, const struct path_call *path, bool is_folder, int proc)
{
        uint64_t flags;
        int r;

        switch (path->fake) {
        case PATH_FAKE_DESCRIPTOR:
                r = path_open_flags(call, path, &flags);
                return r < 0 ? call_answer(call, r) : answer_opened(call, flags, is_folder, proc);
        case PATH_FAKE_CREAT:
                return answer_opened(call, O_CREAT | O_WRONLY | O_TRUNC, is_folder, proc);
        case PATH_FAKE_TREE:
                flags = call_argument(call, path->fake_arguments[0]) & OPEN_TREE_CLOEXEC;
                return answer_opened(call, flags | O_PATH, is_folder, proc);
        case PATH_FAKE_STAT:
        case PATH_FAKE_STAT64:
        case PATH_FAKE_OLDSTAT:
        case PATH_FAKE_STATX:
        case PATH_FAKE_STATFS:
        case PATH_FAKE_STATFS64:
                return answer_attributes(call, path, is_folder);
        case PATH_FAKE_SUCCESS:
                return answer_success(call);
        case PATH_FAKE_FOLDER:
                return is_folder ? answer_success(call) : call_answer(call, -ENOTDIR);
        case PATH_FAKE_ERROR:
                break;
        }
        return call_answer(call, -path->errnum);
}
