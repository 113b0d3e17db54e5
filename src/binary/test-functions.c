/* SPDX-License-Identifier: BSD-3-Clause */

/* Objects made by hand: code at 0x1000, and what describes it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "binary/functions.h"

#define CODE_ADDRESS  0x1000
#define CODE_SIZE     0x200
#define TABLE_ADDRESS 0x4000
#define TABLE_SIZE    0x400

/* An object under construction. */
struct fixture {
        struct object object;
        uint8_t code[CODE_SIZE];
        uint8_t table[TABLE_SIZE]; /* .eh_frame, or Go's */
        size_t table_size;
};

static void put(struct fixture *fixture, uint64_t number, unsigned size)
{
        for (unsigned i = 0; i < size; i++) {
                assert_in_range(fixture->table_size, 0, TABLE_SIZE - 1);
                fixture->table[fixture->table_size++] = number >> (8 * i);
        }
}

static void put_code(struct fixture *fixture, uint64_t address, const char *hexadecimal)
{
        for (size_t i = 0; i < strlen(hexadecimal) / 2; i++) {
                char digits[] = {hexadecimal[2 * i], hexadecimal[2 * i + 1], '\0'};

                fixture->code[address - CODE_ADDRESS + i] = strtoul(digits, NULL, 16);
        }
}

static struct fixture *fixture_new(void)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));
        struct segment *segment;

        assert_non_null(fixture);
        fixture->object.path = (char *)"fixture";
        fixture->object.kind = OBJECT_PIE;
        memset(fixture->code, 0xcc, CODE_SIZE);
        segment = vector_add(&fixture->object.segments);
        assert_non_null(segment);
        *segment = (struct segment){
                .address = CODE_ADDRESS,
                .size = CODE_SIZE,
                .file_size = CODE_SIZE,
                .bytes = fixture->code,
                .executable = true,
        };
        return fixture;
}

static void fixture_free(struct fixture *fixture)
{
        vector_clear(&fixture->object.segments);
        vector_clear(&fixture->object.symbols);
        vector_clear(&fixture->object.relocations);
        vector_clear(&fixture->object.destructors);
        free(fixture);
}

/* Appends an entry's length and number of its CIE; returns where its length stands. */
static size_t begin_entry(struct fixture *fixture, uint32_t back)
{
        size_t begin = fixture->table_size;

        put(fixture, 0, 4);
        put(fixture, back, 4);
        return begin;
}

static void end_entry(struct fixture *fixture, size_t begin)
{
        size_t end;

        while (fixture->table_size % 4 != 0)
                put(fixture, 0, 1);
        end = fixture->table_size;
        fixture->table_size = begin;
        put(fixture, end - begin - 4, 4);
        fixture->table_size = end;
}

/* A CIE with an augmentation and its data; returns where it is. */
static size_t add_cie(
        struct fixture *fixture, const char *augmentation, const char *data, size_t data_size)
{
        size_t begin = begin_entry(fixture, 0);

        put(fixture, 1, 1); /* version */
        for (size_t i = 0; i <= strlen(augmentation); i++)
                put(fixture, (uint8_t)augmentation[i], 1);
        put(fixture, 1, 1);    /* alignment of code */
        put(fixture, 0x78, 1); /* and of data */
        put(fixture, 16, 1);   /* return address */
        if (augmentation[0] == 'z')
                put(fixture, data_size, 1);
        for (size_t i = 0; i < data_size; i++)
                put(fixture, (uint8_t)data[i], 1);
        end_entry(fixture, begin);
        return begin;
}

/* An FDE of a CIE whose addresses are relative and of 4 bytes; `lsda` -1: no room for one. */
static void add_fde(struct fixture *fixture, size_t cie, uint64_t address, uint32_t size, int lsda)
{
        size_t begin = begin_entry(fixture, fixture->table_size + 4 - cie);

        put(fixture, address - (TABLE_ADDRESS + fixture->table_size), 4);
        put(fixture, size, 4);
        put(fixture, lsda < 0 ? 0 : 4, 1);
        if (lsda >= 0)
                put(fixture, lsda, 4);
        end_entry(fixture, begin);
}

