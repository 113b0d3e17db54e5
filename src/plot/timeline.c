/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "plot/make.h"

/* More of a version is not shown. */
#define LABEL_MAX 256

/* Results whose places on the axis are to be found; pointers into the collection. */
struct line_up {
        VECTOR(const struct dataset *) items;
};

static int compare_dates(const void *left, const void *right)
{
        const struct dataset *const *a = left, *const *b = right;

        if ((*a)->measured != (*b)->measured)
                return (*a)->measured > (*b)->measured ? 1 : -1;
        return (*a > *b) - (*a < *b);
}

/* As people count versions, 1.9 before 1.10; what has none comes first, in order of time. */
static int compare_versions(const void *left, const void *right)
{
        const struct dataset *const *a = left, *const *b = right;
        int r = strverscmp((*a)->version ? (*a)->version : "", (*b)->version ? (*b)->version : "");

        return r != 0 ? r : compare_dates(left, right);
}

/* What tells a result's place where places are versions. */
static const char *place_name(const struct dataset *dataset)
{
        if (dataset->version)
                return dataset->version;
        return dataset->run ? dataset->run : "";
}

/* True where all dates are known and tell something. */
static bool dates_tell(const struct collection *collection)
{
        const struct dataset *first = collection->datasets.items, *dataset;
        bool differ = false;

        vector_for_each(dataset, &collection->datasets) {
                if (dataset->measured == 0)
                        return false;
                differ = differ || dataset->measured != first->measured;
        }
        return differ;
}

static bool any_version(const struct collection *collection)
{
        const struct dataset *dataset;

        vector_for_each(dataset, &collection->datasets)
                if (dataset->version)
                        return true;
        return false;
}

static int check(const struct figure_input *input, struct error *error)
{
        const struct dataset *first = input->collection->datasets.items, *dataset;

        if (input->collection->datasets.count == 0)
                return error_set(error, ENODATA, "no result fits what is asked for");
        vector_for_each(dataset, &input->collection->datasets) {
                if (strcmp(dataset->application, first->application) != 0)
                        return error_set(error, EINVAL,
                                "a timeline is about one application, and here are %s and %s: name "
                                "one",
                                first->application, dataset->application);
                if (input->axis == FIGURE_AXIS_DATE && dataset->measured == 0)
                        return error_set(error, ENODATA,
                                "it is not known when run %s of %s was measured: --by version "
                                "draws without dates",
                                dataset->run ? dataset->run : "?", dataset->application);
        }
        return 0;
}

static void add_date(struct figure_data *data, int64_t measured)
{
        time_t seconds = measured;
        char text[32];
        struct tm time;

        if (measured != 0 && gmtime_r(&seconds, &time) &&
                strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &time) > 0)
                figure_text(data, text);
        else
                figure_nothing(data);
}

static void add_result(struct figure_data *data, const struct dataset *dataset, double place)
{
        struct call_counts counts = count_calls(&dataset->findings);

        char label[LABEL_MAX];

        figure_number(data, place);
        /* Runs are digests, whose first digits tell enough. */
        snprintf(label, sizeof(label), dataset->version ? "%s" : "%.12s", place_name(dataset));
        figure_text(data, label);
        add_identity(data, dataset);
        figure_text(data, dataset->version);
        figure_text(data, dataset->libc);
        figure_text(data, dataset->run);
        add_date(data, dataset->measured);
        figure_number(data, counts.used);
        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
                figure_number(data, counts.by_verdict[verdict]);
}

static void add_results(struct figure_data *data, const struct line_up *results, bool by_date)
{
        const struct dataset *dataset, *before = NULL;
        double place = 0;

        for (size_t i = 0; i < results->items.count; i++) {
                dataset = results->items.items[i];
                if (by_date)
                        place = dataset->measured;
                else if (!before || strcmp(place_name(before), place_name(dataset)) != 0)
                        place++;
                add_result(data, dataset, place);
                before = dataset;
        }
}

int timeline_make(const struct figure_input *input, struct figure_data *data, char **ret_note,
        struct error *error)
{
        bool by_date = input->axis == FIGURE_AXIS_DATE ||
                       (input->axis == FIGURE_AXIS_AUTO && dates_tell(input->collection));
        const struct dataset *dataset, **item;
        struct line_up results = {};
        int r;

        (void)ret_note;
        r = check(input, error);
        if (r < 0)
                return r;
        vector_for_each(dataset, &input->collection->datasets) {
                item = vector_add(&results.items);
                if (!item) {
                        vector_clear(&results.items);
                        return -ENOMEM;
                }
                *item = dataset;
        }
        qsort(results.items.items, results.items.count, sizeof(*results.items.items),
                by_date ? compare_dates : compare_versions);
        figure_title(data, "System calls that %s needs, %s", results.items.items[0]->application,
                by_date                          ? "over time"
                : any_version(input->collection) ? "over versions"
                                                 : "run by run");
        figure_columns(data, (const char *const[]){by_date ? "seconds" : "position", NULL});
        figure_columns(data, (const char *const[]){"label", IDENTITY_COLUMNS, "version", "libc",
                                     "run", "measured", "used", "required", "stub", "fake",
                                     "either", "untested", NULL});
        add_results(data, &results, by_date);
        vector_clear(&results.items);
        return 0;
}

