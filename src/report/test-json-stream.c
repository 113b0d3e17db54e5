/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "report/json-stream.h"

static void assert_written(void (*write)(struct json_stream *json), const char *expected)
{
        CLEANUP_FREE char *text = NULL;
        struct json_stream json;
        FILE *stream;
        size_t size;

        stream = open_memstream(&text, &size);
        json_stream_init(&json, stream);
        write(&json);
        assert_int_equal(json_stream_finish(&json), 0);
        fclose(stream);
        assert_string_equal(text, expected);
}

static void write_nested(struct json_stream *json)
{
        json_stream_object(json, NULL, LAYOUT_BLOCK);
        json_stream_integer(json, "a", -1);
        json_stream_array(json, "b", LAYOUT_LINE);
        json_stream_integer(json, NULL, INT64_MAX);
        json_stream_object(json, NULL, LAYOUT_BLOCK);
        json_stream_text(json, "c", "d");
        json_stream_raw(json, "e", "[7] and more", 3);
        json_stream_end(json);
        json_stream_end(json);
        json_stream_array(json, "f", LAYOUT_BLOCK);
        json_stream_text(json, NULL, "g");
        json_stream_text(json, NULL, NULL);
        json_stream_end(json);
        json_stream_end(json);
}

static void write_empty(struct json_stream *json)
{
        json_stream_object(json, NULL, LAYOUT_BLOCK);
        json_stream_array(json, "a", LAYOUT_BLOCK);
        json_stream_end(json);
        json_stream_object(json, "b", LAYOUT_LINE);
        json_stream_end(json);
        json_stream_end(json);
}

static void test_layout(void **state)
{
        (void)state;
        assert_written(write_nested, "{\n"
                                     "  \"a\": -1,\n"
                                     "  \"b\": [9223372036854775807, {\"c\": \"d\", \"e\": [7]}],\n"
                                     "  \"f\": [\n"
                                     "    \"g\",\n"
                                     "    null\n"
                                     "  ]\n"
                                     "}\n");
        assert_written(write_empty, "{\n"
                                    "  \"a\": [],\n"
                                    "  \"b\": {}\n"
                                    "}\n");
}

static void write_escapes(struct json_stream *json)
{
        json_stream_object(json, NULL, LAYOUT_LINE);
        json_stream_text(json, "\"\\\n\x01", "caf\xc3\xa9 caf\xe9\t");
        json_stream_end(json);
}

static void test_escapes(void **state)
{
        (void)state;
        assert_written(write_escapes, "{\"\\\"\\\\\\n\\u0001\": \"caf\x3f\x3f caf?\\t\"}\n");
}

static void test_full_disk(void **state)
{
        FILE *full = fopen("/dev/full", "w");
        struct json_stream json;

        (void)state;
        assert_non_null(full);
        setvbuf(full, NULL, _IONBF, 0);
        json_stream_init(&json, full);
        write_nested(&json);
        assert_int_equal(json_stream_finish(&json), -ENOSPC);
        fclose(full);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_layout),
                cmocka_unit_test(test_escapes),
                cmocka_unit_test(test_full_disk),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
