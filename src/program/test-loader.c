/* SPDX-License-Identifier: BSD-3-Clause */

/* Objects are nothing but an ELF header here, which is all that the loader looks at. */

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/strings.h"
#include "program/loader-path.h"
#include "program/loader.h"
#include "program/test-system.h"

static void put_foreign(const struct system *system, const char *path)
{
        Elf32_Ehdr header = {
                .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB},
                .e_type = ET_DYN,
                .e_machine = EM_386,
        };
        char bytes[64] = {};

        memcpy(bytes, &header, sizeof(header));
        put_file(system, path, bytes, sizeof(bytes));
}

/* What is found, "" where nothing is. */
static const char *find(const struct system *system, const struct loader_request *request)
{
        static char answer[512];
        CLEANUP_LOADER struct loader *loader = NULL;
        CLEANUP_FREE char *path = NULL;
        struct error error = {};
        int r;

        assert_int_equal(loader_new(&system->options, &loader, &error), 0);
        r = loader_find(loader, request, &path);
        assert_true(r == 0 || r == -ENOENT);
        snprintf(answer, sizeof(answer), "%s", r == 0 ? path : "");
        return answer;
}

/* What `by`, the executable, gets for liba.so. */
static const char *find_for(const struct system *system, const struct loader_object *by)
{
        return find(system, &(struct loader_request){.name = "liba.so", .by = by, .main = by});
}

static void test_default_folders(void **state)
{
        const struct system *system = *state;
        const struct loader_object main = {.path = "/bin/main"};
        const struct loader_object bare = {.path = "/bin/main", .no_default_libraries = true};

        assert_string_equal(find_for(system, &main), "");
        put_object(system, "/usr/lib/liba.so");
        assert_string_equal(find_for(system, &main), "/usr/lib/liba.so");
        put_object(system, "/lib/liba.so");
        assert_string_equal(find_for(system, &main), "/lib/liba.so");
        put_object(system, "/usr/lib/" MULTIARCH "/liba.so");
        assert_string_equal(find_for(system, &main), "/usr/lib/" MULTIARCH "/liba.so");
        put_object(system, "/lib/" MULTIARCH "/liba.so");
        assert_string_equal(find_for(system, &main), "/lib/" MULTIARCH "/liba.so");
        assert_string_equal(find_for(system, &bare), "");
}

static void test_others_are_passed_over(void **state)
{
        const struct system *system = *state;
        const struct loader_object main = {.path = "/bin/main", .runpath = "/a:/b:/c:/d:/e"};

        put_foreign(system, "/a/liba.so");
        put_text(system, "/b/liba.so", "INPUT(-la) is what some call a library, and no object\n");
        assert_int_equal(mkfifo(place_of(system, "/c/liba.so"), 0644), 0);
        assert_int_equal(mkdir(place_of(system, "/d/liba.so"), 0755), 0);
        assert_string_equal(find_for(system, &main), "");
        put_object(system, "/e/liba.so");
        assert_string_equal(find_for(system, &main), "/e/liba.so");
}

/* main, which has an RPATH, loads libm.so, which loads libn.so. */
static void test_rpath_is_inherited_and_runpath_is_not(void **state)
{
        const struct system *system = *state;
        struct loader_object main = {.path = "/bin/main", .rpath = "/main"};
        struct loader_object middle = {.path = "/lib/libm.so", .loader = &main};
        struct loader_object last = {.path = "/lib/libn.so", .loader = &middle};
        const struct loader_request request = {.name = "liba.so", .by = &last, .main = &main};

        put_object(system, "/main/liba.so");
        assert_string_equal(find(system, &request), "/main/liba.so");
        put_object(system, "/middle/liba.so");
        middle.rpath = "/middle";
        assert_string_equal(find(system, &request), "/middle/liba.so");
        middle.runpath = "/nowhere"; /* voids its own RPATH, not that of others */
        assert_string_equal(find(system, &request), "/main/liba.so");
        last.runpath = "/nowhere"; /* voids them all */
        assert_string_equal(find(system, &request), "");
        last.runpath = NULL;
        middle.runpath = NULL;
        middle.rpath = NULL;
        main.rpath = NULL;
        main.runpath = "/main";
        assert_string_equal(find(system, &request), "");
}

/* An object that was opened by one that does not go back to the executable. */
static void test_rpath_of_the_executable_counts_always(void **state)
{
        const struct system *system = *state;
        const struct loader_object main = {.path = "/bin/main", .rpath = "/main"};
        const struct loader_object other = {.path = "/lib/other.so"};
        const struct loader_request request = {.name = "liba.so", .by = &other, .main = &main};

        put_object(system, "/main/liba.so");
        assert_string_equal(find(system, &request), "/main/liba.so");
}

static void test_library_path_comes_between(void **state)
{
        struct system *system = *state;
        const struct loader_object rpath = {.path = "/bin/main", .rpath = "/a"};
        const struct loader_object runpath = {.path = "/bin/main", .runpath = "/a"};

        system->options.library_path = "/none;/b";
        put_object(system, "/a/liba.so");
        put_object(system, "/b/liba.so");
        assert_string_equal(find_for(system, &rpath), "/a/liba.so");
        assert_string_equal(find_for(system, &runpath), "/b/liba.so");
}

