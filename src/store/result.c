/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/result.h"

#include <errno.h>

#include "store/result-row.h"

static int convert_findings(struct store *store, const struct catalogue *catalogue,
        const struct dataset *dataset, struct found *found, struct error *error)
{
        const struct finding *finding;
        struct found_verdict *verdict;
        int r;

        vector_for_each(finding, &dataset->findings.items) {
                verdict = vector_add(&found->verdicts);
                if (!verdict)
                        return error_errno(error, ENOMEM, "%s", store_name(store));
                verdict->verdict = finding->verdict;
                verdict->count = -1;
                r = store_feature_of(store, catalogue, finding->feature, &verdict->feature, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int convert_conflict(struct store *store, const struct catalogue *catalogue,
        const struct feature_numbers *numbers, struct found *found, struct error *error)
{
        struct found_conflict *conflict = vector_add(&found->conflicts);
        struct known_feature *feature;
        int r;

        if (!conflict)
                return error_errno(error, ENOMEM, "%s", store_name(store));
        for (size_t i = 0; i < numbers->numbers.count; i++) {
                feature = vector_add(&conflict->features);
                if (!feature)
                        return error_errno(error, ENOMEM, "%s", store_name(store));
                r = store_feature_of(store, catalogue, numbers->numbers.items[i], feature, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_dataset(struct store *store, const struct catalogue *catalogue,
        const struct dataset *dataset, int64_t *ret_id, struct error *error)
{
        CLEANUP_FOUND struct found found = {};
        const struct feature_numbers *conflict;
        const struct result_row row = {
                .application = dataset->application,
                .workload = dataset->workload,
                .kind = workload_kind_name(dataset->kind),
                .digest = dataset->digest,
                .origin = dataset->origin,
                .run = dataset->run,
                .measured = dataset->measured,
                .version = dataset->version,
                .libc = dataset->libc,
                .found = &found,
        };
        bool written;
        int r;

        r = convert_findings(store, catalogue, dataset, &found, error);
        vector_for_each(conflict, &dataset->conflicts)
                if (r == 0)
                        r = convert_conflict(store, catalogue, conflict, &found, error);
        if (r == 0)
                r = result_row_store(store, &row, ret_id, &written, error);
        return r;
}

int store_add_dataset(struct store *store, const struct catalogue *catalogue,
        const struct dataset *dataset, int64_t *ret_id, struct error *error)
{
        int64_t id = 0;
        int r;

        r = store_begin(store, error);
        if (r < 0)
                return r;
        r = store_end(store, add_dataset(store, catalogue, dataset, &id, error), error);
        if (r >= 0 && ret_id)
                *ret_id = id;
        return r;
}