/* pcrel | sdata4 */
static size_t add_plain_cie(struct fixture *fixture)
{
        return add_cie(fixture, "zR", "\x1b", 1);
}

static struct functions find(struct fixture *fixture)
{
        struct functions functions = {};
        struct error error = {};

        fixture->object.eh_frame = fixture->table;
        fixture->object.eh_frame_size = fixture->table_size;
        fixture->object.eh_frame_address = TABLE_ADDRESS;
        assert_int_equal(functions_find(&fixture->object, &functions, &error), 0);
        return functions;
}

/* Compares with {address, size, falls through}, ended by an address of 0. */
struct expected {
        uint64_t address, size;
        bool falls_through;
};

static void assert_functions(const struct functions *functions, const struct expected *expected)
{
        size_t count = 0;

        for (; expected[count].address != 0; count++) {
                const struct function *function = &functions->items.items[count];

                assert_in_range(count, 0, functions->items.count - 1);
                assert_int_equal(function->address, expected[count].address);
                assert_int_equal(function->size, expected[count].size);
                assert_int_equal(function->falls_through, expected[count].falls_through);
        }
        assert_int_equal(functions->items.count, count);
}

static void test_frames(void **state)
{
        struct fixture *fixture = fixture_new();
        size_t plain = add_plain_cie(fixture);
        /* A personality's pointer of 8 bytes stands between the encodings. */
        size_t catching = add_cie(fixture, "zPLR", "\x00PPPPPPPP\x1b\x1b", 11);
        CLEANUP_FUNCTIONS struct functions functions = {};

        (void)state;
        put_code(fixture, 0x1000, "31c0c3");
        put_code(fixture, 0x1010, "89f8c3");
        put_code(fixture, 0x1020, "89f8c3");
        put_code(fixture, 0x1030, "c3");
        add_fde(fixture, catching, 0x1010, 3, 0x77);
        add_fde(fixture, plain, 0x1000, 3, -1);
        add_fde(fixture, catching, 0x1020, 3, 0);
        add_fde(fixture, plain, 0x1030, 1, -1);
        functions = find(fixture);
        assert_functions(&functions,
                (struct expected[]){{0x1000, 3}, {0x1010, 3}, {0x1020, 3}, {0x1030, 1}, {0}});
        assert_false(functions.items.items[0].has_landing_pads);
        assert_true(functions.items.items[1].has_landing_pads);
        assert_false(functions.items.items[2].has_landing_pads);
        assert_int_equal(functions_at(&functions, 0xfff), SIZE_MAX);
        assert_int_equal(functions_at(&functions, 0x1000), 0);
        assert_int_equal(functions_at(&functions, 0x1003), SIZE_MAX);
        assert_int_equal(functions_at(&functions, 0x1012), 1);
        assert_int_equal(functions_at(&functions, 0x1030), 3);
        assert_int_equal(functions_at(&functions, UINT64_MAX), SIZE_MAX);
        fixture_free(fixture);
}

static void test_absolute_frames(void **state)
{
        struct fixture *fixture = fixture_new();
        size_t cie = add_cie(fixture, "", "", 0), begin;
        CLEANUP_FUNCTIONS struct functions functions = {};

        (void)state;
        put_code(fixture, 0x1008, "c3");
        begin = begin_entry(fixture, fixture->table_size + 4 - cie);
        put(fixture, 0x1008, 8);
        put(fixture, 1, 8);
        end_entry(fixture, begin);
        functions = find(fixture);
        assert_functions(&functions, (struct expected[]){{0x1008, 1}, {0}});
        fixture_free(fixture);
}

/* Entries that overlap, lie outside of the code, or reach behind its end. */
static void test_lying_frames(void **state)
{
        struct fixture *fixture = fixture_new();
        size_t cie = add_plain_cie(fixture);
        CLEANUP_FUNCTIONS struct functions functions = {};

        (void)state;
        memset(fixture->code, 0xc3, CODE_SIZE);
        add_fde(fixture, cie, 0x1000, 0x100, -1);
        add_fde(fixture, cie, 0x1020, 0x10, -1);
        add_fde(fixture, cie, 0x1020, 0x8, 0);
        add_fde(fixture, cie, 0x10f0, 0x20, -1);
        add_fde(fixture, cie, 0x1180, 0x7fffffff, -1);
        add_fde(fixture, cie, 0x800, 0x900, -1);
        add_fde(fixture, cie, 0x3000, 0x10, -1);
        add_fde(fixture, cie, 0x1170, 0, -1);
        functions = find(fixture);
        assert_functions(&functions, (struct expected[]){{0x1000, 0x20}, {0x1020, 0x10},
                                             {0x1030, 0xc0}, {0x10f0, 0x20}, {0x1180, 0x80}, {0}});
        fixture_free(fixture);
}

