/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "binary/test-summary-sample.h"

#include "base/strings.h"
#include "binary/summary-check.h"
#include "binary/summary-pack.h"

static int unpack(const void *data, size_t size, struct summary **ret)
{
        struct error error = {};
        int r = summary_unpack(data, size, ret, &error);

        assert_true((r < 0) == (error.message[0] != '\0'));
        return r;
}

#define same_count(vector)                                          \
        do {                                                        \
                assert_true(a->vector.count > 0);                   \
                assert_int_equal(a->vector.count, b->vector.count); \
        } while (0)

#define same(vector, member)                         \
        for (size_t i = 0; i < a->vector.count; i++) \
        assert_int_equal(a->vector.items[i].member, b->vector.items[i].member)

#define same_numbers(vector)                                          \
        do {                                                          \
                same_count(vector);                                   \
                assert_memory_equal(a->vector.items, b->vector.items, \
                        a->vector.count * sizeof(*a->vector.items));  \
        } while (0)

static void assert_same_symbols(const struct summary *a, const struct summary *b)
{
        same_count(exports);
        same(exports, name);
        same(exports, version);
        same(exports, kind);
        same(exports, weak);
        same(exports, version_hidden);
        same(exports, address);
        same(exports, size);
        same_count(imports);
        same(imports, name);
        same(imports, version);
        same(imports, kind);
        same(imports, weak);
}

static void assert_same_functions(const struct summary *a, const struct summary *b)
{
        same_count(functions);
        same(functions, address);
        same(functions, size);
        same(functions, name);
        same(functions, facts);
        same(functions, fact_count);
        same_count(facts);
        same(facts, kind);
        same(facts, argument_count);
        same(facts, target);
        same(facts, arguments);
        same(facts, address);
        same(facts, offset);
        same_count(arguments);
        same(arguments, place);
        same(arguments, value);
}

static void assert_same_values(const struct summary *a, const struct summary *b)
{
        same_count(values);
        same(values, kind);
        same(values, place);
        same(values, count);
        same(values, first);
        same(values, offset);
        same(values, second);
        same_count(sites);
        same(sites, address);
        same(sites, entry);
        same(sites, number);
        for (size_t j = 0; j < 6; j++)
                same(sites, arguments[j]);
}

static void assert_same_data(const struct summary *a, const struct summary *b)
{
        same_count(pointers);
        same(pointers, address);
        same(pointers, is_import);
        same(pointers, is_ifunc);
        same(pointers, is_copy);
        same(pointers, target);
        same(pointers, addend);
        same_count(segments);
        same(segments, address);
        same(segments, size);
        same_count(data);
        same(data, address);
        same(data, size);
}

static void assert_same(const struct summary *a, const struct summary *b)
{
        assert_string_equal(a->identity, b->identity);
        assert_int_equal(a->abi, b->abi);
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->entry, b->entry);
        assert_string_equal(a->interpreter, b->interpreter);
        assert_string_equal(a->soname, b->soname);
        assert_string_equal(a->rpath, b->rpath);
        assert_null(b->runpath);
        assert_int_equal(strings_count(a->needed), strings_count(b->needed));
        for (size_t i = 0; a->needed[i]; i++)
                assert_string_equal(a->needed[i], b->needed[i]);
        assert_int_equal(a->no_default_libraries, b->no_default_libraries);
        assert_int_equal(a->bind_now, b->bind_now);
        assert_int_equal(a->symbolic, b->symbolic);
        assert_int_equal(a->is_go, b->is_go);
        assert_int_equal(a->is_bare, b->is_bare);
        assert_int_equal(a->undecoded, b->undecoded);
        same_numbers(text);
        same_numbers(numbers);
        same_numbers(cuts);
        same_numbers(constructors);
        same_numbers(destructors);
        assert_same_symbols(a, b);
        assert_same_functions(a, b);
        assert_same_values(a, b);
        assert_same_data(a, b);
}

static void test_round_trip(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = sample_summary(), *again = NULL;
        CLEANUP_FREE void *data = NULL;
        size_t size;

        (void)state;
        assert_int_equal(summary_pack(summary, &data, &size), 0);
        assert_int_equal(unpack(data, size, &again), 0);
        assert_null(again->path);
        assert_same(summary, again);
}

