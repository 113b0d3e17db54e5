/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/number.h"

#include <ctype.h>
#include <errno.h>

/* Reads digits from `*text` on, leaves `*text` behind them. */
static int parse_digits(const char **text, uint64_t maximum, uint64_t *ret)
{
        const char *digit = *text;
        uint64_t number = 0;

        if (!isdigit((unsigned char)*digit))
                return -EINVAL;
        for (; isdigit((unsigned char)*digit); digit++) {
                if (__builtin_mul_overflow(number, 10, &number) ||
                        __builtin_add_overflow(number, *digit - '0', &number))
                        number = UINT64_MAX;
                if (number > maximum)
                        return -ERANGE;
        }
        *text = digit;
        *ret = number;
        return 0;
}

int unsigned_parse(const char *text, uint64_t maximum, uint64_t *ret)
{
        uint64_t number;
        int r;

        r = parse_digits(&text, maximum, &number);
        if (r < 0)
                return r;
        if (*text)
                return -EINVAL;
        *ret = number;
        return 0;
}

int decimal_parse(const char *text, uint64_t maximum, uint64_t *ret)
{
        uint64_t whole, part = 0;
        unsigned digits = 0;
        int r;

        r = parse_digits(&text, maximum / 1000, &whole);
        if (r < 0)
                return r;
        if (*text == '.') {
                for (text++; isdigit((unsigned char)*text) && digits < 3; text++, digits++)
                        part = part * 10 + (*text - '0');
                if (digits == 0)
                        return -EINVAL;
                for (; digits < 3; digits++)
                        part *= 10;
        }
        if (*text)
                return -EINVAL;
        if (whole * 1000 + part > maximum)
                return -ERANGE;
        *ret = whole * 1000 + part;
        return 0;
}
