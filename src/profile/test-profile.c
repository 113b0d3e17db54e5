/* SPDX-License-Identifier: BSD-3-Clause */

/* What a profile keeps of what it is told, and the formats that are one file. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/test-folder.h"
#include "profile/format.h"

static int make_folder(void **state)
{
        return test_folder_make(state, "Example.syscalls");
}

static int make_table_folder(void **state)
{
        return test_folder_make(state, "table.csv");
}

/* Reads `text` as the folder's file. */
static int read_text(
        struct test_folder *folder, const char *text, struct profile **ret, struct error *error)
{
        FILE *file = fopen(folder->path, "w");

        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
        return profile_read(folder->path, NULL, NULL, ret, error);
}

static void assert_refused(struct test_folder *folder, const char *text, const char *message)
{
        struct profile *profile = NULL;
        struct error error = {};
        size_t length = strlen(folder->folder);

        assert_int_equal(read_text(folder, text, &profile, &error), -EINVAL);
        assert_null(profile);
        assert_memory_equal(error.message, folder->folder, length);
        assert_string_equal(error.message + length + 1, message);
}

static const struct profile_entry *entry_of(const struct profile *profile, const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return profile_find(profile, &feature);
}

static void assert_entry(const struct profile *profile, const char *name, enum support support,
        const char *file, unsigned line, const char *note)
{
        const struct profile_entry *entry = entry_of(profile, name);

        assert_non_null(entry);
        assert_string_equal(support_name(entry->support), support_name(support));
        assert_string_equal(entry->file ? entry->file : "-", file ? file : "-");
        assert_int_equal(entry->line, line);
        assert_string_equal(entry->note ? entry->note : "-", note ? note : "-");
}

static void test_words(void **state)
{
        enum support support;
        struct error error = {};

        (void)state;
        for (enum support each = 0; each < SUPPORT_COUNT; each++) {
                assert_int_equal(support_parse(support_name(each), &support, NULL), 0);
                assert_int_equal(support, each);
        }
        assert_int_equal(support_parse("Partial", &support, NULL), 0);
        assert_int_equal(support, SUPPORT_PARTIAL);
        assert_int_equal(support_parse("perhaps", &support, &error), -EINVAL);
        assert_string_equal(error.message,
                "'perhaps' is no status: there are supported, partial, fake, stub and missing");
}

static void test_stronger_statement_stays(void **state)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();

        (void)state;
        assert_int_equal(profile_add(profile, "write", SUPPORT_FULL, "a", 7, NULL), 0);
        assert_int_equal(profile_add(profile, "read", SUPPORT_STUB, "a", 1, "one"), 0);
        assert_int_equal(profile_add(profile, "read", SUPPORT_PARTIAL, "a", 2, "two"), 0);
        assert_int_equal(profile_add(profile, "read", SUPPORT_PARTIAL, "b", 3, "three"), 0);
        assert_int_equal(profile_add(profile, "read", SUPPORT_MISSING, NULL, 0, NULL), 0);
        assert_int_equal(profile_add(profile, "raed", SUPPORT_FULL, "a", 5, NULL), 0);
        assert_int_equal(profile_add(profile, "apropos", SUPPORT_FULL, "a", 6, NULL), 0);
        assert_int_equal(profile_add(profile, "raed", SUPPORT_FULL, "a", 8, NULL), 0);
        assert_int_equal(profile_finish(profile), 0);
        assert_int_equal(profile->entries.count, 2);
        assert_entry(profile, "read", SUPPORT_PARTIAL, "a", 2, "two");
        assert_entry(profile, "write", SUPPORT_FULL, "a", 7, NULL);
        assert_null(entry_of(profile, "open"));
        assert_int_equal(profile->repeated, 4);
        assert_int_equal(profile->unknown.count, 2);
        assert_string_equal(profile->unknown.items[0].name, "raed");
        assert_int_equal(profile->unknown.items[0].line, 5);
        assert_string_equal(profile->unknown.items[1].name, "apropos");
        assert_int_equal(profile_count(profile, SUPPORT_FULL), 1);
        assert_int_equal(profile_count(profile, SUPPORT_PARTIAL), 1);
        assert_int_equal(profile_count(profile, SUPPORT_STUB), 0);
        assert_string_equal(profile_nearest_call("raed"), "read");
        assert_null(profile_nearest_call("nothing_like_it_at_all"));
}

