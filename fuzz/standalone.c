/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Runs a fuzz target without libFuzzer:
 *
 *     fuzz-TARGET [--mutations N] FILE|FOLDER…
 *
 * gives it every file, those in folders too, and then N inputs made out of them by chance. The
 * chances are the same every time: to see what a crash was about, run the same command in a
 * debugger.
 */

#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strings.h"
#include "base/vector.h"
#include "fuzz/fuzz.h"

#define INPUT_SIZE_MAX (64u << 10)
#define SEED           UINT64_C(0x9e3779b97f4a7c15)

struct input {
        uint8_t *data;
        size_t size;
};

struct corpus {
        VECTOR(struct input) inputs;
};

static void corpus_clear(struct corpus *corpus)
{
        struct input *input;

        vector_for_each(input, &corpus->inputs)
                free(input->data);
        vector_clear(&corpus->inputs);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
        return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Adds a file; one that is too large is left out. */
static bool corpus_add(struct corpus *corpus, const char *path)
{
        struct input *input;
        char *data;
        size_t size;

        if (read_file(path, INPUT_SIZE_MAX, &data, &size) < 0)
                return false;
        input = vector_add(&corpus->inputs);
        if (!input) {
                free(data);
                return false;
        }
        *input = (struct input){(uint8_t *)data, size};
        return true;
}

/* In the order of their names, which differs from folder to folder on disk. */
static bool corpus_read(struct corpus *corpus, char *const *paths)
{
        FTS *walk = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, by_name);
        bool complete = walk != NULL;
        FTSENT *entry;

        while (walk && (entry = fts_read(walk))) {
                if (entry->fts_info == FTS_F)
                        complete &= corpus_add(corpus, entry->fts_accpath);
                else if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR)
                        complete = false;
        }
        if (walk)
                fts_close(walk);
        return complete;
}

/* xorshift64: any `limit` above 0; the result is below it. */
static size_t chance(uint64_t *state, size_t limit)
{
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        return *state % limit;
}

/* Replaces `removed` bytes at `offset` by `size` others; without effect where they do not fit. */
static void splice(
        struct input *input, size_t offset, size_t removed, const uint8_t *data, size_t size)
{
        uint8_t *place = input->data + offset;

        if (input->size - removed + size > INPUT_SIZE_MAX)
                return;
        memmove(place + size, place + removed, input->size - offset - removed);
        memcpy(place, data, size);
        input->size += size - removed;
}

/* One small change: `input` has room for INPUT_SIZE_MAX bytes. */
static void mutate(struct input *input, const struct corpus *corpus, uint64_t *state)
{
        static const char special[] = "\n :-[]{},&*!|>'\"%@`#?\t\\0\x7f\xc3\xff";
        const struct input *other = &corpus->inputs.items[chance(state, corpus->inputs.count)];
        size_t offset = chance(state, input->size + 1), from = chance(state, other->size + 1);
        size_t removed = chance(state, input->size - offset + 1) % 32;
        size_t taken = chance(state, other->size - from + 1);
        uint8_t byte;

        switch (chance(state, 4)) {
        case 0: /* another byte, any or one that means something */
                byte = chance(state, 2) ? chance(state, 256)
                                        : special[chance(state, sizeof(special))];
                splice(input, offset, removed > 0, &byte, 1);
                break;
        case 1: /* a piece less */
                splice(input, offset, removed, other->data, 0);
                break;
        default: /* a piece of another input */
                splice(input, offset, removed, other->data + from, taken % 64);
        }
}

static bool run_mutations(const struct corpus *corpus, unsigned count)
{
        CLEANUP_FREE uint8_t *buffer = malloc(INPUT_SIZE_MAX);
        uint64_t state = SEED;

        if (!buffer || corpus->inputs.count == 0)
                return false;
        for (unsigned i = 0; i < count; i++) {
                const struct input *origin =
                        &corpus->inputs.items[chance(&state, corpus->inputs.count)];
                struct input input = {.data = buffer, .size = origin->size};

                memcpy(buffer, origin->data, origin->size);
                for (size_t changes = 1 + chance(&state, 6); changes > 0; changes--)
                        mutate(&input, corpus, &state);
                LLVMFuzzerTestOneInput(input.data, input.size);
        }
        return true;
}

int main(int argc, char **argv)
{
        CLEANUP(corpus_clear) struct corpus corpus = {};
        const struct input *input;
        unsigned mutations = 0;
        char **paths = argv + 1;

        if (argc > 2 && string_equal(argv[1], "--mutations")) {
                mutations = strtoul(argv[2], NULL, 10);
                paths += 2;
        }
        if (!*paths) {
                fprintf(stderr, "Usage: %s [--mutations N] FILE|FOLDER…\n", argv[0]);
                return 2;
        }
        if (!corpus_read(&corpus, paths)) {
                fprintf(stderr, "%s: not every input could be read\n", argv[0]);
                return 1;
        }
        vector_for_each(input, &corpus.inputs)
                LLVMFuzzerTestOneInput(input->data, input->size);
        if (mutations > 0 && !run_mutations(&corpus, mutations))
                return 1;
        printf("%zu inputs and %u mutations\n", corpus.inputs.count, mutations);
        return 0;
}
