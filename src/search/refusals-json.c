/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/refusals-json.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"

/* The kernel's: -4095 to -1 are errors. */
#define ERRNO_MAX 4095

static json_t *refusal_to_json(const struct refusal *refusal)
{
        bool is_number = refusal->success.kind == SUCCESS_CONSTANT;
        char name[FEATURE_NAME_MAX];
        json_t *answer;

        if (refusal->action == ACTION_STUB)
                answer = json_integer(refusal->errnum);
        else
                answer = is_number ? json_integer((json_int_t)refusal->success.value) : json_null();
        return json_pack("{s:s, s:o, s:I, s:f, s:f, s:o}", "feature",
                feature_name(refusal->feature, name),
                refusal->action == ACTION_STUB ? "errno" : "fake", answer, "count",
                (json_int_t)refusal->count, "first_s", refusal->first, "last_s", refusal->last,
                "object", json_text(refusal->object));
}

static int set_moment(json_t *object, const char *key, struct refusal_moment moment)
{
        if (!moment.known)
                return 0;
        return json_object_set_new(object, key,
                json_pack("{s:I, s:f}", "item", (json_int_t)moment.item, "when_s", moment.when));
}

json_t *refusals_to_json(const struct refusals *refusals)
{
        json_t *items = json_array(), *object = json_object();
        const struct refusal *refusal;
        int r = 0;

        vector_for_each(refusal, &refusals->items)
                r |= json_array_append_new(items, refusal_to_json(refusal));
        r |= json_object_set_new(object, "items", items);
        if (refusals->lost > 0)
                r |= json_object_set_new(object, "lost", json_integer((json_int_t)refusals->lost));
        r |= set_moment(object, "last", refusals->last);
        r |= set_moment(object, "ended", refusals->ended);
        r |= set_moment(object, "earlier", refusals->earlier);
        if (r == 0)
                return object;
        json_decref(object);
        return NULL;
}

/* What it was answered. Returns 0 or -EINVAL. */
static int answer_from_json(json_t *object, struct refusal *refusal)
{
        json_t *errnum = json_object_get(object, "errno"), *fake = json_object_get(object, "fake");

        if (json_is_integer(errnum) && !fake) {
                refusal->action = ACTION_STUB;
                refusal->errnum = (int)json_integer_value(errnum);
                return json_integer_value(errnum) > 0 && json_integer_value(errnum) <= ERRNO_MAX
                               ? 0
                               : -EINVAL;
        }
        refusal->action = ACTION_FAKE;
        refusal->success = policy_success_of(refusal->feature);
        if (json_is_integer(fake) && json_integer_value(fake) >= 0)
                refusal->success =
                        (struct success){SUCCESS_CONSTANT, (int64_t)json_integer_value(fake)};
        else if (!json_is_null(fake))
                return -EINVAL;
        return errnum ? -EINVAL : 0;
}

static int refusal_from_json(json_t *object, struct refusal *refusal)
{
        const char *feature, *path;
        json_int_t count;

        if (json_unpack(object, "{s:s, s:I, s:F, s:F, s:s}", "feature", &feature, "count", &count,
                    "first_s", &refusal->first, "last_s", &refusal->last, "object", &path) < 0 ||
                count < 1 || feature_parse(feature, &refusal->feature, NULL) < 0)
                return -EINVAL;
        refusal->count = (uint64_t)count;
        refusal->object = strdup(path);
        return refusal->object ? answer_from_json(object, refusal) : -ENOMEM;
}

static int moment_from_json(
        json_t *object, const char *key, size_t count, struct refusal_moment *ret)
{
        json_t *moment = json_object_get(object, key);
        json_int_t item;

        if (!moment)
                return 0;
        if (json_unpack(moment, "{s:I, s:F}", "item", &item, "when_s", &ret->when) < 0 ||
                item < 0 || (uint64_t)item >= count)
                return -EINVAL;
        ret->known = true;
        ret->item = (size_t)item;
        return 0;
}

int refusals_from_json(json_t *object, struct refusals *ret)
{
        json_t *items = json_object_get(object, "items"), *lost = json_object_get(object, "lost");
        struct refusal *refusal;
        json_t *item;
        size_t i;
        int r = 0;

        if (!json_is_array(items) || (lost && json_integer_value(lost) <= 0))
                return -EINVAL;
        json_array_foreach(items, i, item)
        {
                refusal = vector_add(&ret->items);
                r = refusal ? refusal_from_json(item, refusal) : -ENOMEM;
                if (r < 0)
                        return r;
        }
        ret->lost = lost ? (uint64_t)json_integer_value(lost) : 0;
        r = moment_from_json(object, "last", ret->items.count, &ret->last);
        if (r == 0)
                r = moment_from_json(object, "ended", ret->items.count, &ret->ended);
        return r < 0 ? r : moment_from_json(object, "earlier", ret->items.count, &ret->earlier);
}
