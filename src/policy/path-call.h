/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Which arguments of a system call name files, how the kernel treats a symbolic link at their end,
 * and what a call answers that finds an empty file there. Generated from data/paths.csv, where
 * every such fact stands. Names inside structures (a socket's address, a request to io_uring) are
 * no arguments, and not looked at.
 */

#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"

/* What becomes of a symbolic link as the last component; the words of the CSV in the comments. */
enum path_link {
        PATH_LINK_FOLLOW,    /* follow */
        PATH_LINK_KEEP,      /* keep */
        PATH_LINK_KEEP_IF,   /* keep N FLAG: followed without the flag */
        PATH_LINK_FOLLOW_IF, /* follow N FLAG: kept without the flag */
        PATH_LINK_OPEN,      /* open N: flags of open(2) in the argument */
        PATH_LINK_HOW,       /* how N: flags of the struct open_how that the argument points to */
};

/* What is answered where there is an empty file; the words of the CSV in the comments. */
enum path_fake {
        PATH_FAKE_DESCRIPTOR, /* descriptor */
        PATH_FAKE_CREAT,      /* creat */
        PATH_FAKE_TREE,       /* tree N */
        PATH_FAKE_STAT,       /* stat N: the native struct stat */
        PATH_FAKE_STAT64,     /* stat64 N: of the ABIs that have 32-bit words */
        PATH_FAKE_OLDSTAT,    /* oldstat N: of the earliest kernels */
        PATH_FAKE_STATX,      /* statx N M */
        PATH_FAKE_STATFS,     /* statfs N: the native struct statfs */
        PATH_FAKE_STATFS64,   /* statfs64 N: of the ABIs that have 32-bit words */
        PATH_FAKE_SUCCESS,    /* success */
        PATH_FAKE_FOLDER,     /* folder */
        PATH_FAKE_ERROR,      /* an errno's name */
};

/* Most arguments of one call that name files. */
#define PATH_CALLS_MAX 2

struct path_call {
        unsigned path; /* the place of the argument */
        int directory; /* that of the descriptor which relative names start from; -1: none */
        enum path_link link;
        unsigned link_argument; /* of all but FOLLOW and KEEP */
        uint64_t link_flag;     /* of KEEP_IF and FOLLOW_IF */
        enum path_fake fake;
        unsigned fake_arguments[2]; /* N and M */
        int errnum;                 /* PATH_FAKE_ERROR: a positive errno */
};

/* The arguments of a call that name files, in their order; NULL and 0 where it has none. */
const struct path_call *path_calls_of(enum abi abi, int number, size_t *ret_count);