static void test_other_features(void **state)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();

        (void)state;
        assert_int_equal(profile_add(profile, "fcntl:F_SETFL", SUPPORT_FAKE, NULL, 0, NULL), 0);
        assert_int_equal(
                profile_add(profile, "file:/proc/self/maps", SUPPORT_FULL, NULL, 0, NULL), 0);
        assert_int_equal(profile_add(profile, "fcntl:F_NONE", SUPPORT_FULL, NULL, 0, NULL), 0);
        /* A call of i386 alone is none here. */
        assert_int_equal(profile_add(profile, "_llseek", SUPPORT_FULL, NULL, 0, NULL), 0);
        assert_int_equal(profile_finish(profile), 0);
        assert_entry(profile, "fcntl:F_SETFL", SUPPORT_FAKE, NULL, 0, NULL);
        assert_entry(profile, "file:/proc/self/maps", SUPPORT_FULL, NULL, 0, NULL);
        assert_int_equal(profile->entries.count, 2);
        assert_int_equal(profile->unknown.count, 2);
        assert_int_equal(profile_count(profile, SUPPORT_FULL), 0);
}

static void test_list(void **state)
{
        CLEANUP_PROFILE struct profile *profile = NULL;
        struct error error = {};

        assert_int_equal(read_text(*state,
                                 "# of nobody\r\nread\r\n\r\n  write\t # and a remark\nopen\n"
                                 "frobnicate\nread\nclose",
                                 &profile, &error),
                0);
        assert_string_equal(profile->name, "Example");
        assert_string_equal(profile->format, "list");
        assert_string_equal(profile->source, ((struct test_folder *)*state)->path);
        assert_int_equal(profile->entries.count, 4);
        assert_entry(profile, "read", SUPPORT_FULL, "Example.syscalls", 2, NULL);
        assert_entry(profile, "write", SUPPORT_FULL, "Example.syscalls", 4, NULL);
        assert_entry(profile, "close", SUPPORT_FULL, "Example.syscalls", 8, NULL);
        assert_int_equal(profile->repeated, 1);
        assert_int_equal(profile->unknown.count, 1);
        assert_string_equal(profile->unknown.items[0].name, "frobnicate");
        assert_int_equal(profile->unknown.items[0].line, 6);
}

static void test_bad_lists(void **state)
{
        assert_refused(*state, "read\nwrite open\n",
                "Example.syscalls:2: more than one word: a list has the name of one call on each "
                "line");
        assert_refused(*state, "read\n\nwr\001te\n",
                "Example.syscalls:3: byte 0x01 is no part of a name: a list is plain text with the "
                "name of one call on each line");
        assert_refused(*state, "\xff\xfer\n",
                "Example.syscalls:1: byte 0xff is no part of a name: a list is plain text with the "
                "name of one call on each line");
        assert_refused(*state, "read,write\n",
                "Example.syscalls:1: 'read,write' is no name: one of a call has letters, digits "
                "and underscores");
        assert_refused(*state, "",
                "Example.syscalls: not one system call is named in it; list is a .syscalls file: "
                "the name of a supported call on each line");
        assert_refused(*state, "# nothing\n",
                "Example.syscalls: not one system call is named in it; list is a .syscalls file: "
                "the name of a supported call on each line");
}

static void test_table(void **state)
{
        CLEANUP_PROFILE struct profile *profile = NULL;
        struct error error = {};

        assert_int_equal(read_text(*state,
                                 "\xef\xbb\xbf# by hand\n"
                                 "Number, Syscall ,colour,Status,Note,File,Line,Errno\n"
                                 ",read,red,Yes,,,,\n"
                                 "1,write,red,partial,\"no O_DIRECT, yet\",fs/write.c,17,\n"
                                 "# a remark\n"
                                 "2,,blue,STUBBED,,,,EPERM\n"
                                 ",close,,dummy,,fs/close.c,,\n"
                                 ",poll,,not implemented,,,,\n"
                                 ",frobnicate,,supported,,,,\n",
                                 &profile, &error),
                0);
        assert_string_equal(profile->name, "table");
        assert_string_equal(profile->format, "csv");
        assert_int_equal(profile->entries.count, 5);
        assert_entry(profile, "read", SUPPORT_FULL, "table.csv", 3, NULL);
        assert_entry(profile, "write", SUPPORT_PARTIAL, "fs/write.c", 17, "no O_DIRECT, yet");
        assert_entry(profile, "open", SUPPORT_STUB, "table.csv", 6, NULL);
        assert_int_equal(profile->entries.items[2].errnum, EPERM);
        assert_entry(profile, "close", SUPPORT_FAKE, "fs/close.c", 0, NULL);
        assert_entry(profile, "poll", SUPPORT_MISSING, "table.csv", 8, NULL);
        assert_int_equal(profile->unknown.count, 1);
}

