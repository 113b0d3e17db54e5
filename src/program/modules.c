/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/modules.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "binary/lookup-names.h"
#include "program/module-table.h"
#include "program/program-private.h"

#define BLANKS " \t\r\v\f"

DEFINE_CLEANUP(DIR *, closedir)

/* What is read of the system, for one rule. */
struct search {
        const struct loader *loader;
        const struct module_rule *rule;
        char **names;               /* of objects to add */
        uint32_t asked, configured; /* databases of the name service, by bits */
};

/* Calls `use` for each line of a file, without its comment. A file that is not there has none. */
static int for_each_line(
        struct search *search, const char *path, int (*use)(struct search *search, char *line))
{
        CLEANUP_FREE char *text = NULL;
        char *line, *rest;
        int r;

        r = loader_read(search->loader, path, &text, NULL);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        for (rest = text; (line = strsep(&rest, "\n"));) {
                line[strcspn(line, "#")] = '\0';
                r = use(search, line);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int compare_names(const void *left, const void *right)
{
        return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The paths of the files in a folder whose names end with `suffix`, sorted. */
static int list_folder(
        const struct loader *loader, const char *folder, const char *suffix, char ***ret)
{
        CLEANUP_FREE char *rooted = loader_rooted(loader, folder);
        CLEANUP(closedirp) DIR *files = rooted ? opendir(rooted) : NULL;
        const struct dirent *entry;
        size_t length;

        while (files && (entry = readdir(files))) {
                CLEANUP_FREE char *path = NULL;

                length = strlen(entry->d_name);
                if (entry->d_name[0] == '.' || length < strlen(suffix) ||
                        strcmp(entry->d_name + length - strlen(suffix), suffix) != 0)
                        continue;
                path = string_format("%s/%s", folder, entry->d_name);
                if (!path || strings_add(ret, path) < 0)
                        return -ENOMEM;
        }
        if (strings_count(*ret) > 0)
                qsort(*ret, strings_count(*ret), sizeof(**ret), compare_names);
        return rooted ? 0 : -ENOMEM;
}

/* "db: service [status=action] service": adds the objects of the services. */
static int use_services(struct search *search, char *line)
{
        const char *star = strchr(search->rule->what, '*');
        char *bracket, *end, *word;
        char *rest = strchr(line, ':');
        char compat[] = "passwd_compat: nis";
        int r = 0;

        while (rest && (bracket = strchr(rest, '['))) {
                end = strchr(bracket, ']');
                memset(bracket, ' ', end ? (size_t)(end + 1 - bracket) : strlen(bracket));
        }
        while (r == 0 && (word = strsep(&rest, BLANKS ":"))) {
                CLEANUP_FREE char *name = NULL;

                if (!*word || strchr(word, '/'))
                        continue;
                name = string_format("%.*s%s%s", (int)(star - search->rule->what),
                        search->rule->what, word, star + 1);
                r = name ? strings_add(&search->names, name) : -ENOMEM;
                /* Which asks others, NIS if none are configured. */
                if (r == 0 && string_equal(word, "compat"))
                        r = use_services(search, compat);
        }
        return r;
}

/*
 * Databases of the name service, and how the names of functions (binary/lookup-names.h) that look
 * something up there go on behind "get", "set" or "end". Services that are used where nothing is
 * configured follow; since glibc 2.34 "files" and "dns" are in the C library itself, and of their
 * objects only the names are left.
 */
static const struct database {
        const char *stem, *name, *services;
} databases[] = {
        {"alias", "aliases", "nis files"},
        {"canonname", "hosts", "dns files"},
        {"ether", "ethers", "nis files"},
        {"gr", "group", "compat files"},
        {"host", "ethers", "nis files"},
        {"host", "hosts", "dns files"},
        {"initgroups", "group", "compat files"},
        {"initgroups", "initgroups", ""},
        {"net", "networks", "dns files"},
        {"netgr", "netgroup", "nis files"},
        {"netname", "publickey", "nis nisplus"},
        {"ntohost", "ethers", "nis files"},
        {"proto", "protocols", "nis files"},
        {"publickey", "publickey", "nis nisplus"},
        {"pw", "passwd", "compat files"},
        {"rpc", "rpc", "nis files"},
        {"secretkey", "publickey", "nis nisplus"},
        {"serv", "services", "nis files"},
        {"sg", "gshadow", "files"},
        {"sp", "shadow", "compat files"},
};
_Static_assert(ARRAY_SIZE(databases) <= 32, "databases have to fit into 32 bits");

/* The databases, by bits, where a function looks. A name that tells none may look in each. */
static uint32_t databases_of_function(const char *name)
{
        uint32_t found = 0;
        size_t skipped = strncmp(name, "get", 3) == 0 || strncmp(name, "set", 3) == 0 ||
                                         strncmp(name, "end", 3) == 0
                                 ? 3
                                 : 0;

        for (size_t i = 0; i < ARRAY_SIZE(databases); i++)
                if (strncmp(name + skipped, databases[i].stem, strlen(databases[i].stem)) == 0)
                        found |= UINT32_C(1) << i;
        return found ? found : UINT32_MAX;
}

/* Those that a line is about: "passwd: ", and "passwd_compat: " for what service "compat" asks. */
static uint32_t databases_of_line(const char *line, bool *is_compat)
{
        size_t length;
        uint32_t found = 0;

        line += strspn(line, BLANKS);
        length = strcspn(line, BLANKS ":");
        *is_compat = length > strlen("_compat") &&
                     strncmp(line + length - strlen("_compat"), "_compat", strlen("_compat")) == 0;
        if (*is_compat)
                length -= strlen("_compat");
        for (size_t i = 0; i < ARRAY_SIZE(databases); i++)
                if (strlen(databases[i].name) == length &&
                        strncmp(line, databases[i].name, length) == 0)
                        found |= UINT32_C(1) << i;
        return found;
}

/* Of databases that nobody knows the services count always. */
static int use_database(struct search *search, char *line)
{
        bool is_compat;
        uint32_t found = databases_of_line(line, &is_compat);

        if (!is_compat)
                search->configured |= found;
        return found == 0 || found & search->asked ? use_services(search, line) : 0;
}

static int find_services(struct search *search)
{
        int r = for_each_line(search, "/etc/nsswitch.conf", use_database);

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(databases); i++) {
                CLEANUP_FREE char *line = NULL;

                if (!((search->asked & ~search->configured) >> i & 1))
                        continue;
                line = string_format("%s: %s", databases[i].name, databases[i].services);
                r = line ? use_services(search, line) : -ENOMEM;
        }
        return r;
}

/* "module FROM TO FILE COST", of which only paths matter: other names are those of the folder. */
static int use_conversion(struct search *search, char *line)
{
        CLEANUP_FREE char *path = NULL;
        const char *dot;
        char *word;
        unsigned number = 0;

        while ((word = strsep(&line, BLANKS))) {
                if (!*word)
                        continue;
                if (number == 0 && strcmp(word, "module") != 0)
                        return 0;
                if (number++ == 3)
                        break;
        }
        if (!word || word[0] != '/')
                return 0;
        dot = strrchr(word, '.');
        path = string_format("%s%s", word, dot && strcmp(dot, ".so") == 0 ? "" : ".so");
        return path ? strings_add(&search->names, path) : -ENOMEM;
}

static int find_conversions(struct search *search)
{
        CLEANUP_STRINGS char **configurations = NULL;
        CLEANUP_FREE char *main = string_format("%s/gconv-modules", search->rule->what);
        CLEANUP_FREE char *more = string_format("%s/gconv-modules.d", search->rule->what);
        size_t i;
        int r;

        if (!main || !more || list_folder(search->loader, more, ".conf", &configurations) < 0)
                return -ENOMEM;
        r = list_folder(search->loader, search->rule->what, ".so", &search->names);
        if (r == 0)
                r = for_each_line(search, main, use_conversion);
        for (i = 0; r == 0 && i < strings_count(configurations); i++)
                r = for_each_line(search, configurations[i], use_conversion);
        return r;
}

/* "type control module arguments": whatever word ends like an object is taken for one. */
static int use_pam(struct search *search, char *line)
{
        size_t length;
        char *word;
        int r = 0;

        while (r == 0 && (word = strsep(&line, BLANKS "[]"))) {
                CLEANUP_FREE char *path = NULL;

                length = strlen(word);
                if (length < 4 || strcmp(word + length - 3, ".so") != 0)
                        continue;
                path = word[0] == '/' ? strdup(word)
                                      : string_format("%s/%s", search->rule->what, word);
                r = path ? strings_add(&search->names, path) : -ENOMEM;
        }
        return r;
}

static int find_pam(struct search *search)
{
        CLEANUP_STRINGS char **files = NULL;
        size_t i;
        int r;

        r = list_folder(search->loader, "/etc/pam.d", "", &files);
        if (r == 0)
                r = list_folder(search->loader, "/usr/lib/pam.d", "", &files);
        if (r == 0)
                r = for_each_line(search, "/etc/pam.conf", use_pam);
        for (i = 0; r == 0 && i < strings_count(files); i++)
                r = for_each_line(search, files[i], use_pam);
        return r;
}

static int find_objects(struct search *search)
{
        switch (search->rule->mechanism) {
        case MODULE_CONVERSION:
                return find_conversions(search);
        case MODULE_NAME_SERVICE:
                return find_services(search);
        case MODULE_PAM:
                return find_pam(search);
        }
        return 0;
}

static const struct module_rule *find_rule(const char *string)
{
        const struct module_rule *rule;

        for (rule = module_table; rule->string; rule++)
                if (rule->string[0] == string[0] && strcmp(rule->string, string) == 0)
                        return rule;
        return NULL;
}

/* Marks all rules that lead to the same; false where that was done already. */
static bool start_rule(struct program *program, const struct module_rule *rule)
{
        uint64_t *done = &program->index->rules;
        const struct module_rule *other;

        if (*done >> (rule - module_table) & 1)
                return false;
        for (other = module_table; other->string; other++)
                if (other->mechanism == rule->mechanism && strcmp(other->what, rule->what) == 0)
                        *done |= UINT64_C(1) << (other - module_table);
        return true;
}

static int add_modules(
        struct program *program, size_t object, struct search *search, struct error *error)
{
        int r = find_objects(search);

        if (r < 0)
                r = error_set(error, -r, "out of memory");
        else
                r = program_add_list(program, search->names, LOAD_MODULE, object, false, error);
        strings_free(search->names);
        return r;
}

/* Adds the services of databases where reachable code looks, and did not before. */
static int add_services(struct program *program, struct error *error)
{
        struct program_index *index = program->index;
        struct search search = {
                .loader = program->loader,
                .rule = index->name_service,
                .asked = index->databases & ~index->databases_added,
        };

        if (!index->name_service || search.asked == 0)
                return 0;
        index->databases_added = index->databases;
        return add_modules(program, index->name_service_object, &search, error);
}

int modules_consider(
        struct program *program, size_t object, const char *string, struct error *error)
{
        const struct module_rule *rule = find_rule(string);
        struct search search = {.loader = program->loader, .rule = rule};
        struct program_index *index = program->index;

        if (index->no_modules)
                return 0;
        if (!rule && is_lookup_name(string)) {
                index->databases |= databases_of_function(string);
                return add_services(program, error);
        }
        if (!rule)
                return 0;
        index->links.items[object]->loads_modules = true;
        if (!start_rule(program, rule))
                return 0;
        if (rule->mechanism != MODULE_NAME_SERVICE)
                return add_modules(program, object, &search, error);
        index->name_service = rule;
        index->name_service_object = object;
        return add_services(program, error);
}

bool modules_explain(const struct program *program, size_t object)
{
        return program->index->links.items[object]->loads_modules;
}
