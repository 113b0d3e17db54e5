/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "metrics/popularity.h"

/* Of the same shape as the public file. */
static const char contest[] =
        "#Format\n"
        "#   \n"
        "#<name> is the package name;\n"
        "#rank name                            inst  vote   old recent no-files (maintainer)\n"
        "1     dpkg                             200   190     5     5     0 (Dpkg Developers)   \n"
        "2     libc6                            150   140     5     5     0 (GNU Libc "
        "Maintainers)\n"
        "3     nginx                             40    30    10     0     0 (Nginx Team)\n"
        "4     apache2                           20    20     0     0     0\n"
        "5     Vendor_Tool++                      1     0     0     0     1 (Not in sid)\n"
        "6     gone                               0     0     0     0     0 (Not in sid)\n"
        "-----------------------------------------------------------------\n"
        "6 Total                                411   380    20    10     1\n";

static struct popularity *parse(const char *text)
{
        struct popularity *popularity = NULL;
        struct error error = {};

        if (popularity_parse("by_inst", text, strlen(text), &popularity, &error) < 0)
                fail_msg("%s", error.message);
        return popularity;
}

static void add_packages(struct popularity *popularity, const char *text)
{
        struct error error = {};

        if (popularity_parse_packages(popularity, "Packages", text, strlen(text), &error) < 0)
                fail_msg("%s", error.message);
}

static void assert_share(const struct popularity *popularity, const char *package, double share)
{
        if (fabs(popularity_share(popularity, package) - share) > 1e-12)
                fail_msg("%s: %.15f instead of %.15f", package,
                        popularity_share(popularity, package), share);
}

/* `expected` is the names with blanks between them; "" for none. */
static void assert_dependencies(
        const struct popularity *popularity, const char *package, const char *expected)
{
        const char *const *names = popularity_dependencies(popularity, package);
        char actual[256] = "";

        for (; names && *names; names++) {
                strcat(actual, *actual ? " " : "");
                strcat(actual, *names);
        }
        assert_string_equal(actual, expected);
}

static void assert_contest_refused(const char *text, const char *message)
{
        struct popularity *popularity = NULL;
        struct error error = {};

        assert_int_equal(
                popularity_parse("by_inst", text, strlen(text), &popularity, &error), -EINVAL);
        assert_null(popularity);
        assert_string_equal(error.message, message);
}

static void assert_packages_refused(const char *text, const char *message)
{
        CLEANUP_POPULARITY struct popularity *popularity = parse(contest);
        struct error error = {};

        assert_int_equal(
                popularity_parse_packages(popularity, "Packages", text, strlen(text), &error),
                -EINVAL);
        assert_string_equal(error.message, message);
}

static void test_contest(void **state)
{
        CLEANUP_POPULARITY struct popularity *popularity = parse(contest);

        (void)state;
        assert_int_equal(popularity_installs(popularity, "dpkg"), 200);
        assert_int_equal(popularity_installs(popularity, "nginx"), 40);
        assert_int_equal(popularity_installs(popularity, "Vendor_Tool++"), 1);
        assert_int_equal(popularity_installs(popularity, "Total"), 0);
        assert_int_equal(popularity_installs(popularity, "unheard-of"), 0);
        assert_share(popularity, "dpkg", 1);
        assert_share(popularity, "nginx", 0.2);
        assert_share(popularity, "gone", 0);
        assert_share(popularity, "unheard-of", 0);
        assert_null(popularity_dependencies(popularity, "nginx"));
        assert_string_equal(popularity_package(popularity, "nginx"), "nginx");
}

/* Some submissions have not even the most frequent package. */
static void test_submissions(void **state)
{
        CLEANUP_POPULARITY struct popularity *told =
                parse("# Submissions:  400\r\n1 dpkg 200 1 1 1 1 (Dpkg)\r\n");
        CLEANUP_POPULARITY struct popularity *none = parse("1 dpkg 0 0 0 0 0");

        (void)state;
        assert_share(told, "dpkg", 0.5);
        assert_share(none, "dpkg", 0);
}

