/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "base/parallel.h"
#include "base/strings.h"
#include "program/library.h"
#include "program/test-system.h"

/* A cache that is lost with the test. */
struct memory_cache {
        struct memory_row {
                char *identity;
                void *data;
                size_t size;
        } rows[16];
        size_t count;
        unsigned loads; /* that found something */
};

static int memory_load(void *context, const char *identity, void **ret, size_t *ret_size)
{
        struct memory_cache *cache = context;

        for (size_t i = 0; i < cache->count; i++) {
                const struct memory_row *row = &cache->rows[i];

                if (strcmp(row->identity, identity) != 0)
                        continue;
                *ret = malloc(row->size);
                assert_non_null(*ret);
                memcpy(*ret, row->data, row->size);
                *ret_size = row->size;
                cache->loads++;
                return 0;
        }
        return -ENOENT;
}

static int memory_save(
        void *context, const char *identity, const char *path, const void *data, size_t size)
{
        struct memory_cache *cache = context;
        struct memory_row *row = &cache->rows[cache->count++];

        assert_true(cache->count <= ARRAY_SIZE(cache->rows));
        assert_int_equal(path[0], '/');
        *row = (struct memory_row){strdup(identity), malloc(size), size};
        assert_non_null(row->data);
        memcpy(row->data, data, size);
        return 0;
}

static void memory_clear(struct memory_cache *cache)
{
        for (size_t i = 0; i < cache->count; i++) {
                free(cache->rows[i].identity);
                free(cache->rows[i].data);
        }
}

static const struct summary *get(
        struct library *library, const struct system *system, const char *path)
{
        const struct summary *summary = NULL;
        struct error error = {};
        int r = library_get(library, place_of(system, path), &summary, &error);

        if (r < 0)
                fail_msg("%s", error.message);
        return summary;
}

static void assert_figures(struct library *library, unsigned analysed, unsigned cached)
{
        const struct library_figures figures = library_figures(library);

        assert_int_equal(figures.analysed, analysed);
        assert_int_equal(figures.cached, cached);
}

static void test_each_object_once(void **state)
{
        const struct system *system = *state;
        CLEANUP_LIBRARY struct library *library = library_new(NULL);
        const struct summary *first;

        put_elf(system, "/a.so", &(struct elf_sample){.soname = "a"});
        put_elf(system, "/copy.so", &(struct elf_sample){.soname = "a"});
        put_elf(system, "/b.so", &(struct elf_sample){.soname = "b"});
        put_link(system, "/link.so", "a.so");
        first = get(library, system, "/a.so");
        assert_string_equal(first->soname, "a");
        assert_ptr_equal(get(library, system, "/a.so"), first);
        assert_ptr_equal(get(library, system, "/link.so"), first);
        assert_ptr_equal(get(library, system, "/copy.so"), first);
        assert_figures(library, 1, 0);
        assert_ptr_not_equal(get(library, system, "/b.so"), first);
        assert_figures(library, 2, 0);
}

/* A file that was replaced is another one. */
static void test_changed_file(void **state)
{
        const struct system *system = *state;
        CLEANUP_LIBRARY struct library *library = library_new(NULL);

        put_elf(system, "/a.so", &(struct elf_sample){.soname = "a"});
        assert_string_equal(get(library, system, "/a.so")->soname, "a");
        put_elf(system, "/new.so", &(struct elf_sample){.soname = "b"});
        assert_int_equal(unlink(place_of(system, "/a.so")), 0);
        put_link(system, "/a.so", "new.so");
        assert_string_equal(get(library, system, "/a.so")->soname, "b");
}

