/* SPDX-License-Identifier: BSD-3-Clause */

/* A child makes itself a world, and the test asks what paths mean in it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "policy/pathname.h"

/* Descriptors of the child. */
enum {
        FOLDER_FD = 77,
        PIPE_FD = 78,
};

struct world {
        char folder[64]; /* where the child and the test may make things */
        pid_t child;
        int proc;
        struct resolver *resolver;
};

/* In the child: the test is told that the world is there, and the child stays until killed. */
static void stay(int ready)
{
        if (write(ready, "r", 1) != 1)
                _exit(1);
        for (;;)
                pause();
}

/* Starts the child; `setup` may be NULL, and returns 0 where the world could be made. */
static void world_start(struct world *world, int (*setup)(const struct world *))
{
        int ready[2];
        char byte;

        assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
        world->child = fork();
        assert_true(world->child >= 0);
        if (world->child == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (setup && setup(world) < 0)
                        _exit(1);
                stay(ready[1]);
        }
        close(ready[1]);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        close(ready[0]);
}

static int world_make(void **state)
{
        struct world *world = calloc(1, sizeof(*world));

        assert_non_null(world);
        strcpy(world->folder, "/tmp/loupe-test-XXXXXX");
        assert_non_null(mkdtemp(world->folder));
        world->proc = open("/proc", O_PATH | O_CLOEXEC);
        assert_true(world->proc >= 0);
        world->resolver = resolver_new(world->proc);
        assert_non_null(world->resolver);
        *state = world;
        return 0;
}

static int world_remove(void **state)
{
        struct world *world = *state;
        char command[128];

        if (world->child > 0) {
                kill(world->child, SIGKILL);
                waitpid(world->child, NULL, 0);
        }
        resolver_free(world->resolver);
        close(world->proc);
        snprintf(command, sizeof(command), "rm -rf %s", world->folder);
        assert_int_equal(system(command), 0);
        free(world);
        return 0;
}

/* A link in the world's folder. */
static void make_link(const struct world *world, const char *name, const char *target)
{
        char path[128];

        snprintf(path, sizeof(path), "%s/%s", world->folder, name);
        assert_int_equal(symlink(target, path), 0);
}

static struct pathname resolve(struct world *world, int directory, const char *path, bool follow)
{
        const struct pathname_request request = {
                .thread = world->child,
                .directory = directory,
                .path = path,
                .follow = follow,
        };
        struct pathname name;

        assert_int_equal(resolver_resolve(world->resolver, &request, &name), 0);
        return name;
}

/* `wanted` are the files of the chain, a comma between them. */
static void assert_chain(const struct pathname *name, const char *wanted)
{
        CLEANUP_STRINGS char **files = NULL;
        CLEANUP_FREE char *text = NULL;

        for (size_t i = 0; i < name->file_count; i++) {
                assert_int_equal(name->files[i].kind, FEATURE_FILE);
                assert_int_equal(strings_add(&files, name->files[i].path), 0);
        }
        text = files ? strings_join(files, ",") : strdup("");
        assert_string_equal(text, wanted);
}

static void assert_names(
        struct world *world, int directory, const char *path, const char *wanted, const char *final)
{
        struct pathname name = resolve(world, directory, path, true);

        assert_chain(&name, wanted);
        if (final)
                assert_string_equal(name.final, final);
}

/* As above, of a path that begins with the world's folder. */
static void assert_link_names(
        struct world *world, const char *path, const char *wanted, const char *final)
{
        char whole[PATH_MAX];

        snprintf(whole, sizeof(whole), "%s/%s", world->folder, path);
        assert_names(world, AT_FDCWD, whole, wanted, final);
}

static void test_paths_without_links(void **state)
{
        struct world *world = *state;
        char text[64];

        world_start(world, NULL);
        assert_names(world, AT_FDCWD, "/sys/kernel", "/sys/kernel", "/sys/kernel");
        assert_names(world, AT_FDCWD, "//sys/./kernel//", "/sys/kernel", "/sys/kernel");
        assert_names(world, AT_FDCWD, "/dev/null", "/dev/null", "/dev/null");
        assert_names(world, AT_FDCWD, "/usr/../dev/null", "/dev/null", "/dev/null");
        assert_names(world, AT_FDCWD, "/proc/../usr", "", "/usr");
        assert_names(world, AT_FDCWD, "/", "", "/");
        assert_names(world, AT_FDCWD, "/..", "", "/");
        assert_names(world, AT_FDCWD, "/usr/nothing/at/../all", "", "/usr/nothing/all");
        assert_names(world, AT_FDCWD, "/sys/nothing/at/all", "/sys/nothing/at/all", NULL);
        assert_names(world, AT_FDCWD, "/dev/null/below", "/dev/null/below", "/dev/null/below");
        snprintf(text, sizeof(text), "/proc/%d/status", world->child);
        assert_names(world, AT_FDCWD, text, "/proc/self/status", text);
}

