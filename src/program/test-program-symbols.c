/* SPDX-License-Identifier: BSD-3-Clause */

/* What names mean, in programs made by hand. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "program/program-private.h"

#define OBJECTS_MAX 8

struct sample {
        struct program *program;
        struct library_head head;
        struct library_object files[OBJECTS_MAX];
        struct summary *summaries[OBJECTS_MAX];
        struct symbol_table *tables[OBJECTS_MAX];
};

static int make_sample(void **state)
{
        struct sample *sample = calloc(1, sizeof(*sample));

        assert_non_null(sample);
        sample->program = program_new(NULL, NULL);
        assert_non_null(sample->program);
        *state = sample;
        return 0;
}

static int remove_sample(void **state)
{
        struct sample *sample = *state;

        program_free(sample->program);
        for (size_t i = 0; i < OBJECTS_MAX; i++) {
                symbol_table_free(sample->tables[i]);
                summary_free(sample->summaries[i]);
        }
        free(sample);
        return 0;
}

static uint32_t put_text(struct summary *summary, const char *text)
{
        uint32_t offset = summary->text.count;
        char *added;

        if (!text)
                return 0;
        do {
                added = vector_add(&summary->text);
                assert_non_null(added);
                *added = *text;
        } while (*text++);
        return offset;
}

/* An object of the global scope, or of none. */
static size_t put_object(struct sample *sample, bool global)
{
        struct program *program = sample->program;
        size_t number = program->objects.count, *scope;

        sample->files[number].head = &sample->head;
        assert_int_equal(
                program_append(program, &sample->files[number], "/lib/x.so", LOAD_NEEDED, number),
                number);
        sample->summaries[number] = summary_new();
        assert_non_null(sample->summaries[number]);
        program->objects.items[number].summary = sample->summaries[number];
        program->objects.items[number].global = global;
        scope = global ? vector_add(&program->scope) : vector_add(&program->index->others);
        assert_non_null(scope);
        *scope = number;
        return number;
}

/* "name", "name@@VERSION", or "name@VERSION" for one that is hidden. Returns its address. */
static uint64_t put_export(struct sample *sample, size_t object, const char *text)
{
        struct summary *summary = sample->summaries[object];
        struct summary_symbol *symbol = vector_add(&summary->exports);
        CLEANUP_FREE char *name = strdup(text);
        char *version = strchr(name, '@');
        uint64_t address = 0x1000 * summary->exports.count;

        assert_non_null(symbol);
        *symbol = (struct summary_symbol){.kind = SYMBOL_FUNCTION, .address = address};
        if (version) {
                symbol->version_hidden = version[1] != '@';
                symbol->version = put_text(summary, version + strspn(version, "@"));
                *version = '\0';
        }
        symbol->name = put_text(summary, name);
        return address;
}

static uint32_t put_import(
        struct sample *sample, size_t object, const char *name, const char *version)
{
        struct summary *summary = sample->summaries[object];
        struct summary_symbol *symbol = vector_add(&summary->imports);

        assert_non_null(symbol);
        *symbol = (struct summary_symbol){
                .name = put_text(summary, name),
                .version = put_text(summary, version),
        };
        return summary->imports.count - 1;
}

/* To be called when all exports of all objects are there. */
static void finish(struct sample *sample)
{
        for (size_t i = 0; i < sample->program->objects.count; i++) {
                assert_int_equal(summary_order(sample->summaries[i]), 0);
                sample->tables[i] = symbol_table_new(sample->summaries[i]);
                assert_non_null(sample->tables[i]);
                sample->program->index->links.items[i]->symbols = sample->tables[i];
        }
        sample->program->index->analysed = sample->program->objects.count;
}

static void put_group(struct sample *sample, const size_t *objects, size_t count)
{
        struct program_index *index = sample->program->index;
        struct program_list *group = vector_add(&index->groups);
        size_t *added;

        assert_non_null(group);
        for (size_t i = 0; i < count; i++) {
                added = vector_add(&group->objects);
                assert_non_null(added);
                *added = objects[i];
                added = vector_add(&index->links.items[objects[i]]->groups);
                assert_non_null(added);
                *added = index->groups.count - 1;
        }
}

static void assert_means(
        struct sample *sample, size_t object, uint32_t import, size_t expected, uint64_t address)
{
        struct program_symbol found = {};

        /* Twice: the second answer is remembered. */
        for (int i = 0; i < 2; i++) {
                assert_true(program_resolve(sample->program, object, import, &found));
                assert_int_equal(found.object, expected);
                assert_int_equal(found.symbol->address, address);
        }
}

static void assert_means_nothing(struct sample *sample, size_t object, uint32_t import)
{
        struct program_symbol found;

        assert_false(program_resolve(sample->program, object, import, &found));
        assert_false(program_resolve(sample->program, object, import, &found));
}

