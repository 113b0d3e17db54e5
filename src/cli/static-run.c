/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/static-run.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/parallel.h"
#include "base/strings.h"

/* What came of a target, until its turn to be told of has come. */
struct slot {
        bool ended;
        struct static_result *result;
        char *problem;
        char digest[DIGEST_TEXT_SIZE]; /* "": none */
        char *line;
        size_t line_length;
};

/* What one target has to do with the others' time. */
struct job {
        size_t target;
        double work; /* about; in bytes of code */
};

struct work {
        const struct static_run *run;
        struct job *jobs; /* in the order in which they are begun; as many as targets */
        double total;     /* their work */

        pthread_mutex_t lock; /* for all below */
        struct slot *slots;   /* as many as targets */
        size_t told;          /* the first slots, which are empty again */
        struct static_progress progress;
        double ended; /* work */
        bool failed;  /* nothing is told any more */
        struct error *error;
};

static void clear_slot(struct slot *slot)
{
        static_result_free(slot->result);
        free(slot->problem);
        free(slot->line);
        *slot = (struct slot){};
}

static void clear_work(struct work *work)
{
        for (size_t i = 0; work->slots && i < work->run->targets->items.count; i++)
                clear_slot(&work->slots[i]);
        free(work->slots);
        free(work->jobs);
        pthread_mutex_destroy(&work->lock);
}

/* Tells of what has ended, as far as nothing before it is still under way. The lock is held. */
static int tell(struct work *work)
{
        const struct static_targets *targets = work->run->targets;
        int r = 0;

        while (r == 0 && work->told < targets->items.count && work->slots[work->told].ended) {
                struct slot *slot = &work->slots[work->told];
                const struct static_outcome outcome = {
                        .target = &targets->items.items[work->told],
                        .result = slot->result,
                        .problem = slot->problem,
                        .digest = slot->digest[0] ? slot->digest : NULL,
                        .line = slot->line,
                        .line_length = slot->line_length,
                };

                r = work->run->done(work->run->context, &outcome, work->error);
                clear_slot(slot);
                work->told++;
        }
        return r;
}

/* Names of objects to be preloaded: the workload's, then those of the options. */
static int join_preload(const struct static_target *target, char *const *preload, char ***ret)
{
        CLEANUP_STRINGS char **names = strings_copy(target->preload);

        if (!names)
                return -ENOMEM;
        for (; preload && *preload; preload++)
                if (strings_add(&names, *preload) < 0)
                        return -ENOMEM;
        *ret = steal_pointer(names);
        return 0;
}

static int load(const struct work *work, const struct static_target *target,
        const struct loader *loader, struct program **ret, struct error *error)
{
        const struct static_run *run = work->run;
        CLEANUP_STRINGS char **preload = NULL;
        struct program_options options = {
                .with = run->with,
                .no_modules = run->no_modules,
                /* Where there are enough files, each has one thread. */
                .threads = run->targets->items.count > run->jobs ? 1 : run->jobs,
        };

        if (join_preload(target, run->preload, &preload) < 0)
                return error_errno(error, ENOMEM, "%s", target->name);
        options.preload = preload;
        return program_load(run->library, loader, target->path, &options, ret, error);
}

static int look_into(const struct work *work, const struct static_target *target,
        const struct loader *loader, struct static_result **ret, struct error *error)
{
        const struct static_run *run = work->run;
        const double begin = clock_seconds();
        CLEANUP_PROGRAM struct program *program = NULL;
        CLEANUP_REACH struct reach *reach = NULL;
        int r;

        r = load(work, target, loader, &program, error);
        if (r == 0)
                r = reach_find(program, &run->reach, &reach, error);
        if (r < 0)
                return r;
        if (static_result_new(program, reach, &run->reach, run->witnesses, target->name, ret) < 0)
                return error_errno(error, ENOMEM, "%s", target->name);
        (*ret)->seconds = clock_seconds() - begin;
        return 0;
}

/* The same, for a target whose workload has a library path of its own too. */
static int analyse(const struct work *work, const struct static_target *target,
        struct static_result **ret, struct error *error)
{
        CLEANUP_LOADER struct loader *own = NULL;
        const struct loader_options options = {
                .root = work->run->root,
                .library_path = target->library_path,
        };
        int r;

        if (!target->library_path || work->run->library_path)
                return look_into(work, target, work->run->loader, ret, error);
        r = loader_new(&options, &own, error);
        return r < 0 ? r : look_into(work, target, own, ret, error);
}

