/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What has to be there in the system for a workload, within this layer. */

#include "base/error.h"

/* That `path` is a file which the caller may execute. Returns 0 or -EINVAL. */
int check_script(const char *path, struct error *error);

/* That there is such a user. Returns 0 or -EINVAL. */
int check_user(const char *name, struct error *error);