static void test_tokens(void **state)
{
        const struct system *system = *state;
        struct loader_object main = {.path = "/usr/bin/main", .runpath = "$ORIGIN/../lib"};
        struct loader_object library = {
                .path = "/opt/lib/libm.so", .runpath = "/none:${ORIGIN}/sub", .loader = &main};
        const struct loader_request request = {.name = "liba.so", .by = &library, .main = &main};

        put_object(system, "/opt/lib/sub/liba.so");
        assert_string_equal(find(system, &request), "/opt/lib/sub/liba.so");
        put_object(system, "/opt/app/lib/liba.so");
        put_object(system, "/opt/app/bin/main");
        put_link(system, "/usr/bin/main", "/opt/app/bin/main");
        /* The kernel tells the executable's path without links. */
        assert_string_equal(find_for(system, &main), "/opt/app/bin/../lib/liba.so");
        main.runpath = "/x/$LIB/$PLATFORM";
        put_object(system, "/x/lib64/" MACHINE "/liba.so");
        assert_string_equal(find_for(system, &main), "/x/lib64/" MACHINE "/liba.so");
        put_object(system, "/x/lib/" MULTIARCH "/" MACHINE "/liba.so");
        assert_string_equal(find_for(system, &main), "/x/lib/" MULTIARCH "/" MACHINE "/liba.so");
        main.runpath = "/x/$OTHER/${LIB";
        put_object(system, "/x/$OTHER/${LIB/liba.so");
        assert_string_equal(find_for(system, &main), "/x/$OTHER/${LIB/liba.so");
}

static void test_paths(void **state)
{
        const struct system *system = *state;
        const struct loader_object main = {.path = "/opt/bin/main"};
        struct loader_request request = {.name = "/y/liba.so", .by = &main, .main = &main};

        put_object(system, "/lib/liba.so");
        assert_string_equal(find(system, &request), "");
        put_object(system, "/y/liba.so");
        assert_string_equal(find(system, &request), "/y/liba.so");
        request.name = "$ORIGIN/../liba.so";
        put_object(system, "/opt/liba.so");
        put_object(system, "/opt/bin/main");
        assert_string_equal(find(system, &request), "/opt/bin/../liba.so");
        request.name = "";
        assert_string_equal(find(system, &request), "");
}

/* A cache in the old format with one entry. */
static void put_cache(const struct system *system, const char *name, const char *path)
{
        char data[256] = "ld.so-1.7.0";
        uint32_t numbers[] = {1, loader_machine()->cache_flags, 0, strlen(name) + 1};
        size_t size = 12 + sizeof(numbers);

        memcpy(data + 12, numbers, sizeof(numbers));
        strcpy(data + size, name);
        strcpy(data + size + strlen(name) + 1, path);
        put_file(system, "/etc/ld.so.cache", data, size + strlen(name) + 1 + strlen(path) + 1);
}

static void test_cache(void **state)
{
        const struct system *system = *state;
        struct loader_object main = {.path = "/bin/main", .runpath = "/none"};

        put_object(system, "/lib/liba.so");
        put_object(system, "/usr/local/lib/liba.so");
        put_cache(system, "liba.so", "/usr/local/lib/liba.so");
        assert_string_equal(find_for(system, &main), "/usr/local/lib/liba.so");
        main.no_default_libraries = true;
        assert_string_equal(find_for(system, &main), "/usr/local/lib/liba.so");
        put_cache(system, "liba.so", "/lib/liba.so");
        assert_string_equal(find_for(system, &main), "");
        main.no_default_libraries = false;
        put_cache(system, "liba.so", "/gone/liba.so");
        assert_string_equal(find_for(system, &main), "/lib/liba.so");
}

static void test_damaged_cache(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADER struct loader *loader = NULL;
        struct error error = {};

        put_text(system, "/etc/ld.so.cache", "nothing of the kind");
        assert_int_equal(loader_new(&system->options, &loader, &error), -EBADMSG);
        assert_non_null(strstr(error.message, "/etc/ld.so.cache: "));
}

static void test_processor_folders(void **state)
{
        const struct system *system = *state;
        const struct loader_object main = {.path = "/bin/main", .runpath = "/z"};
        unsigned level = loader_processor_level();
        char path[128];

        put_object(system, "/z/liba.so");
        snprintf(path, sizeof(path), "/z/glibc-hwcaps/x86-64-v%u/liba.so", level + 2);
        put_object(system, path);
        assert_string_equal(find_for(system, &main), "/z/liba.so");
        for (unsigned i = 1; i <= level; i++) {
                snprintf(path, sizeof(path), "/z/glibc-hwcaps/x86-64-v%u/liba.so", i + 1);
                put_object(system, path);
                assert_string_equal(find_for(system, &main), path);
        }
}

