/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <sched.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "sandbox/test-inside.h"
#include "sandbox/test-user.h"

/*
 * The file system of a sandbox, tried from the inside. The tests share a folder on the host,
 * outside of /tmp, that main() fills and, as root, mounts things in: names that overlayfs would
 * misread, a mount on a mount, a mount that is hidden, one that is read-only, and a file.
 */

#define FOLDER_VARIABLE "LOUPE_TEST_FOLDER"
#define ODD_NAME        "odd,na:me\\ x"

static const char *shared_folder(void)
{
        return getenv(FOLDER_VARIABLE);
}

static bool has_mounts(void)
{
        CLEANUP_FREE char *path = string_format("%s/stacked/upper", shared_folder());

        return access(path, F_OK) == 0;
}

static char *in_folder(const char *name)
{
        return string_format("%s/%s", shared_folder(), name);
}

/* As sandbox.h says: for ordinary users not before Linux 6.6, with which tmpfs got their
 * attributes. */
static bool folders_can_go(void)
{
        return geteuid() == 0 || setxattr("/tmp", "user.test", "", 0, 0) == 0;
}

/* Everything that can be done to files, done in the shared folder; `context` is nothing. */
static int change_files(void *context)
{
        CLEANUP_FREE char *file = in_folder("plain/file"), *gone = in_folder("plain/gone");
        CLEANUP_FREE char *made = in_folder("plain/made"), *folder = in_folder("plain/tree");
        CLEANUP_FREE char *below = in_folder("plain/tree/below"), *moved = in_folder("plain/moved");

        (void)context;
        CHECK(holds(file, "original"));
        CHECK(put(file, "changed") == 0);
        CHECK(holds(file, "changed"));
        CHECK(chmod(file, 0600) == 0);
        CHECK(unlink(gone) == 0);
        CHECK(access(gone, F_OK) < 0);
        CHECK(mkdir(made, 0755) == 0);
        CHECK(unlink(below) == 0);
        CHECK(access(below, F_OK) < 0);
        if (folders_can_go()) {
                CHECK(rmdir(folder) == 0);
                /* Empty again: an overlay must not show what was deleted. */
                CHECK(mkdir(folder, 0755) == 0);
                CHECK(access(below, F_OK) < 0);
                CHECK(rename(folder, moved) == 0);
        }
        CHECK(put("/tmp/loupe-test-made", "x") == 0);
        CHECK(put("/dev/shm/loupe-test-made", "x") == 0);
        CHECK(put("/var/tmp/loupe-test-made", "x") == 0);
        CHECK(put(SANDBOX_SCRATCH "/loupe-test-made", "x") == 0);
        if (geteuid() == 0) {
                CHECK(put("/etc/loupe-test-made", "x") == 0);
                CHECK(put("/loupe-test-made", "x") == 0);
                CHECK(put("/root/loupe-test-made", "x") == 0);
                CHECK(put("/run/loupe-test-made", "x") == 0);
                CHECK(unlink("/etc/passwd") == 0);
        }
        return 0;
}

static void test_files(void **state)
{
        static const char *const absent[] = {"/tmp/loupe-test-made", "/dev/shm/loupe-test-made",
                "/var/tmp/loupe-test-made", SANDBOX_SCRATCH "/loupe-test-made",
                "/etc/loupe-test-made", "/loupe-test-made", "/root/loupe-test-made",
                "/run/loupe-test-made"};
        CLEANUP_FREE char *file = in_folder("plain/file"), *gone = in_folder("plain/gone");
        CLEANUP_FREE char *made = in_folder("plain/made"), *below = in_folder("plain/tree/below");
        struct stat status;

        (void)state;
        for (int i = 0; i < 2; i++) {
                expect_success(&plain, change_files, NULL);
                assert_true(holds(file, "original"));
                assert_int_equal(stat(file, &status), 0);
                assert_int_equal(status.st_mode & 0777, 0644);
                assert_int_equal(access(gone, F_OK), 0);
                assert_int_equal(access(below, F_OK), 0);
                assert_int_equal(access("/etc/passwd", F_OK), 0);
                assert_true(access(made, F_OK) < 0);
                for (size_t j = 0; j < ARRAY_SIZE(absent); j++)
                        assert_true(access(absent[j], F_OK) < 0);
        }
}

