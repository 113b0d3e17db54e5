/* SPDX-License-Identifier: BSD-3-Clause */

/* Where paths lead, of links and folders put together at random, is held against the kernel. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/pathname.h"

/* The numbers are the same in every run: a failure can be looked into. */
static unsigned next_random(unsigned limit)
{
        static uint32_t state = 12345;

        state = state * 1664525u + 1013904223u;
        return (state >> 16) % limit;
}

static const char *const words[] = {
        "a",
        "b",
        "c",
        "file",
        "up",
        "root",
        "null",
        "self",
        "ring",
        "far",
        ".",
        "..",
        "",
};

/* A path of up to seven words, or one that begins at the root. */
static void make_path(char path[PATH_MAX])
{
        static const char *const roots[] = {"/proc/self", "/sys/class", "/dev", "", "//"};
        unsigned count = 1 + next_random(7);

        path[0] = '\0';
        if (next_random(6) == 0)
                strcat(strcpy(path, roots[next_random(ARRAY_SIZE(roots))]), "/");
        for (unsigned i = 0; i < count; i++) {
                strcat(path, i > 0 ? "/" : "");
                strcat(path, words[next_random(ARRAY_SIZE(words))]);
        }
        if (path[0] == '\0')
                strcpy(path, ".");
}

/* In the working directory: folders a, a/b, a/b/c, and the same names as links in each. */
static void make_tree(void)
{
        static const char *const links[][2] = {
                {"up", ".."},
                {"root", "/"},
                {"null", "/dev/null"},
                {"self", "/proc/self"},
                {"ring", "ring/a"},
                {"far", "a/../up/./a"},
                {"b", "a/b"},
                {"c", "up/c"},
        };
        const char *const folders[] = {"a", "b", "c"};
        int folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        for (size_t depth = 0; depth <= ARRAY_SIZE(folders); depth++) {
                int below;

                close(openat(folder, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
                if (depth < ARRAY_SIZE(folders))
                        assert_int_equal(mkdirat(folder, folders[depth], 0755), 0);
                for (size_t i = 0; i < ARRAY_SIZE(links); i++)
                        if (symlinkat(links[i][1], folder, links[i][0]) < 0)
                                assert_int_equal(errno, EEXIST);
                if (depth == ARRAY_SIZE(folders))
                        break;
                below = openat(folder, folders[depth], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                assert_true(below >= 0);
                close(folder);
                folder = below;
        }
        close(folder);
}

/* What the kernel makes of a path: that of the file in the end. Returns 0 or -errno. */
static int ask_kernel(const char *path, bool follow, char ret[PATH_MAX])
{
        CLEANUP_CLOSE int fd = open(path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
        char name[32];
        ssize_t length;

        if (fd < 0)
                return -errno;
        snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
        length = readlink(name, ret, PATH_MAX - 1);
        assert_true(length > 0);
        ret[length] = '\0';
        return 0;
}

/* /proc/self is our number to the kernel when it asks us, and stays what it is with the resolver.
 */
static void assert_same(const char *path, const char *kernel, const char *ours)
{
        char own[32];
        size_t length = (size_t)snprintf(own, sizeof(own), "/proc/%d", getpid());

        if (strncmp(kernel, own, length) == 0 && (kernel[length] == '/' || !kernel[length])) {
                assert_int_equal(strncmp(ours, "/proc/self", strlen("/proc/self")), 0);
                kernel += length;
                ours += strlen("/proc/self");
        }
        if (strcmp(kernel, ours) != 0)
                fail_msg("%s leads to %s, but was resolved to %s", path, kernel, ours);
}

static void compare(struct resolver *resolver, pid_t child, unsigned *same, unsigned *loops)
{
        char path[PATH_MAX], kernel[PATH_MAX];
        struct pathname_request request = {
                .thread = child,
                .directory = AT_FDCWD,
                .path = path,
                .follow = next_random(3) > 0,
        };
        struct pathname name;
        int r;

        make_path(path);
        r = ask_kernel(path, request.follow, kernel);
        assert_int_equal(resolver_resolve(resolver, &request, &name), 0);
        if (r == 0) {
                assert_same(path, kernel, name.final);
                ++*same;
        } else if (r == -ELOOP) {
                if (name.final[0] != '\0')
                        fail_msg("%s has a loop, but was resolved to %s", path, name.final);
                ++*loops;
        } else {
                /* An ordinary user may not look into all folders: /root is one. */
                if (r != -ENOENT && r != -ENOTDIR && r != -EACCES)
                        fail_msg("%s: %s", path, strerror(-r));
        }
}

struct fixture {
        char folder[64];
        pid_t child; /* in that folder, which is the test's own too */
};

static int fixture_make(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        assert_non_null(fixture);
        strcpy(fixture->folder, "/tmp/loupe-test-XXXXXX");
        assert_non_null(mkdtemp(fixture->folder));
        assert_int_equal(chdir(fixture->folder), 0);
        make_tree();
        fixture->child = fork();
        assert_true(fixture->child >= 0);
        if (fixture->child == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                for (;;)
                        pause();
        }
        *state = fixture;
        return 0;
}

static int fixture_remove(void **state)
{
        struct fixture *fixture = *state;
        char command[128];

        kill(fixture->child, SIGKILL);
        waitpid(fixture->child, NULL, 0);
        snprintf(command, sizeof(command), "rm -rf %s", fixture->folder);
        assert_int_equal(chdir("/"), 0);
        assert_int_equal(system(command), 0);
        free(fixture);
        return 0;
}

static void test_paths_lead_where_the_kernel_says(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_CLOSE int proc = open("/proc", O_PATH | O_CLOEXEC);
        CLEANUP_RESOLVER struct resolver *resolver = resolver_new(proc);
        unsigned same = 0, loops = 0;

        assert_non_null(resolver);
        for (unsigned i = 0; i < 20000; i++)
                compare(resolver, fixture->child, &same, &loops);
        /* The tree is one in which enough paths lead somewhere, and enough into a ring. */
        assert_true(same > 2000);
        assert_true(loops > 500);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        test_paths_lead_where_the_kernel_says, fixture_make, fixture_remove),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