static void test_proc_self_is_the_callers(void **state)
{
        struct world *world = *state;
        struct pathname name;

        world_start(world, NULL);
        assert_names(world, AT_FDCWD, "/proc/self/status", "/proc/self/status", NULL);
        assert_names(world, AT_FDCWD, "/proc/thread-self/maps", "/proc/self/maps", NULL);
        assert_names(world, AT_FDCWD, "/proc/self/../uptime", "/proc/uptime", "/proc/uptime");
        assert_names(world, AT_FDCWD, "/proc/mounts", "/proc/mounts,/proc/self/mounts", NULL);
        assert_names(world, AT_FDCWD, "/proc/self/nothing", "/proc/self/nothing", NULL);
        name = resolve(world, AT_FDCWD, "/proc/self", false);
        assert_chain(&name, "/proc/self");
        name = resolve(world, AT_FDCWD, "/proc/self", true);
        assert_chain(&name, "/proc/self");
        assert_true(name.is_folder);
}

static int open_things(const struct world *world)
{
        int ends[2], fd = open("/proc/sys", O_PATH);
        int null = open("/dev/null", O_RDWR);

        (void)world;
        if (fd < 0 || pipe(ends) < 0 || dup2(fd, FOLDER_FD) < 0 || dup2(ends[0], PIPE_FD) < 0 ||
                dup2(null, 0) < 0)
                return -1;
        return chdir("/proc/self");
}

static void test_relative_paths(void **state)
{
        struct world *world = *state;

        world_start(world, open_things);
        assert_names(world, AT_FDCWD, "status", "/proc/self/status", NULL);
        assert_names(world, AT_FDCWD, ".", "/proc/self", NULL);
        assert_names(world, AT_FDCWD, "..", "/proc", "/proc");
        assert_names(world, AT_FDCWD, "../../dev/null", "/dev/null", "/dev/null");
        assert_names(world, AT_FDCWD, "../../../../../sys", "/sys", "/sys");
        assert_names(world, FOLDER_FD, "kernel/pid_max", "/proc/sys/kernel/pid_max", NULL);
        assert_names(world, FOLDER_FD, "nothing", "/proc/sys/nothing", NULL);
        assert_names(world, FOLDER_FD, "/dev/null", "/dev/null", NULL);
}

static void test_magic_links(void **state)
{
        struct world *world = *state;
        struct pathname name;

        world_start(world, open_things);
        /* Where a descriptor of the child, and of nobody else, leads to. */
        name = resolve(world, AT_FDCWD, "/proc/self/fd/77", true);
        assert_chain(&name, "/proc/self/fd/*,/proc/sys");
        assert_true(name.is_folder);
        name = resolve(world, AT_FDCWD, "/proc/self/fd/77", false);
        assert_chain(&name, "/proc/self/fd/*");
        assert_false(name.is_folder);
        name = resolve(world, AT_FDCWD, "/proc/self/fd/77/", false);
        assert_chain(&name, "/proc/self/fd/*,/proc/sys");
        assert_names(world, AT_FDCWD, "/proc/self/fd/78", "/proc/self/fd/*", "");
        assert_names(world, AT_FDCWD, "/proc/self/fd/79", "/proc/self/fd/*", NULL);
        assert_names(world, AT_FDCWD, "/proc/self/ns/uts", "/proc/self/ns/uts", "");
        assert_names(world, AT_FDCWD, "/proc/self/root/usr", "/proc/self/root/usr", "/usr");
        assert_names(world, AT_FDCWD, "/proc/self/cwd/../../dev/zero", "/dev/zero", NULL);
        assert_names(world, AT_FDCWD, "fd/0", "/proc/self/fd/*,/dev/null", "/dev/null");
        assert_names(
                world, AT_FDCWD, "/dev/stdin", "/dev/stdin,/proc/self/fd/*,/dev/null", "/dev/null");
}

