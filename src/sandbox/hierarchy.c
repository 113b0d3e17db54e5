/* SPDX-License-Identifier: BSD-3-Clause */
#include "sandbox/hierarchy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strings.h"

#define CGROUP_FILE_MAX (1u << 20)

static const char *const controller_names[CONTROLLER_COUNT] = {
        [CONTROLLER_MEMORY] = "memory",
        [CONTROLLER_PIDS] = "pids",
};

const char *controller_name(enum controller controller)
{
        return controller_names[controller];
}

/* True if `list`, whose words `separator` is between, has `word`. */
static bool has_word(const char *list, char separator, const char *word)
{
        CLEANUP_STRINGS char **words = strings_split(list, separator);

        for (char **each = words; each && *each; each++)
                if (string_equal(*each, word))
                        return true;
        return false;
}

/* A line is "NUMBER:CONTROLLER,CONTROLLER:PATH"; v2 has no controllers there, and the number 0. */
char *hierarchy_own_group(const char *text, const char *controller)
{
        CLEANUP_FREE char *copy = strdup(text);
        char *rest = copy, *line, *number, *controllers;

        while (copy && (line = strsep(&rest, "\n"))) {
                number = strsep(&line, ":");
                controllers = strsep(&line, ":");
                if (!line)
                        continue;
                if (controller ? has_word(controllers, ',', controller)
                               : string_equal(number, "0") && !*controllers)
                        return strdup(line);
        }
        return NULL;
}

char *hierarchy_folder(const struct mount_entry *mount, const char *group)
{
        const char *rest = group;

        /* A container may see only its own part of the hierarchy, and yet the group's full name. */
        if (!string_equal(mount->root, "/")) {
                if (!string_equal(group, mount->root) && !path_is_below(group, mount->root))
                        return NULL;
                rest = group + strlen(mount->root);
        }
        /* "/.." leads out of the cgroup namespace. */
        if (string_has_prefix(rest, "/.."))
                return NULL;
        return string_format("%s%s", mount->point, string_equal(rest, "/") ? "" : rest);
}

static const struct mount_entry *find_mount(
        const struct mount_table *mounts, const char *type, const char *option)
{
        const struct mount_entry *entry;

        vector_for_each(entry, &mounts->entries)
                if (entry->visible && string_equal(entry->type, type) &&
                        (!option || mount_entry_has_option(entry, option)))
                        return entry;
        return NULL;
}

/* Groups are made in the folder, and processes moved to them from the caller's group by way of it.
 */
static bool is_writable(const char *folder)
{
        CLEANUP_FREE char *processes = string_format("%s/cgroup.procs", folder);

        return processes && access(folder, W_OK) == 0 && access(processes, W_OK) == 0;
}

static int find_v1(const struct mount_table *mounts, const char *own_groups,
        enum controller controller, struct hierarchy *ret)
{
        const struct mount_entry *mount = find_mount(mounts, "cgroup", controller_name(controller));
        CLEANUP_FREE char *group = NULL, *folder = NULL;

        if (!mount)
                return -ENOENT;
        group = hierarchy_own_group(own_groups, controller_name(controller));
        if (!group)
                return -ENOENT;
        folder = hierarchy_folder(mount, group);
        if (!folder || !is_writable(folder))
                return -ENOENT;
        *ret = (struct hierarchy){.parent = steal_pointer(folder)};
        ret->controls[controller] = true;
        return 0;
}

/* The controllers out of `wanted` that groups made in the folder will have. Returns how many. */
static unsigned enabled_controllers(
        const char *folder, const bool wanted[CONTROLLER_COUNT], bool ret_enabled[CONTROLLER_COUNT])
{
        CLEANUP_FREE char *path = string_format("%s/cgroup.subtree_control", folder);
        CLEANUP_FREE char *list = NULL;
        unsigned count = 0;

        memset(ret_enabled, 0, sizeof(*ret_enabled) * CONTROLLER_COUNT);
        if (!path || !is_writable(folder) || read_file(path, CGROUP_FILE_MAX, &list, NULL) < 0)
                return 0;
        list[strcspn(list, "\n")] = '\0';
        for (size_t i = 0; i < CONTROLLER_COUNT; i++) {
                ret_enabled[i] = wanted[i] && has_word(list, ' ', controller_names[i]);
                count += ret_enabled[i];
        }
        return count;
}

/* Without systemd nobody may have done so yet. Only the topmost group can have processes and
 * controllers. */
static void enable_controllers(const char *top, const bool wanted[CONTROLLER_COUNT])
{
        CLEANUP_FREE char *path = string_format("%s/cgroup.subtree_control", top);

        for (size_t i = 0; path && i < CONTROLLER_COUNT; i++) {
                CLEANUP_FREE char *word = string_format("+%s", controller_names[i]);

                if (wanted[i] && word)
                        write_file(path, word);
        }
}

/*
 * v2: a group that has processes cannot have groups with controllers, so the new ones are not made
 * in the caller's own group but in the nearest one above it that already has the controllers and
 * may be written: for ordinary users part of what their session manager was delegated, for root the
 * session's slice or the top.
 */
static int find_v2(const struct mount_table *mounts, const char *own_groups,
        const bool wanted[CONTROLLER_COUNT], struct hierarchy *ret)
{
        const struct mount_entry *mount = find_mount(mounts, "cgroup2", NULL);
        CLEANUP_FREE char *group = NULL, *folder = NULL;
        struct hierarchy best = {.unified = true};
        bool enabled[CONTROLLER_COUNT];
        unsigned count, best_count = 0;

        if (!mount)
                return -ENOENT;
        group = hierarchy_own_group(own_groups, NULL);
        folder = group ? hierarchy_folder(mount, group) : NULL;
        if (!folder)
                return -ENOENT;
        enable_controllers(mount->point, wanted);
        for (;;) {
                count = enabled_controllers(folder, wanted, enabled);
                if (count > best_count) {
                        best_count = count;
                        memcpy(best.controls, enabled, sizeof(best.controls));
                        free(best.parent);
                        best.parent = strdup(folder);
                        if (!best.parent)
                                return -ENOMEM;
                }
                if (!path_is_below(folder, mount->point))
                        break;
                *strrchr(folder, '/') = '\0';
        }
        if (best_count == 0)
                return -ENOENT;
        *ret = best;
        return 0;
}

int hierarchy_find(struct hierarchy ret[CONTROLLER_COUNT], struct error *error)
{
        CLEANUP(mount_table_clear) struct mount_table mounts = {};
        CLEANUP_FREE char *own_groups = NULL;
        bool wanted[CONTROLLER_COUNT] = {};
        int r, count = 0;

        r = mount_table_read(&mounts, error);
        if (r < 0)
                return r;
        /* Not there in a kernel without control groups. */
        if (read_file("/proc/self/cgroup", CGROUP_FILE_MAX, &own_groups, NULL) < 0)
                return 0;
        for (size_t i = 0; i < CONTROLLER_COUNT; i++) {
                r = find_v1(&mounts, own_groups, i, &ret[count]);
                if (r == 0)
                        count++;
                wanted[i] = r < 0;
        }
        if (count < CONTROLLER_COUNT && find_v2(&mounts, own_groups, wanted, &ret[count]) == 0)
                count++;
        return count;
}
