/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Programs of summaries that are made by hand. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "binary/test-summary.h"
#include "program/program-private.h"

#define TEST_OBJECTS_MAX 4
#define TEST_RDI         7
#define TEST_RSI         6
#define TEST_RDX         2

struct test_program {
        struct program *program;
        size_t count;
        struct summary *summaries[TEST_OBJECTS_MAX];
        struct symbol_table *tables[TEST_OBJECTS_MAX];
        struct library_head heads[TEST_OBJECTS_MAX];
        struct library_object files[TEST_OBJECTS_MAX];
};

/* Functions are 0x100 bytes each from here on, data is from 0x8000 on. */
#define TEST_CODE 0x1000
#define TEST_DATA 0x8000

static inline uint64_t test_address(uint32_t function)
{
        return TEST_CODE + 0x100u * function;
}

/* A summary with so many functions without facts. */
static inline struct summary *test_summary(uint32_t functions)
{
        struct summary *summary = summary_new();

        assert_non_null(summary);
        summary->abi = ABI_X86_64;
        summary->kind = OBJECT_SHARED;
        put(&summary->segments, TEST_CODE, 0x7000);
        put(&summary->segments, TEST_DATA, 0x8000);
        for (uint32_t i = 0; i < functions; i++)
                put(&summary->functions, .address = test_address(i), .size = 0x100);
        return summary;
}

/* In whatever order of the functions: test_add() sorts them. Its address is its number among those
 * of its function, from 1 on. */
static inline void test_fact(struct summary *summary, uint32_t function, struct fact fact)
{
        struct fact *added = vector_add(&summary->facts);

        assert_non_null(added);
        *added = fact;
        added->remark = function;
        added->address = ++summary->functions.items[function].fact_count;
}

static inline int test_compare_facts(const void *a, const void *b)
{
        const struct fact *left = a, *right = b;

        if (left->remark != right->remark)
                return left->remark < right->remark ? -1 : 1;
        return left->address < right->address ? -1 : left->address > right->address;
}

static inline void test_sort_facts(struct summary *summary)
{
        uint32_t first = 0;

        if (summary->facts.count > 0)
                qsort(summary->facts.items, summary->facts.count, sizeof(*summary->facts.items),
                        test_compare_facts);
        for (size_t i = 0; i < summary->functions.count; i++) {
                summary->functions.items[i].facts = first;
                first += summary->functions.items[i].fact_count;
        }
        for (size_t i = 0; i < summary->facts.count; i++)
                summary->facts.items[i].remark = 0;
}

static inline uint32_t test_value(struct summary *summary, struct value value)
{
        struct value *added = vector_add(&summary->values);

        assert_non_null(added);
        *added = value;
        return summary->values.count - 1;
}

static inline uint32_t test_number(struct summary *summary, int64_t number)
{
        put(&summary->numbers, number);
        return test_value(summary,
                (struct value){
                        .kind = VALUE_NUMBERS, .count = 1, .first = summary->numbers.count - 1});
}

static inline uint32_t test_string(struct summary *summary, const char *text)
{
        put(&summary->numbers, put_text(summary, text));
        return test_value(summary,
                (struct value){
                        .kind = VALUE_STRINGS, .count = 1, .first = summary->numbers.count - 1});
}

/* A call with one argument, or with none (place PLACE_COUNT). */
static inline void test_call(struct summary *summary, uint32_t function, enum fact_kind kind,
        uint32_t target, uint8_t where, uint32_t value)
{
        uint32_t first = summary->arguments.count;

        if (where != PLACE_COUNT)
                put(&summary->arguments, where, value);
        test_fact(summary, function,
                (struct fact){.kind = kind,
                        .argument_count = where != PLACE_COUNT,
                        .target = target,
                        .arguments = first});
}

/* One more argument of the call that was added last. */
static inline void test_argument(struct summary *summary, uint8_t where, uint32_t value)
{
        put(&summary->arguments, where, value);
        summary->facts.items[summary->facts.count - 1].argument_count++;
}

static inline void test_syscall(struct summary *summary, uint32_t function, uint32_t number)
{
        put(&summary->sites, .entry = KERNEL_ENTRY_SYSCALL, .number = number);
        test_fact(summary, function,
                (struct fact){.kind = FACT_SYSCALL, .target = summary->sites.count - 1});
}

static inline uint32_t test_import(struct summary *summary, const char *name)
{
        put(&summary->imports, .name = put_text(summary, name));
        return summary->imports.count - 1;
}

static inline void test_export(
        struct summary *summary, const char *name, enum symbol_kind kind, uint64_t address)
{
        put(&summary->exports, .name = put_text(summary, name), .kind = kind, .address = address,
                .size = kind == SYMBOL_DATA ? 16 : 0);
}

/* Adds an object, whose summary belongs to the program from here on. */
static inline void test_add(
        struct test_program *test, struct summary *summary, enum load_reason reason)
{
        size_t number = test->count++;
        char path[32];
        size_t *scope;

        assert_true(number < TEST_OBJECTS_MAX);
        if (!test->program)
                test->program = program_new(NULL, NULL);
        assert_non_null(test->program);
        snprintf(path, sizeof(path), "/test/%zu", number);
        test_sort_facts(summary);
        assert_int_equal(summary_order(summary), 0);
        test->summaries[number] = summary;
        test->tables[number] = symbol_table_new(summary);
        assert_non_null(test->tables[number]);
        test->files[number] =
                (struct library_object){.inode = number, .head = &test->heads[number]};
        assert_int_equal(
                program_append(test->program, &test->files[number], path, reason, 0), number);
        test->program->objects.items[number].summary = summary;
        test->program->objects.items[number].global = true;
        test->program->index->links.items[number]->symbols = test->tables[number];
        test->program->index->analysed = number + 1;
        scope = vector_add(&test->program->scope);
        assert_non_null(scope);
        *scope = number;
}

static inline void test_clear(struct test_program *test)
{
        program_free(test->program);
        for (size_t i = 0; i < test->count; i++) {
                symbol_table_free(test->tables[i]);
                summary_free(test->summaries[i]);
        }
}
