/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>

#include "program/reach.h"
#include "program/test-program.h"

static struct reach *reach_of(struct test_program *test, struct reach_options options)
{
        struct reach *reach = NULL;
        struct error error = {};

        assert_int_equal(reach_find(test->program, &options, &reach, &error), 0);
        assert_non_null(reach);
        return reach;
}

static bool has_call(const struct reach *reach, int number)
{
        for (size_t i = 0; i < reach->features.count; i++) {
                const struct feature *feature = &reach->features.items[i].feature;

                if (feature->kind == FEATURE_SYSCALL && feature->abi == ABI_X86_64 &&
                        feature->number == number)
                        return true;
        }
        return false;
}

static void assert_calls(const struct reach *reach, const char *expected)
{
        char buffer[512] = "", name[FEATURE_NAME_MAX];

        for (size_t i = 0; i < reach->features.count; i++) {
                strcat(buffer, i > 0 ? " " : "");
                strcat(buffer, feature_name(reach->features.items[i].feature, name));
        }
        assert_string_equal(buffer, expected);
}

/* An executable whose entry is function 0. */
static struct summary *executable(uint32_t functions)
{
        struct summary *summary = test_summary(functions);

        summary->kind = OBJECT_PIE;
        summary->entry = test_address(0);
        return summary;
}

static void call(struct summary *summary, uint32_t function, uint32_t target)
{
        test_call(summary, function, FACT_CALL, target, PLACE_COUNT, 0);
}

static void take(struct summary *summary, uint32_t function, uint32_t target)
{
        test_call(summary, function, FACT_TAKE, target, PLACE_COUNT, 0);
}

static void test_direct(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(5);
        struct reach *reach;

        (void)state;
        call(main, 0, 1);
        take(main, 1, 2);
        test_syscall(main, 2, test_number(main, 0));
        test_syscall(main, 3, test_number(main, 1)); /* nobody calls it */
        put(&main->constructors, 4);
        test_syscall(main, 4, test_number(main, 2));
        test_add(&test, main, LOAD_MAIN);

        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "read open");
        assert_true(reach->complete);
        assert_int_equal(reach->functions, 5);
        assert_int_equal(reach->reached, 4);
        assert_int_equal(reach_object_functions(reach, 0), 4);
        assert_int_equal(reach_object_functions(reach, 1), 0);
        reach_free(reach);
        test_clear(&test);
}

/* Data leads on only as far as it is read: one word, or a piece of it. */
static void test_data(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(8);
        struct reach *reach;

        (void)state;
        test_fact(main, 0, (struct fact){.kind = FACT_READ, .offset = TEST_DATA});
        test_fact(main, 0, (struct fact){.kind = FACT_REFER, .offset = TEST_DATA + 0x40});
        for (uint32_t i = 1; i < 8; i++)
                test_syscall(main, i, test_number(main, i));
        put(&main->cuts, TEST_DATA + 0x40);
        put(&main->cuts, TEST_DATA + 0x60);
        put(&main->pointers, .address = TEST_DATA, .target = test_address(1));
        put(&main->pointers, .address = TEST_DATA + 8, .target = test_address(2));
        put(&main->pointers, .address = TEST_DATA + 0x40, .target = test_address(3) + 5);
        put(&main->pointers, .address = TEST_DATA + 0x58, .target = TEST_DATA + 0x100);
        put(&main->pointers, .address = TEST_DATA + 0x60, .target = test_address(4));
        /* A ring of data. */
        put(&main->pointers, .address = TEST_DATA + 0x100, .target = test_address(5));
        put(&main->pointers, .address = TEST_DATA + 0x108, .target = TEST_DATA + 0x40);
        test_add(&test, main, LOAD_MAIN);

        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "write close fstat");
        reach_free(reach);
        test_clear(&test);
}

/* Each thread begins with what stands in the first contents of its variables. */
static void test_thread_local(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(3);
        struct reach *reach;

        (void)state;
        for (uint32_t i = 1; i < 3; i++)
                test_syscall(main, i, test_number(main, i));
        put(&main->pointers, .address = TEST_DATA, .target = test_address(1));
        put(&main->pointers, .address = TEST_DATA + 8, .target = test_address(2),
                .is_thread_local = true);
        test_add(&test, main, LOAD_MAIN);

        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "open");
        reach_free(reach);
        test_clear(&test);
}

/* ld.so calls one function of glibc by its name, and takes the first malloc() that there is. */
static void test_interpreter_names(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(2), *library = test_summary(4);
        struct reach *reach;

        (void)state;
        test_export(main, "malloc", SYMBOL_FUNCTION, test_address(1));
        test_syscall(main, 1, test_number(main, 12));
        test_export(library, "__libc_early_init", SYMBOL_FUNCTION, test_address(0));
        test_syscall(library, 0, test_number(library, 302));
        test_export(library, "malloc", SYMBOL_FUNCTION, test_address(1));
        test_syscall(library, 1, test_number(library, 0));
        test_export(library, "free", SYMBOL_FUNCTION, test_address(2));
        test_syscall(library, 2, test_number(library, 11));
        test_export(library, "other", SYMBOL_FUNCTION, test_address(3));
        test_syscall(library, 3, test_number(library, 1));
        test_add(&test, main, LOAD_MAIN);
        test_add(&test, library, LOAD_NEEDED);

        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "munmap brk prlimit64");
        reach_free(reach);
        test_clear(&test);
}

