/* SPDX-License-Identifier: BSD-3-Clause */
#include "plot/figure.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/strings.h"
#include "plot/make.h"

const struct figure figures[FIGURE_COUNT] = {
        [FIGURE_CUMULATIVE] =
                {
                        .name = "cumulative",
                        .needs = FIGURE_NEEDS_METRICS | FIGURE_NEEDS_STATICS,
                        .make = cumulative_make,
                        .draw = cumulative_draw,
                },
        [FIGURE_HISTOGRAM] =
                {
                        .name = "histogram",
                        .top = 200,
                        .make = histogram_make,
                        .draw = histogram_draw,
                },
        [FIGURE_HEATMAP] =
                {
                        .name = "heatmap",
                        .needs = FIGURE_NEEDS_METRICS,
                        .top = 150,
                        .make = heatmap_make,
                        .draw = heatmap_draw,
                },
        [FIGURE_TIMELINE] =
                {
                        .name = "timeline",
                        .needs = FIGURE_NEEDS_HISTORY,
                        .make = timeline_make,
                        .draw = timeline_draw,
                },
        [FIGURE_PLAN] =
                {
                        .name = "plan",
                        .needs = FIGURE_NEEDS_PLANS,
                        .make = steps_make,
                        .draw = steps_draw,
                },
        [FIGURE_COMPLETENESS] =
                {
                        .name = "completeness",
                        .needs = FIGURE_NEEDS_METRICS,
                        .make = completeness_make,
                        .draw = completeness_draw,
                },
};

const char *figure_axis_name(enum figure_axis axis)
{
        static const char *const names[] = {
                [FIGURE_AXIS_AUTO] = "auto",
                [FIGURE_AXIS_DATE] = "date",
                [FIGURE_AXIS_VERSION] = "version",
        };

        return names[axis];
}

int figure_make(const struct figure *figure, const struct figure_input *input,
        struct figure_data **ret, char **ret_note, struct error *error)
{
        CLEANUP_FIGURE_DATA struct figure_data *data = figure_data_new();
        CLEANUP_FREE char *note = NULL;
        int r = -ENOMEM;

        if (data)
                r = figure->make(input, data, &note, error);
        if (r == 0)
                r = figure_data_result(data);
        if (r == -ENOMEM)
                return error_errno(error, ENOMEM, "%s", figure->name);
        if (r < 0)
                return r;
        if (figure_rows(data) == 0)
                return error_set(
                        error, ENODATA, "there is nothing that a %s could show", figure->name);
        *ret = steal_pointer(data);
        if (note)
                *ret_note = steal_pointer(note);
        return 0;
}

int figure_script(const struct figure *figure, const struct figure_data *data,
        enum plot_format format, char **ret, size_t *ret_size)
{
        char *text = NULL;
        FILE *stream;
        size_t size;
        bool failed;

        stream = open_memstream(&text, &size);
        if (!stream)
                return -ENOMEM;
        figure->draw(data, format, stream);
        failed = ferror(stream);
        if (fclose(stream) != 0 || failed) {
                free(text);
                return -ENOMEM;
        }
        *ret = text;
        *ret_size = size;
        return 0;
}

const char *verdict_label(enum verdict verdict)
{
        static const char *const labels[] = {
                [VERDICT_REQUIRED] = "required",
                [VERDICT_STUB] = "stub only",
                [VERDICT_FAKE] = "fake only",
                [VERDICT_EITHER] = "stub or fake",
                [VERDICT_UNTESTED] = "untested",
        };

        return labels[verdict];
}

const char *verdict_color(enum verdict verdict)
{
        static const char *const colors[] = {
                [VERDICT_REQUIRED] = COLOR_REQUIRED,
                [VERDICT_STUB] = COLOR_BLUE,
                [VERDICT_FAKE] = COLOR_ORANGE,
                [VERDICT_EITHER] = COLOR_SKY_BLUE,
                [VERDICT_UNTESTED] = COLOR_GREY,
        };

        return colors[verdict];
}

