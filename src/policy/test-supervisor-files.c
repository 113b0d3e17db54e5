/* SPDX-License-Identifier: BSD-3-Clause */

/* What programs see of withheld pseudo-files, and what is recorded of all of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "feature/pseudo-file.h"
#include "policy/test-supervised.h"

#define STATUS "/proc/self/status"
#define FOLDER "/proc/sys/kernel"

/* What leads to an allowed file is there; everything else that is a pseudo-file is not. */
static int see_only_what_is_allowed(void)
{
        char link[] = "/tmp/loupe-test-link-XXXXXX";

        CHECK((int)CALL(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0) >= 0);
        CHECK(CALL(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY, 0) == -1 && errno == ENOENT);
        CHECK(CALL(SYS_openat, AT_FDCWD, STATUS, O_RDONLY, 0) == -1 && errno == ENOENT);
        CHECK((int)CALL(SYS_openat, AT_FDCWD, "/usr", O_RDONLY, 0) >= 0);
        CHECK(mkdtemp(link) != NULL);
        CHECK(rmdir(link) == 0);
        CHECK(symlink("/dev/null", link) == 0);
        CHECK((int)CALL(SYS_openat, AT_FDCWD, link, O_RDONLY, 0) >= 0);
        CHECK(unlink(link) == 0);
        return 0;
}

static struct feature file_of(const char *path)
{
        struct feature file;

        assert_true(pseudo_file_feature(path, &file));
        return file;
}

/* Stubs with `errnum`, or fakes where that is 0, a file and a folder. */
static void assert_withheld(int errnum, int (*body)(void))
{
        static const char *const paths[] = {STATUS, FOLDER};
        struct policy *policy = policy_new();

        assert_non_null(policy);
        for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
                struct feature file = file_of(paths[i]);

                if (errnum)
                        assert_int_equal(policy_stub(policy, file, errnum), 0);
                else
                        assert_int_equal(policy_fake(policy, file, policy_success_of(file)), 0);
        }
        supervise(policy, (struct filter_options){}, (struct supervisor_options){}, body);
}

/* Calls that the C library may make in another way are made by their numbers. */
static int open_by(const char *path, int flags)
{
        return (int)CALL(SYS_openat, AT_FDCWD, path, flags, 0600);
}

static int see_nothing_there(void)
{
        char link[] = "/tmp/loupe-test-link-XXXXXX", number[64];
        struct open_how how = {.flags = O_RDONLY};
        struct stat status;
        struct statx statx;
        int fd;

        CHECK(open_by(STATUS, O_RDONLY) == -1 && errno == ENOENT);
        CHECK(open_by(STATUS, O_RDWR | O_CREAT) == -1 && errno == ENOENT);
        CHECK(CALL(SYS_openat2, AT_FDCWD, STATUS, &how, sizeof(how)) == -1 && errno == ENOENT);
        CHECK(open_by("//proc/./self/../self/status", O_RDONLY) == -1 && errno == ENOENT);
        CHECK(open_by("/proc/thread-self/status", O_RDONLY) == -1 && errno == ENOENT);
        snprintf(number, sizeof(number), "/proc/%d/status", getpid());
        CHECK(open_by(number, O_RDONLY) == -1 && errno == ENOENT);
        CHECK(stat(STATUS, &status) == -1 && errno == ENOENT);
        CHECK(lstat(STATUS, &status) == -1 && errno == ENOENT);
        CHECK(CALL(SYS_statx, AT_FDCWD, STATUS, 0, STATX_ALL, &statx) == -1 && errno == ENOENT);
        CHECK(access(STATUS, F_OK) == -1 && errno == ENOENT);
        CHECK(readlink(STATUS, number, sizeof(number)) == -1 && errno == ENOENT);
        CHECK(chdir(FOLDER) == -1 && errno == ENOENT);
        fd = open_by("/proc/self", O_PATH);
        CHECK(fd >= 0);
        CHECK(CALL(SYS_openat, fd, "status", O_RDONLY) == -1 && errno == ENOENT);
        CHECK(CALL(SYS_openat, fd, "comm", O_RDONLY) >= 0);
        CHECK(mkdtemp(link) && rmdir(link) == 0 && symlink(STATUS, link) == 0);
        CHECK(open_by(link, O_RDONLY) == -1 && errno == ENOENT);
        CHECK(open_by(link, O_RDONLY | O_NOFOLLOW) == -1 && errno == ELOOP);
        CHECK(open_by(link, O_RDWR | O_CREAT | O_EXCL) == -1 && errno == EEXIST);
        CHECK(lstat(link, &status) == 0 && S_ISLNK(status.st_mode));
        CHECK(unlink(link) == 0);
        /* All else is there. */
        CHECK(open_by("/proc/self/comm", O_RDONLY) >= 0);
        CHECK(open_by(FOLDER "/pid_max", O_RDONLY) >= 0);
        CHECK(open_by("/usr", O_RDONLY | O_DIRECTORY) >= 0);
        CHECK(chdir("/proc/sys") == 0);
        CHECK(open_by("kernel", O_RDONLY) == -1 && errno == ENOENT);
        return 0;
}

