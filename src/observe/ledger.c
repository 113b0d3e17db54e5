/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/ledger.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "observe/backend.h"

#define NUMBER_LIMIT 1024
#define CELL_COUNT   16384 /* a power of two */
#define PATHS_SIZE   (256u << 10)

enum detail {
        DETAIL_NONE, /* the cell is free */
        DETAIL_ERROR,
        DETAIL_OBJECT,
};

/* How often a call had one errno, or came from one object. */
struct cell {
        uint8_t detail;
        uint8_t abi;
        uint16_t number;
        uint32_t value; /* errno, or where the path begins in `paths` */
        uint64_t count;
};

struct ledger {
        uint64_t calls[ABI_COUNT][NUMBER_LIMIT];
        uint64_t lost_numbers;         /* calls whose number is beyond the limit */
        uint64_t lost;                 /* occurrences that found no room */
        struct cell cells[CELL_COUNT]; /* a hash table with linear probing */
        uint32_t paths_used;
        char paths[PATHS_SIZE]; /* strings, one behind the other */
};

struct ledger *ledger_new(void)
{
        void *memory = mmap(NULL, sizeof(struct ledger), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        return memory == MAP_FAILED ? NULL : memory;
}

struct ledger *ledger_free(struct ledger *ledger)
{
        if (ledger)
                munmap(ledger, sizeof(*ledger));
        return NULL;
}

void ledger_reset(struct ledger *ledger)
{
        memset(ledger, 0, sizeof(*ledger));
}

void ledger_lose(struct ledger *ledger)
{
        ledger->lost++;
}

void ledger_count(struct ledger *ledger, enum abi abi, int number)
{
        if (number < 0 || number >= NUMBER_LIMIT)
                ledger->lost_numbers++;
        else
                ledger->calls[abi][number]++;
}

static void count_detail(
        struct ledger *ledger, enum detail detail, enum abi abi, int number, uint32_t value)
{
        uint32_t hash = (detail + abi * 7 + number * 31 + value * 1009) * 2654435761u;

        if (number < 0 || number >= NUMBER_LIMIT)
                return; /* ledger_count() has noted it */
        for (uint32_t probe = 0; probe < CELL_COUNT; probe++) {
                struct cell *cell = &ledger->cells[((hash >> 16) + probe) % CELL_COUNT];

                if (cell->detail == DETAIL_NONE)
                        *cell = (struct cell){detail, abi, number, value, 0};
                if (cell->detail == detail && cell->abi == abi && cell->number == number &&
                        cell->value == value) {
                        cell->count++;
                        return;
                }
        }
        ledger->lost++;
}

void ledger_count_error(struct ledger *ledger, enum abi abi, int number, int errnum)
{
        count_detail(ledger, DETAIL_ERROR, abi, number, errnum);
}

void ledger_count_object(struct ledger *ledger, enum abi abi, int number, int path)
{
        if (path < 0)
                ledger->lost++;
        else
                count_detail(ledger, DETAIL_OBJECT, abi, number, path);
}

int ledger_path(struct ledger *ledger, const char *path)
{
        size_t size = strlen(path) + 1;
        uint32_t position = 0;

        while (position < ledger->paths_used) {
                if (strcmp(ledger->paths + position, path) == 0)
                        return position;
                position += strlen(ledger->paths + position) + 1;
        }
        if (size > PATHS_SIZE - position)
                return -1;
        memcpy(ledger->paths + position, path, size);
        ledger->paths_used += size;
        return position;
}

static int read_details(const struct ledger *ledger, struct observation *observation)
{
        for (size_t i = 0; i < CELL_COUNT; i++) {
                const struct cell *cell = &ledger->cells[i];
                struct feature feature = {FEATURE_SYSCALL, cell->abi, cell->number};
                struct observed_call *call;
                int r;

                if (cell->detail == DETAIL_NONE)
                        continue;
                call = observation_call(observation, feature);
                if (!call)
                        return -ENOMEM;
                if (cell->detail == DETAIL_ERROR)
                        r = observed_call_add_error(call, cell->value, cell->count);
                else
                        r = observed_call_add_object(
                                call, ledger->paths + cell->value, cell->count);
                if (r < 0)
                        return r;
        }
        return 0;
}

int ledger_read(const struct ledger *ledger, struct observation *observation, struct error *error)
{
        if (ledger->lost_numbers)
                return observer_lost_numbers(ledger->lost_numbers, error);
        if (ledger->lost)
                return error_set(error, EOVERFLOW,
                        "the observation has gaps: %llu occurrences did not fit into the memory "
                        "set apart for them",
                        (unsigned long long)ledger->lost);
        for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                for (int number = 0; number < NUMBER_LIMIT; number++) {
                        struct feature feature = {FEATURE_SYSCALL, abi, number};
                        struct observed_call *call;

                        if (ledger->calls[abi][number] == 0)
                                continue;
                        call = observation_call(observation, feature);
                        if (!call)
                                return error_errno(error, ENOMEM, "reading the observation");
                        call->count = ledger->calls[abi][number];
                }
        }
        if (read_details(ledger, observation) < 0)
                return error_errno(error, ENOMEM, "reading the observation");
        return 0;
}