static void test_imports(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(3), *library = test_summary(6);
        struct reach_path path = {};
        struct reach *reach;

        (void)state;
        test_call(main, 0, FACT_CALL_IMPORT, test_import(main, "called"), PLACE_COUNT, 0);
        test_call(main, 0, FACT_TAKE_IMPORT, test_import(main, "data"), PLACE_COUNT, 0);
        test_call(main, 0, FACT_CALL_IMPORT, test_import(main, "chosen"), PLACE_COUNT, 0);
        test_call(main, 0, FACT_CALL_IMPORT, test_import(main, "nowhere"), PLACE_COUNT, 0);
        test_export(library, "called", SYMBOL_FUNCTION, test_address(0));
        test_export(library, "chosen", SYMBOL_IFUNC, test_address(1));
        test_export(library, "data", SYMBOL_DATA, TEST_DATA);
        test_export(library, "ignored", SYMBOL_FUNCTION, test_address(4));
        take(library, 1, 2);
        test_syscall(library, 0, test_number(library, 0));
        test_syscall(library, 2, test_number(library, 1));
        test_syscall(library, 3, test_number(library, 2));
        test_syscall(library, 4, test_number(library, 3));
        put(&library->pointers, .address = TEST_DATA + 8, .target = test_address(3));
        test_add(&test, main, LOAD_MAIN);
        test_add(&test, library, LOAD_NEEDED);

        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "read write open");
        assert_int_equal(reach_witness(reach,
                                 &(struct feature){.kind = FEATURE_SYSCALL, .number = 1}, &path),
                0);
        assert_int_equal(path.steps.count, 3);
        assert_string_equal(path.steps.items[0].how, "entry");
        assert_string_equal(path.steps.items[1].how, "calls");
        assert_string_equal(path.steps.items[2].how, "takes the address of");
        vector_clear(&path.steps);
        reach_free(reach);
        test_clear(&test);
}

/* Resolvers run when the object is loaded; what they return counts once the word is read. */
static void test_resolvers(void **state)
{
        for (int read = 0; read < 2; read++) {
                struct test_program test = {};
                struct summary *main = executable(4);
                struct reach *reach;

                (void)state;
                call(main, 0, 3);
                if (read)
                        test_fact(main, 0, (struct fact){.kind = FACT_READ, .offset = TEST_DATA});
                take(main, 1, 2);
                test_syscall(main, 1, test_number(main, 0));
                test_syscall(main, 2, test_number(main, 1));
                put(&main->pointers, .address = TEST_DATA, .is_ifunc = true,
                        .target = test_address(1));
                test_add(&test, main, LOAD_MAIN);
                reach = reach_of(&test, (struct reach_options){});
                assert_calls(reach, read ? "read write" : "read");
                reach_free(reach);
                test_clear(&test);
        }
}

/* syscall(): its number is what callers hand over, through one that hands on its own. */
static void test_parameters(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(5), *library = test_summary(1);
        struct reach *reach;
        struct reach_path path = {};
        uint32_t import;

        (void)state;
        import = test_import(main, "syscall");
        test_call(main, 0, FACT_CALL_IMPORT, import, TEST_RDI, test_number(main, 39));
        call(main, 0, 1);
        test_call(main, 1, FACT_CALL, 2, TEST_RSI, test_number(main, 57));
        test_call(main, 2, FACT_CALL_IMPORT, import, TEST_RDI,
                test_value(main, (struct value){.kind = VALUE_ENTRY, .place = TEST_RSI}));
        test_call(main, 3, FACT_CALL_IMPORT, import, TEST_RDI, test_number(main, 60));
        test_export(library, "syscall", SYMBOL_FUNCTION, test_address(0));
        test_syscall(library, 0,
                test_value(library, (struct value){.kind = VALUE_ENTRY, .place = TEST_RDI}));
        test_add(&test, main, LOAD_MAIN);
        test_add(&test, library, LOAD_NEEDED);

        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "getpid fork");
        assert_true(reach->complete);
        assert_int_equal(reach_witness(reach,
                                 &(struct feature){.kind = FEATURE_SYSCALL, .number = 57}, &path),
                0);
        assert_int_equal(path.steps.count, 4);
        for (uint32_t i = 0; i < 3; i++) {
                assert_int_equal(path.steps.items[i].object, 0);
                assert_int_equal(path.steps.items[i].function, i);
                assert_string_equal(path.steps.items[i].how, i == 0 ? "entry" : "calls");
        }
        assert_int_equal(path.steps.items[0].address, test_address(0) + 2);
        assert_int_equal(path.steps.items[3].object, 1);
        vector_clear(&path.steps);
        assert_int_equal(reach_witness(reach,
                                 &(struct feature){.kind = FEATURE_SYSCALL, .number = 60}, &path),
                -ENOENT);
        reach_free(reach);
        test_clear(&test);
}

/* Who calls a function whose address was let go is not known. */
static void test_unknown(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(4);
        struct reach *reach;
        uint32_t own;

        (void)state;
        own = test_value(main, (struct value){.kind = VALUE_ENTRY, .place = TEST_RDI});
        test_call(main, 0, FACT_CALL, 1, TEST_RDI, test_number(main, 39));
        take(main, 0, 1);
        test_syscall(main, 1, own);
        test_syscall(main, 2, 0); /* not reached: not told */
        /* By data alone. */
        test_fact(main, 0, (struct fact){.kind = FACT_READ, .offset = TEST_DATA});
        put(&main->pointers, .address = TEST_DATA, .target = test_address(3));
        test_syscall(main, 3, own);
        test_add(&test, main, LOAD_MAIN);

        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "getpid");
        assert_false(reach->complete);
        assert_int_equal(reach->unknown_sites.count, 2);
        assert_int_equal(reach->unknown_sites.items[0].function, 0);
        assert_int_equal(reach->unknown_sites.items[0].address, test_address(0) + 2);
        assert_int_equal(reach->unknown_sites.items[1].function, 3);
        reach_free(reach);
        test_clear(&test);
}

/* As setxid in glibc: the number is in a structure on the caller's stack, whose address one
 * function stores, and another, which was let go, reads. */
