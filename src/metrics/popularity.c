/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/popularity.h"

#include <errno.h>
#include <string.h>

#include "base/csv.h"
#include "metrics/popularity-table.h"

int popularity_add_package(struct popularity *popularity, const char *name, size_t size)
{
        int number = dictionary_add(&popularity->names, name, size);

        if (number >= 0 && number == popularity->packages.count &&
                !vector_add(&popularity->packages))
                return -ENOMEM;
        return number;
}

static const struct package *find(const struct popularity *popularity, const char *name)
{
        int number = dictionary_find(&popularity->names, name);

        return number < 0 ? NULL : &popularity->packages.items[number];
}

/* A row of the table of names. */
static int add_name(void *context, const struct csv_row *row, struct error *error)
{
        struct popularity *popularity = context;
        char shown[TEXT_SHOWN];
        int application, package;
        uint32_t *added;

        if (row->fields[0][0] == '#')
                return 0;
        if (row->count != 2)
                return csv_refuse(row, error,
                        "%zu fields; wanted are two: an application and its package", row->count);
        if (!row->fields[0][0] || !row->fields[1][0])
                return csv_refuse(row, error, "the %s has no name",
                        row->fields[0][0] ? "package" : "application");
        package = popularity_add_package(popularity, row->fields[1], strlen(row->fields[1]));
        if (package < 0)
                return package;
        application =
                dictionary_add(&popularity->applications, row->fields[0], strlen(row->fields[0]));
        if (application < 0)
                return application;
        if (application < popularity->application_packages.count) {
                if (popularity->application_packages.items[application] == package)
                        return 0;
                return csv_refuse(row, error, "'%s' has a package already",
                        text_shown(row->fields[0], strlen(row->fields[0]), shown));
        }
        added = vector_add(&popularity->application_packages);
        if (!added)
                return -ENOMEM;
        *added = package;
        return 0;
}

int popularity_parse_names(struct popularity *popularity, const char *path, const char *text,
        size_t size, struct error *error)
{
        return csv_read(path, text, size, add_name, popularity, error);
}

const char *popularity_package(const struct popularity *popularity, const char *application)
{
        int number = dictionary_find(&popularity->applications, application);

        if (number < 0)
                return application;
        return dictionary_word(&popularity->names, popularity->application_packages.items[number]);
}

unsigned long popularity_installs(const struct popularity *popularity, const char *package)
{
        const struct package *found = find(popularity, package);

        return found ? found->installs : 0;
}

double popularity_share(const struct popularity *popularity, const char *package)
{
        const struct package *found = find(popularity, package);

        if (!found || found->installs == 0)
                return 0;
        return (double)found->installs / (double)popularity->submissions;
}

const char *const *popularity_dependencies(const struct popularity *popularity, const char *package)
{
        const struct package *found = find(popularity, package);

        return found && found->dependencies ? &popularity->dependencies.items[found->dependencies]
                                            : NULL;
}

struct popularity *popularity_free(struct popularity *popularity)
{
        if (!popularity)
                return NULL;
        dictionary_clear(&popularity->names);
        dictionary_clear(&popularity->applications);
        vector_clear(&popularity->packages);
        vector_clear(&popularity->alternatives);
        vector_clear(&popularity->provisions);
        vector_clear(&popularity->dependencies);
        vector_clear(&popularity->application_packages);
        free(popularity);
        return NULL;
}
