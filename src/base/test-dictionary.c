/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/dictionary.h"

#define CLEANUP_DICTIONARY CLEANUP(dictionary_clear)

static int add(struct dictionary *dictionary, const char *word)
{
        return dictionary_add(dictionary, word, strlen(word));
}

static void test_numbers(void **state)
{
        CLEANUP_DICTIONARY struct dictionary dictionary = {};

        (void)state;
        assert_int_equal(dictionary_find(&dictionary, "one"), -ENOENT);
        assert_int_equal(add(&dictionary, "one"), 0);
        assert_int_equal(add(&dictionary, "two"), 1);
        assert_int_equal(add(&dictionary, ""), 2);
        assert_int_equal(add(&dictionary, "one"), 0);
        assert_int_equal(dictionary_find(&dictionary, "two"), 1);
        assert_int_equal(dictionary_find(&dictionary, ""), 2);
        assert_int_equal(dictionary_find(&dictionary, "on"), -ENOENT);
        assert_int_equal(dictionary_find(&dictionary, "ones"), -ENOENT);
        assert_string_equal(dictionary_word(&dictionary, 1), "two");
}

/* The word is what `size` says, though more text follows. */
static void test_part_of_a_text(void **state)
{
        CLEANUP_DICTIONARY struct dictionary dictionary = {};

        (void)state;
        assert_int_equal(dictionary_add(&dictionary, "one two", 3), 0);
        assert_int_equal(dictionary_add(&dictionary, "one", 3), 0);
        assert_string_equal(dictionary_word(&dictionary, 0), "one");
}

static void test_many(void **state)
{
        CLEANUP_DICTIONARY struct dictionary dictionary = {};
        const char *first;
        char word[32];

        (void)state;
        assert_int_equal(add(&dictionary, "first"), 0);
        first = dictionary_word(&dictionary, 0);
        for (int round = 0; round < 2; round++)
                for (int i = 1; i <= 100000; i++) {
                        snprintf(word, sizeof(word), "word-%d", i);
                        assert_int_equal(add(&dictionary, word), i);
                        assert_string_equal(dictionary_word(&dictionary, i), word);
                }
        assert_ptr_equal(dictionary_word(&dictionary, 0), first);
        assert_int_equal(dictionary_find(&dictionary, "word-100001"), -ENOENT);
}

/* One that is larger than the blocks that words are kept in. */
static void test_long_word(void **state)
{
        CLEANUP_DICTIONARY struct dictionary dictionary = {};
        CLEANUP_FREE char *word = malloc(200001);

        (void)state;
        assert_non_null(word);
        memset(word, 'x', 200000);
        word[200000] = '\0';
        assert_int_equal(add(&dictionary, "short"), 0);
        assert_int_equal(add(&dictionary, word), 1);
        assert_int_equal(add(&dictionary, "another"), 2);
        assert_int_equal(dictionary_find(&dictionary, word), 1);
        assert_string_equal(dictionary_word(&dictionary, 0), "short");
        assert_string_equal(dictionary_word(&dictionary, 2), "another");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_numbers),
                cmocka_unit_test(test_part_of_a_text),
                cmocka_unit_test(test_many),
                cmocka_unit_test(test_long_word),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