static void test_fields(void **state)
{
        /* The word's own address is let go; or one before it, which may be that of another thing.
         */
        static const int64_t let_go[] = {0, TEST_DATA + 0x10, TEST_DATA};

        for (int i = 0; i < 3; i++) {
                int escapes = i == 1;
                struct test_program test = {};
                struct summary *main = executable(4);
                struct reach *reach;
                uint32_t frame;

                (void)state;
                put(&main->numbers, 8);
                put(&main->numbers, 105);
                put(&main->numbers, 16);
                put(&main->numbers, 1);
                frame = test_value(
                        main, (struct value){.kind = VALUE_FRAME, .count = 2, .first = 0});
                test_call(main, 0, FACT_CALL, 1, TEST_RDI, frame);
                take(main, 0, 2);
                if (let_go[i])
                        test_fact(main, 0, (struct fact){.kind = FACT_REFER, .offset = let_go[i]});
                test_syscall(main, 1,
                        test_value(main,
                                (struct value){
                                        .kind = VALUE_FIELD, .place = TEST_RDI, .offset = 8}));
                test_fact(main, 1,
                        (struct fact){.kind = FACT_STORE,
                                .offset = TEST_DATA + 0x10,
                                .target = test_value(main,
                                        (struct value){.kind = VALUE_ENTRY, .place = TEST_RDI})});
                /* It is not reached. */
                test_fact(main, 3, (struct fact){.kind = FACT_STORE, .offset = TEST_DATA + 0x10});
                test_syscall(main, 2,
                        test_value(main, (struct value){.kind = VALUE_GLOBAL_FIELD,
                                                 .offset = TEST_DATA + 0x10,
                                                 .second = 16}));
                test_add(&test, main, LOAD_MAIN);
                reach = reach_of(&test, (struct reach_options){});
                assert_calls(reach, "write setuid");
                assert_int_equal(reach->unknown_sites.count, escapes);
                reach_free(reach);
                test_clear(&test);
        }
}

static void test_context(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(3);
        struct reach *reach;

        (void)state;
        put(&main->numbers, 0);
        put(&main->numbers, 3);
        test_call(main, 0, FACT_TAKE, 1, TEST_RSI,
                test_value(main, (struct value){.kind = VALUE_FRAME, .count = 1, .first = 0}));
        test_syscall(
                main, 1, test_value(main, (struct value){.kind = VALUE_FIELD, .place = TEST_RDI}));
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "close");
        assert_true(reach->complete);
        reach_free(reach);
        test_clear(&test);
}

/* Functions that only call each other know no value, and end. */
static void test_recursion(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(3);
        uint32_t own;
        struct reach *reach;

        (void)state;
        own = test_value(main, (struct value){.kind = VALUE_ENTRY, .place = TEST_RDI});
        test_call(main, 0, FACT_CALL, 1, TEST_RDI, test_number(main, 2));
        test_call(main, 1, FACT_CALL, 2, TEST_RDI, own);
        test_call(main, 2, FACT_CALL, 1, TEST_RDI, own);
        test_syscall(main, 2, own);
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "open");
        assert_true(reach->complete);
        reach_free(reach);
        test_clear(&test);
}

static void test_dlsym(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(3), *library = test_summary(4);
        struct reach *reach;
        uint32_t import;

        (void)state;
        import = test_import(main, "dlsym");
        test_call(main, 0, FACT_CALL_IMPORT, import, TEST_RSI, test_string(main, "wanted"));
        test_export(library, "dlsym", SYMBOL_FUNCTION, test_address(0));
        test_export(library, "other", SYMBOL_FUNCTION, test_address(2));
        test_export(library, "wanted", SYMBOL_FUNCTION, test_address(1));
        test_syscall(library, 1, test_number(library, 0));
        test_syscall(library, 2, test_number(library, 1));
        /* What is found by name asks for more. */
        test_call(library, 1, FACT_CALL, 0, TEST_RSI, test_string(library, "other"));
        test_call(library, 2, FACT_CALL, 0, PLACE_COUNT, 0);
        test_add(&test, main, LOAD_MAIN);
        test_add(&test, library, LOAD_NEEDED);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "read write");
        assert_false(reach->complete);
        assert_int_equal(reach->unknown_loads.count, 1);
        assert_int_equal(reach->unknown_loads.items[0].object, 1);
        assert_int_equal(reach->unknown_loads.items[0].function, 2);
        assert_string_equal(
                reach->unknown_loads.items[0].what, "function that dlsym() is asked for");
        reach_free(reach);
        test_clear(&test);
}

/* int 0x80 and x32's bit. */
static void test_abis(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(1);
        struct reach *reach;

        (void)state;
        test_syscall(main, 0, test_number(main, 1));
        main->sites.items[0].entry = KERNEL_ENTRY_INT80;
        test_syscall(main, 0, test_number(main, 0x40000002));
        test_syscall(main, 0, test_number(main, -1));
        test_syscall(main, 0, test_number(main, 228));
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "clock_gettime i386:exit x32:open");
        assert_true(reach->features.items[0].vdso);
        assert_false(reach->features.items[1].vdso);
        reach_free(reach);
        test_clear(&test);
}

static void test_features(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(2);
        struct reach *reach;
        static const char *const paths[] = {"/proc/%d/stat", "/dev/null", "/etc/passwd",
                "/sys/class/net/%s/mtu", "/proc/meminfo%%", "/dev/tty%c%c"};

        (void)state;
        test_call(main, 0, FACT_CALL, 1, TEST_RSI, test_number(main, 3)); /* F_GETFL */
        test_call(main, 0, FACT_CALL, 1, TEST_RSI, test_number(main, 4)); /* F_SETFL */
        for (size_t i = 0; i < 6; i++)
                test_fact(main, 0,
                        (struct fact){.kind = FACT_STRING, .target = put_text(main, paths[i])});
        test_syscall(main, 1, test_number(main, 72));
        main->sites.items[0].arguments[1] =
                test_value(main, (struct value){.kind = VALUE_ENTRY, .place = TEST_RSI});
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){.features = true});
        assert_calls(reach, "fcntl fcntl:F_GETFL fcntl:F_SETFL file:/dev/null file:/dev/tty** "
                            "file:/proc/meminfo% file:/proc/self/stat file:/sys/class/net/*/mtu");
        assert_int_equal(reach->unknown_selectors.count, 0);
        reach_free(reach);
        test_clear(&test);
}

