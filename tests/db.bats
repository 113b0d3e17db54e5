# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bats
#
# The database: what goes into it comes out of it, and whatever happens in between it stays a database.

load helpers

# The database stands where the test is.
setup() {
    W=$(mktemp -d "$STAGE/test.XXXXXX")
    chmod 777 "$W"
    mkdir "$W.data"
    chmod 777 "$W.data"
    cd "$W"
    export LOUPE_DB=$W/loupe.db
}

db() {
    "$LOUPE" db "$@"
}

# synthetic DIR COUNT: a loupedb of that many applications.
synthetic() {
    "$PYTHON" -B "$SOURCE_ROOT/bench/make-loupedb.py" "$1" "$2" 20
}

# results [DB]: how many there are, of a database that is sound.
results() {
    db verify --db "${1:-$LOUPE_DB}" >/dev/null
    db list --db "${1:-$LOUPE_DB}" --json - | jq '[.results[] | select(.by == "runs")] | length'
}

# refuses STATUS PATTERN COMMAND…: it ends with that status and one line on standard error that fits.
refuses() {
    local status=0
    "${@:3}" >out.log 2>err.log || status=$?
    if ((status != $1)) || (($(wc -l <err.log) != 1)) || ! grep -Eq -- "$2" err.log; then
        echo "status $status, wanted $1 and '$2':"
        cat out.log err.log
        return 1
    fi
}

public_database() {
    [[ -d $SOURCE_ROOT/../shared/loupedb ]] || skip "the public database is not there"
    PUBLIC=$SOURCE_ROOT/../shared/loupedb
}

@test "a new database is ready, sound and empty" {
    db init
    [[ $(results) == 0 ]]
    db list --json list.json
    validate list.json contents.schema.json
    db export --json all.json --csv all.csv
    validate all.json database.schema.json
    same "application,workload,kind,run,feature,verdict" "$(cat all.csv)"
    # Nothing is left beside it.
    same "all.csv all.json list.json loupe.db" "$(echo *)"
}

@test "the public database goes in at once, twice makes no difference, and comes out again" {
    public_database
    db import "$PUBLIC" >first.log 2>notes.log
    [[ $(results) == 125 ]]
    db export --json first.json
    validate first.json database.schema.json
    db list --json list.json
    validate list.json contents.schema.json
    db import "$PUBLIC" 2>notes.log | grep "(0 new)"
    db export --json second.json
    jq 'del(.profiles[].imported)' first.json >first
    jq 'del(.profiles[].imported)' second.json | cmp - first
    db export --csv - | tail -n +2 | wc -l | grep -qx "$(jq '[.results[].features[]] | length' first.json)"
}

@test "an analysis is stored with its runs, once, and is what show tells" {
    mkdir sampled
    cp "$SOURCE_ROOT/fuzz/corpus/analysis-document/joint" sampled/analysis.json
    db import sampled | grep "a new result"
    db import sampled | grep "was there already"
    db import sampled/analysis.json | grep "was there already"
    [[ $(results) == 1 ]]
    db export --json all.json
    validate all.json database.schema.json
    same "$(jq -S '[.features[] | {name, verdict, count, stub, fake}] | sort_by(.name)' sampled/analysis.json)" \
        "$(jq -S '[.results[0].features[] | {name, verdict, count, stub, fake}] | sort_by(.name)' all.json)"
    same "$(jq -S '[.joint.conflicts[] | sort] | sort' sampled/analysis.json)" \
        "$(jq -S '(.results[0].conflicts // []) | map(sort) | sort' all.json)"
}

@test "a real analysis goes in with every run" {
    as self "$LOUPE" analyze -o folder -- /bin/true >/dev/null 2>analysis.log
    rm -f "$LOUPE_DB"*
    db import folder
    [[ $(results) == 1 ]]
    same "$(($(wc -l <folder/journal.jsonl) - 1))" "$("$PYTHON" -c '
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM run").fetchone()[0])' "$LOUPE_DB")"
}