/* True where two rows belong to one line: the same workload. */
static bool same_line(const struct figure_data *data, size_t a, size_t b)
{
        return strcmp(figure_get_text(data, a, "kind"), figure_get_text(data, b, "kind")) == 0 &&
               strcmp(figure_get_text(data, a, "workload"), figure_get_text(data, b, "workload")) ==
                       0;
}

/* True where the row is the first of its line. */
static bool begins_line(const struct figure_data *data, size_t row)
{
        for (size_t before = 0; before < row; before++)
                if (same_line(data, before, row))
                        return false;
        return true;
}

static size_t count_lines(const struct figure_data *data)
{
        size_t count = 0;

        for (size_t row = 0; row < figure_rows(data); row++)
                count += begins_line(data, row);
        return count;
}

static void write_points(
        const struct figure_data *data, size_t first, const char *place, FILE *stream)
{
        fprintf(stream, "$line%zu << END\n", first);
        for (size_t row = first; row < figure_rows(data); row++)
                if (same_line(data, first, row))
                        fprintf(stream, "%.0f %.0f %.0f\n", figure_get_number(data, row, place),
                                figure_get_number(data, row, "used"),
                                figure_get_number(data, row, "required"));
        fputs("END\n", stream);
}

static void write_dates(const struct figure_data *data, FILE *stream)
{
        size_t last = figure_rows(data) - 1;
        double begin = figure_get_number(data, 0, "seconds");
        double end = figure_get_number(data, last, "seconds");
        double margin = end > begin ? (end - begin) / 30 : 3600;

        fprintf(stream,
                "set xdata time\n"
                "set timefmt '%%s'\n"
                "set format x '%s'\n"
                "set xrange ['%.0f':'%.0f']\n"
                "set xtics rotate by 30 right\n",
                end - begin > 3 * 86400 ? "%Y-%m-%d" : "%Y-%m-%d %H:%M", begin - margin,
                end + margin);
}

static void write_positions(const struct figure_data *data, FILE *stream)
{
        double place, last = 0;

        fputs("set xtics () rotate by 90 right\n", stream);
        for (size_t row = 0; row < figure_rows(data); row++) {
                place = figure_get_number(data, row, "position");
                if (place != last)
                        script_tick("x", figure_get_text(data, row, "label"), place, stream);
                last = place;
        }
        fprintf(stream, "set xrange [0.5:%.0f.5]\n", last);
}

static void write_line(const struct figure_data *data, size_t row, size_t line,
        const char *separator, FILE *stream)
{
        static const char *const what[] = {"used", "required"};
        char name[SCRIPT_LABEL_BYTES], title[SCRIPT_LABEL_BYTES + 16];

        script_clean(figure_get_text(data, row, "workload"), SCRIPT_LABEL_CHARACTERS, name,
                sizeof(name));
        for (size_t i = 0; i < ARRAY_SIZE(what); i++) {
                fprintf(stream,
                        "%s$line%zu using 1:%zu with linespoints linewidth 2 pointtype %d "
                        "pointsize 0.7 dashtype %d linecolor rgb '%s' title ",
                        i == 0 ? separator : ", ", row, i + 2, i == 0 ? 6 : 7, i == 0 ? 2 : 1,
                        script_color(line));
                snprintf(title, sizeof(title), "%s, %s", name, what[i]);
                script_quote(title, stream);
        }
}

void timeline_draw(const struct figure_data *data, enum plot_format format, FILE *stream)
{
        bool by_date = figure_column(data, "seconds") >= 0;
        const char *place = by_date ? "seconds" : "position", *separator = "plot ";
        unsigned wide = figure_rows(data) > 30 ? 20 * figure_rows(data) : 600;
        unsigned legend = text_pixels(longest_label(data, "workload") + strlen(", required")) + 60;
        unsigned high = 440 + 36 * count_lines(data);
        unsigned labels = by_date ? 90 : text_pixels(longest_label(data, "label"));
        size_t line = 0;

        script_begin(
                stream, format, (struct script_size){wide + legend, high + labels}, data->title);
        for (size_t row = 0; row < figure_rows(data); row++)
                if (begins_line(data, row))
                        write_points(data, row, place, stream);
        if (by_date)
                write_dates(data, stream);
        else
                write_positions(data, stream);
        fputs("set ylabel 'system calls'\n"
              "set yrange [0:*]\n"
              "set key outside right top Left reverse samplen 2\n",
                stream);
        for (size_t row = 0; row < figure_rows(data); row++) {
                if (!begins_line(data, row))
                        continue;
                write_line(data, row, line++, separator, stream);
                separator = ", ";
        }
        fputc('\n', stream);
}