/* Ordinary users may not do in the sandbox what they may not do outside. */
static int try_foreign_files(void *context)
{
        int status;
        pid_t pid;

        (void)context;
        pid = fork();
        if (pid == 0) {
                /* As after an execve: the capabilities of the user namespace are gone. */
                cap_t none = cap_init();

                CHECK(cap_set_proc(none) == 0);
                cap_free(none);
                CHECK(put("/etc/loupe-test-made", "x") < 0);
                CHECK(put("/etc/passwd", "x") < 0);
                CHECK(put("/loupe-test-made", "x") < 0);
                CHECK(access("/etc/shadow", R_OK) < 0);
                CHECK(access("/root/.", R_OK) < 0);
                _exit(0);
        }
        CHECK(waitpid(pid, &status, 0) == pid);
        return status != 0;
}

static void test_foreign_files(void **state)
{
        (void)state;
        if (geteuid() == 0)
                skip(); /* to root there are none */
        expect_success(&plain, try_foreign_files, NULL);
}

/* How many mounts lie on a folder of the shared folder, one on the other. */
static unsigned count_mounts(const char *name)
{
        CLEANUP_FREE char *field = string_format(" %s/%s ", shared_folder(), name);
        CLEANUP_FREE char *mounts = content_of("/proc/self/mountinfo");
        unsigned count = 0;

        for (const char *at = mounts; at && (at = strstr(at, field)); at++)
                count++;
        return count;
}

static int change_mounts(void *context)
{
        CLEANUP_FREE char *below = in_folder("mounted/file"), *odd = in_folder(ODD_NAME "/file");
        CLEANUP_FREE char *upper = in_folder("stacked/upper"), *lower = in_folder("stacked/lower");
        CLEANUP_FREE char *cover = in_folder("covered/shown"), *inner = in_folder("covered/in");
        CLEANUP_FREE char *fixed = in_folder("fixed/file"), *bound = in_folder("bound");

        (void)context;
        CHECK(holds(below, "mounted"));
        CHECK(put(below, "changed") == 0);
        CHECK(holds(odd, "odd"));
        CHECK(put(odd, "changed") == 0);
        CHECK(access(upper, F_OK) == 0);
        CHECK(access(lower, F_OK) < 0);
        CHECK(count_mounts("stacked") == 1);
        CHECK(access(cover, F_OK) == 0);
        CHECK(access(inner, F_OK) < 0);
        CHECK(holds(fixed, "fixed"));
        CHECK(put(fixed, "changed") == -EROFS);
        CHECK(holds(bound, "bound"));
        CHECK(put(bound, "changed") == -EROFS);
        return 0;
}

static void test_mounts(void **state)
{
        CLEANUP_FREE char *below = in_folder("mounted/file"), *odd = in_folder(ODD_NAME "/file");
        CLEANUP_FREE char *fixed = in_folder("fixed/file");

        (void)state;
        if (!has_mounts()) {
                print_message("         only root can prepare mounts\n");
                skip();
        }
        expect_success(&plain, change_mounts, NULL);
        assert_true(holds(below, "mounted"));
        assert_true(holds(odd, "odd"));
        assert_true(holds(fixed, "fixed"));
}