/* syscall(SYS_fcntl, fd, F_GETFL) and syscall(SYS_madvise, p, n, 4): values stay with their calls.
 */
static void test_selectors_together(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(2);
        struct reach *reach;
        static const uint8_t places[] = {TEST_RDI, TEST_RSI, TEST_RDX, 1};

        (void)state;
        test_call(main, 0, FACT_CALL, 1, TEST_RDI, test_number(main, 72));
        test_argument(main, TEST_RDX, test_number(main, 3));
        test_call(main, 0, FACT_CALL, 1, TEST_RDI, test_number(main, 28));
        test_argument(main, 1, test_number(main, 4));
        test_call(main, 0, FACT_CALL, 1, TEST_RDI, test_number(main, 16));
        test_syscall(
                main, 1, test_value(main, (struct value){.kind = VALUE_ENTRY, .place = TEST_RDI}));
        for (size_t i = 0; i < 3; i++)
                main->sites.items[0].arguments[i] = test_value(
                        main, (struct value){.kind = VALUE_ENTRY, .place = places[i + 1]});
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){.features = true});
        assert_calls(reach, "ioctl madvise fcntl madvise:MADV_DONTNEED fcntl:F_GETFL");
        assert_int_equal(reach->unknown_selectors.count, 1);
        assert_int_equal(reach->unknown_selectors.items[0].number, 16);
        reach_free(reach);
        test_clear(&test);
}

static void test_copies(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(1), *library = test_summary(2);
        struct reach *reach;

        (void)state;
        test_fact(main, 0, (struct fact){.kind = FACT_READ, .offset = TEST_DATA + 8});
        put(&main->pointers, .address = TEST_DATA, .is_import = true, .is_copy = true,
                .target = test_import(main, "table"));
        test_export(library, "table", SYMBOL_DATA, TEST_DATA);
        put(&library->pointers, .address = TEST_DATA + 8, .target = test_address(1));
        test_syscall(library, 1, test_number(library, 0));
        test_add(&test, main, LOAD_MAIN);
        test_add(&test, library, LOAD_NEEDED);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "read");
        reach_free(reach);
        test_clear(&test);
}

/* Two words of the same place among those that are remembered, each read twice. */
static void test_words_read_again(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(4);
        struct reach *reach;

        (void)state;
        test_call(main, 0, FACT_CALL, 1, PLACE_COUNT, 0);
        for (uint32_t i = 0; i < 2; i++)
                for (int64_t word = 0; word < 2; word++)
                        test_fact(main, i,
                                (struct fact){
                                        .kind = FACT_READ, .offset = TEST_DATA + 0x800 * word});
        put(&main->pointers, .address = TEST_DATA, .target = test_address(2));
        put(&main->pointers, .address = TEST_DATA + 0x800, .target = test_address(3));
        test_syscall(main, 2, test_number(main, 0));
        test_syscall(main, 3, test_number(main, 1));
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "read write");
        reach_free(reach);
        test_clear(&test);
}

/*
 * 0 entry → 1 start(main 2, …, old constructor 3) ; 1 → 4, which calls main and exit 5; 6 is a
 * constructor; main takes nothing, start takes 7.
 */
static void test_post_init(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(9);
        struct reach *reach;

        (void)state;
        for (uint32_t i = 0; i < 3; i++)
                put(&main->arguments, 0, 0);
        test_call(main, 0, FACT_CALL, 1, TEST_RDI,
                test_value(main, (struct value){.kind = VALUE_FUNCTION, .first = 2}));
        take(main, 0, 2);
        test_syscall(main, 0, test_number(main, 0));
        test_syscall(main, 1, test_number(main, 1));
        call(main, 1, 4);
        take(main, 1, 7);
        test_syscall(main, 2, test_number(main, 2));
        test_syscall(main, 4, test_number(main, 4));
        call(main, 4, 5);
        test_syscall(main, 5, test_number(main, 5));
        put(&main->constructors, 6);
        test_syscall(main, 6, test_number(main, 6));
        test_syscall(main, 7, test_number(main, 7));
        put(&main->destructors, 8);
        test_syscall(main, 8, test_number(main, 8));
        test_export(main, "exit", SYMBOL_FUNCTION, test_address(5));
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "read write open stat fstat lstat poll lseek");
        assert_true(has_call(reach, 0));
        reach_free(reach);
        reach = reach_of(&test, (struct reach_options){.post_init = true});
        assert_calls(reach, "open stat fstat poll lseek");
        reach_free(reach);
        test_clear(&test);
}

/*
 * As glibc's ld.so: the entry point 0 calls 1, which hands over dl_main() 2; that hands 3 to 4,
 * which calls it back, and 5 goes where it is kept: it hands over 3 as well, if that can still be.
 */
static void test_post_init_interpreter(void **state)
{
        for (int again = 0; again < 2; again++) {
                struct test_program test = {};
                struct summary *main = executable(2), *loader = test_summary(6);
                struct reach *reach;

                (void)state;
                call(main, 0, 1);
                loader->entry = test_address(0);
                call(loader, 0, 1);
                take(loader, 1, 2);
                take(loader, 2, 3);
                call(loader, 2, 4);
                loader->facts.items[loader->facts.count - 1].address--; /* the same call */
                take(loader, 2, 5);
                take(loader, 5, 2);
                if (again)
                        take(loader, 5, 3);
                for (uint32_t i = 0; i < 6; i++)
                        test_syscall(loader, i, test_number(loader, i));
                test_add(&test, main, LOAD_MAIN);
                test_add(&test, loader, LOAD_INTERPRETER);
                reach = reach_of(&test, (struct reach_options){});
                assert_calls(reach, "read write open close stat fstat");
                reach_free(reach);
                reach = reach_of(&test, (struct reach_options){.post_init = true});
                assert_calls(reach, again ? "close fstat" : "fstat");
                reach_free(reach);
                test_clear(&test);
        }
}