static void test_head(void **state)
{
        const struct system *system = *state;
        CLEANUP_LIBRARY struct library *library = library_new(NULL);
        const struct library_object *object;
        struct error error = {};

        put_elf(system, "/a",
                &(struct elf_sample){.rpath = "/r",
                        .runpath = "/s",
                        .interpreter = GLIBC,
                        .needed = {"libx.so", "liby.so"}});
        assert_int_equal(library_open(library, place_of(system, "/a"), &object, &error), 0);
        assert_string_equal(object->head->interpreter, GLIBC);
        assert_string_equal(object->head->rpath, "/r");
        assert_string_equal(object->head->runpath, "/s");
        assert_string_equal(object->head->needed[0], "libx.so");
        assert_string_equal(object->head->needed[1], "liby.so");
        assert_null(object->head->needed[2]);
        assert_int_equal(object->head->kind, OBJECT_PIE);
        assert_figures(library, 0, 0);
}

static void test_failures(void **state)
{
        const struct system *system = *state;
        CLEANUP_LIBRARY struct library *library = library_new(NULL);
        const struct summary *summary;
        struct error error = {};

        put_text(system, "/text", "no object");
        for (int i = 0; i < 2; i++) {
                error.message[0] = '\0';
                assert_int_equal(library_get(library, place_of(system, "/text"), &summary, &error),
                        -ENOEXEC);
                assert_non_null(strstr(error.message, "/text: "));
        }
        assert_int_equal(
                library_get(library, place_of(system, "/none"), &summary, &error), -ENOENT);
        assert_non_null(strstr(error.message, "/none: "));
        assert_figures(library, 0, 0);
}

static void test_cache(void **state)
{
        const struct system *system = *state;
        struct memory_cache memory = {};
        const struct summary_cache cache = {memory_load, memory_save, &memory};
        struct library *first = library_new(&cache), *second = library_new(&cache);

        put_elf(system, "/a.so", &(struct elf_sample){.soname = "a"});
        get(first, system, "/a.so");
        assert_figures(first, 1, 0);
        assert_string_equal(get(second, system, "/a.so")->soname, "a");
        assert_figures(second, 0, 1);
        library_free(first);
        library_free(second);
        memory_clear(&memory);
}

static void test_damaged_cache(void **state)
{
        const struct system *system = *state;
        struct memory_cache memory = {};
        const struct summary_cache cache = {memory_load, memory_save, &memory};
        struct library *first = library_new(&cache), *second = library_new(&cache);

        put_elf(system, "/a.so", &(struct elf_sample){.soname = "a"});
        get(first, system, "/a.so");
        for (size_t i = 0; i < memory.count; i++)
                memset(memory.rows[i].data, 0x5a, memory.rows[i].size);
        assert_string_equal(get(second, system, "/a.so")->soname, "a");
        assert_figures(second, 1, 0);
        library_free(first);
        library_free(second);
        memory_clear(&memory);
}

/* A file that has been left alone for a while is not read again: its head and its summary are all
 * that is asked for. */
static void test_file_is_known_again(void **state)
{
        const struct system *system = *state;
        struct memory_cache memory = {};
        const struct summary_cache cache = {memory_load, memory_save, &memory};
        struct library *first = library_new(&cache), *second = library_new(&cache);

        put_elf(system, "/a", &(struct elf_sample){.interpreter = GLIBC, .needed = {"libx.so"}});
        sleep(4);
        get(first, system, "/a");
        assert_int_equal(memory.count, 2);
        assert_int_equal(memory.loads, 0);
        assert_string_equal(get(second, system, "/a")->interpreter, GLIBC);
        assert_int_equal(memory.loads, 2);
        assert_figures(second, 0, 1);
        library_free(first);
        library_free(second);
        memory_clear(&memory);
}

/* A file that was written to is read again, although it is as large as before, and says that it was
 * written when it was; and what was written just now is not kept. */