static int look_at_devices(void *context)
{
        char bytes[16] = "";
        CLEANUP_CLOSE int zero = open("/dev/zero", O_RDONLY), terminal = open("/dev/ptmx", O_RDWR);
        CLEANUP_CLOSE int random = open("/dev/urandom", O_RDONLY);
        CLEANUP_CLOSE int null = open("/dev/null", O_WRONLY);
        CLEANUP_CLOSE int full = open("/dev/full", O_WRONLY);

        (void)context;
        CHECK(write(null, "x", 1) == 1);
        CHECK(write(full, "x", 1) < 0 && errno == ENOSPC);
        CHECK(read(zero, bytes, sizeof(bytes)) == sizeof(bytes));
        CHECK(read(random, bytes, sizeof(bytes)) == sizeof(bytes));
        CHECK(terminal >= 0 && string_has_prefix(ptsname(terminal), "/dev/pts/"));
        CHECK(access("/dev/pts/0", F_OK) == 0);
        CHECK(access("/dev/stdin", F_OK) == 0 || errno == ENOENT);
        CHECK(access("/dev/fd/2", F_OK) == 0);
        /* The nodes are the host's: try what would do no harm. */
        CHECK(chmod("/dev/null", 0666) < 0 && errno == EROFS);
        CHECK(chown("/dev/null", -1, -1) < 0 && errno == EROFS);
        return 0;
}

static void test_devices(void **state)
{
        (void)state;
        expect_success(&plain, look_at_devices, NULL);
}

static int make_devices(void *context)
{
        CLEANUP_FREE char *here = in_folder("plain/node");
        const char *const paths[] = {"/tmp/node", "/dev/node", "/dev/shm/node", "/root/node",
                SANDBOX_SCRATCH "/node", here};

        (void)context;
        for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
                /* Not at all in a user namespace. */
                if (geteuid() != 0) {
                        CHECK(mknod(paths[i], S_IFCHR | 0666, makedev(1, 3)) < 0);
                        continue;
                }
                CHECK(mknod(paths[i], S_IFCHR | 0666, makedev(1, 3)) == 0);
                CHECK(open(paths[i], O_RDONLY) < 0 && errno == EACCES);
        }
        return 0;
}

static void test_made_devices(void **state)
{
        (void)state;
        expect_success(&plain, make_devices, NULL);
}

/* Nobody on the host is to be reached through the file system either. */
static int connect_to_host(void *context)
{
        CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        CHECK(connect(fd, context, sizeof(struct sockaddr_un)) < 0 && errno == ECONNREFUSED);
        return 0;
}

static void test_host_socket(void **state)
{
        CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        CLEANUP_FREE char *path = in_folder("plain/socket");
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        (void)state;
        snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(fd, 1), 0);
        expect_success(&plain, connect_to_host, &address);
        unlink(path);
}

/* Writes until it fails; returns the number of KiB, or -1 where the disk was not said to be full.
 */
static long fill(const char *path)
{
        static const char block[1024] = "full";
        CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        long count = 0;

        while (write(fd, block, sizeof(block)) == sizeof(block))
                count++;
        return errno == ENOSPC ? count : -1;
}

static int fill_disk(void *context)
{
        CLEANUP_FREE char *path = in_folder("plain/filler");
        const char *const places[] = {path, "/tmp/filler", "/dev/shm/filler"};
        long limit = *(long *)context, written;

        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                written = fill(places[i]);
                CHECK(written > limit / 2 && written <= limit);
                CHECK(fill(places[(i + 1) % ARRAY_SIZE(places)]) < limit / 10);
                CHECK(put(SANDBOX_SCRATCH "/still-possible", "x") == 0);
                for (size_t j = 0; j < ARRAY_SIZE(places); j++)
                        unlink(places[j]);
        }
        return 0;
}

static void test_disk(void **state)
{
        const struct sandbox_options options = {.disk = 4u << 20};
        long limit = options.disk / 1024;

        (void)state;
        expect_success(&options, fill_disk, &limit);
}

struct visible_paths {
        const char *folder, *file, *sibling, *stray, *shared, *hidden;
};

static int look_at_visible(void *context)
{
        const struct visible_paths *paths = context;

        CHECK(holds(paths->file, "file"));
        CHECK(holds(paths->sibling, "sibling"));
        CHECK(put(paths->file, "changed") == 0);
        CHECK(put(paths->sibling, "changed") == 0);
        CHECK(holds(paths->stray, "stray"));
        CHECK(put(paths->stray, "changed") == -EROFS);
        CHECK(holds(paths->shared, "shared"));
        CHECK(access(paths->hidden, F_OK) < 0);
        CHECK(put("/tmp/loupe-test-made", "x") == 0);
        return 0;
}