/* Links lead inside the root, whatever they say. */
static void test_links_stay_inside(void **state)
{
        const struct system *system = *state;
        const struct loader_object main = {.path = "/bin/main"};
        CLEANUP_LOADER struct loader *loader = NULL;
        struct error error = {};
        static const struct {
                const char *path, *expected;
        } rows[] = {
                {"/lib/liba.so", "/usr/lib/a/liba.so.1"},
                {"/up/liba.so", "/liba.so"},
                {"/loop/x", "/loop/x"},
                {"/none/./x//y", "/none/x/y"},
                {"/", "/"},
        };

        put_object(system, "/usr/lib/a/liba.so.1");
        put_link(system, "/usr/lib/liba.so", "a/liba.so.1");
        put_link(system, "/lib", "/usr/lib");
        put_link(system, "/up", "../../../../..");
        put_link(system, "/loop", "/loop");
        assert_string_equal(find_for(system, &main), "/lib/liba.so");
        assert_int_equal(loader_new(&system->options, &loader, &error), 0);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                CLEANUP_FREE char *rooted = loader_rooted(loader, rows[i].path);
                CLEANUP_FREE char *expected = string_format("%s%s", system->root, rows[i].expected);

                if (i == 2) /* leads nowhere: what matters is that it ends, inside */
                        assert_true(string_has_prefix(rooted, system->root));
                else
                        assert_string_equal(rooted, expected);
        }
}

static void test_inside(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADER struct loader *loader = NULL;
        CLEANUP_FREE char *full = string_format("%s/bin/main", system->root);
        CLEANUP_FREE char *sibling = string_format("%s-2/bin/main", system->root);
        CLEANUP_FREE char *first = NULL, *second = NULL, *third = NULL;
        struct error error = {};

        assert_int_equal(loader_new(&system->options, &loader, &error), 0);
        first = loader_inside(loader, full);
        assert_string_equal(first, "/bin/main");
        second = loader_inside(loader, "/bin/main");
        assert_string_equal(second, "/bin/main");
        third = loader_inside(loader, sibling);
        assert_string_equal(third, sibling);
}

static void test_musl(void **state)
{
        struct system *system = *state;
        struct loader_object main = {.path = "/bin/main", .runpath = "/main"};
        struct loader_object library = {.path = "/lib/libm.so", .loader = &main};
        const struct loader_request request = {
                .name = "liba.so", .by = &library, .main = &main, .interpreter = MUSL};

        put_object(system, "/lib/" MULTIARCH "/liba.so");
        put_cache(system, "liba.so", "/lib/" MULTIARCH "/liba.so");
        assert_string_equal(find(system, &request), "");
        put_object(system, "/usr/lib/liba.so");
        assert_string_equal(find(system, &request), "/usr/lib/liba.so");
        put_object(system, "/usr/local/lib/liba.so");
        assert_string_equal(find(system, &request), "/usr/local/lib/liba.so");
        put_text(system, "/etc/ld-musl-" MACHINE ".path", "/none\n/own:/usr/lib\n");
        assert_string_equal(find(system, &request), "/usr/lib/liba.so");
        put_object(system, "/own/liba.so");
        assert_string_equal(find(system, &request), "/own/liba.so");
        put_object(system, "/main/liba.so"); /* a RUNPATH is inherited here */
        assert_string_equal(find(system, &request), "/main/liba.so");
        put_object(system, "/env/liba.so");
        system->options.library_path = "/env";
        assert_string_equal(find(system, &request), "/env/liba.so");
}

static void test_musl_names(void **state)
{
        (void)state;
        assert_true(loader_is_musl(MUSL));
        assert_false(loader_is_musl(GLIBC));
        assert_false(loader_is_musl(NULL));
        assert_true(loader_is_musl_libc("libc.so"));
        assert_true(loader_is_musl_libc("libc.musl-x86_64.so.1"));
        assert_true(loader_is_musl_libc("libpthread.so.0"));
        assert_false(loader_is_musl_libc("libcrypto.so.3"));
        assert_false(loader_is_musl_libc("libmagic.so.1"));
}

static void test_preloads(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADER struct loader *loader = NULL;
        CLEANUP_STRINGS char **none = NULL, **some = NULL;
        CLEANUP_FREE char *joined = NULL;
        struct error error = {};

        assert_int_equal(loader_new(&system->options, &loader, &error), 0);
        none = loader_preloads(loader);
        assert_non_null(none);
        assert_null(none[0]);
        put_text(system, "/etc/ld.so.preload", "# all\n/lib/a.so:b.so\tc.so # not d.so\n e.so");
        some = loader_preloads(loader);
        joined = strings_join(some, " ");
        assert_string_equal(joined, "/lib/a.so b.so c.so e.so");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_system, remove_system)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_default_folders),
                TEST(test_others_are_passed_over),
                TEST(test_rpath_is_inherited_and_runpath_is_not),
                TEST(test_rpath_of_the_executable_counts_always),
                TEST(test_library_path_comes_between),
                TEST(test_tokens),
                TEST(test_paths),
                TEST(test_cache),
                TEST(test_damaged_cache),
                TEST(test_processor_folders),
                TEST(test_links_stay_inside),
                TEST(test_inside),
                TEST(test_musl),
                cmocka_unit_test(test_musl_names),
                TEST(test_preloads),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
