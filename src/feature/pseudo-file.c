/* SPDX-License-Identifier: BSD-3-Clause */
#include "feature/pseudo-file.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/strings.h"

/* A path that does not fit ends in a tilde and so many digits of its SHA-256. */
#define MARK_DIGITS 16
#define MARK_LENGTH (1 + MARK_DIGITS)

/* What stands for names that differ from run to run. */
#define ANY "*"

/* A path in the making: "" is the root, otherwise it starts with a slash and does not end in one.
 */
struct path {
        char text[PATH_MAX + sizeof("self")]; /* folding makes /proc/1 longer */
        size_t length;
};

/* Appends a slash and a component. */
static void path_add(struct path *path, const char *component, size_t length)
{
        path->text[path->length++] = '/';
        memcpy(path->text + path->length, component, length);
        path->length += length;
        path->text[path->length] = '\0';
}

static void path_remove_last(struct path *path)
{
        char *slash = strrchr(path->text, '/');

        path->length = slash ? (size_t)(slash - path->text) : 0;
        path->text[path->length] = '\0';
}

static bool is_component(const char *component, size_t length, const char *name)
{
        return length == strlen(name) && memcmp(component, name, length) == 0;
}

/*
 * Takes what does not matter out of an absolute path. By its text alone: a ".." behind a symbolic
 * link may lead elsewhere, which who knows the process resolves before. Returns false where the
 * path is not absolute, or longer than the kernel takes one.
 */
static bool path_normalise(const char *text, struct path *ret)
{
        size_t length;

        ret->text[0] = '\0';
        ret->length = 0;
        if (text[0] != '/' || strlen(text) >= PATH_MAX)
                return false;
        for (; *text != '\0'; text += length) {
                text += strspn(text, "/");
                length = strcspn(text, "/");
                if (is_component(text, length, ".."))
                        path_remove_last(ret);
                else if (length > 0 && !is_component(text, length, "."))
                        path_add(ret, text, length);
        }
        return true;
}

/* What follows `folder` in a normalised path: "" for the folder itself, "/…" below it, else NULL.
 */
static const char *below(const char *path, const char *folder)
{
        size_t length = strlen(folder);

        if (strncmp(path, folder, length) != 0)
                return NULL;
        return path[length] == '\0' || path[length] == '/' ? path + length : NULL;
}

static bool path_is_pseudo(const struct path *path)
{
        return below(path->text, "/proc") || below(path->text, "/sys") || below(path->text, "/dev");
}

/* The kernel takes the numbers of processes without leading zeros. */
static bool is_number(const char *component, size_t length)
{
        if (length == 0 || component[0] == '0')
                return false;
        for (size_t i = 0; i < length; i++) {
                if (!isdigit((unsigned char)component[i]))
                        return false;
        }
        return true;
}

/* Where a component stands below /proc/PID. */
enum place {
        IN_PROCESS, /* an entry of a process, or of one of its threads */
        IN_TASKS,   /* the number of a thread: below it is what a process has too */
        IN_NUMBERS, /* a descriptor or a mapping */
        ELSEWHERE,
};

static enum place place_below(enum place place, const char *component, size_t length)
{
        static const char *const numbers[] = {"fd", "fdinfo", "map_files"};

        if (place == IN_TASKS)
                return IN_PROCESS;
        if (place != IN_PROCESS)
                return ELSEWHERE;
        if (is_component(component, length, "task"))
                return IN_TASKS;
        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
                if (is_component(component, length, numbers[i]))
                        return IN_NUMBERS;
        }
        return ELSEWHERE;
}

/* Copies the part of a path behind /proc/PID. */
static void fold_process(const char *rest, struct path *folded)
{
        enum place place = IN_PROCESS;

        while (*rest == '/') {
                const char *component = rest + 1;
                size_t length = strcspn(component, "/");

                if (place == IN_TASKS || place == IN_NUMBERS)
                        path_add(folded, ANY, 1);
                else
                        path_add(folded, component, length);
                place = place_below(place, component, length);
                rest = component + length;
        }
}

/* Copies what is below /proc: processes become "self". */
static void fold_proc(const char *rest, struct path *folded)
{
        const char *component = *rest == '/' ? rest + 1 : rest;
        size_t length = strcspn(component, "/");

        path_add(folded, "proc", strlen("proc"));
        if (is_number(component, length) || is_component(component, length, "thread-self") ||
                is_component(component, length, "self")) {
                path_add(folded, "self", strlen("self"));
                fold_process(component + length, folded);
        } else if (length > 0) {
                path_add(folded, component, strlen(component));
        }
}

/* Copies what is below /dev: descriptors, terminals, and folders in which programs name files. */
static void fold_dev(const char *path, struct path *folded)
{
        static const char *const folders[] = {
                "/dev/fd",
                "/dev/pts",
                "/dev/shm",
                "/dev/mqueue",
        };

        for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
                const char *rest = below(path, folders[i]);
                bool fixed = rest && string_equal(rest, "/ptmx");

                if (rest && *rest != '\0' && !fixed) {
                        path_add(folded, folders[i] + 1, strlen(folders[i]) - 1);
                        path_add(folded, ANY, 1);
                        return;
                }
        }
        path_add(folded, path + 1, strlen(path) - 1);
}

/* Writes a path that is too long: its beginning, and a mark that only this path has. */
static bool write_cut(const struct path *path, char ret[FEATURE_PATH_MAX])
{
        CLEANUP_DIGEST EVP_MD_CTX *context = digest_new();
        unsigned char digest[DIGEST_BYTES];
        char text[DIGEST_TEXT_SIZE];

        if (!context || EVP_DigestUpdate(context, path->text, path->length) != 1 ||
                EVP_DigestFinal_ex(context, digest, NULL) != 1)
                return false;
        snprintf(ret, FEATURE_PATH_MAX, "%.*s~%.*s", FEATURE_PATH_MAX - 1 - MARK_LENGTH, path->text,
                MARK_DIGITS, digest_text(digest, text));
        return true;
}

bool pseudo_file_is(const char *path)
{
        struct path normal;

        return path_normalise(path, &normal) && path_is_pseudo(&normal);
}

bool pseudo_file_fold(const char *path, char ret[FEATURE_PATH_MAX])
{
        struct path normal, folded = {};
        const char *rest;

        if (!path_normalise(path, &normal) || !path_is_pseudo(&normal))
                return false;
        if ((rest = below(normal.text, "/proc")))
                fold_proc(rest, &folded);
        else if (below(normal.text, "/dev"))
                fold_dev(normal.text, &folded);
        else
                folded = normal;

        if (folded.length >= FEATURE_PATH_MAX)
                return write_cut(&folded, ret);
        memcpy(ret, folded.text, folded.length + 1);
        return true;
}

bool pseudo_file_feature(const char *path, struct feature *ret)
{
        struct feature feature = {.kind = FEATURE_FILE};

        if (!pseudo_file_fold(path, feature.path))
                return false;
        *ret = feature;
        return true;
}
