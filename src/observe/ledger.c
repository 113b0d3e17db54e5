/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/ledger.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "observe/backend.h"

#define NUMBER_LIMIT 1024
#define CELL_COUNT   65536 /* a power of two */
#define PATHS_SIZE   (256u << 10)
#define PROGRAMS_MAX 4096

enum detail {
        DETAIL_NONE, /* the cell is free */
        DETAIL_ERROR,
        DETAIL_OBJECT,
        DETAIL_WORD,
};

/* How often a call had one errno, came from one object, or had one word of a selector. */
struct cell {
        uint8_t detail;
        uint8_t abi;
        uint16_t number;
        uint16_t phase;    /* of DETAIL_WORD, else 0 */
        uint16_t selector; /* likewise */
        uint64_t value;    /* errno; where the path begins in `paths`; the word */
        uint64_t count;
};

/* A program that was executed. */
struct program {
        int path, problem; /* where they begin in `paths`; -1: there is no problem */
        uint64_t main;
};

struct ledger {
        uint64_t calls[ABI_COUNT][NUMBER_LIMIT][CALL_PHASE_COUNT];
        uint64_t lost_numbers;         /* calls whose number is beyond the limit */
        uint64_t lost;                 /* occurrences that found no room */
        uint64_t unseen;               /* looks into a process that were refused */
        uint64_t unwatched;            /* processes that were not seen to enter main() */
        int unwatched_errno;           /* of the last of these */
        struct cell cells[CELL_COUNT]; /* a hash table with linear probing */
        uint32_t program_count;
        struct program programs[PROGRAMS_MAX];
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

void ledger_lose_sight(struct ledger *ledger)
{
        ledger->unseen++;
}

/* False for numbers that are not counted, which ledger_count() notes. */
static bool is_counted(int number)
{
        return number >= 0 && number < NUMBER_LIMIT;
}

void ledger_lose_main(struct ledger *ledger, int errnum)
{
        ledger->unwatched++;
        ledger->unwatched_errno = errnum;
}

void ledger_count(struct ledger *ledger, enum abi abi, int number, enum call_phase phase)
{
        if (is_counted(number))
                ledger->calls[abi][number][phase]++;
        else
                ledger->lost_numbers++;
}

static bool is_same(const struct cell *a, const struct cell *b)
{
        return a->detail == b->detail && a->abi == b->abi && a->number == b->number &&
               a->phase == b->phase && a->selector == b->selector && a->value == b->value;
}

/* Where the search for a cell begins: the upper bits of the product, which depend on all others. */
static uint32_t place_of(const struct cell *cell)
{
        uint64_t sum = cell->detail + cell->abi * 7u + cell->number * 31u + cell->selector * 1009u +
                       cell->phase * 65537u;

        return ((sum + cell->value * UINT64_C(0x9e3779b97f4a7c15)) *
                       UINT64_C(0xd6e8feb86659fd93)) >>
               32;
}

/* Counts one more of what `wanted` describes. */
static void count_detail(struct ledger *ledger, struct cell wanted)
{
        uint32_t place = place_of(&wanted);

        for (uint32_t probe = 0; probe < CELL_COUNT; probe++) {
                struct cell *cell = &ledger->cells[(place + probe) % CELL_COUNT];

                if (cell->detail == DETAIL_NONE)
                        *cell = wanted;
                if (is_same(cell, &wanted)) {
                        cell->count++;
                        return;
                }
        }
        ledger->lost++;
}

void ledger_count_error(struct ledger *ledger, enum abi abi, int number, int errnum)
{
        if (is_counted(number))
                count_detail(ledger, (struct cell){
                                             .detail = DETAIL_ERROR,
                                             .abi = abi,
                                             .number = number,
                                             .value = errnum,
                                     });
}

void ledger_count_object(struct ledger *ledger, enum abi abi, int number, int path)
{
        if (path < 0)
                ledger->lost++;
        else if (is_counted(number))
                count_detail(ledger, (struct cell){
                                             .detail = DETAIL_OBJECT,
                                             .abi = abi,
                                             .number = number,
                                             .value = path,
                                     });
}

void ledger_count_word(struct ledger *ledger, enum abi abi, int number, unsigned selector,
        uint64_t word, enum call_phase phase)
{
        if (is_counted(number))
                count_detail(ledger, (struct cell){
                                             .detail = DETAIL_WORD,
                                             .abi = abi,
                                             .number = number,
                                             .phase = phase,
                                             .selector = selector,
                                             .value = word,
                                     });
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

void ledger_program(struct ledger *ledger, const char *path, uint64_t main, const char *problem)
{
        struct program program = {
                .path = ledger_path(ledger, path),
                .problem = problem ? ledger_path(ledger, problem) : -1,
                .main = main,
        };

        if (program.path < 0 || (problem && program.problem < 0)) {
                ledger->lost++;
                return;
        }
        for (uint32_t i = 0; i < ledger->program_count; i++) {
                const struct program *known = &ledger->programs[i];

                if (known->path == program.path && known->problem == program.problem &&
                        known->main == program.main)
                        return;
        }
        if (ledger->program_count < PROGRAMS_MAX)
                ledger->programs[ledger->program_count++] = program;
        else
                ledger->lost++;
}

static int read_cell(
        const struct ledger *ledger, const struct cell *cell, struct observation *observation)
{
        struct feature feature = {FEATURE_SYSCALL, cell->abi, cell->number};
        struct observed_call *call;

        if (cell->detail == DETAIL_NONE)
                return 0;
        if (cell->detail == DETAIL_WORD)
                return observation_add_word(observation, cell->abi, cell->number, cell->selector,
                        cell->value, observation->phased ? cell->phase : CALL_PHASE_COUNT,
                        cell->count);
        call = observation_call(observation, feature);
        if (!call)
                return -ENOMEM;
        if (cell->detail == DETAIL_ERROR)
                return observed_call_add_error(call, (int)cell->value, cell->count);
        return observed_call_add_object(call, ledger->paths + cell->value, cell->count);
}

static int read_details(const struct ledger *ledger, struct observation *observation)
{
        for (size_t i = 0; i < CELL_COUNT; i++) {
                int r = read_cell(ledger, &ledger->cells[i], observation);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_programs(const struct ledger *ledger, struct observation *observation)
{
        for (uint32_t i = 0; i < ledger->program_count; i++) {
                const struct program *program = &ledger->programs[i];
                int r = observation_add_program(observation, ledger->paths + program->path,
                        program->main,
                        program->problem < 0 ? NULL : ledger->paths + program->problem);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_calls(const struct ledger *ledger, enum abi abi, struct observation *observation)
{
        for (int number = 0; number < NUMBER_LIMIT; number++) {
                const uint64_t *counts = ledger->calls[abi][number];
                struct feature feature = {FEATURE_SYSCALL, abi, number};
                struct observed_call *call;

                if (!counts[CALL_BEFORE_MAIN] && !counts[CALL_AFTER_MAIN] &&
                        !counts[CALL_PHASE_UNKNOWN])
                        continue;
                call = observation_call(observation, feature);
                if (!call)
                        return -ENOMEM;
                for (enum call_phase phase = 0; phase < CALL_PHASE_COUNT; phase++) {
                        call->count += counts[phase];
                        call->phases[phase] = observation->phased ? counts[phase] : 0;
                }
        }
        return 0;
}

/* What was lost. */
static int check_gaps(const struct ledger *ledger, struct error *error)
{
        if (ledger->lost_numbers)
                return observer_lost_numbers(ledger->lost_numbers, error);
        if (ledger->lost)
                return error_set(error, EOVERFLOW,
                        "the observation has gaps: %llu occurrences did not fit into the memory "
                        "set apart for them",
                        (unsigned long long)ledger->lost);
        if (ledger->unseen)
                return error_set(error, EACCES,
                        "the observation has gaps: %llu looks into the application's processes "
                        "were refused",
                        (unsigned long long)ledger->unseen);
        if (ledger->unwatched)
                return error_errno(error, ledger->unwatched_errno,
                        "phases: %llu processes could not be watched for the begin of main()",
                        (unsigned long long)ledger->unwatched);
        return 0;
}

int ledger_read(const struct ledger *ledger, struct observation *observation, struct error *error)
{
        int r = check_gaps(ledger, error);

        if (r < 0)
                return r;
        for (enum abi abi = 0; abi < ABI_COUNT && r == 0; abi++)
                r = read_calls(ledger, abi, observation);
        if (r == 0)
                r = read_details(ledger, observation);
        if (r == 0)
                r = read_programs(ledger, observation);
        return r < 0 ? error_errno(error, -r, "reading the observation") : 0;
}
