/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Next comes the application that costs the least to make work as things stand; of equals the one
 * whose calls the most others require, then the one that changes the least, then the first. Keys
 * change when a feature is implemented or promised; only applications that use it are looked at
 * again.
 */
#include "plan/order.h"

#include <errno.h>

#include "plan/queue.h"
#include "plan/state.h"

static void enqueue(const struct plan_state *state, struct queue *queue, uint32_t application)
{
        queue_set(queue, application,
                (struct queue_key){
                        .cost = state->due[application] + state_conflict_cost(state, application),
                        .help = state->help[application],
                        .changes = state->faults[application],
                });
}

/* Brings the queue up to date with what has changed; what is promised leaves it. */
static void refresh(struct plan_state *state, struct queue *queue)
{
        const uint32_t *application;

        vector_for_each(application, &state->touched) {
                if (state->promised[*application])
                        queue_remove(queue, *application);
                else
                        enqueue(state, queue, *application);
        }
        state_forget_touched(state);
}

static void clear_step(struct plan_step *step)
{
        vector_clear(&step->applications);
        vector_clear(&step->implement);
        vector_clear(&step->stub);
        vector_clear(&step->fake);
}

/* Appends the applications of a step to the order. */
static size_t append(const struct plan_step *step, uint32_t *order, size_t count)
{
        for (size_t i = 0; i < step->applications.count; i++)
                order[count++] = step->applications.items[i];
        return count;
}

/* Writes the places of all applications into `order`. */
static int find_order(struct plan_state *state, struct queue *queue, uint32_t *order)
{
        struct plan_step step = {};
        uint32_t next;
        size_t count;
        int r;

        r = state_join(state, &step);
        count = append(&step, order, 0);
        if (r == 0)
                refresh(state, queue);
        while (r == 0 && queue_take(queue, &next)) {
                clear_step(&step);
                r = state_serve(state, next, NULL, &step);
                if (r == 0)
                        r = state_join(state, &step);
                count = append(&step, order, count);
                if (r == 0)
                        refresh(state, queue);
        }
        clear_step(&step);
        return r;
}

int plan_greedy(const struct plan_problem *problem, struct plan *plan)
{
        CLEANUP_STATE struct plan_state state = {};
        CLEANUP_QUEUE struct queue *queue = queue_new(problem->application_count);
        CLEANUP_FREE uint32_t *order = calloc(problem->application_count + 1, sizeof(*order));
        int r;

        if (!queue || !order)
                return -ENOMEM;
        r = state_init(problem, &state);
        if (r == 0)
                r = find_order(&state, queue, order);
        if (r == 0)
                r = plan_follow(problem, order, plan);
        return r;
}