static void test_symbolic_links(void **state)
{
        struct world *world = *state;
        struct pathname name;
        char path[128];

        make_link(world, "null", "/dev/null");
        make_link(world, "again", "null");
        make_link(world, "mtab", "../../proc/self/mounts");
        make_link(world, "self", "/proc/self");
        make_link(world, "dangling", "/sys/nothing/here");
        make_link(world, "stdin", "/dev/stdin");
        world_start(world, open_things);
        assert_link_names(world, "null", "/dev/null", "/dev/null");
        assert_link_names(world, "again", "/dev/null", "/dev/null");
        assert_link_names(world, "mtab", "/proc/self/mounts", NULL);
        assert_link_names(world, "self/status", "/proc/self/status", NULL);
        assert_link_names(world, "self/../uptime", "/proc/uptime", "/proc/uptime");
        assert_link_names(world, "dangling", "/sys/nothing/here", "/sys/nothing/here");
        assert_link_names(world, "stdin", "/dev/stdin,/proc/self/fd/*,/dev/null", "/dev/null");
        snprintf(path, sizeof(path), "%s/null", world->folder);
        name = resolve(world, AT_FDCWD, path, false);
        assert_chain(&name, "");
        assert_string_equal(name.final, path);
        strcat(path, "/");
        name = resolve(world, AT_FDCWD, path, false);
        assert_chain(&name, "/dev/null");
        assert_names(world, AT_FDCWD, "/sys/class/net/lo/address",
                "/sys/class/net/lo/address,/sys/devices/virtual/net/lo/address",
                "/sys/devices/virtual/net/lo/address");
}

/* A pseudo-file that is only passed through: a link in the world leads out of it again. */
static void test_links_that_lead_away(void **state)
{
        struct world *world = *state;

        make_link(world, "away", "/proc/self/cwd/inner");
        make_link(world, "inner", "/usr/bin");
        world_start(world, NULL);
        assert_link_names(world, "away", "/proc/self/cwd/inner", NULL);
        assert_link_names(world, "inner/../lib", "", "/usr/lib");
}

static void make_chain_of_links(const struct world *world, unsigned count)
{
        char name[16], target[16];

        make_link(world, "1", "/dev/null");
        for (unsigned i = 2; i <= count; i++) {
                snprintf(name, sizeof(name), "%u", i);
                snprintf(target, sizeof(target), "%u", i - 1);
                make_link(world, name, target);
        }
}

static void test_as_many_links_as_the_kernel_follows(void **state)
{
        struct world *world = *state;
        char path[128];

        make_chain_of_links(world, 41);
        make_link(world, "loop", "pool");
        make_link(world, "pool", "loop");
        world_start(world, NULL);
        assert_link_names(world, "40", "/dev/null", "/dev/null");
        snprintf(path, sizeof(path), "%s/40", world->folder);
        assert_int_equal(access(path, F_OK), 0);
        assert_link_names(world, "41", "", "");
        snprintf(path, sizeof(path), "%s/41", world->folder);
        assert_int_equal(access(path, F_OK), -1);
        assert_int_equal(errno, ELOOP);
        assert_link_names(world, "loop", "", "");
}

static void test_long_paths(void **state)
{
        struct world *world = *state;
        struct pathname_request request = {.directory = AT_FDCWD, .follow = true};
        char path[PATH_MAX + 1] = "", huge[PATH_MAX];
        struct pathname name;

        memset(huge, 'x', sizeof(huge) - 1);
        huge[sizeof(huge) - 1] = '\0';
        memcpy(huge, "/proc/", strlen("/proc/"));
        make_link(world, "huge", huge);
        world_start(world, NULL);
        while (strlen(path) + strlen("/proc/self/root") < PATH_MAX)
                strcat(path, "/proc/self/root");
        name = resolve(world, AT_FDCWD, path, true);
        assert_string_equal(name.final, ""); /* more links than the kernel follows */
        name = resolve(world, AT_FDCWD, huge, true);
        assert_int_equal(name.file_count, 1);
        assert_string_equal(name.final, huge);
        memset(path, '/', PATH_MAX);
        request.thread = world->child;
        request.path = path;
        assert_int_equal(resolver_resolve(world->resolver, &request, &name), -ENAMETOOLONG);
        path[PATH_MAX - 1] = '\0';
        assert_string_equal(resolve(world, AT_FDCWD, path, true).final, "/");
        /* Thirty links of four thousand bytes, each at the start of what is left. */
        for (size_t i = 0; i < 4000; i += 2)
                memcpy(huge + i, "./", 2);
        strcpy(huge + 4000, "ring");
        make_link(world, "ring", huge);
        assert_link_names(world, "ring", "", "");
}

