/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The table of program/modules.h, made from data/modules.csv, whose head documents it. */

enum module_mechanism {
        MODULE_CONVERSION,
        MODULE_NAME_SERVICE,
        MODULE_PAM,
};

struct module_rule {
        const char *string;
        enum module_mechanism mechanism;
        const char *what;
};

/* Ends with a rule without string. */
extern const struct module_rule module_table[];