static void test_files_are_absent_by_default(void **state)
{
        struct policy *policy = policy_new();

        (void)state;
        assert_non_null(policy);
        policy_set_default_of_files(policy, ENOENT);
        assert_int_equal(policy_allow(policy, file_of("/dev/null")), 0);
        supervise(policy, (struct filter_options){}, (struct supervisor_options){},
                see_only_what_is_allowed);
}

static void test_stubbed_file_is_not_there(void **state)
{
        (void)state;
        assert_withheld(ENOENT, see_nothing_there);
}

static int see_no_such_call(void)
{
        CHECK(open_by(STATUS, O_RDONLY) == -1 && errno == ENOSYS);
        CHECK(access(FOLDER, F_OK) == -1 && errno == ENOSYS);
        CHECK(access("/proc/self/comm", F_OK) == 0);
        return 0;
}

static void test_stub_with_another_error(void **state)
{
        (void)state;
        assert_withheld(ENOSYS, see_no_such_call);
}

static int use_empty_file(void)
{
        char byte;
        int fd = open_by(STATUS, O_RDWR), other;

        CHECK(fd >= 0);
        CHECK(read(fd, &byte, 1) == 0);
        CHECK(write(fd, "text", 4) == 4);
        CHECK(lseek(fd, 1, SEEK_SET) == 1);
        CHECK(read(fd, &byte, 1) == 1 && byte == 'e');
        /* The next one finds it as empty as the first. */
        other = open_by(STATUS, O_RDONLY | O_CLOEXEC);
        CHECK(other >= 0 && read(other, &byte, 1) == 0);
        CHECK(write(other, "x", 1) == -1 && errno == EBADF);
        CHECK(fcntl(fd, F_GETFD) == 0);
        CHECK(fcntl(other, F_GETFD) == FD_CLOEXEC);
        fd = open_by(STATUS, O_WRONLY | O_APPEND | O_TRUNC | O_NONBLOCK);
        CHECK(fd >= 0 && read(fd, &byte, 1) == -1 && errno == EBADF);
        CHECK((fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK)) == (O_APPEND | O_NONBLOCK));
        CHECK(creat(STATUS, 0600) >= 0);
        CHECK(open_by(STATUS, O_RDWR | O_CREAT | O_EXCL) == -1 && errno == EEXIST);
        fd = open_by(STATUS, O_PATH | O_CLOEXEC | O_RDWR);
        CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC && write(fd, "x", 1) == -1);
        return 0;
}

static void test_faked_file_is_empty(void **state)
{
        (void)state;
        assert_withheld(0, use_empty_file);
}

static int map_empty_file(void)
{
        int fd = open_by(STATUS, O_RDWR);
        char *memory;

        CHECK(fd >= 0 && ftruncate(fd, 4096) == 0);
        memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        CHECK(memory != MAP_FAILED && memory[4095] == 0);
        memory[0] = 'x';
        CHECK(pread(fd, memory + 1, 1, 0) == 1 && memory[1] == 'x');
        return 0;
}

static void test_faked_file_can_be_mapped(void **state)
{
        (void)state;
        assert_withheld(0, map_empty_file);
}

static int use_openat2(void)
{
        struct open_how how = {.flags = O_RDWR | O_CLOEXEC};
        int fd = (int)CALL(SYS_openat2, AT_FDCWD, STATUS, &how, sizeof(how));
        char byte;

        CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC && read(fd, &byte, 1) == 0);
        CHECK(CALL(SYS_openat2, AT_FDCWD, STATUS, 8L, sizeof(how)) == -1 && errno == EFAULT);
        how.flags = O_RDWR | O_CREAT | O_EXCL;
        CHECK(CALL(SYS_openat2, AT_FDCWD, STATUS, &how, sizeof(how)) == -1 && errno == EEXIST);
        return 0;
}

static void test_flags_behind_a_pointer(void **state)
{
        (void)state;
        assert_withheld(0, use_openat2);
}

