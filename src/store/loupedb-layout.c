/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb-layout.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/strings.h"

/* The word a folder begins with; `alone` where the word without a name is a name too. */
static const struct {
        const char *word;
        bool alone;
} kinds[WORKLOAD_KIND_COUNT] = {
        [WORKLOAD_HEALTH] = {"health", true},
        [WORKLOAD_BENCHMARK] = {"benchmark", false},
        [WORKLOAD_SUITE] = {"suite", true},
};

int loupedb_workload_parse(const char *folder, enum workload_kind *ret_kind, const char **ret_name)
{
        for (unsigned kind = 0; kind < WORKLOAD_KIND_COUNT; kind++) {
                const char *word = kinds[kind].word, *rest = folder + strlen(word);

                if (!string_has_prefix(folder, word))
                        continue;
                if (*rest == '\0' && kinds[kind].alone)
                        rest = folder;
                else if (*rest == '-' && rest[1] != '\0' &&
                         !(kinds[kind].alone && strcmp(rest + 1, word) == 0))
                        rest++;
                else
                        continue;
                *ret_kind = kind;
                *ret_name = rest;
                return 0;
        }
        return -EINVAL;
}

char *loupedb_workload_folder(enum workload_kind kind, const char *name)
{
        const char *word = kinds[kind].word;

        if (kinds[kind].alone && strcmp(name, word) == 0)
                return strdup(word);
        return string_format("%s-%s", word, name);
}

bool loupedb_name_is_plain(const char *name)
{
        json_t *string = json_string(name);
        bool plain = string != NULL;

        json_decref(string);
        for (const char *byte = name; *byte; byte++)
                plain &= (unsigned char)*byte >= 0x20 && *byte != 0x7f;
        return plain;
}

char *loupedb_folder_name(const char *name)
{
        CLEANUP_FREE char *folder = NULL;
        char *place;

        if (!name[0])
                return strdup("%");
        if (name[0] != '.' && !strchr(name, '/'))
                return strdup(name);
        folder = malloc(3 * strlen(name) + 1);
        if (!folder)
                return NULL;
        place = folder;
        for (const char *byte = name; *byte; byte++) {
                if (*byte == '/' || *byte == '%' || (*byte == '.' && byte == name))
                        place += sprintf(place, "%%%02X", (unsigned char)*byte);
                else
                        *place++ = *byte;
        }
        *place = '\0';
        return steal_pointer(folder);
}

int loupedb_run_digest(const char *application, const char *workload_folder, const char *run,
        char ret[DIGEST_TEXT_SIZE])
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = digest_new();
        const char *const parts[] = {"loupedb", application, workload_folder, run};
        unsigned char bytes[DIGEST_BYTES];

        if (!digest)
                return -ENOMEM;
        /* With its NUL, which no name has, so that no two ways of cutting are the same. */
        for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
                if (!EVP_DigestUpdate(digest, parts[i], strlen(parts[i]) + 1))
                        return -ENOMEM;
        if (!EVP_DigestFinal_ex(digest, bytes, NULL))
                return -ENOMEM;
        digest_text(bytes, ret);
        return 0;
}
