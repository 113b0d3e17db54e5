/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/usage.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number behind `name` at the start of a line. */
static bool find_number(const char *text, const char *name, uint64_t *ret)
{
        size_t length = strlen(name);

        for (const char *line = text; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                if (strncmp(line, name, length) == 0)
                        return sscanf(line + length, "%" SCNu64, ret) == 1;
        }
        return false;
}

int usage_read_io(const char *text, struct usage *usage)
{
        uint64_t read_bytes, written_bytes, reads, writes;

        if (!find_number(text, "rchar:", &read_bytes) ||
                !find_number(text, "wchar:", &written_bytes) ||
                !find_number(text, "syscr:", &reads) || !find_number(text, "syscw:", &writes))
                return -EINVAL;
        usage->file_bytes = read_bytes + written_bytes;
        usage->file_operations = reads + writes;
        return 0;
}

int usage_read_memory(const char *text, uint64_t *ret)
{
        uint64_t kilobytes;

        if (!find_number(text, "VmHWM:", &kilobytes))
                return -EINVAL;
        *ret = kilobytes << 10;
        return 0;
}

int usage_read_network(const char *text, struct usage *usage)
{
        uint64_t bytes, packets;
        const char *line;

        /* "    lo:     840      10    0    0 …": names are right-aligned; received first. */
        for (line = text; line; line = strchr(line, '\n')) {
                line += strspn(line, "\n ");
                if (strncmp(line, "lo:", 3) == 0)
                        break;
        }
        if (!line || sscanf(line + 3, "%" SCNu64 "%" SCNu64, &bytes, &packets) != 2)
                return -EINVAL;
        usage->network_bytes = bytes;
        usage->network_operations = packets;
        return 0;
}

int usage_read_score(const char *text, double *ret)
{
        double score;
        char *end;

        /* Neither "inf", "nan" nor "0x1p3" are the numbers that people mean. */
        if (text[strspn(text, " \t\r\n0123456789+-.eE")] != '\0')
                return -EINVAL;
        score = strtod(text, &end);
        if (end == text || end[strspn(end, " \t\r\n")] != '\0' || !isfinite(score))
                return -EINVAL;
        *ret = score;
        return 0;
}

static void subtract(uint64_t *value, uint64_t other)
{
        *value -= other < *value ? other : *value;
}

void usage_subtract(struct usage *usage, const struct usage *other)
{
        usage->cpu = fmax(usage->cpu - other->cpu, 0);
        subtract(&usage->context_switches, other->context_switches);
        subtract(&usage->file_bytes, other->file_bytes);
        subtract(&usage->file_operations, other->file_operations);
        subtract(&usage->network_bytes, other->network_bytes);
        subtract(&usage->network_operations, other->network_operations);
}