/* Titles behind a # as in loupedb's tables, and a byte order mark alone. */
static void test_titles_as_comment(void **state)
{
        CLEANUP_PROFILE struct profile *profile = NULL;
        struct error error = {};

        assert_int_equal(read_text(*state, "# Name, Support\nread,partial\n", &profile, &error), 0);
        assert_int_equal(profile->entries.count, 1);
        assert_entry(profile, "read", SUPPORT_PARTIAL, "table.csv", 2, NULL);
        assert_refused(*state, "\xef\xbb\xbf",
                "table.csv: there is no row of titles: name or number, status, and perhaps file, "
                "line, note, errno");
}

static void test_bad_tables(void **state)
{
        assert_refused(*state, "read\nwrite\n",
                "table.csv:1: the first row has the titles of the columns: name or number, status, "
                "and perhaps file, line, note, errno");
        assert_refused(*state, "# only a remark\n",
                "table.csv: there is no row of titles: name or number, status, and perhaps file, "
                "line, note, errno");
        assert_refused(*state, "name,status,support\n",
                "table.csv:1: two columns are named alike: 'support'");
        assert_refused(*state, "name,status\nread\n",
                "table.csv:2: 1 fields, where the row of titles has 2");
        assert_refused(*state, "name,status\n\nread,perhaps\n",
                "table.csv:3: 'perhaps' is no status: there are supported, partial, fake, stub and "
                "missing");
        assert_refused(*state, "name,status\nread,\n",
                "table.csv:2: the status is missing: supported, partial, fake, stub or missing");
        assert_refused(*state, "name,status\n,yes\n",
                "table.csv:2: the name of the system call is missing");
        assert_refused(*state, "number,status\n-1,yes\n",
                "table.csv:2: '-1' is no number of a system call");
        assert_refused(*state, "name,number,status\nread,1,yes\n",
                "table.csv:2: 'read' is not system call 1");
        assert_refused(*state, "name,status,line\nread,yes,x\n",
                "table.csv:2: 'x' is no number of a line");
        assert_refused(*state, "name,status,errno\nread,stub,EBAD\n",
                "table.csv:2: 'EBAD' is no errno: give a name such as EPERM");
        assert_refused(*state, "name,status,errno\nread,partial,EPERM\n",
                "table.csv:2: an errno goes with what is missing or a stub, not with what is "
                "partial");
}

static void test_formats(void **state)
{
        struct test_folder *folder = *state;
        struct profile *profile = NULL;
        struct error error = {};

        assert_int_equal(read_text(folder, "read\n", &profile, &error), 0);
        profile = profile_free(profile);
        assert_int_equal(profile_read(folder->path, "lsit", NULL, &profile, &error), -EINVAL);
        assert_string_equal(error.message, "there is no format 'lsit': did you mean 'list'?");
        assert_int_equal(profile_read(folder->path, "list", "Mine", &profile, &error), 0);
        assert_string_equal(profile->name, "Mine");
        profile = profile_free(profile);
        assert_int_equal(profile_read(folder->folder, NULL, NULL, &profile, &error), -EINVAL);
        assert_non_null(strstr(error.message, "not recognised as the source of any system"));
        assert_int_equal(profile_read("/nonexistent/x", NULL, NULL, &profile, &error), -ENOENT);
        assert_string_equal(error.message, "/nonexistent/x: No such file or directory");
        assert_null(profile);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_words),
                cmocka_unit_test(test_stronger_statement_stays),
                cmocka_unit_test(test_other_features),
                cmocka_unit_test_setup_teardown(test_list, make_folder, test_folder_remove),
                cmocka_unit_test_setup_teardown(test_bad_lists, make_folder, test_folder_remove),
                cmocka_unit_test_setup_teardown(test_table, make_table_folder, test_folder_remove),
                cmocka_unit_test_setup_teardown(
                        test_titles_as_comment, make_table_folder, test_folder_remove),
                cmocka_unit_test_setup_teardown(
                        test_bad_tables, make_table_folder, test_folder_remove),
                cmocka_unit_test_setup_teardown(test_formats, make_folder, test_folder_remove),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
