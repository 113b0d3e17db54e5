/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/analysis.h"

#include <errno.h>

#include "binary/flow.h"
#include "binary/gather.h"

/* Those to which something leads that was found when they had been looked at already. */
static int look_again(struct flow *flow)
{
        struct gather *gather = flow->gather;
        int r = 0;

        while (r == 0 && gather->queue.count > 0) {
                uint32_t function = gather->queue.items[--gather->queue.count];

                gather->is_queued[function] = false;
                r = flow_function(flow, function);
        }
        return r;
}

static int analyse(struct gather *gather)
{
        struct flow flow;
        int r;

        r = gather_object(gather);
        if (r < 0)
                return r;
        flow_init(&flow, gather);
        for (uint32_t i = 0; r == 0 && i < gather->functions.items.count; i++)
                r = flow_function(&flow, i);
        if (r == 0) {
                gather_unexplained(gather);
                r = look_again(&flow);
        }
        flow_clear(&flow);
        if (r == 0)
                r = gather_finish(gather);
        return r;
}

/* The functions that `function`, which was looked at, calls. What it does may move meanwhile. */
static int look_at_called(struct flow *flow, uint32_t function)
{
        const struct summary *summary = flow->gather->summary;
        const struct summary_function *item = &summary->functions.items[function];
        int r = 0;

        for (uint32_t i = 0; i < item->fact_count && r == 0; i++) {
                const struct fact *fact = &summary->facts.items[item->facts + i];

                if (fact->kind == FACT_CALL && !flow->gather->is_done[fact->target])
                        r = flow_function(flow, fact->target);
        }
        return r;
}

static int analyse_entry(struct gather *gather)
{
        struct flow flow;
        uint32_t entry;
        int r;

        r = gather_object(gather);
        if (r < 0)
                return r;
        entry = summary_function_at(gather->summary, gather->object->entry);
        if (entry == UINT32_MAX)
                return 0;
        flow_init(&flow, gather);
        r = flow_function(&flow, entry);
        if (r == 0)
                r = look_at_called(&flow, entry);
        flow_clear(&flow);
        return r;
}

static int analyse_by(const struct object *object, int (*look)(struct gather *gather),
        struct summary **ret, struct error *error)
{
        struct gather gather;
        int r;

        r = gather_init(&gather, object, error);
        if (r == 0)
                r = look(&gather);
        if (r == 0)
                *ret = steal_pointer(gather.summary);
        else if (r == -ENOMEM)
                error_errno(error, ENOMEM, "%s: analysis", object->path);
        gather_clear(&gather);
        return r;
}

int object_analyse(const struct object *object, struct summary **ret, struct error *error)
{
        return analyse_by(object, analyse, ret, error);
}

int object_analyse_entry(const struct object *object, struct summary **ret, struct error *error)
{
        return analyse_by(object, analyse_entry, ret, error);
}