@test "what cannot be read is refused in one line, and the rest is imported" {
    synthetic good 3
    printf 'read\nwrite\nclose\n' >Some.syscalls
    echo '{"schema": "loupe/analysis/1"}' >bad.json
    echo '{' >worse.json
    mkdir empty
    status=0
    db import bad.json good empty worse.json Some.syscalls missing >out.log 2>err.log || status=$?
    ((status == 1))
    grep -q "bad.json: replicas: is missing" err.log
    grep -q "worse.json:[0-9]*: no JSON" err.log
    grep -q "empty: " err.log
    grep -q "missing: No such file" err.log
    [[ $(results) == 3 ]]
    db list | grep -q "Some .*list .* 3 *3$"
    refuses 2 "what is to be imported" db import
    refuses 2 "as what" db export
    refuses 2 "which database" db merge
}

@test "databases are merged in any order, and conflicts are told" {
    synthetic a 4
    synthetic b 6
    sed -i '2s/.*/0,Y,N,N,N/; 3s/.*/1,Y,N,N,Y/' b/application-000001/benchmark-it/imported/data/dyn.csv
    db import --db a.db a
    db import --db b.db b
    db merge --db ab.db a.db b.db >ab.log
    db merge --db ba.db b.db a.db >ba.log
    db merge --db ab.db b.db | grep "new: 0 results, 0 static results, 0 profiles"
    db export --db ab.db --json - >ab.json
    db export --db ba.db --json - | cmp - ab.json
    same 7 "$(results ab.db)"
    grep "conflict: application-000001, benchmark it, run imported" ab.log
    # What is damaged, or no database, or not there, changes nothing.
    "$PYTHON" -c '
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as connection: connection.execute("DELETE FROM verdict")' b.db
    refuses 2 "nothing was merged" db merge --db ab.db b.db
    refuses 2 "no database of loupe" db merge --db ab.db ab.log
    refuses 2 "missing.db: No such file" db merge --db ab.db missing.db
    db export --db ab.db --json - | cmp - ab.json
    # Faults are lines, and a status.
    status=0
    db verify --db b.db >faults || status=$?
    ((status == 1))
    grep -q "its digest is not that of what it found" faults
}

