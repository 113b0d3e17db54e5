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

int object_analyse(const struct object *object, struct summary **ret, struct error *error)
{
        struct gather gather;
        int r;

        r = gather_init(&gather, object, error);
        if (r == 0)
                r = analyse(&gather);
        if (r == 0)
                *ret = steal_pointer(gather.summary);
        else if (r == -ENOMEM)
                error_errno(error, ENOMEM, "%s: analysis", object->path);
        gather_clear(&gather);
        return r;
}
