/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "export/static-document.h"

/* Reads JSON with ' for ". */
static int read_text(const char *text, struct static_document *ret, struct error *error)
{
        char copy[2048];
        json_error_t problem;
        json_t *json;
        int r;

        assert_true(strlen(text) < sizeof(copy));
        strcpy(copy, text);
        for (char *letter = copy; *letter; letter++)
                if (*letter == '\'')
                        *letter = '"';
        json = json_loads(copy, JSON_DECODE_ANY, &problem);
        assert_non_null(json);
        r = static_document_read("F", json, ret, error);
        /* Names belong to the document, and are not looked at any more. */
        json_decref(json);
        return r;
}

static void refuse(const char *text, const char *message)
{
        CLEANUP_STATIC_DOCUMENT struct static_document document = {};
        struct error error = {};

        assert_int_equal(read_text(text, &document, &error), -EINVAL);
        assert_string_equal(error.message, message);
}

#define BEGIN "{'schema':'loupe/static/1','binary':'b','complete':true,"

static void a_result_is_read(void **state)
{
        CLEANUP_STATIC_DOCUMENT struct static_document document = {};
        struct error error = {};
        const struct static_document_result *result;
        char name[FEATURE_NAME_MAX];

        (void)state;
        assert_int_equal(read_text(BEGIN "'syscalls':[{'name':'write'},{'name':'fcntl'},{'name':"
                                         "'write'}],'features':[{'name':'fcntl:F_SETFL'},"
                                         "{'name':'file:/proc/stat'}],"
                                         "'unknown_selectors':['fcntl']}",
                                 &document, &error),
                0);
        assert_int_equal(document.results.count, 1);
        result = document.results.items;
        assert_true(result->complete);
        assert_true(result->with_features);
        /* In feature order, none twice. */
        assert_int_equal(result->features.count, 4);
        assert_string_equal(feature_name(result->features.items[0], name), "write");
        assert_string_equal(feature_name(result->features.items[2], name), "fcntl:F_SETFL");
        assert_int_equal(result->open.count, 1);
}

static void several_results_are_read(void **state)
{
        CLEANUP_STATIC_DOCUMENT struct static_document document = {};
        struct error error = {};

        (void)state;
        assert_int_equal(read_text("{'schema':'loupe/static/1','results':["
                                   "{'binary':'a','complete':false,'syscalls':[]},"
                                   "{'binary':'b','complete':true,'syscalls':[{'name':'read'}]}]}",
                                 &document, &error),
                0);
        assert_int_equal(document.results.count, 2);
        assert_false(document.results.items[0].complete);
        assert_false(document.results.items[1].with_features);
}

static void what_is_wrong_is_named(void **state)
{
        (void)state;
        refuse("[]", "F: schema: should be \"loupe/static/1\"");
        refuse("{'schema':'loupe/static/2'}", "F: schema: should be \"loupe/static/1\"");
        refuse("{'schema':'loupe/static/1'}", "F: binary: is missing");
        refuse("{'schema':'loupe/static/1','results':3}", "F: results: should be an array");
        refuse("{'schema':'loupe/static/1','results':[]}", "F: results: is empty");
        refuse("{'schema':'loupe/static/1','results':[7]}",
                "F: results[0].a result: should be an object");
        refuse("{'schema':'loupe/static/1','binary':'','complete':true}", "F: binary: is empty");
        refuse("{'schema':'loupe/static/1','binary':'b','complete':1}",
                "F: complete: should be true or false");
        refuse(BEGIN "'x':0}", "F: syscalls: is missing");
        refuse(BEGIN "'syscalls':{}}", "F: syscalls: should be an array");
        refuse(BEGIN "'syscalls':[{'name':3}]}", "F: syscalls[0].name: should be a string");
        refuse(BEGIN "'syscalls':[{'name':'re\\nad'}]}",
                "F: syscalls[0].name: x86_64 has no system call 're?ad': did you mean 'read'?");
        refuse(BEGIN "'syscalls':[{'name':'file:/proc/stat'}]}",
                "F: syscalls[0].name: is no system call");
        refuse(BEGIN "'syscalls':[],'features':[{'name':'read'}],'unknown_selectors':[]}",
                "F: features[0].name: is a system call as a whole");
        refuse(BEGIN "'syscalls':[],'features':[{'name':'fcntl:F_SETFL'}],'unknown_selectors':[]}",
                "F: features: has fcntl:F_SETFL, whose call is not among the syscalls");
        refuse(BEGIN "'syscalls':[],'features':[]}", "F: unknown_selectors: is missing");
        refuse(BEGIN "'syscalls':[],'features':[],'unknown_selectors':['fcntl:F_SETFL']}",
                "F: unknown_selectors[0]: is no system call");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_result_is_read),
                cmocka_unit_test(several_results_are_read),
                cmocka_unit_test(what_is_wrong_is_named),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