static void test_contest_refused(void **state)
{
        (void)state;
        assert_contest_refused("", "by_inst:1: there is no package in this file");
        assert_contest_refused("# nothing\n\n", "by_inst:2: there is no package in this file");
        assert_contest_refused("1 dpkg 2 1 1 0 0\n\nPackage: dpkg\n",
                "by_inst:3: 'Package:' is no rank: wanted are rank, name, inst, vote, old, recent "
                "and no-files");
        assert_contest_refused("1 dpkg 2 1 1 0\n",
                "by_inst:1: '' is no no-files: wanted are rank, name, inst, vote, old, recent and "
                "no-files");
        assert_contest_refused("1 dpkg -2 1 1 0 0\n",
                "by_inst:1: '-2' is no inst: wanted are rank, name, inst, vote, old, recent and "
                "no-files");
        assert_contest_refused("1 dpkg 99999999999999999999 1 1 0 0\n",
                "by_inst:1: '99999999999999999999' is no inst: wanted are rank, name, inst, vote, "
                "old, recent and no-files");
        assert_contest_refused("1 dp\x01kg 2 1 1 0 0\n",
                "by_inst:1: 'dp?kg' is no name of a package: wanted are rank, name, inst, vote, "
                "old, recent and no-files");
        assert_contest_refused("1 dpkg 2 1 1 0 0 7\n",
                "by_inst:1: '7' is no maintainer in parentheses: wanted are rank, name, inst, "
                "vote, old, recent and no-files");
        assert_contest_refused(
                "1 dpkg 2 1 1 0 0\n2 dpkg 2 1 1 0 0\n", "by_inst:2: 'dpkg' has a row already");
        assert_contest_refused("1 dpkg 2 1 1 0 0\n---\n1 Total 2\n2 late 1 1 1 0 0\n",
                "by_inst:4: behind the line of dashes nothing but the total is expected");
        assert_contest_refused("# Submissions: many\n1 dpkg 2 1 1 0 0\n",
                "by_inst:1: 'many' is no number of submissions: a number above 0");
        assert_contest_refused("# Submissions: 5\n1 libc6 5 0 0 0 0\n2 dpkg 6 1 1 0 0\n",
                "by_inst:3: 'dpkg' is on more machines (6) than there are submissions (5)");
        assert_contest_refused("1 dpkg 6 1 1 0 0\n# Submissions: 5\n",
                "by_inst:2: the number of submissions is told once, before the first package");
}

static void test_dependencies(void **state)
{
        CLEANUP_POPULARITY struct popularity *popularity = parse(contest);

        (void)state;
        add_packages(popularity,
                "Package: nginx\n"
                "Version: 1\n"
                "Provides: httpd (= 1), nginx-any\n"
                "Depends: libc6 (>= 2.34) [amd64], iproute2 <!nocheck> | net-tools,\n"
                " nginx-common:any (<< 1.22.1-9.1~),\n"
                "\tlibc6 (<< 3)\n"
                "pre-depends: dpkg (>= 1)\n"
                "Description: a server\n"
                " and: more, of it\n"
                "\n"
                " \t\n"
                "Package: net-tools\n"
                "\n"
                "Package: apache2\n"
                "Provides: httpd\n"
                "Depends: httpd, nginx-common | unheard-of,\n"
                "\n"
                "Package: selfish\n"
                "Provides: self\n"
                "Depends: selfish, self, dpkg\n"
                "\n"
                "Package: site\n"
                "Depends: httpd | nginx, nginx-any\n"
                "\n"
                "Package: choosy\n"
                "Depends: unheard-of | net-tools | apache2");
        /* A part of the list is as good as all: iproute2 is not in it, and net-tools is. */
        assert_dependencies(popularity, "nginx", "dpkg libc6 net-tools nginx-common");
        assert_dependencies(popularity, "net-tools", "");
        /* Of several that provide it the most frequent one. */
        assert_dependencies(popularity, "apache2", "nginx nginx-common");
        assert_dependencies(popularity, "site", "nginx");
        /* Of several in the list the first. */
        assert_dependencies(popularity, "choosy", "net-tools");
        /* Nothing depends on itself. */
        assert_dependencies(popularity, "selfish", "dpkg");
        assert_int_equal(popularity_installs(popularity, "site"), 0);
        assert_int_equal(popularity_installs(popularity, "nginx"), 40);
}

/* A second list adds to the first one: what it names may fulfil what the first one wants. */
static void test_several_lists(void **state)
{
        CLEANUP_POPULARITY struct popularity *popularity = parse(contest);

        (void)state;
        add_packages(popularity, "Package: nginx\nDepends: a | b\n");
        assert_dependencies(popularity, "nginx", "a");
        add_packages(popularity, "Package: b\n\nPackage: nginx\nDepends: ignored\n");
        assert_dependencies(popularity, "nginx", "b");
}

