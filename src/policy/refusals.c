/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One mapping that the sandbox's first process writes and loupe reads afterwards. Nothing in it is
 * a pointer. Pages that nothing was written to are never touched, so its size costs nothing.
 */

#include "policy/refusals.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/syscalls.h"
#include "base/clock.h"
#include "base/strings.h"

#define ENTRIES_MAX   4096
#define SLOT_COUNT    (2 * ENTRIES_MAX) /* a power of two */
#define OBJECTS_MAX   256
#define PROCESS_SLOTS 4096
#define NO_ENTRY      UINT16_MAX

struct entry {
        struct feature feature;
        enum action action;
        int errnum;
        struct success success;
        uint64_t count;
        double first; /* seconds from the launch */
        double last;
        uint16_t object; /* a place in the objects; OBJECTS_MAX: there was no room for it */
};

struct moment {
        uint16_t entry; /* NO_ENTRY: there was no room for it */
        double when;
};

/* What a process was refused last. */
struct latest {
        pid_t process;         /* 0: none yet */
        bool has_earlier;      /* it was refused something else than parting calls */
        struct moment any;     /* of all calls */
        struct moment earlier; /* but for parting ones */
};

struct refusal_record {
        double launch;
        uint64_t lost;
        uint16_t count;
        uint16_t object_count;
        struct moment last;         /* of all processes */
        pid_t last_process;         /* whose that was; 0: not known */
        uint16_t slots[SLOT_COUNT]; /* 1 + the place of an entry, or 0 */
        /* By the process' number, which starts at 1 in a sandbox: of two that share a slot, the
         * later one is known. */
        struct latest latest[PROCESS_SLOTS];
        struct entry entries[ENTRIES_MAX];
        char objects[OBJECTS_MAX][PATH_MAX];
};

void refusals_clear(struct refusals *refusals)
{
        struct refusal *refusal;

        vector_for_each(refusal, &refusals->items)
                free(refusal->object);
        vector_clear(&refusals->items);
        *refusals = (struct refusals){};
}

const struct refusal *refusals_find(const struct refusals *refusals, struct feature feature)
{
        const struct refusal *refusal;

        vector_for_each(refusal, &refusals->items) {
                if (feature_equal(refusal->feature, feature))
                        return refusal;
        }
        return NULL;
}

bool refusal_is_parting(const struct feature *feature)
{
        static const char *const names[] = {
                /* The C library's abort(3) and raise(3), and what ends a process. */
                "rt_sigprocmask",
                "rt_sigaction",
                "rt_sigreturn",
                "getpid",
                "gettid",
                "tgkill",
                "tkill",
                "kill",
                "exit",
                "exit_group",
                /* Messages, and perror(3). */
                "write",
                "writev",
                "dup",
        };
        const struct syscall_info *info = NULL;

        if (feature->kind != FEATURE_FILE)
                info = syscall_by_number(feature->abi, feature->number);
        for (size_t i = 0; info && i < ARRAY_SIZE(names); i++)
                if (strcmp(info->name, names[i]) == 0)
                        return true;
        return false;
}

