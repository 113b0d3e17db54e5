/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/filter.h>

#include "base/cleanup.h"
#include "policy/program.h"

/* What the program returns for `data`, by the rules of classic BPF as far as program.c uses it. */
static uint32_t interpret(
        const struct sock_filter *instructions, unsigned short count, const uint32_t *data)
{
        uint32_t accumulator = 0;

        for (size_t i = 0; i < count; i++) {
                const struct sock_filter *now = &instructions[i];

                switch (now->code) {
                case BPF_LD | BPF_W | BPF_ABS:
                        accumulator = data[now->k / sizeof(*data)];
                        break;
                case BPF_RET | BPF_K:
                        return now->k;
                case BPF_JMP | BPF_JA:
                        i += now->k;
                        break;
                case BPF_JMP | BPF_JEQ | BPF_K:
                        i += accumulator == now->k ? now->jt : now->jf;
                        break;
                case BPF_JMP | BPF_JGE | BPF_K:
                        i += accumulator >= now->k ? now->jt : now->jf;
                        break;
                case BPF_JMP | BPF_JSET | BPF_K:
                        i += accumulator & now->k ? now->jt : now->jf;
                        break;
                case BPF_ALU | BPF_AND | BPF_K:
                        accumulator &= now->k;
                        break;
                default:
                        fail_msg("instruction %zu has code %#x", i, now->code);
                }
        }
        fail_msg("the program has no end");
        return 0;
}

static uint32_t run(const struct program *program, const uint32_t *data)
{
        CLEANUP_FREE struct sock_filter *instructions = NULL;
        unsigned short count;

        assert_int_equal(program_finish(program, &instructions, &count), 0);
        return interpret(instructions, count, data);
}

/* Both targets of a branch, at every distance around the 255 that an instruction can jump. */
static void test_branches_reach_any_distance(void **state)
{
        (void)state;
        for (size_t between = 0; between < 4; between++) {
                for (size_t far = 245; far < 265; far++) {
                        struct program program = {};
                        label first, second, branch;

                        first = program_return(&program, 111);
                        for (size_t i = 0; i < between; i++)
                                program_return(&program, 0);
                        second = program_return(&program, 222);
                        for (size_t i = 0; i < far; i++)
                                program_return(&program, 0);
                        branch = far % 2 ? program_branch(&program, BPF_JGE, 5, first, second)
                                         : program_branch(&program, BPF_JEQ, 5, first, second);
                        program_load_word(&program, 4, branch);
                        assert_int_equal(run(&program, (uint32_t[]){0, 5}), 111);
                        assert_int_equal(run(&program, (uint32_t[]){5, 4}), 222);

                        branch = program_branch(&program, BPF_JGE, 5, second, first);
                        program_load_word(&program, 0, branch);
                        assert_int_equal(run(&program, (uint32_t[]){5, 0}), 222);
                        assert_int_equal(run(&program, (uint32_t[]){4, 0}), 111);
                }
        }
}

static void test_load_goes_on_anywhere(void **state)
{
        struct program program = {};
        label target = program_return(&program, 111);

        (void)state;
        for (size_t i = 0; i < 1000; i++)
                program_return(&program, 0);
        program_load_word(&program, 0, target);
        assert_int_equal(run(&program, (uint32_t[]){0}), 111);
}

static void test_masked_words_and_bits(void **state)
{
        struct program program = {};
        label yes = program_return(&program, 111), no = program_return(&program, 222);
        label next;

        (void)state;
        for (size_t i = 0; i < 300; i++)
                program_return(&program, 0);
        next = program_branch(&program, BPF_JSET, 6, yes, no);
        program_return(&program, 0);
        next = program_and(&program, 0x3, next);
        program_load_word(&program, 4, next);
        assert_int_equal(run(&program, (uint32_t[]){0, 2}), 111);
        assert_int_equal(run(&program, (uint32_t[]){0, 0xff}), 111);
        assert_int_equal(run(&program, (uint32_t[]){0, 4}), 222);
        assert_int_equal(run(&program, (uint32_t[]){2, 1}), 222);
}

static void test_limit_of_the_kernel(void **state)
{
        CLEANUP_FREE struct sock_filter *instructions = NULL;
        struct program program = {};
        unsigned short count = 0;

        (void)state;
        for (size_t i = 0; i < BPF_MAXINSNS; i++)
                program_return(&program, 0);
        assert_int_equal(program_finish(&program, &instructions, &count), 0);
        assert_int_equal(count, BPF_MAXINSNS);
        program_return(&program, 0);
        assert_int_equal(program_finish(&program, &instructions, &count), -E2BIG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_branches_reach_any_distance),
                cmocka_unit_test(test_load_goes_on_anywhere),
                cmocka_unit_test(test_masked_words_and_bits),
                cmocka_unit_test(test_limit_of_the_kernel),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
