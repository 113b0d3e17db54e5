/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataset/selection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/strings.h"
#include "workload/excerpt.h"

void selection_clear(struct selection *selection)
{
        strings_free(selection->applications);
        strings_free(selection->workloads);
        free(selection->version);
        free(selection->libc);
        free(selection->run);
        *selection = (struct selection){};
}

/*
 * The names between the commas; NULL in `*ret` where "all" is among them. `what` is for messages.
 * Returns 0, -EINVAL for an empty name, or -ENOMEM.
 */
static int read_names(const char *text, const char *what, char ***ret, struct error *error)
{
        CLEANUP_STRINGS char **names = NULL;
        char shown[EXCERPT_SIZE];

        if (*text == '\0' || *text == ',' || text[strlen(text) - 1] == ',' || strstr(text, ",,"))
                return error_set(error, EINVAL,
                        "'%s' holds an empty name: %s with commas between them, or \"all\"",
                        excerpt(text, shown), what);
        names = strings_split(text, ',');
        if (!names)
                return error_errno(error, ENOMEM, "reading a selection");
        for (char **name = names; *name; name++) {
                if (strcmp(*name, "all") == 0) {
                        *ret = NULL;
                        return 0;
                }
        }
        *ret = steal_pointer(names);
        return 0;
}

int selection_set_applications(struct selection *selection, const char *text, struct error *error)
{
        char **names = NULL;
        int r = read_names(text, "names of applications", &names, error);

        if (r < 0)
                return r;
        strings_free(selection->applications);
        selection->applications = names;
        return 0;
}

/* Puts the key of the kind in the place of its longer name. */
static int shorten_kind(char **name)
{
        char *key;

        if (strcmp(*name, workload_kind_name(WORKLOAD_BENCHMARK)) != 0)
                return 0;
        key = strdup(dataset_kind_key(WORKLOAD_BENCHMARK));
        if (!key)
                return -ENOMEM;
        free(*name);
        *name = key;
        return 0;
}

int selection_set_workloads(struct selection *selection, const char *text, struct error *error)
{
        CLEANUP_STRINGS char **names = NULL;
        int r = read_names(
                text, "kinds of workloads (health, bench, suite) or their names", &names, error);

        if (r < 0)
                return r;
        for (char **name = names; name && *name; name++)
                if (shorten_kind(name) < 0)
                        return error_errno(error, ENOMEM, "reading a selection");
        strings_free(selection->workloads);
        selection->workloads = steal_pointer(names);
        return 0;
}

enum condition {
        CONDITION_WORKLOAD,
        CONDITION_VERSION,
        CONDITION_LIBC,
        CONDITION_RUN,
        CONDITION_COUNT,
};

static const char *const condition_words[CONDITION_COUNT] = {
        [CONDITION_WORKLOAD] = "workload",
        [CONDITION_VERSION] = "version",
        [CONDITION_LIBC] = "libc",
        [CONDITION_RUN] = "run",
};

/* "'WORD' in 'TEXT' is not understood: …", with the nearest of the words there are. */
static int refuse_word(const char *text, const char *word, size_t length, struct error *error)
{
        CLEANUP_FREE char *name = strndup(word, strcspn(word, "=,"));
        CLEANUP_FREE char *whole = strndup(word, length);
        char shown[EXCERPT_SIZE], shown_word[EXCERPT_SIZE];
        struct nearest nearest = {.wanted = name};

        if (!name || !whole)
                return error_errno(error, ENOMEM, "reading a selection");
        for (enum condition i = 0; i < CONDITION_COUNT; i++)
                nearest_consider(&nearest, condition_words[i]);
        excerpt(whole, shown_word);
        excerpt(text, shown);
        if (nearest.word)
                return error_set(error, EINVAL,
                        "'%s' in '%s' is not understood; did you mean '%s=…'?", shown_word, shown,
                        nearest.word);
        return error_set(error, EINVAL,
                "'%s' in '%s' is not understood: behind the application come workload=…, "
                "version=…, libc=… or run=…",
                shown_word, shown);
}