static int see_nothing(void *context)
{
        const struct visible_paths *paths = context;

        CHECK(access(paths->folder, F_OK) < 0);
        CHECK(access(paths->stray, F_OK) < 0);
        CHECK(access(paths->shared, F_OK) < 0);
        return 0;
}

static void test_visible(void **state)
{
        char folder[] = "/tmp/loupe-test-XXXXXX";
        CLEANUP_FREE char *inner = NULL, *file = NULL, *sibling = NULL;
        CLEANUP_FREE char *stray = string_format("/tmp/loupe-test-%d-stray", (int)getpid());
        CLEANUP_FREE char *hidden = string_format("/tmp/loupe-test-%d-hidden", (int)getpid());
        CLEANUP_FREE char *shared = string_format("/dev/shm/loupe-test-%d", (int)getpid());
        struct visible_paths paths = {
                .folder = folder, .stray = stray, .shared = shared, .hidden = hidden};
        char absent[] = "/tmp/loupe-test-absent", elsewhere[] = "/etc", all[] = "/tmp";
        char *visible[] = {NULL, NULL, stray, shared, absent, elsewhere, all, NULL};
        const struct sandbox_options options = {.disk = 4u << 20, .visible = visible};

        (void)state;
        assert_non_null(mkdtemp(folder));
        inner = string_format("%s/in ner", folder);
        paths.file = file = string_format("%s/file", inner);
        paths.sibling = sibling = string_format("%s/sibling", inner);
        visible[0] = file;
        visible[1] = inner;
        assert_int_equal(mkdir(inner, 0755), 0);
        assert_int_equal(put(file, "file"), 0);
        assert_int_equal(put(sibling, "sibling"), 0);
        assert_int_equal(put(stray, "stray"), 0);
        assert_int_equal(put(hidden, "hidden"), 0);
        assert_int_equal(put(shared, "shared"), 0);

        expect_success(&options, look_at_visible, &paths);
        assert_true(holds(file, "file"));
        assert_true(holds(sibling, "sibling"));
        assert_true(holds(stray, "stray"));
        expect_success(&plain, see_nothing, &paths);

        unlink(file);
        unlink(sibling);
        unlink(stray);
        unlink(hidden);
        unlink(shared);
        rmdir(inner);
        rmdir(folder);
}

static int look_at_directory(void *context)
{
        char directory[PATH_MAX];

        CHECK(getcwd(directory, sizeof(directory)));
        CHECK(string_equal(directory, context));
        return 0;
}

static void test_directory(void **state)
{
        char directory[] = "/tmp/loupe-test-XXXXXX", top[] = "/";
        CLEANUP_FREE char *before = getcwd(NULL, 0);

        (void)state;
        assert_int_equal(chdir(shared_folder()), 0);
        expect_success(&plain, look_at_directory, (char *)shared_folder());
        assert_non_null(mkdtemp(directory));
        assert_int_equal(chdir(directory), 0);
        expect_success(&plain, look_at_directory, top);
        assert_int_equal(chdir(before), 0);
        rmdir(directory);
}

/* What the tests as a user change belongs to that user; root may change everything anyhow. */
static int give_away(const char *path)
{
        return geteuid() == 0 ? chown(path, TEST_USER, TEST_USER) : 0;
}

