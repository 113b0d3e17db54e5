/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Programs that are functions: each asks for features, one after the other, is told whether it gets
 * them, and says whether it works. Everything else is as it is in earnest, but for the executor. To
 * be included once, by a unit test, behind cmocka's header.
 */

#include <unistd.h>

#include "base/strings.h"
#include "search/test-feigned-executor.h"

struct world {
        const struct policy *policy; /* NULL: it runs unmodified */
        struct refusals *refusals;   /* NULL: not recorded */
        unsigned run;                /* runs of any program made before this one */
};

typedef bool (*program)(struct world *world);

/* What the test makes the application. */
static program program_of(const char *application);

enum answer {
        REFUSED,
        PRETENDED,
        GRANTED,
};

static void note_refusal(
        struct world *world, struct feature feature, const struct policy_rule *rule)
{
        struct refusal *refusal;

        if (!world->refusals || refusals_find(world->refusals, feature))
                return;
        refusal = vector_add(&world->refusals->items);
        assert_non_null(refusal);
        *refusal = (struct refusal){
                .feature = feature,
                .action = rule ? rule->action : ACTION_STUB,
                .errnum = rule ? rule->errnum : policy_default(world->policy),
                .success = rule ? rule->success : (struct success){},
                .count = 1,
                .object = strdup("/bin/true"),
        };
}

static enum answer ask(struct world *world, const char *name)
{
        const struct feature feature = named(name);
        const struct policy_rule *rule = world->policy ? policy_find(world->policy, feature) : NULL;

        if (!world->policy ||
                (rule ? rule->action == ACTION_ALLOW : policy_default(world->policy) == 0))
                return GRANTED;
        note_refusal(world, feature, rule);
        return rule && rule->action == ACTION_FAKE ? PRETENDED : REFUSED;
}

/* Which executor runs what. */
static struct {
        struct {
                const struct executor *executor;
                program program;
        } parts[16];
        size_t count;
        unsigned runs;
} stage;

static void end(const struct executor *executor, const struct job *job, struct run_record *record)
{
        struct world world = {
                .policy = job->policy,
                .refusals = job->record_refusals ? &record->refusals : NULL,
                .run = stage.runs++,
        };
        size_t part = 0;

        while (stage.parts[part].executor != executor)
                assert_true(++part < stage.count);
        if (!stage.parts[part].program(&world))
                record->outcome = (struct outcome){OUTCOME_EXITED, 1};
}

int executor_new(const struct executor_options *options, struct executor **ret, struct error *error)
{
        (void)error;
        *ret = calloc(1, sizeof(**ret));
        assert_non_null(*ret);
        (*ret)->end = end;
        assert_true(stage.count < ARRAY_SIZE(stage.parts));
        stage.parts[stage.count].executor = *ret;
        stage.parts[stage.count++].program = program_of(options->workload->application_name);
        return 0;
}

struct executor *executor_free(struct executor *executor)
{
        struct run_record **record;

        if (!executor)
                return NULL;
        for (size_t i = 0; i < stage.count; i++)
                if (stage.parts[i].executor == executor)
                        stage.parts[i] = stage.parts[--stage.count];
        vector_for_each(record, &executor->records)
                refusals_clear(&(*record)->refusals);
        executor_clear(executor);
        free(executor);
        return NULL;
}

/* The workload of an application whose program is /bin/true, as far as anybody looks at it. */
static struct workload *feigned_workload(const char *application)
{
        struct workload *workload = workload_new();

        assert_non_null(workload);
        workload->application_name = strdup(application);
        strings_free(workload->command);
        workload->command = NULL;
        assert_int_equal(strings_add(&workload->command, "/bin/true"), 0);
        free(workload->directory);
        workload->directory = strdup("/");
        assert_int_equal(workload_complete(workload, NULL), 0);
        return workload;
}
