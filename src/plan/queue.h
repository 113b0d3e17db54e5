/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which of many applications is next: a heap whose keys may change at any time, in logarithmic
 * time. Among equal keys the application with the lower place is first.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct queue_key {
        uint64_t cost;    /* the least is first */
        uint64_t help;    /* among equal costs, the most */
        uint32_t changes; /* then the least */
};

struct queue;

/* An empty queue for places below `count`; NULL when out of memory. */
struct queue *queue_new(size_t count);

/* Adds the place, or gives it another key. */
void queue_set(struct queue *queue, uint32_t place, struct queue_key key);

/* Takes the place out, where it is in. */
void queue_remove(struct queue *queue, uint32_t place);

/* Takes the first out. Returns false where the queue is empty. */
bool queue_take(struct queue *queue, uint32_t *ret);

struct queue *queue_free(struct queue *queue);
DEFINE_CLEANUP(struct queue *, queue_free)
#define CLEANUP_QUEUE CLEANUP(queue_freep)
