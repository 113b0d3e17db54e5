/* SPDX-License-Identifier: BSD-3-Clause */

/* Where the database is: option, environment, XDG's folder for data. */

#include <errno.h>
#include <stdlib.h>

#include "base/strings.h"
#include "store/store.h"

#define NAME_IN_DATA "loupe/loupe.db"

/* NULL when out of memory. */
static char *default_path(const char *data, const char *home)
{
        /* What is not absolute is to be ignored, says the XDG Base Directory Specification. */
        if (data && data[0] == '/')
                return string_format("%s/" NAME_IN_DATA, data);
        return string_format("%s/.local/share/" NAME_IN_DATA, home);
}

int store_path(const char *option, char **ret, struct error *error)
{
        const char *variable = getenv("LOUPE_DB"), *data = getenv("XDG_DATA_HOME");
        const char *home = getenv("HOME");
        char *path;

        if (option && !option[0])
                return error_set(error, EINVAL, "the name of the database is empty");
        if (!option && variable && variable[0])
                option = variable;
        if (!option && !(data && data[0] == '/') && !(home && home[0]))
                return error_set(error, ENOENT,
                        "where is the database? Neither --db, $LOUPE_DB, $XDG_DATA_HOME nor $HOME "
                        "says it");
        path = option ? string_format("%s", option) : default_path(data, home);
        if (!path)
                return error_errno(error, ENOMEM, "the database");
        *ret = path;
        return 0;
}