static int take_names(const struct static_target *target, struct static_result *result)
{
        result->application = target->application ? strdup(target->application) : NULL;
        result->workload = target->workload ? strdup(target->workload) : NULL;
        return (target->application && !result->application) ||
                               (target->workload && !result->workload)
                       ? -ENOMEM
                       : 0;
}

static int fill_slot(const struct work *work, const struct static_target *target, struct slot *slot,
        struct error *fatal)
{
        unsigned char digest[DIGEST_BYTES];
        struct error error = {};
        int r;

        r = analyse(work, target, &slot->result, &error);
        /* An object of --with or --preload is not there, which is nobody's fault but the user's. */
        if (r == -ENOMEM || (r == -ENOENT && access(target->file, F_OK) == 0)) {
                *fatal = error;
                return r;
        }
        if (r < 0) {
                slot->problem = strdup(error.message[0] ? error.message : strerror(-r));
                return slot->problem ? 0 : -ENOMEM;
        }
        if (take_names(target, slot->result) < 0)
                return -ENOMEM;
        /* A file that was there a moment ago: without a digest it is only not stored. */
        if (work->run->digests && digest_file(target->file, digest, NULL) == 0)
                digest_text(digest, slot->digest);
        return work->run->lines ? static_result_line(slot->result, &slot->line, &slot->line_length)
                                : 0;
}

/* Tells that one has ended. The lock is held. */
static void tell_progress(struct work *work, const struct job *job)
{
        work->ended += job->work;
        work->progress.ended++;
        work->progress.share = work->ended / work->total;
        work->run->progress(work->run->context, &work->progress);
}

static int carry_out(void *context, size_t number)
{
        struct work *work = context;
        const struct job *job = &work->jobs[number];
        const struct static_target *target = &work->run->targets->items.items[job->target];
        struct error fatal = {};
        struct slot slot = {};
        int r;

        r = fill_slot(work, target, &slot, &fatal);
        pthread_mutex_lock(&work->lock);
        slot.ended = true;
        work->slots[job->target] = slot;
        if (work->failed) {
                r = -ECANCELED;
        } else if (r < 0) {
                *work->error = fatal;
                if (!fatal.message[0])
                        error_errno(work->error, -r, "%s", target->name);
        } else {
                r = tell(work);
        }
        if (r == 0)
                tell_progress(work, job);
        work->failed = r < 0;
        pthread_mutex_unlock(&work->lock);
        return r;
}

/* ---- In which order ---- */

/* What a small program takes, in terms of bytes: its share of the libraries that are looked at with
 * it, and putting it together. */
#define WORK_LEAST (1 << 20)

/* Those that take so much of all work are begun first. */
#define LARGE_SHARE (1.0 / 128)

/* About how much there is to do: the size of the file is all that is known. */
static double static_work(const struct static_target *target)
{
        struct stat status;

        return WORK_LEAST + (stat(target->file, &status) == 0 ? (double)status.st_size : 0);
}

static int compare_jobs(const void *a, const void *b)
{
        const struct job *left = a, *right = b;

        if (left->work != right->work)
                return left->work > right->work ? -1 : 1;
        return left->target < right->target ? -1 : left->target > right->target;
}

/*
 * A large one that comes last would leave the other threads without work, so these come first,
 * the largest before the others. The rest keeps the order in which it is told of.
 */
static void order_jobs(struct work *work)
{
        size_t count = work->run->targets->items.count, large = 0;

        for (size_t i = 0; i < count; i++) {
                work->jobs[i].target = i;
                work->jobs[i].work = static_work(&work->run->targets->items.items[i]);
                work->total += work->jobs[i].work;
        }
        for (size_t i = 0; i < count; i++) {
                const struct job job = work->jobs[i];

                if (job.work < work->total * LARGE_SHARE)
                        continue;
                memmove(&work->jobs[large + 1], &work->jobs[large],
                        (i - large) * sizeof(*work->jobs));
                work->jobs[large++] = job;
        }
        qsort(work->jobs, large, sizeof(*work->jobs), compare_jobs);
}

int static_run_carry_out(const struct static_run *run, struct error *error)
{
        const size_t count = run->targets->items.count;
        CLEANUP(clear_work)
        struct work work = {
                .run = run,
                .lock = PTHREAD_MUTEX_INITIALIZER,
                .progress = {.count = count},
                .error = error,
        };

        work.slots = calloc(count + 1, sizeof(*work.slots));
        work.jobs = calloc(count + 1, sizeof(*work.jobs));
        if (!work.slots || !work.jobs)
                return error_errno(error, ENOMEM, "static analysis");
        order_jobs(&work);
        return parallel_for(count, run->jobs, carry_out, &work);
}