static void test_first_of_the_scope(void **state)
{
        struct sample *sample = *state;
        size_t main = put_object(sample, true), a = put_object(sample, true);
        size_t b = put_object(sample, true);
        uint64_t own = put_export(sample, main, "malloc");
        uint64_t weak = put_export(sample, a, "work");
        uint32_t malloc_import = put_import(sample, b, "malloc", NULL);
        uint32_t work = put_import(sample, main, "work", NULL);
        uint32_t none = put_import(sample, main, "none", NULL);

        sample->summaries[a]->exports.items[0].weak = true;
        put_export(sample, b, "malloc");
        put_export(sample, b, "work");
        finish(sample);
        assert_means(sample, b, malloc_import, main, own);
        assert_means(sample, main, work, a, weak);
        assert_means_nothing(sample, main, none);
        assert_means_nothing(sample, main, 77);
}

static void test_versions(void **state)
{
        struct sample *sample = *state;
        size_t main = put_object(sample, true), library = put_object(sample, true);
        uint64_t old = put_export(sample, library, "memcpy@LIB_1");
        uint64_t new = put_export(sample, library, "memcpy@@LIB_2");
        uint64_t base = put_export(sample, library, "base");
        uint32_t wants_old = put_import(sample, main, "memcpy", "LIB_1");
        uint32_t wants_new = put_import(sample, main, "memcpy", "LIB_2");
        uint32_t wants_other = put_import(sample, main, "memcpy", "LIB_3");
        uint32_t wants_base = put_import(sample, main, "base", "LIB_2");

        finish(sample);
        assert_means(sample, main, wants_old, library, old);
        assert_means(sample, main, wants_new, library, new);
        assert_means_nothing(sample, main, wants_other);
        assert_means(sample, main, wants_base, library, base);
}

/* An object without versions satisfies whatever is asked for, as an interposing one has to. */
static void test_object_without_versions(void **state)
{
        struct sample *sample = *state;
        size_t main = put_object(sample, true), first = put_object(sample, true);
        size_t second = put_object(sample, true);
        uint64_t own = put_export(sample, first, "malloc");
        uint32_t import = put_import(sample, main, "malloc", "LIB_1");

        put_export(sample, second, "malloc@@LIB_1");
        finish(sample);
        assert_means(sample, main, import, first, own);
}

static void test_reference_without_version(void **state)
{
        struct sample *sample = *state;
        size_t main = put_object(sample, true), library = put_object(sample, true);
        uint64_t visible = put_export(sample, library, "new@@LIB_1.10");
        uint64_t first = put_export(sample, library, "old@LIB_1.2");
        uint32_t wants_new = put_import(sample, main, "new", NULL);
        uint32_t wants_old = put_import(sample, main, "old", NULL);
        uint32_t wants_gone = put_import(sample, main, "gone", NULL);

        put_export(sample, library, "new@LIB_1.9");
        put_export(sample, library, "old@@LIB_1.10");
        put_export(sample, library, "gone@LIB_1.9");
        finish(sample);
        assert_means(sample, main, wants_new, library, visible);
        /* The first version of all is what programs of before the versions were built with. */
        assert_means(sample, main, wants_old, library, first);
        assert_means_nothing(sample, main, wants_gone);
}

static void test_musl_ignores_versions(void **state)
{
        struct sample *sample = *state;
        size_t main = put_object(sample, true), library = put_object(sample, true);
        uint64_t visible = put_export(sample, library, "old@@LIB_2");
        uint32_t import = put_import(sample, main, "old", "LIB_7");

        put_export(sample, library, "old@LIB_1");
        sample->program->index->is_musl = true;
        finish(sample);
        assert_means(sample, main, import, library, visible);
}

static void test_symbolic_object(void **state)
{
        struct sample *sample = *state;
        size_t main = put_object(sample, true), library = put_object(sample, true);
        uint64_t own = put_export(sample, library, "helper");
        uint64_t other = put_export(sample, main, "helper");
        uint32_t import = put_import(sample, library, "helper", NULL);
        uint32_t from_main = put_import(sample, main, "helper", NULL);

        sample->summaries[library]->symbolic = true;
        finish(sample);
        assert_means(sample, library, import, library, own);
        assert_means(sample, main, from_main, main, other);
}

