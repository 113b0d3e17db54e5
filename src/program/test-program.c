/* SPDX-License-Identifier: BSD-3-Clause */

/* Which objects a program consists of, on systems made for the purpose. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strings.h"
#include "program/modules.h"
#include "program/program.h"
#include "program/test-system.h"

#define ELF(...) (&(struct elf_sample){__VA_ARGS__})

/* A program and what it is made with. */
struct loaded {
        struct loader *loader;
        struct library *library;
        struct program *program;
        struct error error;
};

static void unload(struct loaded *loaded)
{
        program_free(loaded->program);
        library_free(loaded->library);
        loader_free(loaded->loader);
}
#define CLEANUP_LOADED CLEANUP(unload)

static int load_with(
        const struct system *system, const struct program_options *options, struct loaded *ret)
{
        assert_int_equal(loader_new(&system->options, &ret->loader, &ret->error), 0);
        ret->library = library_new(NULL);
        assert_non_null(ret->library);
        return program_load(
                ret->library, ret->loader, "/bin/main", options, &ret->program, &ret->error);
}

static void load(const struct system *system, struct loaded *ret)
{
        if (load_with(system, &(struct program_options){}, ret) < 0)
                fail_msg("%s", ret->error.message);
}

/* "path (reason of by)" for each object. */
static char *describe_objects(const struct program *program)
{
        CLEANUP_STRINGS char **words = strings_copy(NULL);
        const struct program_object *object;

        vector_for_each(object, &program->objects) {
                CLEANUP_FREE char *word = string_format("%s (%s of %s)", object->path,
                        load_reason_name(object->reason), program_object_name(program, object->by));

                assert_int_equal(strings_add(&words, word), 0);
        }
        return strings_join(words, "\n");
}

static char *describe_scope(const struct program *program)
{
        CLEANUP_STRINGS char **words = strings_copy(NULL);
        const size_t *object;

        vector_for_each(object, &program->scope) {
                assert_true(program->objects.items[*object].global);
                assert_int_equal(strings_add(&words, program_object_name(program, *object)), 0);
        }
        return strings_join(words, " ");
}

static void assert_objects(const struct program *program, const char *expected)
{
        CLEANUP_FREE char *objects = describe_objects(program);

        assert_string_equal(objects, expected);
}

static void assert_scope(const struct program *program, const char *expected)
{
        CLEANUP_FREE char *scope = describe_scope(program);

        assert_string_equal(scope, expected);
}

/* An interpreter, a C library that needs it, and an executable that needs what is said. */
static void put_base(const struct system *system)
{
        put_elf(system, GLIBC, ELF(.soname = "ld-linux-x86-64.so.2"));
        put_elf(system, "/lib/libc.so.6",
                ELF(.soname = "libc.so.6", .needed = {"ld-linux-x86-64.so.2"}));
}

static void test_breadth_first(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_base(system);
        put_elf(system, "/bin/main",
                ELF(.interpreter = GLIBC, .needed = {"liba.so", "libb.so", "libc.so.6"}));
        put_elf(system, "/lib/liba.so", ELF(.salt = "a", .needed = {"libd.so", "libc.so.6"}));
        put_elf(system, "/lib/libb.so", ELF(.salt = "b", .needed = {"libe.so", "libd.so"}));
        put_elf(system, "/lib/libd.so", ELF(.salt = "d", .needed = {"liba.so"}));
        put_elf(system, "/lib/libe.so", ELF(.salt = "e"));
        load(system, &loaded);
        assert_objects(loaded.program, "/bin/main (main of main)\n"
                                       "/lib64/ld-linux-x86-64.so.2 (interpreter of main)\n"
                                       "/lib/liba.so (needed of main)\n"
                                       "/lib/libb.so (needed of main)\n"
                                       "/lib/libc.so.6 (needed of main)\n"
                                       "/lib/libd.so (needed of liba.so)\n"
                                       "/lib/libe.so (needed of libb.so)");
        assert_scope(loaded.program,
                "main liba.so libb.so libc.so.6 libd.so libe.so ld-linux-x86-64.so.2");
        assert_int_equal(loaded.program->missing.count, 0);
}

/* Known by the name it was asked for, by its soname, and by its file. */
static void test_known_objects(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_base(system);
        put_elf(system, "/bin/main",
                ELF(.interpreter = GLIBC,
                        .needed = {"libx.so", "libx.so.1", "libx.so", "/lib/other-name.so"}));
        put_elf(system, "/lib/libx.so", ELF(.soname = "libx.so.1"));
        put_elf(system, "/lib/libx.so.1", ELF(.soname = "another"));
        put_link(system, "/lib/other-name.so", "libx.so");
        load(system, &loaded);
        assert_scope(loaded.program, "main libx.so");
}