static void test_linkage_table(void **state)
{
        struct fixture *fixture = fixture_new();
        size_t cie = add_plain_cie(fixture);
        CLEANUP_FUNCTIONS struct functions functions = {};

        (void)state;
        /* push GOT+8; jmp *GOT+16; nopl */
        put_code(fixture, 0x1000, "ff3502300000ff25043000000f1f4000");
        /* jmp *GOT; push $0; jmp 0x1000 */
        put_code(fixture, 0x1010,
                "ff2502300000"
                "6800000000e9e0ffffff");
        put_code(fixture, 0x1020,
                "ff25fa2f0000"
                "6801000000e9d0ffffff");
        /* endbr64; bnd jmp *GOT; nopl */
        put_code(fixture, 0x1040, "f30f1efaf2ff25750000000f1f440000");
        put_code(fixture, 0x1050, "f30f1efaf2ff25650000000f1f440000");
        /* push; jmp in a function that does other things is none */
        put_code(fixture, 0x1060, "53ff25000000005bc3");
        add_fde(fixture, cie, 0x1000, 0x30, -1);
        add_fde(fixture, cie, 0x1040, 0x20, -1);
        add_fde(fixture, cie, 0x1060, 9, -1);
        functions = find(fixture);
        assert_functions(&functions,
                (struct expected[]){{0x1000, 0x10}, {0x1010, 6}, {0x1016, 0xa}, {0x1020, 6},
                        {0x1026, 0xa}, {0x1040, 0x10}, {0x1050, 0x10}, {0x1060, 9}, {0}});
        fixture_free(fixture);
}

/* A call's target begins a function, unless it is in the middle of an instruction; a jump's not. */
static void test_division(void **state)
{
        struct fixture *fixture = fixture_new();
        size_t cie = add_plain_cie(fixture);
        CLEANUP_FUNCTIONS struct functions functions = {};

        (void)state;
        /* xor eax,eax; mov $5,%ecx; ret; 0x1008: mov %edi,%eax; ret */
        put_code(fixture, 0x1000, "31c0b905000000c389f8c3");
        /* call 0x1002; call 0x1004; call 0x1008; jmp 0x100a */
        put_code(fixture, 0x1020,
                "e8ddffffff"
                "e8daffffff"
                "e8d9ffffff"
                "e9d6ffffff");
        add_fde(fixture, cie, 0x1000, 0xb, -1);
        add_fde(fixture, cie, 0x1020, 0x14, -1);
        functions = find(fixture);
        assert_functions(&functions, (struct expected[]){{0x1000, 2, true}, {0x1002, 6},
                                             {0x1008, 3}, {0x1020, 0x14}, {0}});
        fixture_free(fixture);
}