static void test_empty(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = summary_new(), *again = NULL;
        CLEANUP_FREE void *data = NULL;
        size_t size;

        (void)state;
        assert_int_equal(summary_pack(summary, &data, &size), 0);
        assert_int_equal(unpack(data, size, &again), 0);
        assert_null(again->identity);
        assert_non_null(again->needed);
        assert_null(again->needed[0]);
        assert_int_equal(again->facts.count, 0);
        assert_int_equal(again->values.count, 1);
        assert_string_equal(summary_text(again, 0), "");
}

static void test_damaged_byte(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = sample_summary();
        CLEANUP_FREE void *data = NULL;
        struct summary *again;
        uint8_t *bytes;
        size_t size;

        (void)state;
        assert_int_equal(summary_pack(summary, &data, &size), 0);
        bytes = data;
        for (size_t i = 0; i < size; i++) {
                bytes[i] ^= 1;
                assert_int_equal(unpack(data, size, &again), -EBADMSG);
                bytes[i] ^= 1;
        }
}

/* Though the checksum is right. */
static void test_cut_off(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = sample_summary();
        CLEANUP_FREE void *data = NULL;
        struct summary *again;
        size_t size;

        (void)state;
        assert_int_equal(summary_pack(summary, &data, &size), 0);
        for (size_t shorter = 0; shorter < size; shorter++) {
                CLEANUP_FREE uint8_t *copy = malloc(shorter + 1);

                memcpy(copy, data, shorter);
                summary_seal(copy, shorter);
                assert_int_equal(unpack(copy, shorter, &again), -EBADMSG);
        }
}

static void test_more_behind(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = sample_summary();
        CLEANUP_FREE void *data = NULL;
        CLEANUP_FREE uint8_t *copy = NULL;
        struct summary *again;
        size_t size;

        (void)state;
        assert_int_equal(summary_pack(summary, &data, &size), 0);
        copy = calloc(1, size + 1);
        memcpy(copy, data, size);
        summary_seal(copy, size + 1);
        assert_int_equal(unpack(copy, size + 1, &again), -EBADMSG);
}

#define spoil(name, change)                               \
        static void spoil_##name(struct summary *summary) \
        {                                                 \
                summary->change;                          \
        }

spoil(abi, abi = ABI_COUNT) spoil(kind, kind = OBJECT_SHARED + 1) spoil(
        text_begin, text.items[0] = 'x') spoil(text_end,
        text.items[summary->text.count - 1] = 'x') spoil(export_name,
        exports.items[1].name = (uint32_t)summary->text.count) spoil(export_version,
        exports.items[1].version = (uint32_t)summary->text.count) spoil(export_kind,
        exports.items[1].kind = SYMBOL_OTHER + 1) spoil(export_order,
        exports.items[0].name = summary->exports.items[1].name + 1) spoil(import_name,
        imports.items[0].name = UINT32_MAX) spoil(import_version,
        imports.items[0].version = UINT32_MAX) spoil(function_name,
        functions.items[1].name = (uint32_t)summary->text.count) spoil(function_facts,
        functions.items[1].facts = 6) spoil(function_fact_count,
        functions.items[1].fact_count = UINT32_MAX) spoil(function_order,
        functions.items[1].address = 0x1000) spoil(constructor,
        constructors.items[0] = 2) spoil(destructor, destructors.items[1] = 2) spoil(fact_kind,
        facts.items[6].kind = FACT_SYSCALL + 1) spoil(fact_call, facts.items[0].target = 2)
        spoil(fact_call_import, facts.items[1].target = 2) spoil(
                fact_take, facts.items[2].target = 2) spoil(fact_take_import,
                facts.items[3].target = 2) spoil(fact_read_import,
                facts.items[5].target = 2) spoil(fact_string,
                facts.items[7].target = (uint32_t)summary->text.count) spoil(fact_store,
                facts.items[8].target = 8) spoil(fact_syscall,
                facts.items[10].target = 1) spoil(fact_arguments,
                facts.items[0].arguments = 1) spoil(fact_arguments_far,
                facts.items[0].arguments = UINT32_MAX) spoil(argument_place,
                arguments.items[0].place = PLACE_COUNT) spoil(argument_value,
                arguments.items[0].value = 8) spoil(value_0,
                values.items[0].kind = VALUE_NUMBERS) spoil(value_kind,
                values.items[1].kind = VALUE_FUNCTION + 1) spoil(value_numbers,
                values.items[1].count = 4) spoil(value_numbers_far,
                values.items[1].first = UINT32_MAX) spoil(value_strings, values.items[2].count = 2)
                spoil(value_no_string, numbers.items[2] = (int64_t)summary->text.count) spoil(
                        value_negative_string, numbers.items[2] = -1) spoil(value_entry,
                        values.items[3].place = PLACE_COUNT) spoil(value_field,
                        values.items[4].place = PLACE_COUNT) spoil(value_frame,
                        values.items[6].first = 2) spoil(value_function, values.items[7].first = 2)
                        spoil(site_entry, sites.items[0].entry = KERNEL_ENTRY_SYSENTER + 1) spoil(
                                site_number, sites.items[0].number = 8) spoil(site_argument,
                                sites.items[0].arguments[5] = 8) spoil(pointer_import,
                                pointers.items[1].target = 2) spoil(pointer_copy,
                                pointers.items[2].is_import = false) spoil(pointer_order,
                                pointers.items[1].address = 0x3000)
                                spoil(segment_order, segments.items[1].address = 0x10f0) spoil(
                                        segment_wrap, segments.items[1].size = UINT64_MAX)
                                        spoil(data_wrap, data.items[0].size = UINT64_MAX)
                                                spoil(cut_order, cuts.items[1] = 0x4000)