struct refusal_record *refusal_record_new(void)
{
        void *memory = mmap(NULL, sizeof(struct refusal_record), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        return memory == MAP_FAILED ? NULL : memory;
}

struct refusal_record *refusal_record_free(struct refusal_record *record)
{
        if (record)
                munmap(record, sizeof(*record));
        return NULL;
}

void refusal_record_start(struct refusal_record *record, double launch)
{
        record->launch = launch;
}

/* FNV-1a, of words. */
static uint32_t hash_add(uint32_t hash, uint64_t word)
{
        hash = (hash ^ (uint32_t)word) * 16777619u;
        return (hash ^ (uint32_t)(word >> 32)) * 16777619u;
}

static uint32_t hash_of(const struct feature *feature)
{
        uint32_t hash = 2166136261u;

        hash = hash_add(hash, (uint64_t)feature->kind << 32 | feature->abi);
        hash = hash_add(hash, (uint64_t)(uint32_t)feature->number << 32 | feature->selector);
        hash = hash_add(hash, feature->value);
        for (const char *path = feature->path; *path; path++)
                hash = (hash ^ (unsigned char)*path) * 16777619u;
        return hash ^ hash >> 16;
}

/* The slot that leads to the entry of the feature, or the free one that should. */
static uint32_t find_slot(const struct refusal_record *record, const struct feature *feature)
{
        uint32_t i = hash_of(feature) % SLOT_COUNT;

        while (record->slots[i] &&
                feature_compare(&record->entries[record->slots[i] - 1].feature, feature) != 0)
                i = (i + 1) % SLOT_COUNT;
        return i;
}

bool refusal_record_lacks(const struct refusal_record *record, const struct feature *feature)
{
        return record->count < ENTRIES_MAX && record->slots[find_slot(record, feature)] == 0;
}

/* The place of a path among the objects; OBJECTS_MAX where there is no room for it. */
static uint16_t add_object(struct refusal_record *record, const char *path)
{
        uint16_t i = 0;

        if (strlen(path) >= sizeof(record->objects[0]))
                return OBJECTS_MAX;
        while (i < record->object_count && strcmp(record->objects[i], path) != 0)
                i++;
        if (i == record->object_count && i < OBJECTS_MAX) {
                strcpy(record->objects[i], path);
                record->object_count++;
        }
        return i;
}

/* The place of the feature's entry, which is made where it is not there; NO_ENTRY: no room. */
static uint16_t add_entry(struct refusal_record *record, const struct refused *refused,
        const char *object, double now)
{
        uint32_t slot = find_slot(record, refused->feature);

        if (record->slots[slot])
                return record->slots[slot] - 1;
        if (record->count == ENTRIES_MAX)
                return NO_ENTRY;
        record->entries[record->count] = (struct entry){
                .feature = *refused->feature,
                .action = refused->action,
                .errnum = refused->errnum,
                .success = refused->success,
                .first = now,
                .object = object ? add_object(record, object) : OBJECTS_MAX,
        };
        record->slots[slot] = ++record->count;
        return record->count - 1;
}

static void note_latest(
        struct refusal_record *record, const struct refused *refused, struct moment moment)
{
        struct latest *latest = &record->latest[refused->process % PROCESS_SLOTS];

        record->last = moment;
        record->last_process = refused->process;
        if (refused->process <= 0)
                return;
        if (latest->process != refused->process)
                *latest = (struct latest){.process = refused->process};
        latest->any = moment;
        if (!refusal_is_parting(refused->feature)) {
                latest->earlier = moment;
                latest->has_earlier = true;
        }
}

void refusal_record_note(
        struct refusal_record *record, const struct refused *refused, const char *object)
{
        double now = clock_seconds() - record->launch;
        uint16_t entry = add_entry(record, refused, object, now);

        if (entry == NO_ENTRY) {
                record->lost++;
        } else {
                record->entries[entry].count++;
                record->entries[entry].last = now;
        }
        note_latest(record, refused, (struct moment){entry, now});
}

static struct refusal_moment moment_of(const struct moment *moment)
{
        if (moment->entry == NO_ENTRY)
                return (struct refusal_moment){};
        return (struct refusal_moment){true, moment->entry, moment->when};
}

int refusal_record_read(const struct refusal_record *record, pid_t ended, struct refusals *ret)
{
        const struct latest *latest = &record->latest[ended % PROCESS_SLOTS];

        for (uint16_t i = 0; i < record->count; i++) {
                const struct entry *entry = &record->entries[i];
                struct refusal *refusal = vector_add(&ret->items);

                if (!refusal)
                        return -ENOMEM;
                *refusal = (struct refusal){
                        .feature = entry->feature,
                        .action = entry->action,
                        .errnum = entry->errnum,
                        .success = entry->success,
                        .count = entry->count,
                        .first = entry->first,
                        .last = entry->last,
                        .object =
                                strdup(entry->object < OBJECTS_MAX ? record->objects[entry->object]
                                                                   : REFUSAL_UNKNOWN),
                };
                if (!refusal->object)
                        return -ENOMEM;
        }
        ret->lost = record->lost;
        if (record->count > 0 || record->lost > 0)
                ret->last = moment_of(&record->last);
        /* The last one of all may have been its, too, where nobody could tell whose it was. */
        if (ended > 0 && latest->process == ended && record->last_process > 0)
                ret->ended = moment_of(&latest->any);
        if (ret->ended.known && latest->has_earlier &&
                refusal_is_parting(&ret->items.items[ret->ended.item].feature))
                ret->earlier = moment_of(&latest->earlier);
        return 0;
}
