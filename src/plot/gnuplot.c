/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Script, figure and messages are files in memory: gnuplot reads and writes at its own pace, no
 * pipe can fill, and a figure is looked at as a whole before any of it is passed on.
 */
#include "plot/gnuplot.h"

#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strings.h"

/* More is no figure. */
#define FIGURE_MAX (1ull << 30)
#define SAID_MAX   (1ull << 20)

extern char **environ;

struct drawing {
        int script, figure, said; /* -1: not made yet */
};

static void drawing_clear(struct drawing *drawing)
{
        closep(&drawing->script);
        closep(&drawing->figure);
        closep(&drawing->said);
}

static int drawing_init(struct drawing *drawing, const char *script, size_t size)
{
        int r;

        drawing->script = memfd_create("script", MFD_CLOEXEC);
        drawing->figure = memfd_create("figure", MFD_CLOEXEC);
        drawing->said = memfd_create("messages", MFD_CLOEXEC);
        if (drawing->script < 0 || drawing->figure < 0 || drawing->said < 0)
                return -errno;
        r = write_all(drawing->script, script, size);
        if (r == 0 && lseek(drawing->script, 0, SEEK_SET) < 0)
                r = -errno;
        return r;
}

/* All of a file in memory, with a NUL behind it. */
static int slurp(int fd, size_t limit, char **ret, size_t *ret_size)
{
        off_t size = lseek(fd, 0, SEEK_END);
        CLEANUP_FREE char *data = NULL;
        ssize_t n;

        if (size < 0 || lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        if ((uint64_t)size > limit)
                return -EFBIG;
        data = malloc(size + 1);
        if (!data)
                return -ENOMEM;
        n = read_all(fd, data, size);
        if (n < 0)
                return n;
        data[n] = '\0';
        *ret_size = n;
        *ret = steal_pointer(data);
        return 0;
}

/* True for what changes gnuplot's ways: GNUTERM, GNUPLOT_LIB, FIT_LOG…, and the locale. */
static bool is_setting(const char *variable)
{
        return string_has_prefix(variable, "GNU") || string_has_prefix(variable, "FIT_") ||
               string_has_prefix(variable, "LC_") || string_has_prefix(variable, "LANG");
}

/* Ours without these, in a locale of UTF-8 as the scripts are. Owned by the caller; the strings are
 * not. NULL when out of memory. */
static char **clean_environment(void)
{
        char **clean = calloc(strings_count(environ) + 2, sizeof(*clean));
        size_t count = 0;

        if (!clean)
                return NULL;
        clean[count++] = (char *)"LC_ALL=C.UTF-8";
        for (char **variable = environ; variable && *variable; variable++)
                if (!is_setting(*variable))
                        clean[count++] = *variable;
        return clean;
}

/* Starts it. Returns 0 or -errno. */
static int spawn(const struct drawing *drawing, pid_t *ret)
{
        char *const arguments[] = {(char *)"gnuplot", (char *)"-d", (char *)"-", NULL};
        CLEANUP_FREE char **environment = clean_environment();
        posix_spawn_file_actions_t actions;
        int r;

        if (!environment)
                return -ENOMEM;
        r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;
        r = posix_spawn_file_actions_adddup2(&actions, drawing->script, STDIN_FILENO);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(&actions, drawing->figure, STDOUT_FILENO);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(&actions, drawing->said, STDERR_FILENO);
        if (r == 0)
                r = posix_spawnp(ret, "gnuplot", &actions, NULL, arguments, environment);
        posix_spawn_file_actions_destroy(&actions);
        return -r;
}

/* Waits for its end. Returns its wait status, or -errno. */
static int reap(pid_t pid)
{
        int status;

        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return status;
}

/* The line of what gnuplot said that tells most: the last that is not empty. Cuts `said` up. */
static const char *last_line(char *said)
{
        const char *line = "it does not say why";
        char *rest = NULL;

        for (char *next = strtok_r(said, "\n", &rest); next; next = strtok_r(NULL, "\n", &rest)) {
                next += strspn(next, " \t\r");
                if (*next)
                        line = next;
        }
        return line;
}

static int refuse(int status, char *said, struct error *error)
{
        const char *line = last_line(said);

        if (WIFSIGNALED(status))
                return error_set(error, EIO, "gnuplot was ended by signal %d (%s): %s",
                        WTERMSIG(status), strsignal(WTERMSIG(status)), line);
        return error_set(
                error, EIO, "gnuplot failed with status %d: %s", WEXITSTATUS(status), line);
}

/* True where the figure begins and ends as those of its format do. */
static bool is_whole(enum plot_format format, const char *figure, size_t size)
{
        static const struct {
                const char *begin, *end;
                size_t begin_size, end_size;
        } rows[] = {
                [PLOT_SVG] = {"<?xml", "</svg>", 5, 6},
                [PLOT_PNG] = {"\x89PNG\r\n\x1a\n", "IEND\xae\x42\x60\x82", 8, 8},
                [PLOT_PDF] = {"%PDF-", "%%EOF", 5, 5},
        };

        while (format != PLOT_PNG && size > 0 && strchr("\r\n", figure[size - 1]))
                size--;
        return size >= rows[format].begin_size + rows[format].end_size &&
               memcmp(figure, rows[format].begin, rows[format].begin_size) == 0 &&
               memcmp(figure + size - rows[format].end_size, rows[format].end,
                       rows[format].end_size) == 0;
}

static int run(struct drawing *drawing, struct error *error)
{
        pid_t pid;
        int r;

        r = spawn(drawing, &pid);
        if (r == -ENOENT)
                return error_set(error, ENOENT,
                        "gnuplot, which draws the figures, is not installed or not in $PATH; on "
                        "Debian it is in the package gnuplot-nox");
        if (r < 0)
                return error_errno(error, -r, "starting gnuplot");
        r = reap(pid);
        return r < 0 ? error_errno(error, -r, "waiting for gnuplot") : r;
}

int gnuplot_draw(const char *script, size_t size, enum plot_format format, FILE *stream,
        char **ret_said, struct error *error)
{
        CLEANUP(drawing_clear) struct drawing drawing = {-1, -1, -1};
        CLEANUP_FREE char *figure = NULL, *said = NULL;
        size_t figure_size, said_size;
        int status, r;

        r = drawing_init(&drawing, script, size);
        if (r < 0)
                return error_errno(error, -r, "preparing the script for gnuplot");
        status = run(&drawing, error);
        if (status < 0)
                return status;
        r = slurp(drawing.said, SAID_MAX, &said, &said_size);
        if (r == 0)
                r = slurp(drawing.figure, FIGURE_MAX, &figure, &figure_size);
        if (r < 0)
                return error_errno(error, -r, "reading what gnuplot has drawn");
        if (status != 0)
                return refuse(status, said, error);
        if (!is_whole(format, figure, figure_size))
                return error_set(error, EIO, "gnuplot has drawn no whole %s: %s",
                        plot_format_name(format), last_line(said));
        if (fwrite(figure, 1, figure_size, stream) != figure_size)
                return error_errno(error, errno, "writing the figure");
        *ret_said = said_size > 0 ? steal_pointer(said) : NULL;
        return 0;
}
