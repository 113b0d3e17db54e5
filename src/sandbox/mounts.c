/* SPDX-License-Identifier: BSD-3-Clause */
#include "sandbox/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strings.h"

#define MOUNTINFO_SIZE_MAX (64u << 20)

bool path_is_below(const char *path, const char *folder)
{
        size_t length = strlen(folder);

        if (string_equal(folder, "/"))
                return path[0] == '/' && path[1] != '\0';
        return strncmp(path, folder, length) == 0 && path[length] == '/';
}

int path_compare(const char *a, const char *b)
{
        while (*a && *a == *b) {
                a++;
                b++;
        }
        /* A slash sorts before every other character: "/a", "/a/b", "/a-b". */
        if (*a == '/' && *b)
                return -1;
        if (*b == '/' && *a)
                return 1;
        return (unsigned char)*a - (unsigned char)*b;
}

/* Blanks, newlines and backslashes come as a backslash and three octal digits. */
static void unescape(char *word)
{
        char *out = word;

        for (; *word; out++) {
                if (word[0] == '\\' && word[1] && word[2] && word[3]) {
                        *out = (word[1] - '0') << 6 | (word[2] - '0') << 3 | (word[3] - '0');
                        word += 4;
                } else {
                        *out = *word++;
                }
        }
        *out = '\0';
}

/*
 * A line is: ID PARENT DEVICE ROOT POINT OPTIONS [PROPAGATION…] - TYPE SOURCE FILE-SYSTEM-OPTIONS
 * SOURCE may be empty.
 */
static int parse_line(char *line, struct mount_entry *entry)
{
        char *fields[5], *word = NULL, *rest = line, *type, *options;

        for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
                fields[i] = strsep(&rest, " ");
                if (!rest)
                        return -EINVAL;
        }
        do
                word = strsep(&rest, " ");
        while (word && !string_equal(word, "-"));
        type = strsep(&rest, " ");
        strsep(&rest, " ");
        options = strsep(&rest, " ");
        if (!options)
                return -EINVAL;

        unescape(fields[3]);
        unescape(fields[4]);
        *entry = (struct mount_entry){
                .id = atoi(fields[0]),
                .root = fields[3],
                .point = fields[4],
                .type = type,
                .options = options,
        };
        return 0;
}

static int compare_entries(const void *a, const void *b)
{
        const struct mount_entry *first = a, *second = b;

        return path_compare(first->point, second->point);
}

int mount_table_parse(char *text, struct mount_table *ret, struct error *error)
{
        struct mount_table table = {.text = text};
        struct mount_entry *entry;
        char *line, *rest = text;

        while ((line = strsep(&rest, "\n"))) {
                if (!*line)
                        continue;
                entry = vector_add(&table.entries);
                if (!entry || parse_line(line, entry) < 0) {
                        mount_table_clear(&table);
                        return entry ? error_set(error, EINVAL,
                                               "a line of mountinfo is not understood")
                                     : error_errno(error, ENOMEM, "listing the mounts");
                }
        }
        if (table.entries.count)
                qsort(table.entries.items, table.entries.count, sizeof(*table.entries.items),
                        compare_entries);
        *ret = table;
        return 0;
}

int mount_table_read(struct mount_table *ret, struct error *error)
{
        const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
        struct mount_table table;
        struct mount_entry *entry;
        struct statx status;
        char *text;
        int r;

        r = read_file("/proc/self/mountinfo", MOUNTINFO_SIZE_MAX, &text, NULL);
        if (r < 0)
                return error_errno(error, -r, "reading /proc/self/mountinfo");
        r = mount_table_parse(text, &table, error);
        if (r < 0)
                return r;
        /* Mounts can lie on top of each other, or of a folder above: let the kernel say who wins.
         */
        vector_for_each(entry, &table.entries)
                entry->visible = statx(AT_FDCWD, entry->point, flags, STATX_MNT_ID, &status) == 0 &&
                                 (int)status.stx_mnt_id == entry->id;
        *ret = table;
        return 0;
}

void mount_table_clear(struct mount_table *table)
{
        vector_clear(&table->entries);
        free(table->text);
        table->text = NULL;
}

bool mount_entry_has_option(const struct mount_entry *entry, const char *option)
{
        size_t length = strlen(option);
        const char *end;

        for (const char *word = entry->options; *word; word = end + (*end == ',')) {
                end = strchrnul(word, ',');
                if (end - word == length && strncmp(word, option, length) == 0)
                        return true;
        }
        return false;
}

int mount_bind(const char *source, const char *target, uint64_t attributes)
{
        struct mount_attr attribute = {.attr_set = attributes};
        CLEANUP_CLOSE int tree = -1;

        /* A detached copy, so that it never appears without its attributes. */
        tree = open_tree(AT_FDCWD, source,
                OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW);
        if (tree < 0)
                return -errno;
        if (attributes && mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attribute,
                                  sizeof(attribute)) < 0)
                return -errno;
        if (move_mount(tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
                return -errno;
        return 0;
}
