/* SPDX-License-Identifier: BSD-3-Clause */
/* How far plans are at each of their steps: the figure "plan". */
#include <errno.h>
#include <string.h>

#include "plot/make.h"

/* What a plan has come to so far. */
struct progress {
        size_t step, implemented, stubbed, faked, applications;
};

static void add_row(
        struct figure_data *data, const struct figure_plan *plan, const struct progress *progress)
{
        figure_text(data, plan->system ? plan->system : "none");
        figure_text(data, strategy_name(plan->plan->strategy));
        figure_number(data, progress->step);
        figure_number(data, progress->implemented);
        figure_number(data, progress->stubbed);
        figure_number(data, progress->faked);
        figure_number(data, progress->applications);
        figure_number(data, plan->problem->application_count);
}

static void add_plan(struct figure_data *data, const struct figure_plan *plan)
{
        struct progress progress = {.applications = plan->plan->initial.count};
        const struct plan_step *step;

        add_row(data, plan, &progress);
        vector_for_each(step, &plan->plan->steps) {
                progress.step++;
                progress.implemented += step->implement.count;
                progress.stubbed += step->stub.count;
                progress.faked += step->fake.count;
                progress.applications += step->applications.count;
                add_row(data, plan, &progress);
        }
}

/* Of several plans, whether a column tells any two apart. */
static bool differs(const struct figure_data *data, const char *column)
{
        for (size_t row = 1; row < figure_rows(data); row++)
                if (strcmp(figure_get_text(data, row, column), figure_get_text(data, 0, column)) !=
                        0)
                        return true;
        return false;
}

/* The legend names what differs, so the only system is named here. */
static void add_title(struct figure_data *data)
{
        const char *system = figure_rows(data) > 0 ? figure_get_text(data, 0, "os") : "";

        if (figure_rows(data) == 0 || differs(data, "os") || !differs(data, "strategy"))
                figure_title(data, "Applications that work while a plan is carried out");
        else
                figure_title(data, "Applications that work while a plan for %s is carried out",
                        strcmp(system, "none") == 0 ? "a new system" : system);
}

int steps_make(const struct figure_input *input, struct figure_data *data, char **ret_note,
        struct error *error)
{
        (void)ret_note;
        (void)error;
        figure_columns(data, (const char *const[]){"os", "strategy", "step", "implemented",
                                     "stubbed", "faked", "applications", "all_applications", NULL});
        for (size_t i = 0; i < input->plan_count; i++)
                add_plan(data, &input->plans[i]);
        add_title(data);
        return 0;
}

/* True where the row is the first of a plan. */
static bool begins_plan(const struct figure_data *data, size_t row)
{
        return figure_get_number(data, row, "step") == 0;
}

static size_t count_plans(const struct figure_data *data)
{
        size_t count = 0;

        for (size_t row = 0; row < figure_rows(data); row++)
                count += begins_plan(data, row);
        return count;
}

/* A data block for each plan, all of which end at the same place: nothing happens to the right. */
static void write_plans(const struct figure_data *data, FILE *stream)
{
        size_t rows = figure_rows(data), plan = 0;

        for (size_t row = 0; row < rows; row++) {
                if (begins_plan(data, row))
                        fprintf(stream, "$plan%zu << END\n", ++plan);
                fprintf(stream, "%.0f %.0f\n", figure_get_number(data, row, "implemented"),
                        figure_get_number(data, row, "applications"));
                if (row + 1 == rows || begins_plan(data, row + 1))
                        fputs("END\n", stream);
        }
}

/* "Kerla", "greedy", or "Kerla, greedy": what tells the plans apart, or all there is. */
static void write_legend(const struct figure_data *data, size_t row, FILE *stream)
{
        const char *system = figure_get_text(data, row, "os");
        const char *strategy = figure_get_text(data, row, "strategy");
        bool systems = differs(data, "os"), strategies = differs(data, "strategy");
        char name[SCRIPT_LABEL_BYTES], both[SCRIPT_LABEL_BYTES + 16];

        script_clean(system, SCRIPT_LABEL_CHARACTERS, name, sizeof(name));
        if (systems == strategies) {
                snprintf(both, sizeof(both), "%s, %s", name, strategy);
                script_quote(both, stream);
        } else {
                script_quote(systems ? name : strategy, stream);
        }
}

static struct script_size measure(const struct figure_data *data, size_t plans)
{
        size_t legend = longest_label(data, "os") + longest_label(data, "strategy");

        return (struct script_size){
                .width = 720 + text_pixels(legend),
                .height = 540 + (plans > 25 ? 18 * (plans - 25) : 0),
        };
}

void steps_draw(const struct figure_data *data, enum plot_format format, FILE *stream)
{
        size_t plans = count_plans(data), plan = 0, colors = script_color_count();
        const char *separator = "plot ";

        script_begin(stream, format, measure(data, plans), data->title);
        write_plans(data, stream);
        fprintf(stream,
                "set xlabel 'system calls (and other features) implemented'\n"
                "set ylabel 'applications that work'\n"
                "set xrange [0:%.0f]\n"
                "set yrange [0:%.0f]\n"
                "set key outside right top Left reverse samplen 2\n",
                1.02 * highest_number(data, "implemented") + 1,
                1.02 * highest_number(data, "all_applications") + 1);
        for (size_t row = 0; row < figure_rows(data); row++) {
                if (!begins_plan(data, row))
                        continue;
                fprintf(stream,
                        "%s$plan%zu using 1:2 with steps linewidth 2 linecolor rgb '%s' "
                        "dashtype %zu title ",
                        separator, plan + 1, script_color(plan), plan / colors % 5 + 1);
                write_legend(data, row, stream);
                separator = ", ";
                plan++;
        }
        fputc('\n', stream);
}
