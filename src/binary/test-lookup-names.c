/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "binary/lookup-names.h"

/* All of nss/function.def. */
static void test_names(void **state)
{
        static const char *const names[] = {"endaliasent", "endetherent", "endgrent", "endhostent",
                "endnetent", "endnetgrent", "endprotoent", "endpwent", "endrpcent", "endservent",
                "endsgent", "endspent", "getaliasbyname_r", "getaliasent_r", "getcanonname_r",
                "getetherent_r", "getgrent_r", "getgrgid_r", "getgrnam_r", "gethostbyaddr2_r",
                "gethostbyaddr_r", "gethostbyname2_r", "gethostbyname3_r", "gethostbyname4_r",
                "gethostbyname_r", "gethostent_r", "gethostton_r", "getnetbyaddr_r",
                "getnetbyname_r", "getnetent_r", "getnetgrent_r", "getntohost_r",
                "getprotobyname_r", "getprotobynumber_r", "getprotoent_r", "getpublickey",
                "getpwent_r", "getpwnam_r", "getpwuid_r", "getrpcbyname_r", "getrpcbynumber_r",
                "getrpcent_r", "getsecretkey", "getservbyname_r", "getservbyport_r", "getservent_r",
                "getsgent_r", "getsgnam_r", "getspent_r", "getspnam_r", "initgroups_dyn",
                "netname2user", "setaliasent", "setetherent", "setgrent", "sethostent", "setnetent",
                "setnetgrent", "setprotoent", "setpwent", "setrpcent", "setservent", "setsgent",
                "setspent"};

        (void)state;
        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
                assert_true(is_lookup_name(names[i]));
}

static void test_others(void **state)
{
        static const char *const others[] = {"", "g", "get", "get_r ", "getenv", "getpwnam",
                "setpwen", "init", "initgroups", "setpwent ", "Xgetpwnam_r", "/getpwnam_r",
                "getpw nam_r"};

        (void)state;
        for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
                assert_false(is_lookup_name(others[i]));
}

static void test_symbols(void **state)
{
        (void)state;
        assert_string_equal(lookup_name_of_symbol("_nss_files_getpwnam_r"), "getpwnam_r");
        assert_string_equal(
                lookup_name_of_symbol("_nss_mdns4_minimal_gethostbyname2_r"), "gethostbyname2_r");
        assert_string_equal(lookup_name_of_symbol("_nss_one_initgroups_dyn"), "initgroups_dyn");
        assert_null(lookup_name_of_symbol("_nss_files_init"));
        assert_null(lookup_name_of_symbol("_nss_systemd_block"));
        assert_null(lookup_name_of_symbol("nss_files_getpwnam_r"));
        assert_null(lookup_name_of_symbol("_nss_getpwnam_r"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_others),
                cmocka_unit_test(test_symbols),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