/*
 * As musl's: the interpreter is the C library, and keeps what its functions hand to each other (one
 * of them is dlopen()); as in glibc's, what data leads to as well is never only called back.
 */
static void test_post_init_functions_that_are_kept(void **state)
{
        (void)state;
        for (int is_musl = 0; is_musl < 2; is_musl++) {
                struct test_program test = {};
                struct summary *main = executable(2), *loader = test_summary(6);
                struct reach *reach;

                call(main, 0, 1);
                loader->entry = test_address(0);
                call(loader, 0, 1);
                take(loader, 1, 2);
                take(loader, 1, 5);
                call(loader, 1, 4);
                loader->facts.items[loader->facts.count - 1].address--; /* the same call */
                take(loader, 2, 3);
                call(loader, 2, 4);
                loader->facts.items[loader->facts.count - 1].address--; /* the same call */
                if (is_musl) {
                        test_export(loader, "dlopen", SYMBOL_FUNCTION, test_address(4));
                } else {
                        put(&loader->pointers, .address = TEST_DATA, .target = test_address(3));
                        test_fact(
                                loader, 1, (struct fact){.kind = FACT_REFER, .offset = TEST_DATA});
                }
                for (uint32_t i = 0; i < 6; i++)
                        test_syscall(loader, i, test_number(loader, i));
                test_add(&test, main, LOAD_MAIN);
                test_add(&test, loader, LOAD_INTERPRETER);
                reach = reach_of(&test, (struct reach_options){.post_init = true});
                assert_true(has_call(reach, 3));
                assert_int_equal(has_call(reach, 5), is_musl);
                assert_int_equal(has_call(reach, 2), is_musl);
                assert_false(has_call(reach, 0));
                reach_free(reach);
                test_clear(&test);
        }
}

/* Go's entry point hands over a function as C's does, but that is not main(). */
static void test_post_init_of_go(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(3);
        struct reach *reach;

        (void)state;
        main->is_go = true;
        test_call(main, 0, FACT_CALL, 1, TEST_RDI,
                test_value(main, (struct value){.kind = VALUE_FUNCTION, .first = 2}));
        for (uint32_t i = 0; i < 3; i++)
                test_syscall(main, i, test_number(main, i));
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){.post_init = true});
        assert_calls(reach, "read write open");
        reach_free(reach);
        test_clear(&test);
}

/* A word of another object's data, which leads to what it points to. */
static void test_imported_words(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(1), *library = test_summary(3);
        struct reach *reach;

        (void)state;
        test_fact(main, 0,
                (struct fact){.kind = FACT_READ_IMPORT,
                        .target = test_import(main, "table"),
                        .offset = 8});
        for (uint32_t i = 0; i < 3; i++)
                test_syscall(library, i, test_number(library, i));
        test_export(library, "table", SYMBOL_DATA, TEST_DATA);
        put(&library->pointers, .address = TEST_DATA, .target = test_address(1));
        put(&library->pointers, .address = TEST_DATA + 8, .target = test_address(2));
        test_add(&test, main, LOAD_MAIN);
        test_add(&test, library, LOAD_NEEDED);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "open");
        reach_free(reach);
        test_clear(&test);
}

/* What may change the variable at GLOBAL behind the back of those who store it. */
#define GLOBAL (TEST_DATA + 0x100)
enum disturbance {
        NOBODY,
        STORE_OF_A_PART,
        STORE_OF_ANOTHER_NUMBER,
        FRAME_WITHOUT_THE_FIELD,
        POINTER_TO_IT,
        POINTER_INTO_IT,
        POINTER_TO_ITS_SYMBOL,
        POINTER_IN_IT,
        EXPORT,
        COPY,
        DISTURBANCES,
};

static void disturb(struct summary *main, enum disturbance disturbance)
{
        struct fact store = {.kind = FACT_STORE, .offset = GLOBAL};

        switch (disturbance) {
        case STORE_OF_A_PART:
                store.offset -= 4;
                test_fact(main, 0, store);
                break;
        case STORE_OF_ANOTHER_NUMBER:
                store.target = test_number(main, 0x123456);
                test_fact(main, 0, store);
                break;
        case FRAME_WITHOUT_THE_FIELD:
                put(&main->numbers, 8);
                put(&main->numbers, 4);
                store.target = test_value(main,
                        (struct value){
                                .kind = VALUE_FRAME, .count = 1, .first = main->numbers.count - 2});
                test_fact(main, 0, store);
                break;
        case POINTER_TO_IT:
                put(&main->pointers, .address = TEST_DATA, .target = GLOBAL);
                break;
        case POINTER_INTO_IT:
                put(&main->pointers, .address = TEST_DATA, .target = GLOBAL + 4);
                break;
        case POINTER_TO_ITS_SYMBOL:
                put(&main->data, GLOBAL - 8, 16);
                put(&main->pointers, .address = TEST_DATA, .target = GLOBAL - 8);
                break;
        case POINTER_IN_IT:
                put(&main->pointers, .address = GLOBAL, .target = TEST_DATA);
                break;
        case EXPORT:
                test_export(main, "global", SYMBOL_DATA, GLOBAL);
                break;
        case COPY:
                put(&main->data, GLOBAL - 8, 16);
                put(&main->pointers, .address = GLOBAL - 8, .is_import = true, .is_copy = true,
                        .target = test_import(main, "global"));
                break;
        default:
                break;
        }
}

