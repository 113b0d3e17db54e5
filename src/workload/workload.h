/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * What is run and how success is told: a program, what it needs around it, how one sees that it is
 * ready, and the test script that decides (its contract: workload/script.h). Comes from a YAML file
 * (workload_read; the format: doc/WORKLOAD.md) or from the command line (workload_new and the
 * fields). Either way workload_complete() comes last.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"

enum workload_kind {
        WORKLOAD_HEALTH,
        WORKLOAD_BENCHMARK,
        WORKLOAD_SUITE,
        WORKLOAD_KIND_COUNT,
};

enum workload_mode {
        WORKLOAD_COMMAND, /* runs to its end, then the script (if any) judges its output */
        WORKLOAD_SERVER,  /* becomes ready, is tested by the script while it lives, is killed */
        WORKLOAD_MODE_COUNT,
};

enum ready_kind {
        READY_NONE, /* servers: the script is started at once and may ask again (exit 200) */
        READY_TCP,  /* "tcp:PORT": something listens there, IPv4 or IPv6 */
        READY_UNIX, /* "unix:PATH": a stream socket listens there; "@name" is an abstract one */
        READY_FILE, /* "file:PATH": the file exists */
        READY_LOG,  /* "log:REGEX": the application's output has a match (POSIX extended) */
        READY_KIND_COUNT,
};

struct ready {
        enum ready_kind kind;
        unsigned port; /* READY_TCP: 1 to 65535 */
        char *text;    /* the other kinds: path or regular expression */
};

/* A file that is put into the sandbox before the application starts. */
struct workload_file {
        char *path;    /* absolute; missing parent folders are made */
        char *content; /* text, or NULL where `source` is given */
        char *source;  /* absolute path of a file outside to copy, or NULL; both NULL: a folder */
        mode_t mode;   /* permission bits; 0644 for files and 0755 for folders where not given */
};

struct workload_limits {
        uint64_t memory;    /* bytes for all processes together */
        uint64_t disk;      /* bytes that may be written to the sandbox's file system */
        unsigned processes; /* processes and threads at the same time */
};

#define WORKLOAD_MEMORY_DEFAULT    (2ull << 30)
#define WORKLOAD_DISK_DEFAULT      (1ull << 30)
#define WORKLOAD_PROCESSES_DEFAULT 1024
#define WORKLOAD_TIMEOUT_DEFAULT   60.0
#define WORKLOAD_REPLICAS_DEFAULT  3

#define WORKLOAD_PROCESSES_MAX (1u << 22) /* the kernel's own limit on process numbers */
#define WORKLOAD_TIMEOUT_MAX   1e6 /* seconds; as milliseconds they fit an int, for poll(2) */
#define WORKLOAD_REPLICAS_MAX  100
#define WORKLOAD_EXIT_MAX      255

struct workload {
        char *source;           /* the YAML file as it was named, or NULL */
        char *folder;           /* absolute path of the folder of the YAML file, or NULL */
        char *application_name; /* never NULL once the workload is complete */
        char **version_command; /* prints the version on its first line; NULL: unknown */
        char *name;             /* of the workload: "health" where not given */
        enum workload_kind kind;
        char **command;              /* argv; argv[0] is looked up in the sandbox's PATH */
        char **environment;          /* "NAME=value" added to loupe's own environment */
        char *directory;             /* absolute working directory; never NULL once complete */
        struct workload_file *files; /* in the order in which they are made */
        size_t file_count;
        enum workload_mode mode;
        struct ready ready;
        char *script;    /* absolute path of the test script, or NULL: the exit status decides */
        double timeout;  /* seconds that an unmodified run may take altogether */
        int exit_status; /* that the application must end with; 0 to 255 */
        struct workload_limits limits;
        char *user;      /* the application runs as this user; NULL: as the caller */
        char **consider; /* the files whose processes count (policy/scope.h): absolute paths, globs,
                            or names without a slash; NULL: every process counts */
        unsigned replicas;
};

/* An empty workload with every default set, or NULL when out of memory. */
struct workload *workload_new(void);
struct workload *workload_free(struct workload *workload);
DEFINE_CLEANUP(struct workload *, workload_free)
#define CLEANUP_WORKLOAD CLEANUP(workload_freep)

/*
 * Reads a workload file. Relative paths in it are relative to its folder. Unknown keys, wrong
 * types, values out of range and files that are not there are errors whose message is one line that
 * starts with "FILE:LINE: ". Returns 0 or -errno (-EINVAL for bad content; where the file itself
 * cannot be read the message starts with "FILE: ").
 */
int workload_read(const char *path, struct workload **ret, struct error *error);

/* As workload_read(), of text in memory; `path` is for messages and to resolve relative paths. */
int workload_parse(const char *path, const char *text, size_t size, struct workload **ret,
        struct error *error);

/*
 * What must hold whatever the origin: a command, numbers within their bounds, a script where the
 * mode is server and only there something to wait for, an executable script, a known user. Fills in
 * what follows from elsewhere where it is not given: the application's name from the command, the
 * working directory from the caller's. To be called when all fields are set, after workload_read()
 * too, since options of the command line may have changed what was read. Returns 0, -EINVAL or
 * -ENOMEM; the message starts with "FILE: " where the workload comes from a file.
 */
int workload_complete(struct workload *workload, struct error *error);

/*
 * Adds a path, glob or name to `consider`; a relative path starts at `folder`. Returns 0, -EINVAL
 * for an empty one, or -ENOMEM.
 */
int workload_consider(
        struct workload *workload, const char *folder, const char *pattern, struct error *error);

/*
 * Each reads one value as a user writes it. Returns 0, or -EINVAL with `*ret` untouched and a
 * message that quotes the text and says what would be right (-ENOMEM when out of memory).
 */
int ready_parse(const char *text, struct ready *ret, struct error *error);
int workload_kind_parse(const char *text, enum workload_kind *ret, struct error *error);
int workload_mode_parse(const char *text, enum workload_mode *ret, struct error *error);
/* "512M": a whole number above 0, in bytes or in units of 1024, with K M G T. */
int size_parse(const char *text, uint64_t *ret_bytes, struct error *error);
/* "2.5": above 0, at most WORKLOAD_TIMEOUT_MAX. */
int seconds_parse(const char *text, double *ret, struct error *error);
/* A whole number in decimal digits. */
int number_parse(
        const char *text, unsigned lowest, unsigned highest, unsigned *ret, struct error *error);

const char *workload_kind_name(enum workload_kind kind);
const char *workload_mode_name(enum workload_mode mode);
/* "tcp:6379", owned by the caller; NULL for READY_NONE or when out of memory. */
char *ready_text(const struct ready *ready);
/* Frees what it owns; it is READY_NONE afterwards. */
void ready_clear(struct ready *ready);

/*
 * SHA-256 (hexadecimal, 64 characters and a NUL) over everything that determines how a run goes:
 * command, environment, directory, files and script by their contents, readiness, limits and so on.
 * Neither names, nor the number of replicas, nor where the workload file lies make a difference
 * (doc/WORKLOAD.md). Returns 0 or -errno.
 */
#define WORKLOAD_DIGEST_SIZE 65
int workload_digest(
        const struct workload *workload, char ret[WORKLOAD_DIGEST_SIZE], struct error *error);

/*
 * The same without the content of the program itself, where the workload puts that into the sandbox
 * (a file at the path that the command starts): what two builds of a program have in common when
 * they are tested alike. Returns 0 or -errno.
 */
int workload_conditions_digest(
        const struct workload *workload, char ret[WORKLOAD_DIGEST_SIZE], struct error *error);