/* Two plugins with a helper each, one of which uses what was opened for the other. */
static void test_local_scopes(void **state)
{
        struct sample *sample = *state;
        size_t main = put_object(sample, true);
        size_t one = put_object(sample, false), two = put_object(sample, false);
        size_t helper = put_object(sample, false);
        uint64_t global = put_export(sample, main, "log");
        uint64_t first = put_export(sample, one, "help");
        uint64_t second = put_export(sample, helper, "help");
        uint64_t only = put_export(sample, one, "only");
        uint32_t log_import = put_import(sample, two, "log", NULL);
        uint32_t from_one = put_import(sample, one, "help", NULL);
        uint32_t from_two = put_import(sample, two, "help", NULL);
        uint32_t foreign = put_import(sample, two, "only", NULL);

        put_export(sample, helper, "log");
        put_group(sample, (size_t[]){one}, 1);
        put_group(sample, (size_t[]){two, helper}, 2);
        finish(sample);
        assert_means(sample, two, log_import, main, global);
        assert_means(sample, one, from_one, one, first);
        assert_means(sample, two, from_two, helper, second);
        assert_means(sample, two, foreign, one, only); /* as if it were RTLD_GLOBAL */
}

/* What was not found is looked for again when there is more. */
static void test_later_objects(void **state)
{
        struct sample *sample = *state;
        size_t main = put_object(sample, true), other, plugin;
        uint32_t import = put_import(sample, main, "late", NULL), again;
        uint64_t late;

        finish(sample);
        assert_means_nothing(sample, main, import);
        symbol_table_free(sample->tables[main]);
        other = put_object(sample, false);
        again = put_import(sample, other, "late", NULL);
        finish(sample);
        assert_means_nothing(sample, other, again);
        assert_int_equal(sample->program->index->unexported.words.count, 1);
        symbol_table_free(sample->tables[main]);
        symbol_table_free(sample->tables[other]);
        plugin = put_object(sample, false);
        late = put_export(sample, plugin, "late");
        finish(sample);
        assert_means(sample, main, import, plugin, late);
        assert_means(sample, other, again, plugin, late);
}

/* The executable has a copy of the library's table, under the library's name. */
static void test_copies(void **state)
{
        struct sample *sample = *state;
        size_t main = put_object(sample, true), library = put_object(sample, true);
        uint64_t copy = put_export(sample, main, "table@@LIB_1");
        uint64_t original = put_export(sample, library, "table@@LIB_1");
        uint32_t from_main = put_import(sample, main, "table", "LIB_1");
        uint32_t from_library = put_import(sample, library, "table", "LIB_1");
        struct pointer *pointer = vector_add(&sample->summaries[main]->pointers);

        assert_non_null(pointer);
        *pointer = (struct pointer){
                .address = copy, .is_import = true, .is_copy = true, .target = from_main};
        sample->summaries[main]->exports.items[0].kind = SYMBOL_DATA;
        sample->summaries[library]->exports.items[0].kind = SYMBOL_DATA;
        finish(sample);
        assert_means(sample, main, from_main, library, original);
        assert_means(sample, library, from_library, library, original);
}

static void test_find_all(void **state)
{
        struct sample *sample = *state;
        size_t main = put_object(sample, true), plugin = put_object(sample, false);
        struct program_symbols symbols = {};

        put_export(sample, main, "init@LIB_1");
        put_export(sample, main, "init@@LIB_2");
        put_export(sample, main, "initial");
        put_export(sample, plugin, "init");
        finish(sample);
        assert_int_equal(program_find_all(sample->program, "init", &symbols), 0);
        assert_int_equal(symbols.items.count, 3);
        assert_int_equal(symbols.items.items[0].object, main);
        assert_int_equal(symbols.items.items[1].object, main);
        assert_int_equal(symbols.items.items[2].object, plugin);
        vector_clear(&symbols.items);
        assert_int_equal(program_find_all(sample->program, "ini", &symbols), 0);
        assert_int_equal(symbols.items.count, 0);
}

/* Names whose hashes are equal, which no chance makes: two letters make up for each other. */
static void test_hostile_names(void **state)
{
        struct sample *sample = *state;
        size_t main = put_object(sample, true);
        char name[2 * 9 + 1];
        uint64_t address = 0;
        uint32_t import;

        for (unsigned i = 0; i < 512; i++) {
                for (unsigned bit = 0; bit < 9; bit++)
                        memcpy(name + 2 * bit, i >> bit & 1 ? "b\x41" : "ab", 2);
                name[18] = '\0';
                assert_int_equal(symbol_hash(name), symbol_hash("ababababababababab"));
                address = put_export(sample, main, name);
        }
        import = put_import(sample, main, name, NULL);
        finish(sample);
        assert_means(sample, main, import, main, address);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_sample, remove_sample)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_first_of_the_scope),
                TEST(test_versions),
                TEST(test_object_without_versions),
                TEST(test_reference_without_version),
                TEST(test_musl_ignores_versions),
                TEST(test_symbolic_object),
                TEST(test_local_scopes),
                TEST(test_later_objects),
                TEST(test_copies),
                TEST(test_find_all),
                TEST(test_hostile_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
