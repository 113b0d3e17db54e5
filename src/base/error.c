/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *error, int errnum, const char *format, ...)
{
        va_list arguments;

        if (error) {
                va_start(arguments, format);
                vsnprintf(error->message, sizeof(error->message), format, arguments);
                va_end(arguments);
        }
        return -errnum;
}

int error_errno(struct error *error, int errnum, const char *format, ...)
{
        va_list arguments;
        size_t length;

        if (error) {
                va_start(arguments, format);
                vsnprintf(error->message, sizeof(error->message), format, arguments);
                va_end(arguments);
                length = strlen(error->message);
                snprintf(error->message + length, sizeof(error->message) - length, ": %s",
                        strerror(errnum));
        }
        return -errnum;
}

int error_prefix(struct error *error, int result, const char *format, ...)
{
        char context[ERROR_MESSAGE_SIZE];
        struct error inner;
        va_list arguments;

        if (error) {
                va_start(arguments, format);
                vsnprintf(context, sizeof(context), format, arguments);
                va_end(arguments);
                inner = *error;
                snprintf(error->message, sizeof(error->message), "%.900s: %.1100s", context,
                        inner.message);
        }
        return result;
}