static void test_nothing_to_start_from(void **state)
{
        struct world *world = *state;
        struct pathname_request request = {.directory = 999, .path = "null", .follow = true};
        struct pathname name;

        world_start(world, open_things);
        request.thread = world->child;
        assert_int_equal(resolver_resolve(world->resolver, &request, &name), -EBADF);
        request.directory = -7;
        assert_int_equal(resolver_resolve(world->resolver, &request, &name), -EBADF);
        request.directory = PIPE_FD;
        assert_int_equal(resolver_resolve(world->resolver, &request, &name), -ENOTDIR);
        request.path = "";
        assert_int_equal(resolver_resolve(world->resolver, &request, &name), -ENOENT);
        kill(world->child, SIGKILL);
        waitpid(world->child, NULL, 0);
        request.path = "/dev/null";
        assert_int_equal(resolver_resolve(world->resolver, &request, &name), -ENOENT);
        world->child = 0;
}

/* Opening a FIFO for reading would wait for a writer. */
static void test_fifo_is_not_opened(void **state)
{
        struct world *world = *state;
        char path[128];

        snprintf(path, sizeof(path), "%s/fifo", world->folder);
        assert_int_equal(mkfifo(path, 0600), 0);
        make_link(world, "link", "fifo");
        world_start(world, NULL);
        assert_link_names(world, "fifo", "", path);
        assert_link_names(world, "link", "", path);
}

static int become_able(void)
{
        return geteuid() == 0 ? 0 : unshare(CLONE_NEWUSER);
}

/* A root that has a /dev which is none, and links that lead out of it by name. */
static int enter_jail(const struct world *world)
{
        char path[128];

        snprintf(path, sizeof(path), "%s/dev", world->folder);
        if (become_able() < 0 || mkdir(path, 0755) < 0 || chroot(world->folder) < 0)
                return -1;
        return chdir("/dev");
}

static void test_paths_begin_at_the_callers_root(void **state)
{
        struct world *world = *state;
        char path[128];

        make_link(world, "up", "../../../dev/inner");
        world_start(world, enter_jail);
        assert_names(world, AT_FDCWD, "thing", "/dev/thing", "/dev/thing");
        assert_names(world, AT_FDCWD, "../../..", "", "/");
        assert_names(world, AT_FDCWD, "../../../dev/thing", "/dev/thing", "/dev/thing");
        assert_names(world, AT_FDCWD, "/up", "/dev/inner", "/dev/inner");
        assert_names(world, AT_FDCWD, "/proc/self/status", "/proc/self/status", NULL);
        snprintf(path, sizeof(path), "%s/dev", world->folder);
        assert_names(world, AT_FDCWD, path, "", path); /* is not there, seen from within */
        assert_false(resolve(world, AT_FDCWD, path, true).is_folder);
        assert_true(resolve(world, AT_FDCWD, "/dev", true).is_folder);
}

/* The folder to work in is beyond the root. */
static int enter_jail_halfway(const struct world *world)
{
        return become_able() < 0 || chdir("/dev") < 0 ? -1 : chroot(world->folder);
}

static void test_what_is_beyond_the_callers_root(void **state)
{
        struct world *world = *state;

        world_start(world, enter_jail_halfway);
        assert_names(world, AT_FDCWD, "null", "/dev/null", "/dev/null");
        assert_names(world, AT_FDCWD, "../proc/uptime", "/proc/uptime", "/proc/uptime");
}

/* A /proc that the test cannot see, in which the child is number 1. */
static int enter_namespaces(const struct world *world)
{
        int flags = CLONE_NEWNS | CLONE_NEWPID | (geteuid() == 0 ? 0 : CLONE_NEWUSER);
        char path[128];
        pid_t pid;

        if (unshare(flags) < 0)
                return -1;
        snprintf(path, sizeof(path), "%s/number", world->folder);
        pid = fork();
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                /* With a /proc of the host's that is covered in part only root may mount one. */
                if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
                        mount("proc", "/proc", "proc", 0, NULL);
                if (symlink("here", path) < 0)
                        _exit(1);
                for (;;)
                        pause();
        }
        while (access(path, F_OK) < 0 && errno == ENOENT && pid > 0) {
                struct stat status;

                if (lstat(path, &status) == 0)
                        break;
                usleep(1000);
        }
        return pid > 0 ? 0 : -1;
}

