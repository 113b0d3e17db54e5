/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <jansson.h>

#include "base/error.h"

/* The JSON in a file, owned by the caller. Returns 0, -EINVAL with file and line, or -errno. */
int json_file_read(const char *path, json_t **ret, struct error *error);

/*
 * The path of the result in a folder that `loupe analyze -o` wrote, owned by the caller; NULL there
 * where the folder has none and is of another kind. Returns 0, or -errno with a message: -ENOENT
 * where the analysis in there is not finished, -EINVAL where it is a proof.
 */
int analysis_folder_result(const char *folder, char **ret, struct error *error);
