-- SPDX-License-Identifier: BSD-3-Clause
--
-- The database of loupe, version 3 (PRAGMA user_version). What is changed here gets a new version,
-- and a step in data/migrations/ that brings older databases there.
--
-- Names of features, verdicts, modes, kinds and degrees of support are the words of the JSON results.
-- Times are seconds since the epoch, durations are seconds. Digests are SHA-256 in hexadecimal.

-- A program under study.
CREATE TABLE application (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> '')
) STRICT;

-- What it has to do. The name is that of the workload file, or loupedb's without "benchmark-".
CREATE TABLE workload (
    id             INTEGER PRIMARY KEY,
    application_id INTEGER NOT NULL REFERENCES application ON DELETE CASCADE,
    name           TEXT NOT NULL CHECK (name <> ''),
    kind           TEXT NOT NULL CHECK (kind IN ('health', 'benchmark', 'suite')),
    UNIQUE (application_id, kind, name)
) STRICT;

-- Anything that can be withheld: "read", "fcntl:F_SETFL", "file:/proc/meminfo". `number` is a call's
-- in the ABI of the database's machine, for those who look with SQL; the name is what counts.
CREATE TABLE feature (
    id     INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL CHECK (kind IN ('syscall', 'subfeature', 'file')),
    name   TEXT NOT NULL UNIQUE CHECK (name <> ''),
    number INTEGER
) STRICT;

-- One measurement of a workload. What determines it (workload, executable, libraries, options) is in
-- `digest`; what it found in `content`. The same measurement with the same findings is there once.
CREATE TABLE result (
    id           INTEGER PRIMARY KEY,
    workload_id  INTEGER NOT NULL REFERENCES workload ON DELETE CASCADE,
    digest       TEXT NOT NULL CHECK (length(digest) = 64),
    content      TEXT NOT NULL CHECK (length(content) = 64),
    origin       TEXT NOT NULL CHECK (origin IN ('analysis', 'loupedb')),
    run          TEXT NOT NULL,     -- loupedb's folder, or the first digits of the digest
    measured     INTEGER NOT NULL,  -- 0: unknown
    version      TEXT,              -- of the application
    executable   TEXT,
    executable_digest TEXT,
    kernel       TEXT,
    arch         TEXT,
    libc         TEXT,
    observer     TEXT,
    cpus         INTEGER,
    tool_version TEXT,
    findings     BLOB NOT NULL,     -- verdicts and conflicts below in short (store/packed.h), for quick reading
    settings     TEXT,              -- JSON: the analysis' tool.settings
    summary      TEXT,              -- JSON: replicas, jobs, baseline, runs, times… of the analysis
    UNIQUE (digest, content)
) STRICT;
CREATE INDEX result_workload ON result (workload_id);
CREATE INDEX result_executable ON result (executable) WHERE executable IS NOT NULL;
CREATE INDEX result_executable_digest ON result (executable_digest) WHERE executable_digest IS NOT NULL;

-- What a result found about a feature that was used.
CREATE TABLE verdict (
    result_id  INTEGER NOT NULL REFERENCES result ON DELETE CASCADE,
    feature_id INTEGER NOT NULL REFERENCES feature,
    verdict    TEXT NOT NULL CHECK (verdict IN ('required', 'stub', 'fake', 'either', 'untested')),
    count      INTEGER,             -- how often it was used; NULL: not told
    evidence   TEXT,                -- JSON: the modes' outcomes as in loupe/analysis/1; NULL: none
    PRIMARY KEY (result_id, feature_id)
) STRICT, WITHOUT ROWID;

-- What was proven to work when left out all at once.
CREATE TABLE joint_set (
    result_id  INTEGER NOT NULL REFERENCES result ON DELETE CASCADE,
    feature_id INTEGER NOT NULL REFERENCES feature,
    mode       TEXT NOT NULL CHECK (mode IN ('stub', 'fake')),
    PRIMARY KEY (result_id, feature_id)
) STRICT, WITHOUT ROWID;