static void test_missing(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};
        const struct program_missing *missing;

        put_base(system);
        put_elf(system, "/bin/main",
                ELF(.interpreter = "/lib/ld-none.so",
                        .needed = {"liba.so", "libnone.so", "libnone.so"}));
        put_elf(system, "/lib/liba.so", ELF(.needed = {"libnone.so", "libbroken.so"}));
        put_object(system, "/lib/libbroken.so");
        load(system, &loaded);
        assert_scope(loaded.program, "main liba.so");
        missing = loaded.program->missing.items;
        assert_int_equal(loaded.program->missing.count, 4);
        assert_string_equal(missing[0].name, "/lib/ld-none.so");
        assert_int_equal(missing[0].reason, LOAD_INTERPRETER);
        assert_non_null(strstr(missing[0].problem, "No such file"));
        assert_string_equal(missing[1].name, "libnone.so");
        assert_string_equal(missing[1].problem, "not found");
        assert_int_equal(missing[1].by, 0);
        assert_string_equal(missing[2].name, "libnone.so");
        assert_int_equal(missing[2].by, 1);
        assert_string_equal(missing[3].name, "libbroken.so");
        assert_non_null(strstr(missing[3].problem, "/lib/libbroken.so: "));
}

static void test_no_program(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded absent = {}, text = {};

        assert_int_equal(load_with(system, &(struct program_options){}, &absent), -ENOENT);
        assert_non_null(strstr(absent.error.message, "/bin/main: "));
        put_text(system, "/bin/main", "#!/bin/sh\n");
        assert_int_equal(load_with(system, &(struct program_options){}, &text), -ENOEXEC);
}

static void test_static(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_text(system, "/etc/ld.so.preload", "/lib/liba.so");
        put_elf(system, "/lib/liba.so", ELF());
        put_elf(system, "/bin/main", ELF(.is_static = true));
        load(system, &loaded);
        assert_objects(loaded.program, "/bin/main (main of main)");
        assert_scope(loaded.program, "main");
}

static void test_musl(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_elf(system, MUSL, ELF(.soname = "libc.so"));
        put_elf(system, "/lib/libc.so", ELF(.salt = "another"));
        put_text(system, "/etc/ld.so.preload", "/lib/liba.so");
        put_elf(system, "/bin/main",
                ELF(.interpreter = MUSL, .needed = {"liba.so", "libc.musl-x86_64.so.1"}));
        put_elf(system, "/lib/liba.so", ELF(.needed = {"libm.so.6", "libb.so"}));
        put_elf(system, "/lib/libb.so", ELF(.salt = "b"));
        load(system, &loaded);
        assert_objects(loaded.program, "/bin/main (main of main)\n" MUSL " (interpreter of main)\n"
                                       "/lib/liba.so (needed of main)\n"
                                       "/lib/libb.so (needed of liba.so)");
        assert_scope(loaded.program, "main liba.so ld-musl-" MACHINE ".so.1 libb.so");
}

/* It is the C library, even for a program that names none. */
static void test_musl_comes_last(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_elf(system, MUSL, ELF(.soname = "libc.so"));
        put_elf(system, "/bin/main", ELF(.interpreter = MUSL, .needed = {"liba.so"}));
        put_elf(system, "/lib/liba.so", ELF());
        load(system, &loaded);
        assert_scope(loaded.program, "main liba.so ld-musl-" MACHINE ".so.1");
}

static void test_preloads(void **state)
{
        const struct system *system = *state;
        char *const preload[] = {(char *)"libp.so", NULL}, *const none[] = {
                                                                   (char *)"libnone.so", NULL};
        CLEANUP_LOADED struct loaded loaded = {}, failed = {};

        put_base(system);
        put_text(system, "/etc/ld.so.preload", "/lib/libs.so /lib/libgone.so");
        put_elf(system, "/bin/main", ELF(.interpreter = GLIBC, .needed = {"liba.so"}));
        put_elf(system, "/lib/liba.so", ELF(.salt = "a"));
        put_elf(system, "/lib/libp.so", ELF(.salt = "p", .needed = {"libq.so"}));
        put_elf(system, "/lib/libq.so", ELF(.salt = "q"));
        put_elf(system, "/lib/libs.so", ELF(.salt = "s"));
        assert_int_equal(
                load_with(system, &(struct program_options){.preload = preload}, &loaded), 0);
        assert_scope(loaded.program, "main libp.so libs.so liba.so libq.so");
        assert_int_equal(loaded.program->objects.items[2].reason, LOAD_PRELOADED);
        assert_int_equal(loaded.program->missing.count, 1);
        assert_string_equal(loaded.program->missing.items[0].name, "/lib/libgone.so");
        assert_int_equal(
                load_with(system, &(struct program_options){.preload = none}, &failed), -ENOENT);
        assert_non_null(strstr(failed.error.message, "libnone.so"));
}

