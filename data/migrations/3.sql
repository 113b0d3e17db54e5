-- SPDX-License-Identifier: BSD-3-Clause
--
-- From version 2 to 3: what was put to the test, and learnt by it; what calls fail with on a system.

CREATE TABLE new_profile_feature (
    profile_id INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,
    feature_id INTEGER NOT NULL REFERENCES feature,
    support    TEXT NOT NULL CHECK (support IN ('missing', 'stub', 'fake', 'partial', 'supported')),
    file       TEXT,                -- where it is written
    line       INTEGER,
    note       TEXT,
    errno      TEXT,                -- what it fails with, by name; NULL: not told
    PRIMARY KEY (profile_id, feature_id)
) STRICT, WITHOUT ROWID;
INSERT INTO new_profile_feature (profile_id, feature_id, support, file, line, note)
    SELECT profile_id, feature_id, support, file, line, note FROM profile_feature;
DROP TABLE profile_feature;
ALTER TABLE new_profile_feature RENAME TO profile_feature;

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