static int use_empty_folder(void)
{
        struct dirent *entry;
        unsigned others = 0;
        DIR *folder;
        int fd;

        CHECK(open_by(FOLDER, O_RDWR) == -1 && errno == EISDIR);
        folder = opendir(FOLDER);
        CHECK(folder);
        while ((entry = readdir(folder)))
                others += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
        CHECK(others == 0);
        closedir(folder);
        fd = open_by(FOLDER, O_PATH);
        CHECK(fd >= 0);
        CHECK(CALL(SYS_openat, fd, "pid_max", O_RDONLY) == -1 && errno == ENOENT);
        fd = open_by(STATUS, O_DIRECTORY);
        CHECK(fd >= 0);
        CHECK(chdir(FOLDER) == 0);
        CHECK(chdir(STATUS) == -1 && errno == ENOTDIR);
        return 0;
}

static void test_faked_folder_is_empty(void **state)
{
        (void)state;
        assert_withheld(0, use_empty_folder);
}

static int see_attributes(void)
{
        struct stat status;
        struct statfs statfs_;
        struct statx statx;

        memset(&status, 0xff, sizeof(status));
        CHECK(stat(STATUS, &status) == 0);
        CHECK(S_ISREG(status.st_mode) && status.st_size == 0 && status.st_nlink <= 1);
        CHECK((status.st_mode & 0666) == 0666);
        CHECK(lstat(STATUS, &status) == 0 && S_ISREG(status.st_mode));
        CHECK(stat(FOLDER, &status) == 0 && S_ISDIR(status.st_mode));
        CHECK(CALL(SYS_newfstatat, AT_FDCWD, STATUS, &status, AT_SYMLINK_NOFOLLOW) == 0);
        CHECK(S_ISREG(status.st_mode));
        CHECK(CALL(SYS_newfstatat, AT_FDCWD, STATUS, 8L, 0) == -1 && errno == EFAULT);
        memset(&statx, 0xff, sizeof(statx));
        CHECK(CALL(SYS_statx, AT_FDCWD, STATUS, 0, STATX_SIZE | STATX_TYPE, &statx) == 0);
        CHECK(S_ISREG(statx.stx_mode) && statx.stx_size == 0);
        CHECK(statfs(STATUS, &statfs_) == 0 && statfs_.f_bsize > 0);
        /* Descriptors without a path are not concerned. */
        CHECK(CALL(SYS_newfstatat, 1, "", &status, AT_EMPTY_PATH) == 0);
        return 0;
}

static void test_attributes_of_faked_files(void **state)
{
        (void)state;
        assert_withheld(0, see_attributes);
}

#ifdef __x86_64__
enum {
        I386_STAT = 106,
        I386_STAT64 = 195,
};

