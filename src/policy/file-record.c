/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One mapping that the sandbox's first process writes and loupe reads afterwards: entries in the
 * order of their first use, and a hash table of their numbers. Nothing in it is a pointer. Pages
 * that no entry reaches are never touched, so its size costs nothing.
 */

#include "policy/file-record.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#define ENTRIES_MAX 4096
#define SLOT_COUNT  (2 * ENTRIES_MAX) /* a power of two */

struct entry {
        uint64_t count;
        char path[FEATURE_PATH_MAX];
};

struct file_record {
        uint64_t lost;
        uint32_t count;
        uint16_t slots[SLOT_COUNT]; /* 1 + the place of an entry, or 0 */
        struct entry entries[ENTRIES_MAX];
};

struct file_record *file_record_new(void)
{
        void *memory = mmap(NULL, sizeof(struct file_record), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        return memory == MAP_FAILED ? NULL : memory;
}

struct file_record *file_record_free(struct file_record *record)
{
        if (record)
                munmap(record, sizeof(*record));
        return NULL;
}

/* FNV-1a. */
static uint32_t hash_of(const char *path)
{
        uint32_t hash = 2166136261u;

        for (; *path; path++)
                hash = (hash ^ (unsigned char)*path) * 16777619u;
        return hash;
}

/* The slot that leads to the entry of `path`, or the free one that should. */
static uint16_t *find_slot(struct file_record *record, const char *path)
{
        uint32_t i = hash_of(path) % SLOT_COUNT;

        while (record->slots[i] && strcmp(record->entries[record->slots[i] - 1].path, path) != 0)
                i = (i + 1) % SLOT_COUNT;
        return &record->slots[i];
}

void file_record_note(struct file_record *record, const char *path)
{
        uint16_t *slot;

        if (strlen(path) >= FEATURE_PATH_MAX) {
                record->lost++;
                return;
        }
        slot = find_slot(record, path);
        if (*slot == 0) {
                if (record->count == ENTRIES_MAX) {
                        record->lost++;
                        return;
                }
                strcpy(record->entries[record->count].path, path);
                *slot = (uint16_t)++record->count;
        }
        record->entries[*slot - 1].count++;
}

int file_record_read(const struct file_record *record, size_t index, struct feature *ret_file,
        uint64_t *ret_count, struct error *error)
{
        const struct entry *entry;

        if (index >= record->count) {
                if (record->lost > 0)
                        return error_set(error, EOVERFLOW,
                                "more than %d different pseudo-files were named: %llu uses of "
                                "others were not recorded",
                                ENTRIES_MAX, (unsigned long long)record->lost);
                return -ENOENT;
        }
        entry = &record->entries[index];
        *ret_file = (struct feature){.kind = FEATURE_FILE};
        memcpy(ret_file->path, entry->path, sizeof(ret_file->path));
        *ret_count = entry->count;
        return 0;
}
