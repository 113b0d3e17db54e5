-- SPDX-License-Identifier: BSD-3-Clause
CREATE TABLE part (number INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, weight REAL CHECK (weight > 0));
CREATE TABLE stock (part INTEGER REFERENCES part, shelf TEXT, amount INTEGER);
CREATE INDEX stock_by_part ON stock (part);

-- Enough rows for many pages.
BEGIN;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO part SELECT i, printf('part-%05d', i), i / 10.0 FROM n;
INSERT INTO stock SELECT number, char(65 + number % 4), number % 10 FROM part;
COMMIT;
SELECT 'parts', count(*), sum(number), max(name) FROM part;

BEGIN;
DELETE FROM stock;
SELECT 'emptied', count(*) FROM stock;
ROLLBACK;
SELECT 'rolled back', count(*) FROM stock;

UPDATE stock SET amount = amount + 1 WHERE shelf = 'A';
INSERT INTO part VALUES (0, 'part-00001', 1.0) ON CONFLICT (name) DO UPDATE SET weight = 99.5;
DELETE FROM stock WHERE part > 1990;
SELECT 'by shelf', shelf, sum(amount) FROM stock GROUP BY shelf ORDER BY shelf;

-- The file alone, without what the first connection still had in memory.
.open /tmp/inventory.db
SELECT 'reopened', name, weight, amount FROM part JOIN stock ON part = number WHERE number IN (1, 1990) ORDER BY number;
VACUUM;
PRAGMA integrity_check;
SELECT 'all parts', count(*), sum(length(hex(name)) * number) FROM part;