/* The number is in a structure to which a variable points. */
static void test_globals(void **state)
{
        (void)state;
        for (enum disturbance i = NOBODY; i < DISTURBANCES; i++) {
                struct test_program test = {};
                struct summary *main = executable(2);
                struct reach *reach;
                uint32_t frame;

                put(&main->numbers, 0);
                put(&main->numbers, 3);
                frame = test_value(main,
                        (struct value){
                                .kind = VALUE_FRAME, .count = 1, .first = main->numbers.count - 2});
                test_fact(main, 0,
                        (struct fact){.kind = FACT_STORE, .target = frame, .offset = GLOBAL});
                call(main, 0, 1);
                test_syscall(main, 1,
                        test_value(main,
                                (struct value){.kind = VALUE_GLOBAL_FIELD, .offset = GLOBAL}));
                disturb(main, i);
                test_add(&test, main, LOAD_MAIN);
                reach = reach_of(&test, (struct reach_options){});
                assert_calls(reach, "close");
                if (reach->complete != (i == NOBODY))
                        fail_msg("%d", i);
                reach_free(reach);
                test_clear(&test);
        }
}

/* What a variable of the program holds at first is not known. */
static void test_numbers_in_globals(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(1);
        struct reach *reach;

        (void)state;
        test_fact(main, 0,
                (struct fact){
                        .kind = FACT_STORE, .target = test_number(main, 3), .offset = GLOBAL});
        test_syscall(
                main, 0, test_value(main, (struct value){.kind = VALUE_GLOBAL, .offset = GLOBAL}));
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "close");
        assert_false(reach->complete);
        reach_free(reach);
        test_clear(&test);
}

/* The callers of one function in several objects. */
static void test_callers_everywhere(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(1), *library = test_summary(1);
        struct summary *other = test_summary(1);
        struct reach *reach;

        (void)state;
        test_call(main, 0, FACT_CALL_IMPORT, test_import(main, "wrapper"), TEST_RDI,
                test_number(main, 3));
        test_call(other, 0, FACT_CALL_IMPORT, test_import(other, "wrapper"), TEST_RDI,
                test_number(other, 4));
        put(&other->constructors, 0);
        test_export(library, "wrapper", SYMBOL_FUNCTION, test_address(0));
        test_syscall(library, 0,
                test_value(library, (struct value){.kind = VALUE_ENTRY, .place = TEST_RDI}));
        test_add(&test, main, LOAD_MAIN);
        test_add(&test, library, LOAD_NEEDED);
        test_add(&test, other, LOAD_NEEDED);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "close stat");
        assert_true(reach->complete);
        reach_free(reach);
        test_clear(&test);
}

/* A callback that is let go without any context may get whatever there is. */
static void test_callback_without_context(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(2);
        struct reach *reach;

        (void)state;
        take(main, 0, 1);
        test_syscall(
                main, 1, test_value(main, (struct value){.kind = VALUE_FIELD, .place = TEST_RDI}));
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){});
        assert_int_equal(reach->unknown_sites.count, 1);
        assert_false(reach->complete);
        reach_free(reach);
        test_clear(&test);
}

/* The selectors that nobody can tell: behind a pointer, and where the wrapper's address was let go.
 */
static void test_unknown_selectors(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(3);
        struct reach *reach;
        char name[FEATURE_NAME_MAX];

        (void)state;
        test_syscall(main, 0, test_number(main, 435));                     /* clone3 */
        test_call(main, 0, FACT_CALL, 1, TEST_RDI, test_number(main, 72)); /* fcntl */
        test_argument(main, TEST_RSI, test_number(main, 3));
        test_fact(main, 0, (struct fact){.kind = FACT_TAKE, .target = 1});
        test_syscall(
                main, 1, test_value(main, (struct value){.kind = VALUE_ENTRY, .place = TEST_RDI}));
        main->sites.items[1].arguments[1] =
                test_value(main, (struct value){.kind = VALUE_ENTRY, .place = TEST_RSI});
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){.features = true});
        assert_int_equal(reach->unknown_selectors.count, 2);
        assert_string_equal(feature_name(reach->unknown_selectors.items[0], name), "fcntl");
        assert_string_equal(feature_name(reach->unknown_selectors.items[1], name), "clone3");
        assert_false(reach->complete);
        reach_free(reach);
        test_clear(&test);
}

static void test_go(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(3);
        struct reach *reach;

        (void)state;
        main->is_go = true;
        for (uint32_t i = 0; i < 3; i++)
                test_syscall(main, i, test_number(main, i));
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "read write open");
        reach_free(reach);
        test_clear(&test);
}

/* A file that tells nothing of its functions has no complete answer. */
static void test_bare_object(void **state)
{
        for (unsigned bare = 0; bare < 2; bare++) {
                struct test_program test = {};
                struct summary *main = executable(1);
                struct reach *reach;

                (void)state;
                main->is_bare = bare;
                test_add(&test, main, LOAD_MAIN);
                reach = reach_of(&test, (struct reach_options){});
                assert_int_equal(reach->unknown_sites.count, bare);
                assert_int_equal(reach->complete, !bare);
                reach_free(reach);
                test_clear(&test);
        }
}

static void test_missing_objects(void **state)
{
        struct test_program test = {};
        struct reach *reach;

        (void)state;
        test_add(&test, executable(1), LOAD_MAIN);
        assert_int_equal(
                program_miss(test.program, "libgone.so.1", "not found", LOAD_NEEDED, 0), 0);
        reach = reach_of(&test, (struct reach_options){});
        assert_false(reach->complete);
        reach_free(reach);
        test_clear(&test);
}

/* dlopen() whose address goes anywhere, or whose name is a number; and what dlsym() may yield of a
 * plug-in where the name is not known. */