static void test_with(void **state)
{
        const struct system *system = *state;
        char *const with[] = {(char *)"libw.so", NULL}, *const none[] = {
                                                                (char *)"libnone.so", NULL};
        CLEANUP_LOADED struct loaded loaded = {}, failed = {};

        put_base(system);
        put_elf(system, "/bin/main", ELF(.interpreter = GLIBC));
        put_elf(system, "/lib/libw.so", ELF(.needed = {"libv.so"}));
        put_elf(system, "/lib/libv.so", ELF(.salt = "v"));
        assert_int_equal(load_with(system, &(struct program_options){.with = with}, &loaded), 0);
        assert_objects(loaded.program, "/bin/main (main of main)\n"
                                       "/lib64/ld-linux-x86-64.so.2 (interpreter of main)\n"
                                       "/lib/libw.so (with of main)\n"
                                       "/lib/libv.so (needed of libw.so)");
        assert_scope(loaded.program, "main");
        assert_false(loaded.program->objects.items[2].global);
        assert_int_equal(
                load_with(system, &(struct program_options){.with = none}, &failed), -ENOENT);
        assert_non_null(strstr(failed.error.message, "libnone.so"));
}

/* Paths are those of the object that asks. */
static void test_origins(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_base(system);
        put_elf(system, "/opt/bin/main",
                ELF(.interpreter = GLIBC, .rpath = "$ORIGIN/../lib", .needed = {"liba.so"}));
        put_link(system, "/bin/main", "/opt/bin/main");
        put_elf(system, "/opt/lib/liba.so", ELF(.needed = {"libb.so"}));
        put_elf(system, "/opt/lib/libb.so",
                ELF(.runpath = "$ORIGIN/sub", .needed = {"libc.so", "libd.so"}));
        put_elf(system, "/opt/lib/sub/libc.so", ELF(.salt = "c"));
        put_elf(system, "/opt/lib/libd.so", ELF(.salt = "d"));
        load(system, &loaded);
        assert_objects(loaded.program, "/bin/main (main of main)\n"
                                       "/lib64/ld-linux-x86-64.so.2 (interpreter of main)\n"
                                       "/opt/bin/../lib/liba.so (needed of main)\n"
                                       "/opt/bin/../lib/libb.so (needed of liba.so)\n"
                                       "/opt/bin/../lib/sub/libc.so (needed of libb.so)");
        assert_string_equal(loaded.program->missing.items[0].name, "libd.so");
}

static void test_add(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};
        struct program *program;
        size_t i;

        put_base(system);
        put_elf(system, "/bin/main", ELF(.interpreter = GLIBC, .needed = {"libc.so.6"}));
        put_elf(system, "/lib/plugin.so", ELF(.needed = {"libc.so.6", "libhelp.so"}));
        put_elf(system, "/lib/libhelp.so", ELF(.salt = "h"));
        load(system, &loaded);
        program = loaded.program;
        assert_int_equal(program_add(program, "libc.so.6", LOAD_DLOPEN, 2, &loaded.error), 0);
        assert_int_equal(program_add(program, "/lib/libc.so.6", LOAD_DLOPEN, 2, &loaded.error), 0);
        assert_int_equal(program_add(program, "", LOAD_DLOPEN, 2, &loaded.error), 0);
        assert_int_equal(program->objects.count, 3);
        for (i = 0; i < 2; i++)
                assert_int_equal(
                        program_add(program, "plugin.so", LOAD_DLOPEN, 2, &loaded.error), 0);
        assert_objects(program, "/bin/main (main of main)\n"
                                "/lib64/ld-linux-x86-64.so.2 (interpreter of main)\n"
                                "/lib/libc.so.6 (needed of main)\n"
                                "/lib/plugin.so (dlopen of libc.so.6)\n"
                                "/lib/libhelp.so (needed of plugin.so)");
        assert_scope(program, "main libc.so.6 ld-linux-x86-64.so.2");
        assert_non_null(program->objects.items[4].summary);
        for (i = 0; i < 2; i++)
                assert_int_equal(program_add(program, "none.so", LOAD_DLOPEN, 3, &loaded.error), 1);
        assert_int_equal(program->missing.count, 1);
        assert_string_equal(program->missing.items[0].name, "none.so");
        assert_int_equal(program->missing.items[0].reason, LOAD_DLOPEN);
        assert_int_equal(program->missing.items[0].by, 3);
}

