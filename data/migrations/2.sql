-- SPDX-License-Identifier: BSD-3-Clause
--
-- From version 1 to 2: static results belong to an application, and to a workload or none; summaries of objects.
-- References are not enforced meanwhile (store/schema.h), so that what refers to the old table refers to the
-- new one afterwards.

CREATE TABLE new_static_result (
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

INSERT INTO new_static_result
    (id, application_id, workload_id, run, method, origin, content, measured)
SELECT s.id, w.application_id, s.workload_id, s.run, s.method, 'loupedb', s.content, s.measured
FROM static_result s JOIN workload w ON w.id = s.workload_id;

DROP TABLE static_result;
ALTER TABLE new_static_result RENAME TO static_result;
CREATE UNIQUE INDEX static_result_identity
    ON static_result (application_id, ifnull(workload_id, 0), run, method, content);

CREATE INDEX result_executable ON result (executable) WHERE executable IS NOT NULL;
CREATE INDEX result_executable_digest ON result (executable_digest) WHERE executable_digest IS NOT NULL;

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