-- Minimal sets of features that work one by one and not together.
CREATE TABLE conflict (
    result_id  INTEGER NOT NULL REFERENCES result ON DELETE CASCADE,
    ordinal    INTEGER NOT NULL,    -- of the set within the result, from 0 on
    feature_id INTEGER NOT NULL REFERENCES feature,
    PRIMARY KEY (result_id, ordinal, feature_id)
) STRICT, WITHOUT ROWID;

-- What leaving a feature out changes, measured in pairs of runs.
CREATE TABLE impact (
    result_id  INTEGER NOT NULL REFERENCES result ON DELETE CASCADE,
    feature_id INTEGER NOT NULL REFERENCES feature,
    mode       TEXT NOT NULL CHECK (mode IN ('stub', 'fake')),
    effects    TEXT NOT NULL,       -- JSON as in loupe/analysis/1
    PRIMARY KEY (result_id, feature_id, mode)
) STRICT, WITHOUT ROWID;

-- Every run of an analysis, in the order of their ends: the evidence.
CREATE TABLE run (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE,
    ordinal   INTEGER NOT NULL,     -- from 0 on
    key       TEXT NOT NULL,        -- what the run was for
    policy    TEXT NOT NULL,        -- what was withheld, as the options --stub and --fake
    outcome   TEXT NOT NULL,        -- "works", "exited 1", "hung"
    record    TEXT NOT NULL,        -- JSON: the record of the journal, without its observation
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;

-- What static analysis says an application could use: for loupedb of a workload, which says what counts
-- as the program; for loupe itself of the executable, whatever it has to do. `content` is the digest of the
-- features, of complete and of unknown. The same analysis with the same findings is there once.
CREATE TABLE static_result (
    id             INTEGER PRIMARY KEY,
    application_id INTEGER NOT NULL REFERENCES application ON DELETE CASCADE,
    workload_id    INTEGER REFERENCES workload ON DELETE CASCADE, -- NULL: whatever it has to do
    run            TEXT NOT NULL,    -- loupedb's folder, or the first digits of executable_digest
    method         TEXT NOT NULL CHECK (method IN ('binary', 'sources')),
    origin         TEXT NOT NULL CHECK (origin IN ('analysis', 'loupedb')),
    content        TEXT NOT NULL CHECK (length(content) = 64),
    measured       INTEGER NOT NULL, -- 0: unknown
    executable     TEXT,
    executable_digest TEXT,
    complete       INTEGER CHECK (complete IN (0, 1)), -- 0: there are unknown sites; NULL: not told
    unknown        TEXT,             -- JSON: unknown_sites of loupe/static/1; NULL: none
    tool_version   TEXT
) STRICT;
CREATE UNIQUE INDEX static_result_identity
    ON static_result (application_id, ifnull(workload_id, 0), run, method, content);

CREATE TABLE static_feature (
    static_id  INTEGER NOT NULL REFERENCES static_result ON DELETE CASCADE,
    feature_id INTEGER NOT NULL REFERENCES feature,
    PRIMARY KEY (static_id, feature_id)
) STRICT, WITHOUT ROWID;

-- How a file of loupedb differs from what its result alone would make of it, so that it can be
-- written again as it was. Files that do not differ have no row.
CREATE TABLE loupedb_shape (
    id        INTEGER PRIMARY KEY,
    result_id INTEGER UNIQUE REFERENCES result ON DELETE CASCADE,        -- of a dyn.csv, or
    static_id INTEGER UNIQUE REFERENCES static_result ON DELETE CASCADE, -- of a static_*.csv
    header    TEXT,                 -- what precedes row 0; NULL: nothing
    rows      INTEGER NOT NULL,     -- numbered from 0 to this, excluded
    final_newline INTEGER NOT NULL, -- 0: the last line does not end
    CHECK ((result_id IS NULL) <> (static_id IS NULL))
) STRICT;

CREATE TABLE loupedb_line (
    shape_id INTEGER NOT NULL REFERENCES loupedb_shape ON DELETE CASCADE,
    number   INTEGER NOT NULL,      -- of the call; `rows` of the shape: what follows the last row
    text     TEXT NOT NULL,         -- "3,Y,Y,Y,Y", behind blank lines and comments before it
    PRIMARY KEY (shape_id, number)
) STRICT, WITHOUT ROWID;

-- An application's workload put to the test on a system (src/proof): `policy` is the digest of what it met
-- there, in the words of `loupe run`.
CREATE TABLE proof (
    id          INTEGER PRIMARY KEY,
    workload_id INTEGER NOT NULL REFERENCES workload ON DELETE CASCADE,
    workload_digest   TEXT NOT NULL CHECK (length(workload_digest) = 64),
    executable_digest TEXT NOT NULL, -- '': unknown
    policy      TEXT NOT NULL CHECK (length(policy) = 64),
    os          TEXT,              -- the profile's name; NULL: none
    works       INTEGER NOT NULL CHECK (works IN (0, 1)),
    runs        INTEGER NOT NULL CHECK (runs > 0),
    passed      INTEGER NOT NULL,
    measured    INTEGER NOT NULL,
    UNIQUE (workload_id, workload_digest, executable_digest, policy)
) STRICT;

-- What was learnt by that: features that cannot all be left out in these modes. `content` is the digest of them.
CREATE TABLE lesson (
    id          INTEGER PRIMARY KEY,
    workload_id INTEGER NOT NULL REFERENCES workload ON DELETE CASCADE,
    workload_digest   TEXT NOT NULL CHECK (length(workload_digest) = 64),
    executable_digest TEXT NOT NULL, -- '': unknown
    content     TEXT NOT NULL CHECK (length(content) = 64),
    measured    INTEGER NOT NULL,
    UNIQUE (workload_id, workload_digest, executable_digest, content)
) STRICT;

CREATE TABLE lesson_feature (
    lesson_id  INTEGER NOT NULL REFERENCES lesson ON DELETE CASCADE,
    feature_id INTEGER NOT NULL REFERENCES feature,
    mode       TEXT NOT NULL CHECK (mode IN ('stub', 'fake')),
    PRIMARY KEY (lesson_id, feature_id)
) STRICT, WITHOUT ROWID;

-- What an operating system offers.
CREATE TABLE profile (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE CHECK (name <> ''),
    format   TEXT NOT NULL,         -- it was read from
    source   TEXT,
    imported INTEGER NOT NULL
) STRICT;

CREATE TABLE profile_feature (
    profile_id INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,
    feature_id INTEGER NOT NULL REFERENCES feature,
    support    TEXT NOT NULL CHECK (support IN ('missing', 'stub', 'fake', 'partial', 'supported')),
    file       TEXT,                -- where it is written
    line       INTEGER,
    note       TEXT,
    errno      TEXT,                -- what it fails with, by name; NULL: not told
    PRIMARY KEY (profile_id, feature_id)
) STRICT, WITHOUT ROWID;

-- Names in a profile's source that are no calls of Linux.
CREATE TABLE profile_unknown (
    profile_id INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,
    ordinal    INTEGER NOT NULL,
    name       TEXT NOT NULL,
    file       TEXT,
    line       INTEGER,
    PRIMARY KEY (profile_id, ordinal)
) STRICT, WITHOUT ROWID;

-- What was found out about executables and libraries, packed (src/binary/summary-pack.c), so that each is
-- analysed once. This is no result: it can be made again, and the least recently used is dropped.
CREATE TABLE object_summary (
    identity TEXT NOT NULL,         -- of the object's contents
    format   INTEGER NOT NULL,      -- of the packed form and of the analysis
    path     TEXT NOT NULL,         -- where it was found last
    size     INTEGER NOT NULL,      -- bytes of `summary`
    used     INTEGER NOT NULL,      -- about when it was used last
    summary  BLOB NOT NULL,
    PRIMARY KEY (identity, format)
) STRICT;
CREATE INDEX object_summary_used ON object_summary (used, size);