static void test_root_before_the_path(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};
        CLEANUP_FREE char *path = string_format("%s/bin/main", system->root);

        put_base(system);
        put_elf(system, "/bin/main", ELF(.interpreter = GLIBC));
        assert_int_equal(loader_new(&system->options, &loaded.loader, &loaded.error), 0);
        loaded.library = library_new(NULL);
        assert_int_equal(program_load(loaded.library, loaded.loader, path,
                                 &(struct program_options){}, &loaded.program, &loaded.error),
                0);
        assert_string_equal(loaded.program->objects.items[0].path, "/bin/main");
        assert_int_equal(loaded.program->objects.count, 2);
}

/* A program whose C library refers to the string. */
static void load_and_consider(
        const struct system *system, const char *string, struct loaded *loaded)
{
        put_base(system);
        put_elf(system, "/bin/main", ELF(.interpreter = GLIBC, .needed = {"libc.so.6"}));
        load(system, loaded);
        assert_false(modules_explain(loaded->program, 2));
        for (int i = 0; i < 2; i++)
                assert_int_equal(modules_consider(loaded->program, 2, string, &loaded->error), 0);
        assert_int_equal(loaded->program->missing.count, 0);
}

#define BASE_OBJECTS                                          \
        "/bin/main (main of main)\n"                          \
        "/lib64/ld-linux-x86-64.so.2 (interpreter of main)\n" \
        "/lib/libc.so.6 (needed of main)"

static void put_services(const struct system *system, const char *configuration)
{
        static const char *const names[] = {"one", "two", "three", "four", "wrong", "dns", "return",
                "gone", "nis", "compat", "files"};

        put_text(system, "/etc/nsswitch.conf", configuration);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                char path[64], salt[2] = {(char)('A' + i)};

                snprintf(path, sizeof(path), "/lib/libnss_%s.so.2", names[i]);
                put_elf(system, path, ELF(.salt = salt));
        }
}

static void consider(struct loaded *loaded, const char *string)
{
        assert_int_equal(modules_consider(loaded->program, 2, string, &loaded->error), 0);
}

#define SERVICE(name) "\n/lib/libnss_" name ".so.2 (module of libc.so.6)"

/* Services count where their database is asked. */
static void test_name_services(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_services(system, "# passwd: wrong\n"
                             "passwd:\tfiles [NOTFOUND=return] one # two\n"
                             " hosts:three [!UNAVAIL=return]four ../evil\n"
                             "group: wrong\n");
        load_and_consider(system, "libnss_%s.so%s", &loaded);
        assert_objects(loaded.program, BASE_OBJECTS);
        consider(&loaded, "getpwnam_r");
        consider(&loaded, "endpwent");
        assert_objects(loaded.program, BASE_OBJECTS SERVICE("files") SERVICE("one"));
        consider(&loaded, "gethostbyname3_r");
        assert_objects(loaded.program, BASE_OBJECTS SERVICE("files") SERVICE("one") SERVICE("three")
                                               SERVICE("four") SERVICE("nis"));
        assert_true(modules_explain(loaded.program, 2));
        assert_false(modules_explain(loaded.program, 0));
}

/* A function may be named before the mechanism shows. Where nothing is configured, or something
 * that is not known, there are services nevertheless. */
static void test_services_not_configured(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_services(system, "other: two\ngroup_compat: one\ngroup: wrong\n");
        load_and_consider(system, "initgroups", &loaded);
        consider(&loaded, "setpwent");
        assert_objects(loaded.program, BASE_OBJECTS);
        consider(&loaded, "libnss_%s.so%s");
        assert_objects(loaded.program,
                BASE_OBJECTS SERVICE("two") SERVICE("compat") SERVICE("nis") SERVICE("files"));
        consider(&loaded, "getgrgid_r");
        assert_objects(loaded.program, BASE_OBJECTS SERVICE("two") SERVICE("compat") SERVICE("nis")
                                               SERVICE("files") SERVICE("one") SERVICE("wrong"));
}

/* A function that looks nobody knows where looks everywhere. */
static void test_lookup_anywhere(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_services(system, "passwd: one\ngroup: two\nhosts: three\nshadow: four\nrpc: dns\n");
        load_and_consider(system, "libnss_%s.so%s", &loaded);
        consider(&loaded, "getnewthing_r");
        assert_objects(loaded.program,
                BASE_OBJECTS SERVICE("one") SERVICE("two") SERVICE("three") SERVICE("four")
                        SERVICE("dns") SERVICE("nis") SERVICE("files"));
}