static void test_packages_refused(void **state)
{
        (void)state;
        assert_packages_refused("", "Packages:1: there is no package in this file");
        assert_packages_refused("\n\n", "Packages:2: there is no package in this file");
        assert_packages_refused(" blank\n",
                "Packages:1: a line that begins with a blank goes on with a field, and "
                "there is none");
        assert_packages_refused("Package: a\nwhat is this: b\n",
                "Packages:2: 'what is this: b' is no field: "
                "wanted are a name, a colon and a value");
        assert_packages_refused("Package: a\n: b\n",
                "Packages:2: ': b' is no field: wanted are a name, a colon and a value");
        assert_packages_refused("Package: a\n\n\nVersion: 1\nDepends: b\n\nPackage: c\n",
                "Packages:4: this stanza has no field Package");
        assert_packages_refused(
                "Package: a\nPackage: b\n", "Packages:2: a second field Package in one stanza");
        assert_packages_refused("Package: a b\n", "Packages:1: 'b': wanted is the end of the line");
        assert_packages_refused(
                "Package:\n", "Packages:1: the name of a package is missing at the end");
        assert_packages_refused(
                "Package: a\nDepends: b,\n c d\n", "Packages:3: 'd': wanted is a comma or |");
        assert_packages_refused("Package: a\nDepends: b,\n c (>= 1,\n d\n",
                "Packages:3: the ) is missing at the end");
        assert_packages_refused("Package: a\nDepends: b |\n",
                "Packages:2: the name of a package is missing at the end");
        assert_packages_refused("Package: a\nDepends: ${misc:Depends}\n",
                "Packages:2: '${misc:Depends}': wanted is the name of a package");
        assert_packages_refused(
                "Package: a\nProvides: b | c\n", "Packages:2: '| c': wanted is a comma");
}

static void test_names(void **state)
{
        static const char names[] = "# application,package\n"
                                    "redis,redis-server\n"
                                    "\"web\", \"nginx\"\n"
                                    "redis,redis-server\n";
        CLEANUP_POPULARITY struct popularity *popularity = parse(contest);
        struct error error = {};

        (void)state;
        assert_int_equal(
                popularity_parse_names(popularity, "names", names, strlen(names), &error), 0);
        assert_string_equal(popularity_package(popularity, "redis"), "redis-server");
        assert_string_equal(popularity_package(popularity, "web"), "nginx");
        assert_string_equal(popularity_package(popularity, "nginx"), "nginx");
        assert_share(popularity, popularity_package(popularity, "web"), 0.2);
}

static void assert_names_refused(const char *text, const char *message)
{
        CLEANUP_POPULARITY struct popularity *popularity = parse(contest);
        struct error error = {};

        assert_int_equal(
                popularity_parse_names(popularity, "names", text, strlen(text), &error), -EINVAL);
        assert_string_equal(error.message, message);
}

static void test_names_refused(void **state)
{
        (void)state;
        assert_names_refused(
                "redis\n", "names:1: 1 fields; wanted are two: an application and its package");
        assert_names_refused("a,b\nc,d,e\n",
                "names:2: 3 fields; wanted are two: an application and its package");
        assert_names_refused("redis,\n", "names:1: the package has no name");
        assert_names_refused(",redis\n", "names:1: the application has no name");
        assert_names_refused("a,b\na,c\n", "names:2: 'a' has a package already");
}

/* A contest of 200,000 packages, and a list as large as Debian's. */
static void test_scale(void **state)
{
        CLEANUP_POPULARITY struct popularity *popularity = NULL;
        CLEANUP_FREE char *text = NULL;
        struct error error = {};
        size_t size = 0;
        double begin;
        FILE *stream;

        (void)state;
        stream = open_memstream(&text, &size);
        for (int i = 1; i <= 200000; i++)
                fprintf(stream, "%d package-%d %d 0 0 0 0 (Maintainer)\n", i, i, 200001 - i);
        fclose(stream);
        begin = clock_seconds();
        assert_int_equal(popularity_parse("by_inst", text, size, &popularity, &error), 0);
        assert_int_equal(popularity_installs(popularity, "package-200000"), 1);
        print_message("contest: %.3f s\n", clock_seconds() - begin);
        assert_true(clock_seconds() - begin < 2);
        free(text);
        stream = open_memstream(&text, &size);
        for (int i = 1; i <= 100000; i++) {
                fprintf(stream, "Package: package-%d\nDepends: package-%d (>= 1)", i, i % 977 + 1);
                for (int j = 1; j <= 5; j++)
                        fprintf(stream, ", package-%d | unheard-of", (i * 31 + j * 7) % 100000 + 1);
                fprintf(stream, "\nDescription: %0400d\n\n", i);
        }
        fclose(stream);
        assert_true(size > 60000000);
        begin = clock_seconds();
        assert_int_equal(popularity_parse_packages(popularity, "Packages", text, size, &error), 0);
        assert_dependencies(popularity, "package-2",
                "package-3 package-70 package-77 package-84 package-91 package-98");
        print_message("packages: %.3f s\n", clock_seconds() - begin);
        assert_true(clock_seconds() - begin < 4);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_contest),
                cmocka_unit_test(test_submissions),
                cmocka_unit_test(test_contest_refused),
                cmocka_unit_test(test_dependencies),
                cmocka_unit_test(test_several_lists),
                cmocka_unit_test(test_packages_refused),
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_names_refused),
                cmocka_unit_test(test_scale),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