static void test_file_that_was_changed_in_place(void **state)
{
        const struct system *system = *state;
        struct memory_cache memory = {};
        const struct summary_cache cache = {memory_load, memory_save, &memory};
        struct library *first = library_new(&cache), *second = library_new(&cache);
        const char *path = place_of(system, "/a.so");
        struct stat before, after;

        put_elf(system, "/a.so", &(struct elf_sample){.soname = "a"});
        get(first, system, "/a.so");
        for (size_t i = 0; i < memory.count; i++)
                assert_false(string_has_prefix(memory.rows[i].identity, "file:"));
        library_free(first);
        first = library_new(&cache);
        sleep(4);
        get(first, system, "/a.so");
        assert_int_equal(stat(path, &before), 0);
        put_elf(system, "/a.so", &(struct elf_sample){.soname = "b"});
        assert_int_equal(
                utimensat(AT_FDCWD, path, (struct timespec[]){before.st_atim, before.st_mtim}, 0),
                0);
        assert_int_equal(stat(path, &after), 0);
        assert_int_equal(after.st_ino, before.st_ino);
        assert_int_equal(after.st_size, before.st_size);
        assert_string_equal(get(first, system, "/a.so")->soname, "b");
        assert_string_equal(get(second, system, "/a.so")->soname, "b");
        library_free(first);
        library_free(second);
        memory_clear(&memory);
}

/* Between the look at its head and the analysis. */
static void test_file_that_changes_meanwhile(void **state)
{
        const struct system *system = *state;
        struct memory_cache memory = {};
        const struct summary_cache cache = {memory_load, memory_save, &memory};
        struct library *first = library_new(&cache), *second = library_new(&cache);
        const char *path = place_of(system, "/a.so");
        const struct library_object *object;
        const struct summary *summary;
        struct error error = {};

        put_elf(system, "/a.so", &(struct elf_sample){.soname = "a"});
        sleep(4);
        assert_int_equal(library_open(first, path, &object, &error), 0); /* keeps the head alone */
        assert_int_equal(library_open(second, path, &object, &error), 0);
        put_elf(system, "/a.so", &(struct elf_sample){.soname = "b"});
        assert_int_equal(library_summary(second, object, &summary, NULL, &error), -ESTALE);
        library_free(first);
        library_free(second);
        memory_clear(&memory);
}

/* What is known is opened without a look at the file, and nothing else is. */
static void test_open_known(void **state)
{
        const struct system *system = *state;
        struct memory_cache memory = {};
        const struct summary_cache cache = {memory_load, memory_save, &memory};
        struct library *first = library_new(&cache), *second = library_new(&cache);
        const char *path = place_of(system, "/a.so");
        const struct library_object *known, *opened;
        struct error error = {};

        put_elf(system, "/a.so", &(struct elf_sample){.soname = "a"});
        assert_int_equal(library_open_known(first, path, &known), -ENOENT);
        sleep(4);
        assert_int_equal(library_open(first, path, &opened, &error), 0);
        assert_int_equal(library_open_known(first, path, &known), 0);
        assert_ptr_equal(known, opened);
        assert_int_equal(library_open_known(second, path, &known), 0);
        assert_string_equal(known->head->soname, "a");
        assert_int_equal(memory.loads, 1);
        put_file(system, "/text", "text", 4);
        path = place_of(system, "/text");
        assert_int_equal(library_open_known(second, path, &known), -ENOENT);
        assert_true(library_open(second, path, &opened, &error) < 0);
        assert_int_equal(library_open_known(second, path, &known), -ENOENT);
        assert_int_equal(library_open_known(second, place_of(system, "/none"), &known), -ENOENT);
        library_free(first);
        library_free(second);
        memory_clear(&memory);
}

/* All programs share what is known of an object's calls, as long as its summary is there. */
static void test_calls(void **state)
{
        const struct system *system = *state;
        CLEANUP_LIBRARY struct library *library = library_new(NULL);
        const struct library_object *object;
        const struct summary *summary;
        const struct call_index *calls;
        struct error error = {};

        put_elf(system, "/main", &(struct elf_sample){.interpreter = GLIBC});
        assert_int_equal(library_open(library, place_of(system, "/main"), &object, &error), 0);
        for (int i = 0; i < 2; i++) {
                assert_int_equal(library_summary(library, object, &summary, NULL, &error), 0);
                calls = library_calls(library, object);
                assert_non_null(calls);
                assert_ptr_equal(library_calls(library, object), calls);
                library_release(library, object);
        }
}