static void test_other_namespaces(void **state)
{
        struct world *world = *state;
        char path[64], text[16] = "";
        pid_t first;
        int fd;

        world_start(world, enter_namespaces);
        first = world->child;
        snprintf(path, sizeof(path), "/proc/%d/task/%d/children", first, first);
        fd = open(path, O_RDONLY);
        assert_true(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
        close(fd);
        world->child = (pid_t)atoi(text);
        assert_names(world, AT_FDCWD, "/proc/self/status", "/proc/self/status", NULL);
        assert_names(world, AT_FDCWD, "/proc/1/status", "/proc/self/status", "/proc/1/status");
        assert_names(world, AT_FDCWD, "/proc/self/cwd", "/proc/self/cwd", NULL);
        assert_names(world, AT_FDCWD, "/proc/self/exe", "/proc/self/exe", NULL);
        assert_true(resolve(world, AT_FDCWD, "/proc/self/fd", true).is_folder);
        kill(world->child, SIGKILL);
        world->child = first;
}

static void *wander(void *argument)
{
        pid_t *thread = argument;

        if (unshare(CLONE_FS) < 0 || chdir("/dev") < 0)
                *thread = -1;
        else
                *thread = (pid_t)syscall(SYS_gettid);
        for (;;)
                pause();
        return NULL;
}

/* In the process of the test itself: a thread can have a working directory of its own. */
static void test_threads(void **state)
{
        struct world *world = *state;
        pthread_t thread;
        static volatile pid_t number;

        assert_int_equal(pthread_create(&thread, NULL, wander, (void *)(uintptr_t)&number), 0);
        while (number == 0)
                usleep(1000);
        assert_true(number > 0);
        world->child = number;
        assert_names(world, AT_FDCWD, "null", "/dev/null", "/dev/null");
        assert_names(world, AT_FDCWD, "/proc/thread-self/cwd", "/proc/self/cwd,/dev", "/dev");
        world->child = 0;
}

static int leave_a_deleted_folder(const struct world *world)
{
        char path[128];

        snprintf(path, sizeof(path), "%s/gone", world->folder);
        return mkdir(path, 0755) < 0 || chdir(path) < 0 ? -1 : rmdir(path);
}

static void test_deleted_folder(void **state)
{
        struct world *world = *state;

        world_start(world, leave_a_deleted_folder);
        assert_names(world, AT_FDCWD, "null", "", NULL);
        assert_names(world, AT_FDCWD, "/dev/null", "/dev/null", NULL);
}

static unsigned count_descriptors(void)
{
        unsigned count = 0;

        for (int fd = 0; fd < 256; fd++)
                count += fcntl(fd, F_GETFD) >= 0;
        return count;
}

static void test_no_descriptor_is_kept(void **state)
{
        struct world *world = *state;
        unsigned before;

        make_link(world, "null", "/dev/null");
        make_link(world, "loop", "loop");
        world_start(world, open_things);
        before = count_descriptors();
        assert_names(world, AT_FDCWD, "/dev/null", "/dev/null", NULL);
        assert_names(world, AT_FDCWD, "/proc/self/fd/77/..", "/proc", NULL);
        assert_names(world, AT_FDCWD, "/proc/self/fd/78", "/proc/self/fd/*", "");
        assert_names(world, AT_FDCWD, "/proc/mounts", "/proc/mounts,/proc/self/mounts", NULL);
        assert_link_names(world, "null", "/dev/null", NULL);
        assert_link_names(world, "loop/x", "", "");
        assert_names(world, AT_FDCWD, "nothing", "/proc/self/nothing", NULL);
        assert_int_equal(count_descriptors(), before);
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, world_make, world_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WORLD_TEST(test_paths_without_links),
                WORLD_TEST(test_proc_self_is_the_callers),
                WORLD_TEST(test_relative_paths),
                WORLD_TEST(test_magic_links),
                WORLD_TEST(test_symbolic_links),
                WORLD_TEST(test_links_that_lead_away),
                WORLD_TEST(test_as_many_links_as_the_kernel_follows),
                WORLD_TEST(test_long_paths),
                WORLD_TEST(test_nothing_to_start_from),
                WORLD_TEST(test_fifo_is_not_opened),
                WORLD_TEST(test_paths_begin_at_the_callers_root),
                WORLD_TEST(test_what_is_beyond_the_callers_root),
                WORLD_TEST(test_other_namespaces),
                WORLD_TEST(test_threads),
                WORLD_TEST(test_deleted_folder),
                WORLD_TEST(test_no_descriptor_is_kept),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