@test "two processes import at once, and lose nothing" {
    synthetic a 300
    synthetic c 300
    for application in c/*; do mv "$application" "${application/application/other}"; done
    db import a >a.log 2>&1 &
    first=$!
    db import c >c.log 2>&1 &
    second=$!
    wait "$first" && wait "$second"
    [[ $(results) == 600 ]]
}

@test "killed in the middle of an import at any moment, it is as it was before, or done" {
    synthetic a 5
    synthetic b 400
    db import a
    for ((i = 0; i < 40; i++)); do
        # Not by the function: its shell would be killed, and not loupe.
        "$LOUPE" db import b >out.log 2>&1 &
        process=$!
        sleep "0.$(printf %03d $((RANDOM % 80)))"
        kill -KILL "$process" 2>/dev/null || true
        wait "$process" || true
        found=$(results)
        [[ $found == 5 || $found == 400 ]] || { echo "$found results"; return 1; }
        if [[ $found == 400 ]]; then
            rm -f "$LOUPE_DB"*
            db import a >out.log
        fi
    done
    db import b >out.log
    [[ $(results) == 400 ]]
}

@test "a database that is being made when killed is made the next time" {
    for ((i = 0; i < 30; i++)); do
        rm -f "$LOUPE_DB"*
        "$LOUPE" db init >out.log 2>&1 &
        process=$!
        sleep "0.00$((RANDOM % 10))"
        kill -KILL "$process" 2>/dev/null || true
        wait "$process" || true
        db init >out.log
        [[ $(results) == 0 ]]
    done
}

@test "a database that several make at once is made once, and is nobody else's" {
    for ((i = 0; i < 20; i++)); do
        rm -f "$LOUPE_DB"*
        processes=()
        for ((j = 0; j < 6; j++)); do
            db init >/dev/null 2>>made.log &
            processes+=($!)
        done
        for process in "${processes[@]}"; do
            wait "$process" || {
                cat made.log
                return 1
            }
        done
    done
    same '' "$(cat made.log)"
}

@test "a database is not imported but merged" {
    db init --db other.db
    run db import other.db
    ((status == 1))
    [[ $output == *'other.db: a database: `loupe db merge other.db` takes in what it has'* ]]
}

@test "a full disk is one error, and loses nothing" {
    ((EUID == 0)) || unshare -Ur true || skip "no mount namespace is to be had"
    synthetic a 20
    synthetic b 3000
    cat >script <<'SCRIPT'
set -euo pipefail
mkdir -p small
mount -t tmpfs -o size=1500k tmpfs small
export LOUPE_DB=$PWD/small/loupe.db
"$LOUPE" db import a
status=0
"$LOUPE" db import b >out.log 2>err.log || status=$?
cat err.log
((status == 2))
(($(wc -l <err.log) == 1))
grep -q 'loupe db import: .*small/loupe.db: the disk is full' err.log
"$LOUPE" db verify
"$LOUPE" db list --json - >list.json
# Where there is room again it goes on.
mount -o remount,size=100M small
"$LOUPE" db import b
"$LOUPE" db verify
SCRIPT
    if ((EUID == 0)); then
        unshare -m bash script
    else
        unshare -Urm bash script
    fi
    same 20 "$(jq '.results | length' list.json)"
}

@test "a database that cannot be written is read, and refuses to be changed" {
    synthetic a 3
    db import a
    db export --json before.json
    chmod 444 "$LOUPE_DB"
    mkdir locked
    cp -p "$LOUPE_DB" locked/loupe.db
    chmod 777 locked locked/loupe.db
    if ((EUID == 0)); then
        who=(setpriv --reuid=65534 --regid=65534 --clear-groups env)
        chown 65534 locked
    else
        who=(env)
    fi
    chmod 444 "$LOUPE_DB"
    refuses 2 "loupe.db: Permission denied" "${who[@]}" LOUPE_DB="$LOUPE_DB" "$LOUPE" db import a
    chmod 555 locked
    chmod 444 locked/loupe.db
    "${who[@]}" "$LOUPE" db export --db locked/loupe.db --json - | cmp - before.json
    "${who[@]}" "$LOUPE" db verify --db locked/loupe.db
    refuses 2 "locked/loupe.db: Permission denied" "${who[@]}" "$LOUPE" db import --db locked/loupe.db a
    refuses 2 "locked/new.db: " "${who[@]}" "$LOUPE" db init --db locked/new.db
    chmod 666 locked/loupe.db
    refuses 2 "locked/loupe.db: " "${who[@]}" "$LOUPE" db import --db locked/loupe.db a
    chmod 755 locked
}

@test "on a read-only file system it is read" {
    ((EUID == 0)) || skip "needs root"
    synthetic a 3
    db import a
    db export --json before.json
    unshare -m bash -euc '
        mkdir fixed
        cp loupe.db fixed
        mount --bind fixed fixed
        mount -o remount,bind,ro fixed
        "$LOUPE" db export --db fixed/loupe.db --json - | cmp - before.json
        status=0
        "$LOUPE" db import --db fixed/loupe.db a >out.log 2>err.log || status=$?
        ((status == 2))
        grep "fixed/loupe.db: Read-only file system" err.log'
}

@test "what is no database, or half of one, is refused, and nothing happens to it" {
    synthetic a 100
    db import a
    cp "$LOUPE_DB" whole.db
    echo "Dear database, I hope that this letter finds you well" >letter.db
    cp letter.db before
    refuses 2 "letter.db: this is no database of loupe" db import --db letter.db a
    refuses 2 "letter.db: this is no database of loupe" db list --db letter.db
    cmp letter.db before
    refuses 2 "Is a directory" db list --db .
    "$PYTHON" -c 'import sqlite3; sqlite3.connect("other.db").execute("CREATE TABLE t (a)")'
    refuses 2 "other.db: this is a database, but not one of loupe" db init --db other.db
    size=$(stat -c %s whole.db)
    for share in 5 25 50 75 95; do
        head -c $((size * share / 100)) whole.db >half.db
        status=0
        db verify --db half.db >out.log 2>err.log || status=$?
        ((status == 1 || status == 2))
        [[ -s out.log || -s err.log ]]
        status=0
        "$LOUPE" show all --db half.db >out.log 2>err.log || status=$?
        ((status == 2))
    done
    # Any byte may be another one: no crash, and what verify calls sound is read.
    "$PYTHON" - <<'PYTHON'
import os, random, subprocess
chance = random.Random(7)
whole = open("whole.db", "rb").read()
for _ in range(60):
    damaged = bytearray(whole)
    for _ in range(chance.randrange(1, 20)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    open("damaged.db", "wb").write(damaged)
    for command in (["db", "verify"], ["show", "all", "--json", "-"], ["db", "export", "--json", "-"]):
        status = subprocess.run([os.environ["LOUPE"], *command, "--db", "damaged.db"], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL).returncode
        assert status in (0, 1, 2), (command, status)
PYTHON
}

@test "an ordinary user has a database too" {
    require_root
    synthetic a 3
    as ordinary "$LOUPE" db import a
    same 3 "$(as ordinary "$LOUPE" db list --json - | jq '.results | length')"
    same 65534 "$(stat -c %u "$W.data/ordinary.db")"
}

@test "the database is where the option, the environment or the home folder say" {
    synthetic a 1
    db import --db option.db a
    [[ -s option.db && ! -e $LOUPE_DB ]]
    env -u LOUPE_DB XDG_DATA_HOME="$W/data" "$LOUPE" db import a
    [[ -s data/loupe/loupe.db ]]
    env -u LOUPE_DB -u XDG_DATA_HOME HOME="$W/home" "$LOUPE" db import a
    [[ -s home/.local/share/loupe/loupe.db ]]
    refuses 2 "where is the database" env -u LOUPE_DB -u XDG_DATA_HOME -u HOME "$LOUPE" db list
    refuses 2 "missing.db: there is no database: .loupe db init. makes one" db list --db missing.db
    refuses 2 "empty" db list --db ""
}

@test "an older database is read as it is, and brought up to date where it is changed" {
    synthetic tree 3
    "$PYTHON" -c '
import pathlib, sqlite3, sys
path, schema = sys.argv[1:]
with sqlite3.connect(path) as connection:
    connection.executescript(pathlib.Path(schema).read_text())
    connection.executescript("""
        INSERT INTO application (id, name) VALUES (1, "old");
        INSERT INTO workload (id, application_id, name, kind) VALUES (1, 1, "suite", "suite");
        INSERT INTO feature (id, kind, name, number) VALUES (1, "syscall", "read", 0);
        INSERT INTO static_result (id, workload_id, run, method, content, measured)
            VALUES (1, 1, "1", "binary", printf("%064d", 0), 5);
        INSERT INTO static_feature (static_id, feature_id) VALUES (1, 1);
        PRAGMA application_id = 0x4c6f7570;
        PRAGMA user_version = 1;""")' "$LOUPE_DB" "$SOURCE_ROOT/data/migrations/1.sql"
    cp "$LOUPE_DB" before.db
    db list --json list.json
    validate list.json contents.schema.json
    same old "$(jq -r '.results[] | select(.by == "binary").application' list.json)"
    db export --json old.json
    validate old.json database.schema.json
    cmp before.db "$LOUPE_DB"
    db import tree >/dev/null
    db export --json new.json
    validate new.json database.schema.json
    same "$(jq -S .static old.json)" "$(jq -S .static new.json)"
    [[ $(db list --json - | jq '[.results[] | select(.by == "runs")] | length') == 3 ]]
    same 3 "$("$PYTHON" -c '
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version").fetchone()[0])' "$LOUPE_DB")"
}