/* Code that only calls, jumps and the file's own addresses lead to. */
static void test_uncovered(void **state)
{
        struct fixture *fixture = fixture_new();
        size_t cie = add_plain_cie(fixture);
        struct relocation *relocation;
        CLEANUP_FUNCTIONS struct functions functions = {};
        uint64_t *destructor;

        (void)state;
        /* 0x1000, described: call 0x1020; jmp 0x1030 */
        put_code(fixture, 0x1000, "e81b000000e926000000");
        add_fde(fixture, cie, 0x1000, 0xa, -1);
        /* 0x1020: je +2; ret; nop; call 0x1040; ret */
        put_code(fixture, 0x1020, "7402c390e817000000c3");
        /* 0x1030: lea 0x1050,%rax; ret */
        put_code(fixture, 0x1030, "488d0519000000c3");
        put_code(fixture, 0x1040, "c3");
        put_code(fixture, 0x1050, "31c0c3");
        /* 0x1060: the entry point; 0x1068 nobody leads to; 0x1070: a pointer's; 0x1080: data */
        put_code(fixture, 0x1060, "31edf4");
        put_code(fixture, 0x1068, "c3");
        put_code(fixture, 0x1070, "89f8c3");
        put_code(fixture, 0x1080, "0606060606");
        put_code(fixture, 0x1090, "c3");
        fixture->object.entry = 0x1060;
        destructor = vector_add(&fixture->object.destructors);
        assert_non_null(destructor);
        *destructor = 0x1090;
        for (uint64_t target = 0x1070; target <= 0x1080; target += 0x10) {
                relocation = vector_add(&fixture->object.relocations);
                assert_non_null(relocation);
                *relocation = (struct relocation){
                        .address = 0x5000 + target,
                        .kind = RELOCATION_RELATIVE,
                        .symbol = SIZE_MAX,
                        .addend = (int64_t)target,
                };
        }
        functions = find(fixture);
        assert_functions(&functions,
                (struct expected[]){{0x1000, 0xa}, {0x1020, 0xa}, {0x1030, 8}, {0x1040, 1},
                        {0x1050, 3}, {0x1060, 3}, {0x1070, 3}, {0x1090, 1}, {0}});
        fixture_free(fixture);
}

/* clone(): no unwind information behind the system call. And a check that runs on into what it
 * checks for. */
static void test_running_on(void **state)
{
        struct fixture *fixture = fixture_new();
        size_t cie = add_plain_cie(fixture);
        CLEANUP_FUNCTIONS struct functions functions = {};

        (void)state;
        /* mov $56,%eax; syscall | test %eax,%eax; je 0x1010; ret */
        put_code(fixture, 0x1000,
                "b8380000000f05"
                "85c07405c3");
        put_code(fixture, 0x1010, "c3");
        /* cmp %rdx,%rcx; jb 0x1010; nopl | ret */
        put_code(fixture, 0x1020,
                "4839d172eb0f1f0090"
                "c3");
        /* rt_sigreturn: nothing comes back */
        put_code(fixture, 0x1040,
                "b80f0000000f05"
                "90");
        put_code(fixture, 0x1048, "c3");
        add_fde(fixture, cie, 0x1000, 7, -1);
        add_fde(fixture, cie, 0x1010, 1, -1);
        add_fde(fixture, cie, 0x1020, 5, -1);
        add_fde(fixture, cie, 0x1029, 1, -1);
        add_fde(fixture, cie, 0x1040, 7, -1);
        add_fde(fixture, cie, 0x1048, 1, -1);
        functions = find(fixture);
        assert_functions(
                &functions, (struct expected[]){{0x1000, 7, true}, {0x1007, 5}, {0x1010, 1},
                                    {0x1020, 5, true}, {0x1029, 1}, {0x1040, 7}, {0x1048, 1}, {0}});
        fixture_free(fixture);
}

/* Undescribed code with a jump through a table, and the part that was moved away from it. */
static void test_tables(void **state)
{
        struct fixture *fixture = fixture_new();
        CLEANUP_FUNCTIONS struct functions functions = {};

        (void)state;
        fixture->object.entry = 0x1040;
        /* 0x1000: nop; jmp 0x1054 */
        put_code(fixture, 0x1000, "90eb51");
        /* 0x1040: test; je 0x1000; jmp *%rax; 0x1046: mov $1,%eax; ret; 0x104c: mov $2; nop…
         * 0x1054: ret; call 0x1080 */
        put_code(fixture, 0x1040,
                "85c074bcffe0"
                "b801000000c3"
                "b802000000909090c3"
                "e826000000f4");
        put_code(fixture, 0x1080, "c3");
        functions = find(fixture);
        assert_functions(
                &functions, (struct expected[]){{0x1000, 3}, {0x1040, 0x1b}, {0x1080, 1}, {0}});
        fixture_free(fixture);
}

static void add_symbol(struct fixture *fixture, uint64_t address, uint64_t size)
{
        struct symbol *symbol = vector_add(&fixture->object.symbols);

        assert_non_null(symbol);
        *symbol = (struct symbol){
                .name = "symbol",
                .address = address,
                .size = size,
                .kind = SYMBOL_FUNCTION,
                .defined = true,
        };
}