static int make_shared_folder(const char *folder)
{
        static const struct {
                const char *name;
                const char *text; /* NULL: a folder */
        } entries[] = {{"plain", NULL}, {"plain/file", "original"}, {"plain/gone", "gone"},
                {"bound", ""}, {"plain/tree", NULL}, {"plain/tree/below", ""}, {"mounted", NULL},
                {ODD_NAME, NULL}, {"stacked", NULL}, {"covered", NULL}, {"covered/in", NULL},
                {"fixed", NULL}};

        if (chmod(folder, 0777) < 0)
                return -1;
        for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
                CLEANUP_FREE char *path = string_format("%s/%s", folder, entries[i].name);

                if ((entries[i].text ? put(path, entries[i].text) : mkdir(path, 0755)) < 0 ||
                        give_away(path) < 0)
                        return -1;
        }
        return 0;
}

/* A tmpfs on a folder of the shared folder, with one file in it. */
static int mount_with_file(const char *folder, const char *name, const char *file, const char *text)
{
        CLEANUP_FREE char *point = string_format("%s/%s", folder, name);
        CLEANUP_FREE char *path = string_format("%s/%s", point, file);

        return mount("test", point, "tmpfs", 0, "mode=1777,size=1m") < 0 || put(path, text) < 0 ||
                               give_away(path) < 0
                       ? -1
                       : 0;
}

/* In a mount namespace of the test's own. */
static int make_mounts(const char *folder)
{
        CLEANUP_FREE char *bound = string_format("%s/bound", folder);
        CLEANUP_FREE char *source = string_format("%s/mounted/source", folder);
        CLEANUP_FREE char *fixed = string_format("%s/fixed", folder);

        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                return -1;
        if (mount_with_file(folder, "mounted", "file", "mounted") < 0 ||
                mount_with_file(folder, ODD_NAME, "file", "odd") < 0 ||
                mount_with_file(folder, "stacked", "lower", "") < 0 ||
                mount_with_file(folder, "stacked", "upper", "") < 0 ||
                mount_with_file(folder, "covered/in", "file", "") < 0 ||
                mount_with_file(folder, "covered", "shown", "") < 0 ||
                mount_with_file(folder, "fixed", "file", "fixed") < 0)
                return -1;
        if (put(source, "bound") < 0 || give_away(source) < 0 ||
                mount(source, bound, NULL, MS_BIND, NULL) < 0)
                return -1;
        return mount(NULL, fixed, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
}

static void remove_shared_folder(const char *folder)
{
        static const char *const mounts[] = {"mounted", ODD_NAME, "stacked", "stacked", "covered",
                "covered/in", "fixed", "bound"};
        /* Deepest first. */
        static const char *const names[] = {"plain/file", "plain/gone", "plain/tree/below",
                "plain/tree", "plain/socket", "plain", "bound", "mounted", ODD_NAME, "stacked",
                "covered/in", "covered", "fixed"};

        for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
                CLEANUP_FREE char *path = string_format("%s/%s", folder, mounts[i]);

                umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
        }
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                CLEANUP_FREE char *path = string_format("%s/%s", folder, names[i]);

                if (remove(path) < 0 && errno != ENOENT)
                        perror(path);
        }
        if (rmdir(folder) < 0)
                perror(folder);
}

static int run_all(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_files),
                cmocka_unit_test(test_foreign_files),
                cmocka_unit_test(test_mounts),
                cmocka_unit_test(test_devices),
                cmocka_unit_test(test_made_devices),
                cmocka_unit_test(test_host_socket),
                cmocka_unit_test(test_disk),
                cmocka_unit_test(test_visible),
                cmocka_unit_test(test_directory),
        };

        return cmocka_run_group_tests_name(
                geteuid() == 0 ? "root as root" : "root as a user", tests, NULL, NULL);
}

int main(void)
{
        char folder[] = "/var/tmp/loupe-test-XXXXXX";
        int failed;

        if (shared_folder())
                return run_all();
        if (!mkdtemp(folder) || make_shared_folder(folder) < 0 ||
                (geteuid() == 0 && make_mounts(folder) < 0) ||
                setenv(FOLDER_VARIABLE, folder, 1) < 0) {
                perror("preparing a folder");
                return 1;
        }
        failed = run_all();
        if (geteuid() == 0)
                failed += test_again_as_user();
        remove_shared_folder(folder);
        return failed;
}
