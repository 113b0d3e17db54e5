/* SPDX-License-Identifier: BSD-3-Clause */

/* Single values between text and what they mean. */

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/strings.h"
#include "workload/excerpt.h"
#include "workload/workload.h"

static const char *const kind_names[WORKLOAD_KIND_COUNT] = {
        [WORKLOAD_HEALTH] = "health",
        [WORKLOAD_BENCHMARK] = "benchmark",
        [WORKLOAD_SUITE] = "suite",
};

static const char *const mode_names[WORKLOAD_MODE_COUNT] = {
        [WORKLOAD_COMMAND] = "command",
        [WORKLOAD_SERVER] = "server",
};

const char *workload_kind_name(enum workload_kind kind)
{
        return kind_names[kind];
}

const char *workload_mode_name(enum workload_mode mode)
{
        return mode_names[mode];
}

/* "\"TEXT\" is not EXPECTED" */
static int refuse(const char *text, const char *expected, struct error *error)
{
        char shown[EXCERPT_SIZE];

        return error_set(error, EINVAL, "\"%s\" is not %s", excerpt(text, shown), expected);
}

int workload_kind_parse(const char *text, enum workload_kind *ret, struct error *error)
{
        for (enum workload_kind kind = 0; kind < WORKLOAD_KIND_COUNT; kind++) {
                if (string_equal(kind_names[kind], text)) {
                        *ret = kind;
                        return 0;
                }
        }
        return refuse(text, "health, benchmark or suite", error);
}

int workload_mode_parse(const char *text, enum workload_mode *ret, struct error *error)
{
        for (enum workload_mode mode = 0; mode < WORKLOAD_MODE_COUNT; mode++) {
                if (string_equal(mode_names[mode], text)) {
                        *ret = mode;
                        return 0;
                }
        }
        return refuse(text, "server or command", error);
}

/*
 * The decimal digits at the start of `text` as a number. Returns what follows them, or NULL where
 * there are none or they exceed `highest`.
 */
static const char *read_digits(const char *text, uint64_t highest, uint64_t *ret)
{
        uint64_t number = 0;
        const char *next;

        for (next = text; *next >= '0' && *next <= '9'; next++) {
                if (__builtin_mul_overflow(number, 10, &number) ||
                        __builtin_add_overflow(number, *next - '0', &number) || number > highest)
                        return NULL;
        }
        if (next == text)
                return NULL;
        *ret = number;
        return next;
}

int number_parse(
        const char *text, unsigned lowest, unsigned highest, unsigned *ret, struct error *error)
{
        char shown[EXCERPT_SIZE];
        uint64_t number;
        const char *end;

        end = read_digits(text, highest, &number);
        if (!end || *end || number < lowest)
                return error_set(error, EINVAL, "\"%s\" is not a whole number from %u to %u",
                        excerpt(text, shown), lowest, highest);
        *ret = number;
        return 0;
}

int size_parse(const char *text, uint64_t *ret_bytes, struct error *error)
{
        static const char expected[] =
                "a size above 0: a whole number of bytes, or with K, M, G or T behind it";
        static const char units[] = "KMGT";
        uint64_t number;
        const char *end, *unit;

        end = read_digits(text, UINT64_MAX, &number);
        if (!end || number == 0)
                return refuse(text, expected, error);
        if (*end) {
                unit = strchr(units, *end);
                if (!unit || end[1] ||
                        __builtin_mul_overflow(
                                number, UINT64_C(1) << (10 * (unit - units + 1)), &number))
                        return refuse(text, expected, error);
        }
        *ret_bytes = number;
        return 0;
}

int seconds_parse(const char *text, double *ret, struct error *error)
{
        static const char expected[] = "a number of seconds above 0, at most 1000000";
        size_t whole = strspn(text, "0123456789");
        const char *rest = text + whole;
        double seconds;

        /* Without signs, exponents, hexadecimal, "nan" and "inf", which strtod() would take as
         * well. */
        if (*rest == '.')
                rest += 1 + strspn(rest + 1, "0123456789");
        if (whole == 0 || *rest)
                return refuse(text, expected, error);
        seconds = strtod(text, NULL);
        if (!(seconds > 0 && seconds <= WORKLOAD_TIMEOUT_MAX))
                return refuse(text, expected, error);
        *ret = seconds;
        return 0;
}

static int read_tcp(const char *text, struct ready *ret, struct error *error)
{
        return number_parse(text, 1, 65535, &ret->port, error);
}

static int keep_text(const char *text, struct ready *ret, struct error *error)
{
        ret->text = strdup(text);
        return ret->text ? 0 : error_errno(error, ENOMEM, "ready");
}

/* The kernel lists sockets by the address they were bound to, hence no relative paths. */
static int read_unix(const char *text, struct ready *ret, struct error *error)
{
        const struct sockaddr_un *address = NULL;

        if ((text[0] != '/' && text[0] != '@') || !text[1] ||
                strlen(text) >= sizeof(address->sun_path))
                return refuse(text, "an absolute path or @NAME of at most 107 bytes", error);
        return keep_text(text, ret, error);
}

static int read_file_path(const char *text, struct ready *ret, struct error *error)
{
        if (text[0] != '/')
                return refuse(text, "an absolute path", error);
        return keep_text(text, ret, error);
}

/* The C library compiles an expression recursively: a long one could take the whole stack. */
#define EXPRESSION_LENGTH_MAX 1000

static int read_log(const char *text, struct ready *ret, struct error *error)
{
        char shown[EXCERPT_SIZE], problem[128];
        regex_t compiled;
        int r;

        if (!*text || strlen(text) > EXPRESSION_LENGTH_MAX)
                return refuse(text, "a regular expression of 1 to 1000 bytes", error);
        r = regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB);
        if (r != 0) {
                regerror(r, &compiled, problem, sizeof(problem));
                return error_set(error, EINVAL, "\"%s\" is not an extended regular expression: %s",
                        excerpt(text, shown), problem);
        }
        regfree(&compiled);
        return keep_text(text, ret, error);
}

static const struct {
        const char *prefix;
        int (*read)(const char *text, struct ready *ret, struct error *error);
} ready_forms[READY_KIND_COUNT] = {
        [READY_TCP] = {"tcp:", read_tcp},
        [READY_UNIX] = {"unix:", read_unix},
        [READY_FILE] = {"file:", read_file_path},
        [READY_LOG] = {"log:", read_log},
};

int ready_parse(const char *text, struct ready *ret, struct error *error)
{
        for (enum ready_kind kind = READY_NONE + 1; kind < READY_KIND_COUNT; kind++) {
                const char *prefix = ready_forms[kind].prefix;
                struct ready ready = {.kind = kind};
                int r;

                if (!string_has_prefix(text, prefix))
                        continue;
                r = ready_forms[kind].read(text + strlen(prefix), &ready, error);
                if (r < 0)
                        return r;
                *ret = ready;
                return 0;
        }
        return refuse(text, "tcp:PORT, unix:PATH, file:PATH or log:REGEX", error);
}

char *ready_text(const struct ready *ready)
{
        switch (ready->kind) {
        case READY_NONE:
                return NULL;
        case READY_TCP:
                return string_format("%s%u", ready_forms[ready->kind].prefix, ready->port);
        default:
                return string_format("%s%s", ready_forms[ready->kind].prefix, ready->text);
        }
}

void ready_clear(struct ready *ready)
{
        free(ready->text);
        *ready = (struct ready){};
}
