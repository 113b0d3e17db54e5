/* SPDX-License-Identifier: BSD-3-Clause */

/* The words of source text, and what is left out of it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "profile/scanner.h"

/* The tokens with blanks between them, strings in <…>. */
static void assert_tokens(enum language language, const char *text, const char *expected)
{
        const struct source_text source = {.text = text, .size = strlen(text)};
        struct scanner scanner;
        struct token token;
        char words[1024] = "";

        scanner_start(&scanner, &source, language);
        while (scanner_next(&scanner, &token))
                snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s%s%.*s%s",
                        words[0] ? " " : "", token.kind == TOKEN_STRING ? "<" : "",
                        (int)token.length, token.text, token.kind == TOKEN_STRING ? ">" : "");
        assert_string_equal(words, expected);
}

static void test_c(void **state)
{
        (void)state;
        assert_tokens(LANGUAGE_C, "a_1=b2; // c\n/* d\n */ f(\"g \\\" h\", 'i', 0x3f)",
                "a_1 = b2 ; f ( <g \\\" h> , <i> , 0x3f )");
        assert_tokens(LANGUAGE_C, "a \"open\nb", "a <open> b");
        assert_tokens(LANGUAGE_C, "a /* open\nb", "a");
        assert_tokens(LANGUAGE_C, "#include <x.h>\n  # define A 1 \\\n 2\nb", " A 1 \\\n 2 b");
        assert_tokens(LANGUAGE_C, "a # b", "a # b");
}

static void test_c_conditions(void **state)
{
        (void)state;
        assert_tokens(LANGUAGE_C, "#ifdef __x86_64__\na\n#else\nb\n#endif\nc", "a c");
        assert_tokens(LANGUAGE_C, "#ifndef __x86_64__\na\n#else\nb\n#endif\nc", "b c");
        assert_tokens(
                LANGUAGE_C, "#if defined(__aarch64__)\na\n#elif CONF\nb\n#else\nc\n#endif", "b c");
        assert_tokens(
                LANGUAGE_C, "#if defined __x86_64__ || X\na\n#elif Y\nb\n#else\nc\n#endif", "a");
        assert_tokens(LANGUAGE_C, "#if 0\na\n#if 1\nb\n#endif\n#define C\n#endif\nd", "d");
        assert_tokens(LANGUAGE_C, "#if !defined(__x86_64__) && X\na\n#endif\nb", "b");
        assert_tokens(LANGUAGE_C, "#if (1 && (0 || !1)) // never\na\n#endif\nb", "b");
        assert_tokens(LANGUAGE_C, "#if VERSION >= 3\na\n#endif\n#endif\n#else\nb", "a b");
        assert_tokens(LANGUAGE_C, "#if 0 == 0\na\n#endif", "a");
}

static void test_rust(void **state)
{
        (void)state;
        assert_tokens(LANGUAGE_RUST, "S::a => f::<'b>('c', '\\'', \"d\ne\"), /* f /* g */ h */ i",
                "S :: a => f :: < ' b > ( <c> , <\\'> , <d\ne> ) , i");
        assert_tokens(LANGUAGE_RUST, "r#\"a \" b\"# r\"c\" r#type", "<a \" b> <c> r # type");
}

static void test_go(void **state)
{
        (void)state;
        assert_tokens(LANGUAGE_GO, "a `b\n\\` \"c\" // d\n0: e", "a <b\n\\> <c> 0 : e");
}

static void test_attributes(void **state)
{
        static const struct {
                const char *text;
                enum truth truth;
        } cases[] = {
                {"allow(dead_code)", TRUTH_YES},
                {"cfg(target_arch = \"x86_64\")", TRUTH_YES},
                {"cfg(target_arch = \"aarch64\")", TRUTH_NO},
                {"cfg(not(target_arch = \"x86_64\"))", TRUTH_NO},
                {"cfg(any(target_arch = \"aarch64\", target_arch = \"x86_64\"))", TRUTH_YES},
                {"cfg(all(target_arch = \"aarch64\", feature = \"a\"))", TRUTH_NO},
                {"cfg(all(target_arch = \"x86_64\", feature = \"a\"))", TRUTH_UNKNOWN},
                {"cfg(not(feature = \"a\"))", TRUTH_UNKNOWN},
                {"cfg(test)", TRUTH_UNKNOWN},
                {"cfg(all(", TRUTH_UNKNOWN},
                {"cfg(target_arch = \"x86", TRUTH_UNKNOWN},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
                assert_int_equal(condition_of_attribute(cases[i].text, strlen(cases[i].text)),
                        cases[i].truth);
}

static void test_paths(void **state)
{
        (void)state;
        assert_true(condition_other_architecture("src/aarch64/unix.c"));
        assert_true(condition_other_architecture("arm64/a.c"));
        assert_false(condition_other_architecture("src/x86_64/unix.c"));
        assert_false(condition_other_architecture("src/unix/aarch64"));
}

static void test_groups(void **state)
{
        const char *text = "f(a[1, {2}], \")\") g";
        const struct source_text source = {.text = text, .size = strlen(text)};
        struct scanner scanner;
        struct token token;

        (void)state;
        scanner_start(&scanner, &source, LANGUAGE_C);
        assert_false(scanner_accept(&scanner, "g"));
        assert_true(scanner_accept(&scanner, "f"));
        assert_true(scanner_accept(&scanner, "("));
        scanner_skip_group(&scanner);
        assert_true(scanner_next(&scanner, &token));
        assert_true(token_is(&token, "g"));
        assert_false(token_begins(&token, "g"));
        assert_false(scanner_next(&scanner, &token));
        assert_int_equal(token.kind, TOKEN_END);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_c),
                cmocka_unit_test(test_c_conditions),
                cmocka_unit_test(test_rust),
                cmocka_unit_test(test_go),
                cmocka_unit_test(test_attributes),
                cmocka_unit_test(test_paths),
                cmocka_unit_test(test_groups),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
