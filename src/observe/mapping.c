/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"

/* "55d0a8e00000-55d0a8e21000 r-xp 00001000 fd:01 1234      /usr/bin/name" */
static int parse_line(char *line, struct mapping *ret)
{
        int path;

        line[strcspn(line, "\n")] = '\0';
        path = strlen(line);
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n", &ret->start, &ret->end,
                    &path) != 2)
                return -EINVAL;
        ret->path = line + path;
        return 0;
}

int mapping_find(int proc, pid_t thread, uint64_t address, struct mapping *ret)
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
                if (parse_line(line, &mapping) < 0 || address < mapping.start ||
                        address >= mapping.end)
                        continue;
                mapping.path = strdup(mapping.path);
                if (!mapping.path)
                        return -ENOMEM;
                *ret = mapping;
                return 0;
        }
        return -ENOENT;
}

void mapping_clear(struct mapping *mapping)
{
        free(mapping->path);
        *mapping = (struct mapping){};
}