static int see_attributes_in_words_of_32_bits(void)
{
        char *page = mmap(
                NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
        uint32_t mode, size;

        CHECK(page != MAP_FAILED);
        strcpy(page, STATUS);
        memset(page + 256, 0xff, 256);
        CHECK(i386_call(I386_STAT64, (uintptr_t)page, (uintptr_t)page + 256, 0) == 0);
        memcpy(&mode, page + 256 + 16, sizeof(mode));
        memcpy(&size, page + 256 + 44, sizeof(size));
        CHECK(S_ISREG(mode) && size == 0);
        CHECK((unsigned char)page[256 + 95] == 0 && (unsigned char)page[256 + 96] == 0xff);
        CHECK(i386_call(I386_STAT, (uintptr_t)page, (uintptr_t)page + 256, 0) == -ENOENT);
        CHECK(i386_call(I386_OPEN, (uintptr_t)page, O_RDONLY, 0) >= 0);
        return 0;
}

static void test_programs_with_short_words(void **state)
{
        (void)state;
        assert_withheld(0, see_attributes_in_words_of_32_bits);
}
#endif

static int make_other_calls(void)
{
        char buffer[64], other[] = "/tmp/loupe-test-other-XXXXXX";
        char *const arguments[] = {NULL};
        int fd = mkstemp(other), notify = inotify_init1(IN_CLOEXEC);

        CHECK(fd >= 0 && notify >= 0);
        CHECK(access(STATUS, W_OK) == 0);
        CHECK(readlink(STATUS, buffer, sizeof(buffer)) == -1 && errno == EINVAL);
        CHECK(unlink(STATUS) == 0);
        CHECK(truncate(STATUS, 7) == 0);
        CHECK(chmod(STATUS, 0777) == 0);
        CHECK(mkdir(STATUS, 0777) == -1 && errno == EEXIST);
        CHECK(mknod(STATUS, S_IFREG, 0) == -1 && errno == EEXIST);
        CHECK(symlink("target", STATUS) == -1 && errno == EEXIST);
        CHECK(rmdir(STATUS) == -1 && errno == ENOTDIR);
        CHECK(rmdir(FOLDER) == 0);
        CHECK(execve(STATUS, arguments, arguments) == -1 && errno == EACCES);
        CHECK(getxattr(STATUS, "user.x", buffer, sizeof(buffer)) == -1 && errno == ENODATA);
        CHECK(listxattr(STATUS, buffer, sizeof(buffer)) == 0);
        CHECK(inotify_add_watch(notify, STATUS, IN_OPEN) == 1);
        CHECK(utimensat(AT_FDCWD, STATUS, NULL, 0) == 0);
        CHECK(umount2(STATUS, 0) == -1 && errno == EINVAL);
        /* One of two paths is enough, and the other one stays what it is. */
        CHECK(rename(other, STATUS) == 0 && access(other, F_OK) == 0);
        CHECK(rename(STATUS, other) == 0 && access(other, F_OK) == 0);
        CHECK(link(other, STATUS) == -1 && errno == EEXIST);
        CHECK(link(STATUS, "/tmp/nothing") == 0 && access("/tmp/nothing", F_OK) == -1);
        CHECK(unlink(other) == 0 && access(other, F_OK) == -1);
        CHECK(symlink(STATUS, other) == 0 && unlink(other) == 0); /* names no file */
        return 0;
}

static void test_other_calls_on_faked_files(void **state)
{
        (void)state;
        assert_withheld(0, make_other_calls);
}

/* Addresses of all sorts; the last byte before memory that is not there is the end of a path. */
static int pass_garbage(void)
{
        long page = sysconf(_SC_PAGESIZE);
        char *memory =
                mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        char *end = memory + 2 * page;

        CHECK(memory != MAP_FAILED && mprotect(end, page, PROT_NONE) == 0);
        CHECK(CALL(SYS_openat, AT_FDCWD, 8L, O_RDONLY) == -1 && errno == EFAULT);
        CHECK(CALL(SYS_openat, AT_FDCWD, -1L, O_RDONLY) == -1 && errno == EFAULT);
        CHECK(CALL(SYS_openat, AT_FDCWD, NULL, O_RDONLY) == -1 && errno == EFAULT);
        CHECK(CALL(SYS_openat, AT_FDCWD, end, O_RDONLY) == -1 && errno == EFAULT);
        CHECK(CALL(SYS_openat, AT_FDCWD, "", O_RDONLY) == -1 && errno == ENOENT);
        CHECK(CALL(SYS_openat, 999, "status", O_RDONLY) == -1 && errno == EBADF);
        CHECK(CALL(SYS_openat, 1, "status", O_RDONLY) == -1 && errno == ENOTDIR);
        memcpy(end - sizeof(STATUS), STATUS, sizeof(STATUS));
        CHECK(open_by(end - sizeof(STATUS), O_RDONLY) == -1 && errno == ENOENT);
        memset(end - 100, '/', 100);
        CHECK(open_by(end - 100, O_RDONLY) == -1 && errno == EFAULT);
        memset(memory, '/', 2 * page);
        CHECK(open_by(memory + 1, O_RDONLY) == -1 && errno == ENAMETOOLONG);
        memory[PATH_MAX] = '\0';
        CHECK(open_by(memory, O_RDONLY) == -1 && errno == ENAMETOOLONG);
        CHECK(open_by(memory + 1, O_RDONLY | O_DIRECTORY) >= 0);
        CHECK(CALL(SYS_utimensat, 1, NULL, NULL, 0) == 0 || errno == EPERM || errno == EACCES);
        return 0;
}

static void test_garbage_for_a_path(void **state)
{
        (void)state;
        assert_withheld(ENOENT, pass_garbage);
}

/* A path with one byte that changes all the time. */
static volatile char flickering[] = "/proc/self/statm";

static void *flicker(void *nothing)
{
        for (;;)
                flickering[sizeof(flickering) - 2] ^= 'm';
        return nothing;
}

static int open_what_flickers(void)
{
        pthread_t thread;

        CHECK(pthread_create(&thread, NULL, flicker, NULL) == 0);
        for (unsigned i = 0; i < 2000; i++)
                CHECK(open_by((const char *)flickering, O_RDONLY) == -1 && errno == ENOENT);
        return 0;
}

static void test_path_that_changes_between_withheld_ones(void **state)
{
        struct policy *policy = policy_new();

        (void)state;
        assert_int_equal(policy_stub(policy, file_of("/proc/self/stat"), ENOENT), 0);
        assert_int_equal(policy_stub(policy, file_of("/proc/self/statm"), ENOENT), 0);
        supervise(policy, (struct filter_options){}, (struct supervisor_options){},
                open_what_flickers);
}

static void *use_thread(void *nothing)
{
        bool withheld;

        (void)nothing;
        if (unshare(CLONE_FS) < 0 || chdir("/proc/self") < 0)
                return (void *)"thread";
        withheld = open_by("status", O_RDONLY) == -1 && errno == ENOENT;
        return withheld && open_by("comm", O_RDONLY) >= 0 ? NULL : (void *)"status";
}

static int use_threads(void)
{
        pthread_t threads[4];
        void *failure;

        for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
                CHECK(pthread_create(&threads[i], NULL, use_thread, NULL) == 0);
        for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
                CHECK(pthread_join(threads[i], &failure) == 0 && !failure);
        CHECK(open_by("status", O_RDONLY) == -1 && errno == ENOENT); /* is not there anyway */
        return 0;
}

static void test_threads_with_folders_of_their_own(void **state)
{
        (void)state;
        assert_withheld(ENOENT, use_threads);
}

/* A rule of the whole call comes first, whichever way it goes. */
static int see_rules_of_calls(void)
{
        struct stat status;

        CHECK(open_by(STATUS, O_RDONLY) == -1 && errno == ENOENT);
        CHECK(access(STATUS, F_OK) == -1 && errno == EPERM);
        CHECK(access("/usr", F_OK) == -1 && errno == EPERM);
        CHECK(truncate(STATUS, 0) == 5);
        CHECK(stat(STATUS, &status) == -1 && errno == ENOENT);
        return 0;
}

static void test_rules_of_whole_calls_come_first(void **state)
{
        struct policy *policy = policy_of("access=EPERM,faccessat=EPERM", "truncate=5");

        (void)state;
        assert_int_equal(policy_stub(policy, file_of(STATUS), ENOENT), 0);
        supervise(policy, (struct filter_options){}, (struct supervisor_options){},
                see_rules_of_calls);
}

static int name_files(void)
{
        struct stat status;
        char buffer[64];

        CHECK(open_by(STATUS, O_RDONLY) >= 0);
        CHECK(stat(STATUS, &status) == 0 && S_ISREG(status.st_mode));
        CHECK(open_by("/usr", O_RDONLY | O_DIRECTORY) >= 0);
        CHECK(readlink("/proc/mounts", buffer, sizeof(buffer)) > 0);
        CHECK(rename("/dev/nothing", "/sys/nothing") == -1);
        CHECK(access("/proc/mounts", F_OK) == 0);
        CHECK(CALL(SYS_openat, AT_FDCWD, 8L, O_RDONLY) == -1 && errno == EFAULT);
        return 0;
}

static void assert_recorded(
        const struct file_record *record, size_t index, const char *path, uint64_t wanted)
{
        struct feature file;
        uint64_t count;

        assert_int_equal(file_record_read(record, index, &file, &count, NULL), 0);
        assert_string_equal(file.path, path);
        assert_int_equal(count, wanted);
}

static void test_files_are_recorded(void **state)
{
        CLEANUP_FILE_RECORD struct file_record *record = file_record_new();

        (void)state;
        supervise(policy_new(), (struct filter_options){.supervise_paths = true},
                (struct supervisor_options){.files = record}, name_files);
        assert_recorded(record, 0, STATUS, 2);
        assert_recorded(record, 1, "/proc/mounts", 2);
        assert_recorded(record, 2, "/dev/nothing", 1);
        assert_recorded(record, 3, "/sys/nothing", 1);
        assert_recorded(record, 4, "/proc/self/mounts", 1);
        assert_int_equal(
                file_record_read(record, 5, &(struct feature){}, &(uint64_t){0}, NULL), -ENOENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_files_are_absent_by_default),
                cmocka_unit_test(test_stubbed_file_is_not_there),
                cmocka_unit_test(test_stub_with_another_error),
                cmocka_unit_test(test_faked_file_is_empty),
                cmocka_unit_test(test_faked_file_can_be_mapped),
                cmocka_unit_test(test_flags_behind_a_pointer),
                cmocka_unit_test(test_faked_folder_is_empty),
                cmocka_unit_test(test_attributes_of_faked_files),
#ifdef __x86_64__
                cmocka_unit_test(test_programs_with_short_words),
#endif
                cmocka_unit_test(test_other_calls_on_faked_files),
                cmocka_unit_test(test_garbage_for_a_path),
                cmocka_unit_test(test_path_that_changes_between_withheld_ones),
                cmocka_unit_test(test_threads_with_folders_of_their_own),
                cmocka_unit_test(test_rules_of_whole_calls_come_first),
                cmocka_unit_test(test_files_are_recorded),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
