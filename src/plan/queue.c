/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/queue.h"

/* Position of what is not in the heap. */
#define OUTSIDE UINT32_MAX

struct queue {
        struct queue_key *keys; /* by place */
        uint32_t *positions;    /* by place: where in the heap, or OUTSIDE */
        uint32_t *heap;         /* places; none is before the one at half its position */
        size_t count;
};

struct queue *queue_new(size_t count)
{
        CLEANUP_QUEUE struct queue *queue = calloc(1, sizeof(*queue));

        if (!queue)
                return NULL;
        queue->keys = calloc(count + 1, sizeof(*queue->keys));
        queue->positions = calloc(count + 1, sizeof(*queue->positions));
        queue->heap = calloc(count + 1, sizeof(*queue->heap));
        if (!queue->keys || !queue->positions || !queue->heap)
                return NULL;
        for (size_t i = 0; i < count; i++)
                queue->positions[i] = OUTSIDE;
        return steal_pointer(queue);
}

struct queue *queue_free(struct queue *queue)
{
        if (!queue)
                return NULL;
        free(queue->keys);
        free(queue->positions);
        free(queue->heap);
        free(queue);
        return NULL;
}

static bool is_before(const struct queue *queue, uint32_t a, uint32_t b)
{
        const struct queue_key *x = &queue->keys[a], *y = &queue->keys[b];

        if (x->cost != y->cost)
                return x->cost < y->cost;
        if (x->help != y->help)
                return x->help > y->help;
        if (x->changes != y->changes)
                return x->changes < y->changes;
        return a < b;
}

static void put(struct queue *queue, size_t position, uint32_t place)
{
        queue->heap[position] = place;
        queue->positions[place] = position;
}

/* Moves what stands at the position towards the front as far as it belongs. */
static void rise(struct queue *queue, size_t position)
{
        uint32_t place = queue->heap[position];
        size_t parent;

        while (position > 0) {
                parent = (position - 1) / 2;
                if (!is_before(queue, place, queue->heap[parent]))
                        break;
                put(queue, position, queue->heap[parent]);
                position = parent;
        }
        put(queue, position, place);
}

/* And towards the end. */
static void sink(struct queue *queue, size_t position)
{
        uint32_t place = queue->heap[position];
        size_t child;

        while ((child = 2 * position + 1) < queue->count) {
                if (child + 1 < queue->count &&
                        is_before(queue, queue->heap[child + 1], queue->heap[child]))
                        child++;
                if (!is_before(queue, queue->heap[child], place))
                        break;
                put(queue, position, queue->heap[child]);
                position = child;
        }
        put(queue, position, place);
}

void queue_set(struct queue *queue, uint32_t place, struct queue_key key)
{
        queue->keys[place] = key;
        if (queue->positions[place] == OUTSIDE)
                put(queue, queue->count++, place);
        rise(queue, queue->positions[place]);
        sink(queue, queue->positions[place]);
}

void queue_remove(struct queue *queue, uint32_t place)
{
        size_t position = queue->positions[place];
        uint32_t last;

        if (position == OUTSIDE)
                return;
        queue->positions[place] = OUTSIDE;
        last = queue->heap[--queue->count];
        if (last == place)
                return;
        put(queue, position, last);
        rise(queue, position);
        sink(queue, queue->positions[last]);
}

bool queue_take(struct queue *queue, uint32_t *ret)
{
        uint32_t first;

        if (queue->count == 0)
                return false;
        first = queue->heap[0];
        queue_remove(queue, first);
        *ret = first;
        return true;
}
