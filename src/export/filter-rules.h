/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What the formats for seccomp filters of container runtimes have in common: which calls pass, with
 * which arguments, and which report success without being executed.
 */

#include "export/format.h"

/* Passes where (argument & mask) == value. */
struct filter_argument {
        unsigned index; /* 0 to 5 */
        uint64_t mask;
        uint64_t value;
};

#define FILTER_ARGUMENTS_MAX 6

struct filter_rule {
        struct feature call;
        enum treatment treatment; /* a fake reports 0 */
        struct filter_argument arguments[FILTER_ARGUMENTS_MAX];
        size_t argument_count; /* all of them must fit; 0: any arguments will do */
};

/* Where all others pass, the rules are those of what is withheld; else there are none of stubs. */
struct filter_rules {
        VECTOR(struct filter_rule) items; /* rules without conditions come first */
        size_t plain;                     /* how many these are */
        bool abis[ABI_COUNT];             /* whose calls there are; always the native one's */
};

/* What has to pass beside what the programs were seen to call. */
enum filter_extra {
        EXTRA_NONE = 0,
        EXTRA_LAUNCH = 1, /* what crun calls between the filter and the program */
        EXTRA_KERNEL = 2, /* what the kernel may do itself, or in the vDSO, and elsewhere may not */
};

/*
 * Makes the rules. What was added is told in a note. `ret` is to be cleared by the caller. Returns
 * 0 or -ENOMEM.
 */
int filter_rules_make(const struct export_request *request, unsigned extras, enum fake_power power,
        struct filter_rules *ret, struct export_notes *notes);

void filter_rules_clear(struct filter_rules *rules);
#define CLEANUP_FILTER_RULES CLEANUP(filter_rules_clear)

/* The name by which libseccomp knows the call: without its ABI's. Writes into `buffer`. */
const char *filter_call_name(struct feature call, char buffer[FEATURE_NAME_MAX]);

/* "SCMP_ARCH_X86_64" of an ABI: the word of OCI for it. */
const char *filter_architecture(enum abi abi);

/* Notes names that the libseccomp here does not know: one of that age ignores them. */
int filter_note_unknown(const struct filter_rules *rules, struct export_notes *notes);

/* True where the libseccomp here knows the name. */
bool filter_is_known(struct feature call);