/* The head is known, but not the summary: the file is read after all. */
static void test_only_the_head_is_known(void **state)
{
        const struct system *system = *state;
        struct memory_cache memory = {};
        const struct summary_cache cache = {memory_load, memory_save, &memory};
        struct library *first = library_new(&cache), *second = library_new(&cache);

        put_elf(system, "/a.so", &(struct elf_sample){.soname = "a"});
        sleep(4);
        get(first, system, "/a.so");
        for (size_t i = 0; i < memory.count; i++)
                if (!string_has_prefix(memory.rows[i].identity, "file:"))
                        memory.rows[i].identity[0] = '?';
        assert_string_equal(get(second, system, "/a.so")->soname, "a");
        assert_figures(second, 1, 0);
        library_free(first);
        library_free(second);
        memory_clear(&memory);
}

/* Takes so long that other threads ask meanwhile. */
static int load_slowly(void *context, const char *identity, void **ret, size_t *ret_size)
{
        (void)context;
        (void)identity;
        (void)ret;
        (void)ret_size;
        usleep(20000);
        return -ENOENT;
}

static int save_nothing(
        void *context, const char *identity, const char *path, const void *data, size_t size)
{
        (void)context;
        (void)identity;
        (void)path;
        (void)data;
        (void)size;
        return -ENOSPC;
}

struct crowd {
        const struct system *system;
        struct library *library;
        const struct summary *summaries[64];
};

static int get_one(void *context, size_t number)
{
        struct crowd *crowd = context;
        CLEANUP_FREE char *path = string_format("%s/%zu.so", crowd->system->root, number % 4);
        struct error error = {};

        return library_get(crowd->library, path, &crowd->summaries[number], &error);
}

static void test_many_threads(void **state)
{
        const struct system *system = *state;
        const struct summary_cache cache = {load_slowly, save_nothing, NULL};
        CLEANUP_LIBRARY struct library *library = library_new(&cache);
        struct crowd crowd = {.system = system, .library = library};
        const char *names[] = {"/0.so", "/1.so", "/2.so", "/3.so"};

        for (size_t i = 0; i < 4; i++)
                put_elf(system, names[i], &(struct elf_sample){.soname = names[i]});
        assert_int_equal(parallel_for(64, 8, get_one, &crowd), 0);
        assert_figures(library, 4, 0);
        for (size_t i = 0; i < 64; i++) {
                assert_string_equal(crowd.summaries[i]->soname, names[i % 4]);
                assert_ptr_equal(crowd.summaries[i], crowd.summaries[i % 4]);
        }
}

static void use_and_release(struct library *library, const char *path)
{
        const struct library_object *object;
        const struct symbol_table *symbols;
        const struct summary *summary;
        struct error error = {};

        assert_int_equal(library_open(library, path, &object, &error), 0);
        assert_int_equal(library_summary(library, object, &summary, &symbols, &error), 0);
        assert_non_null(symbols);
        library_release(library, object);
}

static void test_release(void **state)
{
        const struct system *system = *state;
        CLEANUP_LIBRARY struct library *library = library_new(NULL);

        put_elf(system, "/a.so", &(struct elf_sample){.soname = "a"});
        put_elf(system, "/main", &(struct elf_sample){.interpreter = GLIBC});
        use_and_release(library, place_of(system, "/a.so"));
        use_and_release(library, place_of(system, "/a.so"));
        assert_figures(library, 1, 0); /* kept, since others will want it */
        use_and_release(library, place_of(system, "/main"));
        use_and_release(library, place_of(system, "/main"));
        assert_figures(library, 3, 0);
        get(library, system, "/main"); /* never released */
        use_and_release(library, place_of(system, "/main"));
        assert_figures(library, 4, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_system, remove_system)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_each_object_once),
                TEST(test_changed_file),
                TEST(test_head),
                TEST(test_failures),
                TEST(test_cache),
                TEST(test_damaged_cache),
                TEST(test_file_is_known_again),
                TEST(test_file_that_was_changed_in_place),
                TEST(test_file_that_changes_meanwhile),
                TEST(test_open_known),
                TEST(test_calls),
                TEST(test_only_the_head_is_known),
                TEST(test_many_threads),
                TEST(test_release),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
