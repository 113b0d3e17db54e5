-- SPDX-License-Identifier: BSD-3-Clause
pragma journal_mode = wal;
create table t (id integer primary key, name text);
create index i on t (name);
with recursive n (x) as (select 1 union all select x + 1 from n where x < 5000)
insert into t (name) select 'name ' || (x * 7919 % 5000) from n;
begin;
update t set name = upper(name) where id % 3 = 0;
savepoint a;
delete from t where id % 5 = 0;
rollback to a;
commit;
create virtual table words using fts5 (word);
insert into words select name from t;
attach 'other.db' as other;
create table other.copy as select * from t;
detach other;
select count(*), group_concat(distinct substr(name, 1, 1)) from t where id in (select max(rowid) from words);
pragma wal_checkpoint(truncate);
pragma journal_mode = delete;
pragma integrity_check;
vacuum;
.backup backup.db
.import --csv data.csv imported
.output dump.sql
.dump
.output
.shell true
select readfile('a.txt'), writefile('b.out', 'x');
.quit