struct call_counts count_calls(const struct findings *findings)
{
        struct call_counts counts = {};
        const struct finding *finding;

        vector_for_each(finding, &findings->items) {
                if (!catalogue_is_call(finding->feature))
                        continue;
                counts.used++;
                counts.by_verdict[finding->verdict]++;
        }
        return counts;
}

static int compare_ranked(const void *left, const void *right)
{
        const struct ranked_dataset *a = left, *b = right;
        size_t required_a = a->counts.by_verdict[VERDICT_REQUIRED];
        size_t required_b = b->counts.by_verdict[VERDICT_REQUIRED];

        if (required_a != required_b)
                return required_a > required_b ? -1 : 1;
        if (a->counts.used != b->counts.used)
                return a->counts.used > b->counts.used ? -1 : 1;
        return (a->dataset > b->dataset) - (a->dataset < b->dataset);
}

int ranking_init(struct ranking *ranking, const struct figure_input *input, size_t top,
        char **ret_note, struct error *error)
{
        const struct dataset *dataset;
        struct ranked_dataset *item;
        size_t total;

        vector_for_each(dataset, &input->collection->datasets) {
                item = vector_add(&ranking->items);
                if (!item)
                        return -ENOMEM;
                *item = (struct ranked_dataset){dataset, count_calls(&dataset->findings)};
        }
        total = ranking->items.count;
        if (total == 0)
                return error_set(error, ENODATA, "no result fits what is asked for");
        qsort(ranking->items.items, total, sizeof(*item), compare_ranked);
        if (input->top > 0)
                top = input->top;
        if (top >= total)
                return 0;
        ranking->items.count = top;
        *ret_note = string_format(
                "of %zu results the %zu that require most are shown: --top sets how many", total,
                top);
        return *ret_note ? 0 : -ENOMEM;
}

void add_identity(struct figure_data *data, const struct dataset *dataset)
{
        figure_text(data, dataset->application);
        figure_text(data, dataset->workload);
        figure_text(data, dataset_kind_key(dataset->kind));
}

/* How much of two neighbours is the same: 0 nothing, 1 the application, 2 the workload too. */
static int likeness(const struct dataset *a, const struct dataset *b)
{
        if (strcmp(a->application, b->application) != 0)
                return 0;
        return a->kind == b->kind && string_equal(a->workload, b->workload) ? 2 : 1;
}

void add_label(struct figure_data *data, const struct collection *collection,
        const struct dataset *dataset)
{
        const struct dataset *first = collection->datasets.items;
        const struct dataset *last = first + collection->datasets.count - 1;
        int before = dataset > first ? likeness(dataset, dataset - 1) : 0;
        int after = dataset < last ? likeness(dataset, dataset + 1) : 0;
        CLEANUP_FREE char *label = NULL;

        switch (before > after ? before : after) {
        case 0:
                figure_text(data, dataset->application);
                return;
        case 1:
                label = string_format("%s / %s", dataset->application,
                        dataset->workload ? dataset->workload : "");
                break;
        default:
                label = string_format("%s / %s %.8s", dataset->application,
                        dataset->workload ? dataset->workload : "",
                        dataset->run ? dataset->run : "");
        }
        if (!label)
                data->out_of_memory = true;
        figure_text(data, label);
}

size_t longest_label(const struct figure_data *data, const char *column)
{
        size_t longest = 0, length;

        for (size_t row = 0; row < figure_rows(data); row++) {
                length = script_label_length(figure_get_text(data, row, column));
                if (length > longest)
                        longest = length;
        }
        return longest;
}

double highest_number(const struct figure_data *data, const char *column)
{
        double highest = 0;

        for (size_t row = 0; row < figure_rows(data); row++)
                highest = fmax(highest, figure_get_number(data, row, column));
        return highest;
}
