/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What an application asked for in vain: each feature that a policy withheld from it, in the order
 * in which it first asked, with what it was answered and which object file asked. Recorded by the
 * supervisor in the sandbox, in memory of fixed size that is shared with loupe, who reads it when
 * the sandbox has gone.
 *
 * A filter that is to be recorded (filter_options.record_refusals) sends everything that is
 * withheld to the supervisor; what is allowed runs at full speed as ever.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/vector.h"
#include "policy/policy.h"

/* What stands for an object file: the call came from memory that no file is mapped to; or nobody
 * could look. */
#define REFUSAL_ANONYMOUS "[anonymous]"
#define REFUSAL_UNKNOWN   "[unknown]"

/* One feature and its answer. */
struct refusal {
        struct feature feature;
        enum action action;     /* ACTION_STUB or ACTION_FAKE */
        int errnum;             /* ACTION_STUB: what it failed with */
        struct success success; /* ACTION_FAKE of a call or sub-feature: what was pretended */
        uint64_t count;         /* times it asked */
        double first;           /* seconds from the launch to the first time */
        double last;            /* and to the last */
        char *object; /* the mapped file that asked the first time, or one of the words above;
                         owned, never NULL */
};

/* One of these times. */
struct refusal_moment {
        bool known;  /* false: there was none, or it was of what there was no room for */
        size_t item; /* a place in the items */
        double when; /* seconds from the launch */
};

struct refusals {
        VECTOR(struct refusal) items; /* in the order of the first times */
        uint64_t lost;               /* refusals of features for which there was no room any more */
        struct refusal_moment last;  /* of all */
        struct refusal_moment ended; /* the last of the process whose end was the run's outcome */
        struct refusal_moment earlier; /* where that is a parting call: the last before that is none
                                        */
};

/*
 * True for calls that programs make because they fail: to say why (write), to abort (tgkill), to
 * end (exit_group). That one of them is refused last need not be why.
 */
bool refusal_is_parting(const struct feature *feature);

void refusals_clear(struct refusals *refusals);
#define CLEANUP_REFUSALS CLEANUP(refusals_clear)

/* The entry about the feature, or NULL. Belongs to the refusals. */
const struct refusal *refusals_find(const struct refusals *refusals, struct feature feature);

struct refusal_record;

/* Empty; shared with processes forked later. Returns NULL with errno set. */
struct refusal_record *refusal_record_new(void);
struct refusal_record *refusal_record_free(struct refusal_record *record);
DEFINE_CLEANUP(struct refusal_record *, refusal_record_free)
#define CLEANUP_REFUSAL_RECORD CLEANUP(refusal_record_freep)

/* From now on times are told from this moment of the monotonic clock, in seconds. */
void refusal_record_start(struct refusal_record *record, double launch);

/* A call that is withheld. */
struct refused {
        const struct feature *feature;
        enum action action;
        int errnum;             /* ACTION_STUB */
        struct success success; /* ACTION_FAKE */
        pid_t process;          /* that made it, as seen in the sandbox; 0: not known */
};

/* True where an entry about the feature would be made: only then its object is of use. */
bool refusal_record_lacks(const struct refusal_record *record, const struct feature *feature);

/* Notes it, as of now. `object` is as in struct refusal, of where refusal_record_lacks() the
 * feature; else NULL. */
void refusal_record_note(
        struct refusal_record *record, const struct refused *refused, const char *object);

/*
 * What was noted. `ended` is the process whose end was the run's outcome, 0: none. `ret` is empty,
 * and to be cleared by the caller. Returns 0 or -ENOMEM.
 */
int refusal_record_read(const struct refusal_record *record, pid_t ended, struct refusals *ret);