static void test_symbols(void **state)
{
        struct fixture *fixture = fixture_new();
        CLEANUP_FUNCTIONS struct functions functions = {};

        (void)state;
        put_code(fixture, 0x1000, "31c031c031c0c3");
        put_code(fixture, 0x1010, "89f8c3");
        add_symbol(fixture, 0x1000, 7);
        add_symbol(fixture, 0x1000, 7);
        add_symbol(fixture, 0x1004, 0);
        add_symbol(fixture, 0x1010, 0);
        add_symbol(fixture, 0x9000, 8);
        functions = find(fixture);
        assert_functions(
                &functions, (struct expected[]){{0x1000, 4, true}, {0x1004, 3}, {0x1010, 3}, {0}});
        fixture_free(fixture);
}

/* The header of Go's table up to its number of functions. */
static void put_go_header(struct fixture *fixture, uint32_t magic, uint64_t count)
{
        put(fixture, magic, 4);
        put(fixture, 0, 2);
        put(fixture, 1, 1);
        put(fixture, 8, 1);
        put(fixture, count, 8);
}

static void put_go_rows(struct fixture *fixture, unsigned size, uint64_t base)
{
        put(fixture, 0x1000 - base, size);
        put(fixture, 0, size);
        put(fixture, 0x1010 - base, size);
        put(fixture, 0, size);
        put(fixture, 0x1030 - base, size);
}

static void assert_go(struct fixture *fixture)
{
        CLEANUP_FUNCTIONS struct functions functions = {};
        struct error error = {};

        put_code(fixture, 0x1000, "31c0c3");
        put_code(fixture, 0x1010, "89f8c3");
        fixture->object.go_table = fixture->table;
        fixture->object.go_table_size = fixture->table_size;
        fixture->object.go_table_address = TABLE_ADDRESS;
        assert_int_equal(functions_find(&fixture->object, &functions, &error), 0);
        assert_functions(&functions, (struct expected[]){{0x1000, 0x10}, {0x1010, 0x20}, {0}});
        fixture_free(fixture);
}

static void test_go(void **state)
{
        struct fixture *fixture = fixture_new();

        (void)state;
        put_go_header(fixture, 0xfffffffb, 2);
        put_go_rows(fixture, 8, 0);
        assert_go(fixture);

        fixture = fixture_new();
        put_go_header(fixture, 0xfffffffa, 2);
        for (unsigned i = 0; i < 5; i++)
                put(fixture, 0, 8);
        put(fixture, 64, 8);
        put_go_rows(fixture, 8, 0);
        assert_go(fixture);

        fixture = fixture_new();
        put_go_header(fixture, 0xfffffff1, 2);
        put(fixture, 0, 8);
        put(fixture, 0xff0, 8);
        for (unsigned i = 0; i < 4; i++)
                put(fixture, 0, 8);
        put(fixture, 72, 8);
        put_go_rows(fixture, 4, 0xff0);
        assert_go(fixture);
}

/* Whatever the tables' ends and numbers say, only what is there is read. */
static void test_broken_go(void **state)
{
        struct fixture *fixture = fixture_new();
        CLEANUP_FUNCTIONS struct functions functions = {};

        (void)state;
        put_go_header(fixture, 0xfffffffb, UINT64_MAX / 16 + 1);
        put_go_rows(fixture, 8, 0);
        fixture->object.go_table = fixture->table;
        fixture->object.go_table_size = fixture->table_size;
        assert_int_equal(functions_find(&fixture->object, &functions, NULL), 0);
        assert_int_equal(functions.items.count, 0);
        fixture_free(fixture);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_frames),
                cmocka_unit_test(test_absolute_frames),
                cmocka_unit_test(test_lying_frames),
                cmocka_unit_test(test_linkage_table),
                cmocka_unit_test(test_division),
                cmocka_unit_test(test_uncovered),
                cmocka_unit_test(test_running_on),
                cmocka_unit_test(test_tables),
                cmocka_unit_test(test_symbols),
                cmocka_unit_test(test_go),
                cmocka_unit_test(test_broken_go),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
