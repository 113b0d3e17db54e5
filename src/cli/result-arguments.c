/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/result-arguments.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "report/output.h"

int result_arguments_check(const struct result_arguments *arguments, struct error *error)
{
        const char *const forms[] = {
                arguments->output,
                arguments->json,
                arguments->csv,
                arguments->markdown,
        };

        if (arguments->names && arguments->numbers)
                return error_set(error, EINVAL, "--names and --numbers exclude each other");
        return output_check(forms, ARRAY_SIZE(forms), NULL, error);
}

enum feature_spelling result_spelling(const struct result_arguments *arguments)
{
        return arguments->numbers ? FEATURE_BY_NUMBER : FEATURE_BY_NAME;
}

int result_write(const struct result_arguments *arguments, const struct result_writers *writers,
        const void *result, struct error *error)
{
        const bool text_alone = !arguments->json && !arguments->csv && !arguments->markdown;
        const struct {
                const char *path;
                result_writer write;
        } forms[] = {
                {arguments->json, writers->json},
                {arguments->csv, writers->csv},
                {arguments->markdown, writers->markdown},
                {arguments->output || !text_alone ? arguments->output : "-", writers->text},
        };
        int r = 0;

        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(forms); i++)
                if (forms[i].path)
                        r = output_write(forms[i].path, forms[i].write, result, error);
        return r;
}