static void test_unknown_loads(void **state)
{
        (void)state;
        for (int i = 0; i < 3; i++) {
                struct test_program test = {};
                struct summary *main = executable(1), *library = test_summary(1);
                struct summary *plugin = test_summary(1);
                struct reach *reach;

                test_export(library, i < 2 ? "dlopen" : "dlsym", SYMBOL_FUNCTION, test_address(0));
                test_export(plugin, "plug", SYMBOL_FUNCTION, test_address(0));
                test_syscall(plugin, 0, test_number(plugin, 1));
                if (i == 0)
                        test_call(main, 0, FACT_TAKE_IMPORT, test_import(main, "dlopen"),
                                PLACE_COUNT, 0);
                else if (i == 1)
                        test_call(main, 0, FACT_CALL_IMPORT, test_import(main, "dlopen"), TEST_RDI,
                                test_number(main, 0x8000));
                else
                        test_call(main, 0, FACT_CALL_IMPORT, test_import(main, "dlsym"),
                                PLACE_COUNT, 0);
                test_add(&test, main, LOAD_MAIN);
                test_add(&test, library, LOAD_NEEDED);
                test_add(&test, plugin, LOAD_WITH);
                reach = reach_of(&test, (struct reach_options){});
                assert_calls(reach, i == 2 ? "write" : "");
                assert_int_equal(reach->unknown_loads.count, 1);
                assert_false(reach->complete);
                reach_free(reach);
                test_clear(&test);
        }
}

/* The stages in which musl's interpreter starts itself, and what glibc's takes in place of its own
 * allocation. */
static void test_names_of_interpreters(void **state)
{
        static const char *const glibc[] = {
                "__libc_early_init", "malloc", "calloc", "realloc", "free"};
        static const char *const musl[] = {"__dls2b", "__dls3"};

        (void)state;
        for (int is_musl = 0; is_musl < 2; is_musl++) {
                struct test_program test = {};
                uint32_t count = is_musl ? ARRAY_SIZE(musl) : ARRAY_SIZE(glibc);
                struct summary *library = test_summary(count);
                struct reach *reach;

                for (uint32_t i = 0; i < count; i++) {
                        test_export(library, is_musl ? musl[i] : glibc[i], SYMBOL_FUNCTION,
                                test_address(i));
                        test_syscall(library, i, test_number(library, i));
                }
                test_add(&test, executable(1), LOAD_MAIN);
                test_add(&test, library, is_musl ? LOAD_INTERPRETER : LOAD_NEEDED);
                reach = reach_of(&test, (struct reach_options){});
                assert_calls(reach, is_musl ? "read write" : "read write open close stat");
                reach_free(reach);
                test_clear(&test);
        }
}

/* Where it cannot be told what main() is, all that the entry point leads to remains. */
static void test_post_init_without_main(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(2);
        struct reach *reach;

        (void)state;
        call(main, 0, 1);
        test_syscall(main, 1, test_number(main, 1));
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){.post_init = true});
        assert_calls(reach, "write");
        reach_free(reach);
        test_clear(&test);
}

/* A C library whose pthread_mutex_lock() leads to functions of its own, for mutexes with priority
 * ceilings; each function makes the system call of its number. */
static struct summary *library_with_ceilings(void)
{
        static const char *const names[] = {"pthread_mutex_lock", "pthread_mutexattr_setprotocol",
                "sched_get_priority_max", "sched_setscheduler", "sched_getparam",
                "sched_getscheduler", NULL, NULL, "open", NULL};
        struct summary *library = test_summary(10);

        for (uint32_t i = 0; i < 10; i++) {
                test_syscall(library, i, test_number(library, i));
                if (names[i])
                        test_export(library, names[i], SYMBOL_FUNCTION, test_address(i));
        }
        for (uint32_t i = 6; i < 10; i++)
                call(library, 0, i);
        /* The two, and others: exported, or with only one of the calls. */
        call(library, 6, 2);
        call(library, 6, 3);
        call(library, 7, 4);
        call(library, 7, 5);
        call(library, 8, 2);
        call(library, 8, 3);
        call(library, 9, 2);
        return library;
}

/* Mutexes have priority ceilings only where somebody sets the protocol. */
static void test_guards(void **state)
{
        (void)state;
        for (int is_set = 0; is_set < 2; is_set++) {
                struct test_program test = {};
                struct summary *main = executable(2);
                struct reach *reach;

                test_call(main, 0, FACT_CALL_IMPORT, test_import(main, "pthread_mutex_lock"),
                        PLACE_COUNT, 0);
                call(main, 0, 1);
                if (is_set)
                        test_call(main, 1, FACT_CALL_IMPORT,
                                test_import(main, "pthread_mutexattr_setprotocol"), PLACE_COUNT, 0);
                test_add(&test, main, LOAD_MAIN);
                test_add(&test, library_with_ceilings(), LOAD_NEEDED);
                reach = reach_of(&test, (struct reach_options){});
                assert_calls(
                        reach, is_set ? "read write open close stat fstat lstat poll lseek mmap"
                                      : "read open close lseek mmap");
                reach_free(reach);
                test_clear(&test);
        }
}

/* There the names of functions tell. An address that was taken may be called by anybody. */
static void test_guards_in_static_program(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(4);
        struct reach *reach;

        (void)state;
        main->kind = OBJECT_STATIC;
        for (uint32_t i = 0; i < 4; i++)
                test_syscall(main, i, test_number(main, i));
        main->functions.items[1].name = put_text(main, "__pthread_tpp_change_priority");
        main->functions.items[2].name = put_text(main, "__pthread_mutexattr_setprotocol");
        main->functions.items[3].name = put_text(main, "__pthread_current_priority");
        call(main, 0, 1);
        take(main, 0, 3);
        test_add(&test, main, LOAD_MAIN);
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "read close");
        reach_free(reach);
        test_clear(&test);
}

