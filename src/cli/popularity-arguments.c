/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/popularity-arguments.h"

#include <errno.h>
#include <stddef.h>

#include "base/io.h"

/* Enough for all of Debian's lists of packages in one file. */
#define FILE_SIZE_MAX (1u << 30)

#define FIELD(name) .offset = offsetof(struct popularity_arguments, name)

#define INSTALLS_OPTIONS                                                                          \
        {"popcon", .kind = OPTION_STRING, FIELD(popcon), .placeholder = "FILE",                   \
                .help = "weigh applications by the machines that have them: Debian's popularity " \
                        "contest, by_inst"},                                                      \
        {                                                                                         \
                "package-names",                                                                  \
                        .kind = OPTION_STRING, FIELD(names), .placeholder = "FILE",               \
                        .help = "rows of application,package where the two have different names"  \
        }

const struct option installs_options[] = {
        INSTALLS_OPTIONS,
        {},
};

const struct option popularity_options[] = {
        INSTALLS_OPTIONS,
        {"packages", .kind = OPTION_LIST, FIELD(packages), .placeholder = "FILE",
                .help = "a package works when those that it depends on do: Debian's Packages; may "
                        "be given several times"},
        {},
};

/* The file's content, NUL-terminated, owned by the caller. Returns 0 or -errno. */
static int read_text(const char *path, char **ret, size_t *ret_size, struct error *error)
{
        int r = read_file(path, FILE_SIZE_MAX, ret, ret_size);

        return r < 0 ? error_errno(error, -r, "%s", path) : 0;
}

static int add_packages(
        struct popularity *popularity, const struct option_list *paths, struct error *error)
{
        const char **path;
        size_t size;
        int r = 0;

        vector_for_each(path, &paths->values) {
                CLEANUP_FREE char *text = NULL;

                r = read_text(*path, &text, &size, error);
                if (r == 0)
                        r = popularity_parse_packages(popularity, *path, text, size, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_names(struct popularity *popularity, const char *path, struct error *error)
{
        CLEANUP_FREE char *text = NULL;
        size_t size;
        int r;

        if (!path)
                return 0;
        r = read_text(path, &text, &size, error);
        return r < 0 ? r : popularity_parse_names(popularity, path, text, size, error);
}

int popularity_from_arguments(
        const struct popularity_arguments *arguments, struct popularity **ret, struct error *error)
{
        CLEANUP_POPULARITY struct popularity *popularity = NULL;
        CLEANUP_FREE char *text = NULL;
        size_t size;
        int r;

        if (!arguments->popcon && (arguments->packages.values.count > 0 || arguments->names))
                return error_set(error, EINVAL, "%s tells something with --popcon only",
                        arguments->names ? "--package-names" : "--packages");
        if (!arguments->popcon)
                return 0;
        r = read_text(arguments->popcon, &text, &size, error);
        if (r == 0)
                r = popularity_parse(arguments->popcon, text, size, &popularity, error);
        if (r == 0)
                r = add_packages(popularity, &arguments->packages, error);
        if (r == 0)
                r = add_names(popularity, arguments->names, error);
        if (r < 0)
                return r;
        *ret = steal_pointer(popularity);
        return 0;
}