#define SPOIL(name)                 \
        {                           \
#name, spoil_##name \
        }

                                                        static void test_every_index(void **state)
{
        static const struct {
                const char *name;
                void (*change)(struct summary *summary);
        } rows[] = {SPOIL(abi), SPOIL(kind), SPOIL(text_begin), SPOIL(text_end), SPOIL(export_name),
                SPOIL(export_version), SPOIL(export_kind), SPOIL(export_order), SPOIL(import_name),
                SPOIL(import_version), SPOIL(function_name), SPOIL(function_facts),
                SPOIL(function_fact_count), SPOIL(function_order), SPOIL(constructor),
                SPOIL(destructor), SPOIL(fact_kind), SPOIL(fact_call), SPOIL(fact_call_import),
                SPOIL(fact_take), SPOIL(fact_take_import), SPOIL(fact_read_import),
                SPOIL(fact_string), SPOIL(fact_store), SPOIL(fact_syscall), SPOIL(fact_arguments),
                SPOIL(fact_arguments_far), SPOIL(argument_place), SPOIL(argument_value),
                SPOIL(value_0), SPOIL(value_kind), SPOIL(value_numbers), SPOIL(value_numbers_far),
                SPOIL(value_strings), SPOIL(value_no_string), SPOIL(value_negative_string),
                SPOIL(value_entry), SPOIL(value_field), SPOIL(value_frame), SPOIL(value_function),
                SPOIL(site_entry), SPOIL(site_number), SPOIL(site_argument), SPOIL(pointer_import),
                SPOIL(pointer_copy), SPOIL(pointer_order), SPOIL(segment_order),
                SPOIL(segment_wrap), SPOIL(data_wrap), SPOIL(cut_order)};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_SUMMARY struct summary *summary = sample_summary();
                CLEANUP_FREE void *data = NULL;
                struct summary *again;
                size_t size;

                rows[i].change(summary);
                assert_int_equal(summary_pack(summary, &data, &size), 0);
                if (unpack(data, size, &again) != -EBADMSG)
                        fail_msg("%s was accepted", rows[i].name);
        }
}

/* What is no bool is not made one. */
static void test_no_bool(void **state)
{
        CLEANUP_SUMMARY struct summary *summary = sample_summary(), *again = NULL;
        CLEANUP_FREE void *data = NULL;
        uint8_t *bytes;
        size_t size, accepted = 0;

        (void)state;
        assert_int_equal(summary_pack(summary, &data, &size), 0);
        bytes = data;
        for (size_t i = 8; i < size; i++) {
                bytes[i] ^= 2;
                summary_seal(data, size);
                if (unpack(data, size, &again) == 0) {
                        const struct pointer *pointer;

                        vector_for_each(pointer, &again->pointers) {
                                uint8_t truth;

                                memcpy(&truth, &pointer->is_import, 1);
                                assert_true(truth <= 1);
                        }
                        accepted++;
                        again = summary_free(again);
                }
                bytes[i] ^= 2;
        }
        /* Names and addresses may be anything. */
        assert_true(accepted > 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_round_trip),
                cmocka_unit_test(test_empty),
                cmocka_unit_test(test_damaged_byte),
                cmocka_unit_test(test_cut_off),
                cmocka_unit_test(test_more_behind),
                cmocka_unit_test(test_every_index),
                cmocka_unit_test(test_no_bool),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
