/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"

/* "55d0a8e00000-55d0a8e21000 r-xp 00001000 fd:01 1234      /usr/bin/name" */
static int parse_line(char *line, struct mapping *ret)
{
        int path;

        line[strcspn(line, "\n")] = '\0';
        path = strlen(line);
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %n", &ret->start,
                    &ret->end, &ret->offset, &path) != 3)
                return -EINVAL;
        ret->path = line + path;
        return 0;
}

/* What is looked for. */
struct wanted {
        uint64_t address;
        const char *other; /* NULL: what holds the address */
};

static bool is_wanted(const struct wanted *wanted, const struct mapping *mapping)
{
        if (!wanted->other)
                return wanted->address >= mapping->start && wanted->address < mapping->end;
        return mapping->path[0] == '/' && mapping->offset == 0 &&
               strcmp(mapping->path, wanted->other) != 0;
}

static int find(int proc, pid_t thread, const struct wanted *wanted, struct mapping *ret)
{
        CLEANUP_FCLOSE FILE *file = NULL;
        CLEANUP_FREE char *line = NULL;
        CLEANUP_CLOSE int fd = -1;
        struct mapping mapping;
        char name[32];
        size_t size = 0;

        snprintf(name, sizeof(name), "%d/maps", (int)thread);
        fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        file = fdopen(fd, "r");
        if (!file)
                return -errno;
        steal_fd(&fd);
        while (getline(&line, &size, file) >= 0) {
                if (parse_line(line, &mapping) < 0 || !is_wanted(wanted, &mapping))
                        continue;
                mapping.path = strdup(mapping.path);
                if (!mapping.path)
                        return -ENOMEM;
                *ret = mapping;
                return 0;
        }
        return -ENOENT;
}

int mapping_find(int proc, pid_t thread, uint64_t address, struct mapping *ret)
{
        return find(proc, thread, &(struct wanted){.address = address}, ret);
}

int mapping_find_other(int proc, pid_t thread, const char *other, struct mapping *ret)
{
        return find(proc, thread, &(struct wanted){.other = other}, ret);
}

void mapping_clear(struct mapping *mapping)
{
        free(mapping->path);
        *mapping = (struct mapping){};
}
