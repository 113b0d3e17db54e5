/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/lookup-names.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strings.h"

#define SYMBOL_PREFIX "_nss_"

bool is_lookup_name(const char *string)
{
        /* Those that nss/function.def of glibc has beside the ones of the general form. */
        static const char *const others[] = {
                "getpublickey", "getsecretkey", "initgroups_dyn", "netname2user"};
        size_t length;

        if (string[0] < 'e' || string[0] > 's')
                return false;
        length = strspn(string, "abcdefghijklmnopqrstuvwxyz0123456789_");
        if (string[length] != '\0' || length < 6)
                return false;
        if (strncmp(string, "get", 3) == 0 && strcmp(string + length - 2, "_r") == 0)
                return true;
        if ((strncmp(string, "set", 3) == 0 || strncmp(string, "end", 3) == 0) &&
                strcmp(string + length - 3, "ent") == 0)
                return true;
        for (size_t i = 0; i < ARRAY_SIZE(others); i++)
                if (string_equal(string, others[i]))
                        return true;
        return false;
}

/* A service may have an underscore in its name, too. */
const char *lookup_name_of_symbol(const char *symbol)
{
        const char *name;

        if (strncmp(symbol, SYMBOL_PREFIX, strlen(SYMBOL_PREFIX)) != 0)
                return NULL;
        name = symbol + strlen(SYMBOL_PREFIX);
        while ((name = strchr(name, '_')))
                if (is_lookup_name(++name))
                        return name;
        return NULL;
}
