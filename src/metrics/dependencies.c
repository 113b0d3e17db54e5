/* SPDX-License-Identifier: BSD-3-Clause */

/* Which packages a package depends on, out of the alternatives that its stanza names. */

#include <errno.h>
#include <string.h>

#include "metrics/popularity-table.h"

#define NONE UINT32_MAX

/* True where `a` is the better provider: installed on more machines, or else first by name. */
static bool is_preferred(const struct popularity *popularity, uint32_t a, uint32_t b)
{
        uint64_t installs_a = popularity->packages.items[a].installs;
        uint64_t installs_b = popularity->packages.items[b].installs;

        if (installs_a != installs_b)
                return installs_a > installs_b;
        return strcmp(dictionary_word(&popularity->names, a),
                       dictionary_word(&popularity->names, b)) < 0;
}

/* What stands for each name: itself where the list has it, else its provider, else NONE. */
static uint32_t *choose_providers(const struct popularity *popularity)
{
        uint32_t *chosen = malloc((popularity->packages.count + 1) * sizeof(*chosen));
        const struct provision *provision;

        if (!chosen)
                return NULL;
        for (size_t i = 0; i < popularity->packages.count; i++)
                chosen[i] = popularity->packages.items[i].listed ? i : NONE;
        vector_for_each(provision, &popularity->provisions) {
                if (popularity->packages.items[provision->name].listed)
                        continue;
                if (chosen[provision->name] == NONE ||
                        is_preferred(popularity, provision->provider, chosen[provision->name]))
                        chosen[provision->name] = provision->provider;
        }
        return chosen;
}

/* Of the alternatives from `*place` on, which moves behind them: the first that is to be had, else
 * the first. */
static uint32_t choose_alternative(
        const struct popularity *popularity, const uint32_t *providers, size_t *place)
{
        const struct alternative *alternatives = popularity->alternatives.items;
        uint32_t first = alternatives[*place].package, chosen = NONE;
        bool last;

        do {
                if (chosen == NONE)
                        chosen = providers[alternatives[*place].package];
                last = alternatives[*place].last;
                (*place)++;
        } while (!last);
        return chosen == NONE ? first : chosen;
}

static int add(struct popularity *popularity, const char *name)
{
        const char **added = vector_add(&popularity->dependencies);

        if (!added)
                return -ENOMEM;
        *added = name;
        return 0;
}

/* `seen` has, for each package, the last one (its number + 1) that is known to depend on it. */
static int choose_of_package(
        struct popularity *popularity, uint32_t number, const uint32_t *providers, uint32_t *seen)
{
        struct package *package = &popularity->packages.items[number];
        size_t end = package->alternatives + package->alternative_count;
        size_t start = popularity->dependencies.count;
        uint32_t chosen;

        package->dependencies = 0;
        seen[number] = number + 1;
        for (size_t place = package->alternatives; place < end;) {
                chosen = choose_alternative(popularity, providers, &place);
                if (seen[chosen] == number + 1)
                        continue;
                seen[chosen] = number + 1;
                if (add(popularity, dictionary_word(&popularity->names, chosen)) < 0)
                        return -ENOMEM;
        }
        if (popularity->dependencies.count == start)
                return 0;
        package->dependencies = start;
        return add(popularity, NULL);
}

int popularity_choose_dependencies(struct popularity *popularity)
{
        size_t count = popularity->packages.count;
        CLEANUP_FREE uint32_t *providers = choose_providers(popularity);
        CLEANUP_FREE uint32_t *seen = calloc(count + 1, sizeof(*seen));
        int r;

        if (!providers || !seen)
                return -ENOMEM;
        popularity->dependencies.count = 0;
        /* The first place means that there are none. */
        r = add(popularity, NULL);
        for (size_t i = 0; r == 0 && i < count; i++)
                r = choose_of_package(popularity, i, providers, seen);
        return r;
}