/* Where the condition's value is kept, which is not a list; NULL for workloads. */
static char **condition_place(struct selection *selection, enum condition condition)
{
        switch (condition) {
        case CONDITION_VERSION:
                return &selection->version;
        case CONDITION_LIBC:
                return &selection->libc;
        case CONDITION_RUN:
                return &selection->run;
        default:
                return NULL;
        }
}

static int set_condition(struct selection *selection, enum condition condition, const char *text,
        const char *value, size_t length, struct error *error)
{
        CLEANUP_FREE char *copy = strndup(value, length);
        char **place = condition_place(selection, condition);
        char shown[EXCERPT_SIZE];

        if (!copy)
                return error_errno(error, ENOMEM, "reading a selection");
        if (*copy == '\0')
                return error_set(error, EINVAL, "'%s=' in '%s' has no value",
                        condition_words[condition], excerpt(text, shown));
        if (place ? *place != NULL : selection->workloads != NULL)
                return error_set(error, EINVAL, "'%s' says twice which %s is meant",
                        excerpt(text, shown), condition_words[condition]);
        if (!place)
                return selection_set_workloads(selection, copy, error);
        *place = steal_pointer(copy);
        return 0;
}

/* One "WORD=VALUE" of `text`, `length` bytes long. */
static int read_condition(struct selection *selection, const char *text, const char *word,
        size_t length, struct error *error)
{
        for (enum condition i = 0; i < CONDITION_COUNT; i++) {
                const size_t name = strlen(condition_words[i]);

                if (length > name && strncmp(word, condition_words[i], name) == 0 &&
                        word[name] == '=')
                        return set_condition(
                                selection, i, text, word + name + 1, length - name - 1, error);
        }
        return refuse_word(text, word, length, error);
}

/* "APP" or "APP/WORKLOAD", `length` bytes of `text`. */
static int read_subject(
        struct selection *selection, const char *text, size_t length, struct error *error)
{
        const char *slash = memchr(text, '/', length);
        const size_t name = slash ? slash - text : length;
        CLEANUP_FREE char *application = strndup(text, name);
        char shown[EXCERPT_SIZE];
        int r;

        if (!application)
                return error_errno(error, ENOMEM, "reading a selection");
        if (*application == '\0')
                return error_set(error, EINVAL, "'%s' does not begin with an application",
                        excerpt(text, shown));
        r = selection_set_applications(selection, application, error);
        if (r < 0 || !slash)
                return r;
        if (length == name + 1)
                return error_set(error, EINVAL, "'%s' names no workload behind the slash",
                        excerpt(text, shown));
        return set_condition(
                selection, CONDITION_WORKLOAD, text, slash + 1, length - name - 1, error);
}

int selection_parse(const char *text, struct selection *ret, struct error *error)
{
        CLEANUP_SELECTION struct selection selection = {};
        size_t length = strcspn(text, ",");
        const char *word = text + length;
        int r = read_subject(&selection, text, length, error);

        while (r == 0 && *word == ',') {
                word++;
                length = strcspn(word, ",");
                r = read_condition(&selection, text, word, length, error);
                word += length;
        }
        if (r < 0)
                return r;
        *ret = selection;
        selection = (struct selection){};
        return 0;
}

static bool has_prefix(const char *text, const char *prefix)
{
        return text && string_has_prefix(text, prefix);
}

static bool names_application(char *const *names, const char *application)
{
        for (; *names; names++)
                if (strcmp(*names, application) == 0)
                        return true;
        return false;
}

static bool names_workload(char *const *names, const struct dataset *dataset)
{
        for (; *names; names++)
                if (dataset_has_workload(dataset, *names))
                        return true;
        return false;
}

bool selection_matches(const struct selection *selection, const struct dataset *dataset)
{
        return (!selection->applications ||
                       names_application(selection->applications, dataset->application)) &&
               (!selection->workloads || names_workload(selection->workloads, dataset)) &&
               (!selection->version || has_prefix(dataset->version, selection->version)) &&
               (!selection->libc || has_prefix(dataset->libc, selection->libc)) &&
               (!selection->run || has_prefix(dataset->run, selection->run) ||
                       has_prefix(dataset->digest, selection->run));
}