static void refer_to(struct summary *summary, uint32_t function, const char *string)
{
        test_fact(summary, function,
                (struct fact){.kind = FACT_STRING, .target = put_text(summary, string)});
}

/* A C library with two services of its own, which function 0 makes a table of, and dlopen(). Each
 * function makes the system call of its number. */
static struct summary *library_with_services(void)
{
        struct summary *library = test_summary(5);

        for (uint32_t i = 0; i < 5; i++)
                test_syscall(library, i, test_number(library, i));
        take(library, 0, 1);
        take(library, 0, 2);
        put(&library->pointers, .address = TEST_DATA, .target = test_address(3));
        test_fact(library, 0, (struct fact){.kind = FACT_READ, .offset = TEST_DATA});
        test_export(library, "list", SYMBOL_FUNCTION, test_address(0));
        test_export(library, "_nss_files_getpwnam_r", SYMBOL_FUNCTION, test_address(1));
        test_export(library, "_nss_dns_gethostbyname_r", SYMBOL_FUNCTION, test_address(2));
        test_export(library, "_nss_dns_getnetbyname_r", SYMBOL_FUNCTION, test_address(3));
        test_export(library, "dlopen", SYMBOL_FUNCTION, test_address(4));
        return library;
}

/* Functions of the name service are called by names, and only those that code contains. */
static void test_lookups(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(2), *module = test_summary(3);
        struct reach *reach;

        (void)state;
        /* One name is known before what has it, the other behind it. */
        refer_to(main, 0, "getpwnam_r");
        test_call(main, 0, FACT_CALL_IMPORT, test_import(main, "list"), PLACE_COUNT, 0);
        call(main, 0, 1);
        refer_to(main, 1, "getnetbyname_r");
        for (uint32_t i = 0; i < 3; i++)
                test_syscall(module, i, test_number(module, 5 + i));
        test_export(module, "_nss_my_own_getpwnam_r", SYMBOL_FUNCTION, test_address(0));
        test_export(module, "_nss_my_own_getgrnam_r", SYMBOL_FUNCTION, test_address(1));
        test_export(module, "_nss_my_own_init", SYMBOL_FUNCTION, test_address(2));
        test_add(&test, main, LOAD_MAIN);
        test_add(&test, library_with_services(), LOAD_NEEDED);
        test_add(&test, module, LOAD_MODULE);

        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "read write close fstat poll");
        assert_true(reach->complete);
        reach_free(reach);
        test_clear(&test);
}

/* A module that the program is linked with as well is asked for its functions all the same. */
static void test_module_needed(void **state)
{
        struct test_program test = {};
        struct summary *module = test_summary(1);
        struct reach *reach;

        (void)state;
        test_syscall(module, 0, test_number(module, 1));
        test_export(module, "_nss_my_own_init", SYMBOL_FUNCTION, test_address(0));
        test_add(&test, executable(1), LOAD_MAIN);
        test_add(&test, module, LOAD_NEEDED);

        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "");
        reach_free(reach);
        test.program->objects.items[1].is_module = true;
        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "write");
        reach_free(reach);
        test_clear(&test);
}

/* Whoever calls them himself, or takes their addresses from elsewhere, needs no name. */
static void test_lookups_without_names(void **state)
{
        struct test_program test = {};
        struct summary *main = executable(1), *library = library_with_services();
        struct reach *reach;

        (void)state;
        test_call(main, 0, FACT_CALL_IMPORT, test_import(main, "list"), PLACE_COUNT, 0);
        test_call(main, 0, FACT_TAKE_IMPORT, test_import(main, "_nss_files_getpwnam_r"),
                PLACE_COUNT, 0);
        call(library, 1, 2);
        test_add(&test, main, LOAD_MAIN);
        test_add(&test, library, LOAD_NEEDED);

        reach = reach_of(&test, (struct reach_options){});
        assert_calls(reach, "read write open");
        reach_free(reach);
        test_clear(&test);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_direct),
                cmocka_unit_test(test_data),
                cmocka_unit_test(test_imports),
                cmocka_unit_test(test_interpreter_names),
                cmocka_unit_test(test_thread_local),
                cmocka_unit_test(test_resolvers),
                cmocka_unit_test(test_parameters),
                cmocka_unit_test(test_unknown),
                cmocka_unit_test(test_fields),
                cmocka_unit_test(test_context),
                cmocka_unit_test(test_recursion),
                cmocka_unit_test(test_dlsym),
                cmocka_unit_test(test_guards),
                cmocka_unit_test(test_guards_in_static_program),
                cmocka_unit_test(test_lookups),
                cmocka_unit_test(test_module_needed),
                cmocka_unit_test(test_lookups_without_names),
                cmocka_unit_test(test_abis),
                cmocka_unit_test(test_features),
                cmocka_unit_test(test_selectors_together),
                cmocka_unit_test(test_copies),
                cmocka_unit_test(test_words_read_again),
                cmocka_unit_test(test_post_init),
                cmocka_unit_test(test_post_init_interpreter),
                cmocka_unit_test(test_post_init_functions_that_are_kept),
                cmocka_unit_test(test_post_init_of_go),
                cmocka_unit_test(test_imported_words),
                cmocka_unit_test(test_globals),
                cmocka_unit_test(test_numbers_in_globals),
                cmocka_unit_test(test_callers_everywhere),
                cmocka_unit_test(test_callback_without_context),
                cmocka_unit_test(test_unknown_selectors),
                cmocka_unit_test(test_go),
                cmocka_unit_test(test_missing_objects),
                cmocka_unit_test(test_bare_object),
                cmocka_unit_test(test_unknown_loads),
                cmocka_unit_test(test_names_of_interpreters),
                cmocka_unit_test(test_post_init_without_main),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