/* A service may be there already, for another reason. */
static void test_service_needed(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_services(system, "passwd: one\n");
        put_base(system);
        put_elf(system, "/bin/main",
                ELF(.interpreter = GLIBC, .needed = {"libc.so.6", "libnss_one.so.2"}));
        load(system, &loaded);
        consider(&loaded, "libnss_%s.so%s");
        assert_false(loaded.program->objects.items[3].is_module);
        consider(&loaded, "getpwnam_r");
        assert_objects(loaded.program, BASE_OBJECTS "\n/lib/libnss_one.so.2 (needed of main)");
        assert_true(loaded.program->objects.items[3].is_module);
        assert_false(loaded.program->objects.items[2].is_module);
}

static void test_conversions(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_text(system, "/usr/lib/gconv/gconv-modules",
                "# module A// INTERNAL /opt/wrong 1\n"
                "alias X// /opt/wrong//\n"
                "module A// INTERNAL\t\tONE 1\n"
                "module INTERNAL B// /opt/three 1\n");
        put_text(system, "/usr/lib/gconv/gconv-modules.d/more.conf",
                "module C// INTERNAL /opt/four.so\nmodule D// INTERNAL /opt/gone\n");
        put_text(system, "/usr/lib/gconv/gconv-modules.d/other", "module C// D// /opt/wrong 1\n");
        put_elf(system, "/usr/lib/gconv/TWO.so", ELF(.salt = "2"));
        put_elf(system, "/usr/lib/gconv/ONE.so", ELF(.salt = "1"));
        put_elf(system, "/opt/three.so", ELF(.salt = "3"));
        put_elf(system, "/opt/four.so", ELF(.salt = "4"));
        put_elf(system, "/opt/wrong.so", ELF(.salt = "5"));
        load_and_consider(system, "/usr/lib/gconv/gconv-modules.cache", &loaded);
        assert_objects(loaded.program, BASE_OBJECTS "\n"
                                                    "/usr/lib/gconv/ONE.so (module of libc.so.6)\n"
                                                    "/usr/lib/gconv/TWO.so (module of libc.so.6)\n"
                                                    "/opt/three.so (module of libc.so.6)\n"
                                                    "/opt/four.so (module of libc.so.6)");
}

static void test_pam(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_text(system, "/etc/pam.d/login",
                "# auth required pam_wrong.so\n"
                "auth [success=1 default=ignore] pam_one.so nullok\n"
                "-session optional\t/opt/pam_two.so\n"
                "auth required pam_gone.so\n"
                "@include common\n");
        put_text(system, "/etc/pam.conf", "other auth required pam_three.so\n");
        put_elf(system, "/lib/security/pam_one.so", ELF(.salt = "1"));
        put_elf(system, "/opt/pam_two.so", ELF(.salt = "2"));
        put_elf(system, "/lib/security/pam_three.so", ELF(.salt = "3"));
        put_elf(system, "/lib/security/pam_wrong.so", ELF(.salt = "4"));
        load_and_consider(system, "/lib/security/", &loaded);
        assert_objects(loaded.program,
                BASE_OBJECTS "\n"
                             "/lib/security/pam_three.so (module of libc.so.6)\n"
                             "/lib/security/pam_one.so (module of libc.so.6)\n"
                             "/opt/pam_two.so (module of libc.so.6)");
}

static void test_other_strings(void **state)
{
        const struct system *system = *state;
        CLEANUP_LOADED struct loaded loaded = {};

        put_elf(system, "/usr/lib/gconv/ONE.so", ELF(.salt = "1"));
        load_and_consider(system, "/usr/lib/gconv/", &loaded);
        assert_objects(loaded.program, BASE_OBJECTS);
        assert_false(modules_explain(loaded.program, 2));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_system, remove_system)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_breadth_first),
                TEST(test_known_objects),
                TEST(test_missing),
                TEST(test_no_program),
                TEST(test_static),
                TEST(test_musl),
                TEST(test_musl_comes_last),
                TEST(test_preloads),
                TEST(test_with),
                TEST(test_origins),
                TEST(test_add),
                TEST(test_root_before_the_path),
                TEST(test_name_services),
                TEST(test_services_not_configured),
                TEST(test_lookup_anywhere),
                TEST(test_service_needed),
                TEST(test_conversions),
                TEST(test_pam),
                TEST(test_other_strings),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
