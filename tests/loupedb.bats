#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# `loupe db import` and `loupe db export --loupedb`: a small tree with every odd shape and every fault, and the public
# database itself where it is at hand (beside the source tree, in ../shared/loupedb).

load helpers

setup() {
    W=$(mktemp -d "$STAGE/test.XXXXXX")
    chmod 777 "$W"
    cd "$W"
    export LOUPE_DB=$W/loupe.db
    # Nobody's settings, and a time for each commit.
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
}

HEADER='# syscall, used, works faked, works stubbed, works both'

# rows COUNT [ROW…]: unused calls from 0 on, but for those whose rows are given.
rows() {
    local count=$1
    shift
    printf '%s\n' "$@" | awk -F, -v count="$count" '
        NF { row[$1] = $0 }
        END { for (i = 0; i < count; i++) print (i in row) ? row[i] : i ",N,N,N,N" }'
}

# table RUN [ROW…]: a common dyn.csv of the run in the folder tree.
table() {
    mkdir -p "tree/$1/data"
    {
        echo "$HEADER"
        rows 335 "${@:2}"
    } >"tree/$1/data/dyn.csv"
}

# static FILE [CALL…]: a static table with a newline at the end.
static() {
    local file=tree/$1
    mkdir -p "$(dirname "$file")"
    printf '%s\n' "${@:2}" | awk '
        NF { used[$1] = 1 }
        END { print "# syscall, used"; for (i = 0; i < 335; i++) print i "," ((i in used) ? "Y" : "N") }' >"$file"
}

# require_public: the public database, or none of the test.
require_public() {
    PUBLIC=$SOURCE_ROOT/../shared/loupedb
    [[ -d $PUBLIC ]] || skip "needs the public database in ../shared"
}

# csv_files FOLDER: the tables of a tree, by name.
csv_files() {
    (cd "$1" && find . -name '*.csv' | LC_ALL=C sort)
}

# same_tables A B: the same tables, byte for byte.
same_tables() {
    local file
    same "$(csv_files "$1")" "$(csv_files "$2")"
    while read -r file; do
        cmp "$1/$file" "$2/$file"
    done < <(csv_files "$1")
}

# findings APP: "CALL VERDICT" for each finding, sorted.
findings() {
    "$LOUPE" db export --csv - | awk -F, -v app="$1" '$1 == app { print $5, $6 }' | LC_ALL=C sort
}

@test "columns are faked, stubbed, both, and none of them is required" {
    table a/benchmark-wrk/imported 0,Y,N,N,N 1,Y,Y,N,N 2,Y,N,Y,N 3,Y,N,N,Y
    status 0 "$LOUPE" db import tree
    says out '1 application, 1 workload: 1 result \(1 new\), 0 static results, 0 profiles; 0 files refused'
    same "$(printf '%s\n' 'close either' 'open stub' 'read required' 'write fake')" "$(findings a)"
}

# Every odd shape that is to be read.
odd_tree() {
    table a/suite/imported 0,Y,Y,Y,Y 1,N,Y,Y,Y 2,N,Y,N,N
    mkdir -p tree/b/suite-regression/1/data tree/c/benchmark-c/1/data tree/d/benchmark-d/1/data tree/e/benchmark-e/1/data
    rows 335 0,Y,N,N,N >tree/b/suite-regression/1/data/dyn.csv
    { echo "$HEADER" && rows 336 5,Y,N,Y,N; } >tree/c/benchmark-c/1/data/dyn.csv
    static c/benchmark-c/1/data/static_binary.csv 0 1 2
    truncate -s -1 tree/c/benchmark-c/1/data/static_binary.csv
    static c/benchmark-c/1/data/static_sources.csv 7
    echo >>tree/c/benchmark-c/1/data/static_sources.csv
    { echo "$HEADER" && rows 335 9,Y,N,N,N; } | sed 's/$/\r/' >tree/d/benchmark-d/1/data/dyn.csv
    { echo "$HEADER" && echo && echo '# by hand' && rows 335 '9, "Y", N, N, N'; } >tree/e/benchmark-e/1/data/dyn.csv
    static f/suite/only-static/data/static_binary.csv 60
}

@test "odd shapes are read, and each is told" {
    odd_tree
    status 0 "$LOUPE" db import tree
    says out '6 applications, 6 workloads: 5 results \(5 new\), 3 static results \(3 new\), 0 profiles; 0 files refused'
    says err 'no header: 1 file: b/suite-regression/1/data/dyn.csv$'
    says err 'more than 335 rows: 1 file: c/benchmark-c/1/data/dyn.csv$'
    says err 'taken as either: 1 row in 1 file: a/suite/imported/data/dyn.csv \(1\)$'
    says err 'taken as not used: 2 rows in 1 file: a/suite/imported/data/dyn.csv \(2\)$'
    says err 'no newline at the end: 1 file: c/benchmark-c/1/data/static_binary.csv$'
    says err 'carriage returns: .* 3 files: c/.*/static_sources.csv \(1\), d/.*, e/.*$'
    same 'read either' "$(findings a)"
    same 'fstat stub' "$(findings c)"
    same 'mmap required' "$(findings e)"
}

@test "odd shapes are written as they were" {
    odd_tree
    status 0 "$LOUPE" db import tree
    status 0 "$LOUPE" db export --loupedb out.d
    same_tables tree out.d
    same 8 "$(csv_files out.d | wc -l)"
    # Also from a database that they were merged into.
    "$LOUPE" db merge --db merged.db "$LOUPE_DB" >/dev/null
    "$LOUPE" db export --db merged.db --loupedb from-merged >/dev/null
    same_tables tree from-merged
}

# refused FILE LINE MESSAGE
refused() {
    says err "tree/$1:$2: $3"
}

@test "malformed files are refused with file and line, and the rest is imported" {
    table good/suite/1 0,Y,N,N,N
    table word/suite/1 '7,Y,N,yes,N'
    table columns/suite/1 '3,Y,N,N'
    table classes/suite/1 '4,Y,Y,Y,N'
    table twice/suite/1
    sed -i '10s/.*/7,N,N,N,N/' tree/twice/suite/1/data/dyn.csv
    table missing/suite/1
    sed -i '10d' tree/missing/suite/1/data/dyn.csv
    table number/suite/1
    sed -i '3s/.*/write,Y,N,N,N/' tree/number/suite/1/data/dyn.csv
    table short/suite/1
    sed -i '101,$d' tree/short/suite/1/data/dyn.csv
    table empty/suite/1
    : >tree/empty/suite/1/data/dyn.csv
    table latin/suite/1
    printf '# caf\xe9\n' >>tree/latin/suite/1/data/dyn.csv
    table swapped/suite/1
    sed -i '1s/.*/# syscall, used, works stubbed, works faked, works both/' tree/swapped/suite/1/data/dyn.csv
    static good/suite/1/data/static_binary.csv
    sed -i '5s/.*/3,Y,N/' tree/good/suite/1/data/static_binary.csv
    echo 'read write' >tree/Os.syscalls
    echo 'read' >tree/Good.syscalls
    status 1 "$LOUPE" db import tree
    says out '1 application, 1 workload: 1 result \(1 new\), 0 static results, 1 profile \(1 new\); 12 files refused'
    refused word/suite/1/data/dyn.csv 9 '"yes" in column 4 is neither Y nor N'
    refused columns/suite/1/data/dyn.csv 5 '4 columns where a row is number,used,faked,stubbed,both'
    refused classes/suite/1/data/dyn.csv 6 'two of works faked.*exclude each other'
    refused twice/suite/1/data/dyn.csv 10 'call 7 is here for the second time; the row of call 8 is due'
    refused missing/suite/1/data/dyn.csv 10 'call 9 where call 8 is due'
    refused number/suite/1/data/dyn.csv 3 '"write" is not the number of a call; the row of call 1 is due'
    refused short/suite/1/data/dyn.csv 100 'the file ends after call 98; rows up to call 334 are due'
    refused empty/suite/1/data/dyn.csv 1 'no row'
    refused latin/suite/1/data/dyn.csv 337 'not UTF-8'
    refused swapped/suite/1/data/dyn.csv 1 'columns of other names'
    refused good/suite/1/data/static_binary.csv 5 '3 columns where a row is number,used'
    refused Os.syscalls 1 'more than one word'
    same 'read required' "$(findings good)"
    same '' "$(findings word)"
}

@test "what is no file of its own is not read" {
    table a/suite/1 0,Y,N,N,N
    ln -s a tree/alias
    mkdir -p tree/a/suite/2/data tree/a/suite/3/data tree/a/suite/4/data tree/a/notes tree/a/suite/5
    ln -s ../../1/data/dyn.csv tree/a/suite/2/data/dyn.csv
    mkfifo tree/a/suite/3/data/dyn.csv
    truncate -s 10G tree/a/suite/4/data/dyn.csv
    status 1 "$LOUPE" db import tree
    says out '1 application, 1 workload: 1 result .* 2 files refused'
    says err 'symbolic links, not followed: 2 places: a/suite/2/data/dyn.csv, alias$'
    says err 'a/suite/3/data/dyn.csv: no regular file'
    says err 'a/suite/4/data/dyn.csv: larger than'
    says err 'no data: 2 folders: a/suite/2, a/suite/5$'
    says err 'passed over: 1 folder: a/notes$'
}

@test "an unreadable file is refused, and the rest is imported" {
    # Root reads everything.
    who=self
    ((EUID != 0)) || who=ordinary
    [[ $who == self || -z ${SANITIZED:-} ]] || skip "needs an ordinary user, which sanitizers do not allow here"
    table a/suite/1 0,Y,N,N,N
    table b/suite/1 0,Y,N,N,N
    table c/suite/1 0,Y,N,N,N
    chmod 755 tree
    chmod 000 tree/b/suite/1/data/dyn.csv tree/c/suite
    prefix "$who"
    status 1 "${PREFIX[@]}" LOUPE_DB="$W/other.db" "$LOUPE" db import tree
    chmod 755 tree/c/suite
    says out '1 result .* 2 files refused'
    says err 'tree/b/suite/1/data/dyn.csv: Permission denied'
    says err 'tree/c/suite: Permission denied'
}

@test "a folder without any of it is an error" {
    mkdir -p tree/a/b/c
    status 1 "$LOUPE" db import tree
    says err "nothing of loupedb's layout"
}

@test "importing twice stores nothing twice" {
    odd_tree
    echo read >tree/Os.syscalls
    status 0 "$LOUPE" db import tree
    status 0 "$LOUPE" db import tree
    says out '5 results \(0 new\)'
    status 0 "$LOUPE" db export --loupedb out.d
    same_tables tree out.d
    cmp tree/Os.syscalls out.d/Os.syscalls
}

@test "a file that has changed counts from then on" {
    table a/suite/1 0,Y,N,N,N
    status 0 "$LOUPE" db import tree
    table a/suite/1 0,Y,N,N,Y 1,Y,N,N,N
    status 0 "$LOUPE" db import tree
    says out '1 result \(1 new\)'
    says err 'other findings than those stored for the same run.*: 1 file: a/suite/1/data/dyn.csv$'
    status 0 "$LOUPE" db export --loupedb out.d
    same_tables tree out.d
    status 0 "$LOUPE" show a --json out.json
    same '{"required":["write"],"stub":[],"fake":[],"either":["read"]}' \
        "$(jq -c '.applications.a.suite | {required, stub, fake, either}' out.json)"
}

# commit TIME: everything in the folder tree.
commit() {
    git -C tree add -A
    GIT_AUTHOR_DATE="$1 +0000" GIT_COMMITTER_DATE="$1 +0000" \
        git -C tree -c user.name=x -c user.email=x@y commit -qm "$1"
}

@test "the run that git saw last counts, whatever the names say" {
    command -v git >/dev/null || skip "needs git"
    mkdir tree
    git -C tree init -q
    table a/benchmark-x/2 0,Y,N,N,N
    commit 1500000000
    table a/benchmark-x/1 1,Y,N,N,N
    commit 1600000000
    status 0 "$LOUPE" db import tree
    says err 'a bench: x \(run 1\) is taken, the last measured; not x \(run 2\)$'
    status 0 "$LOUPE" show a --json out.json
    same '["write"]' "$(jq -c .applications.a.bench.required out.json)"
    # A later change of the other makes it the last.
    echo x >tree/a/benchmark-x/2/Dockerfile.a
    commit 1700000000
    status 0 "$LOUPE" db import tree
    says out '2 results \(0 new\)'
    says err 'a bench: x \(run 2\) is taken, the last measured; not x \(run 1\)$'
    # Without its history it is the name that counts.
    rm -rf tree/.git
    status 0 "$LOUPE" db import --db other.db tree
    says err 'a bench: x \(run 2\) is taken, the last by name; not x \(run 1\)$'
}

@test "a checkout within a work tree, and one that git refuses" {
    command -v git >/dev/null || skip "needs git"
    mkdir -p outer tree
    table a/suite/2
    table a/suite/1
    mv tree outer/tree
    git -C outer init -q
    git -C outer add tree/a/suite/2
    GIT_COMMITTER_DATE='1500000000 +0000' git -C outer -c user.name=x -c user.email=x@y commit -qm x
    git -C outer add -A
    GIT_COMMITTER_DATE='1600000000 +0000' git -C outer -c user.name=x -c user.email=x@y commit -qm y
    # Where git is told to look elsewhere the folder still counts.
    status 0 env GIT_DIR=/nonexistent "$LOUPE" db import outer/tree
    says err 'a suite: suite \(run 1\) is taken, the last measured'
    rm -rf outer/.git/refs outer/.git/HEAD
    status 0 "$LOUPE" db import --db other.db outer/tree
    says err 'git does not tell when runs were changed'
    says err 'a suite: suite \(run 2\) is taken, the last by name'
    status 0 env PATH=/nonexistent "$LOUPE" db import --db third.db outer/tree
    says err 'a suite: suite \(run 2\) is taken, the last by name'
}

@test "nothing that a checkout configures is executed" {
    command -v git >/dev/null || skip "needs git"
    printf '#!/bin/sh\ntouch %s/executed\n' "$W" >evil
    printf '#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED " >&2\n%s' \
        'printf -- "-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n"' >sign
    chmod 755 evil sign
    table a/suite/1
    git -C tree init -q
    git -C tree config gpg.program "$W/sign"
    git -C tree config commit.gpgSign true
    commit 1500000000
    for key in core.fsmonitor core.pager pager.log gpg.program diff.external core.sshCommand core.editor; do
        git -C tree config "$key" "$W/evil"
    done
    git -C tree config log.showSignature true
    # A signed commit is where git would.
    git -C tree log >/dev/null 2>&1 || true
    [[ -e executed ]]
    rm executed
    status 0 "$LOUPE" db import tree
    [[ ! -e executed ]]
}

@test "an export goes into a new or empty folder, or leaves nothing" {
    table a/suite/1 0,Y,N,N,N
    status 0 "$LOUPE" db import tree
    mkdir full && touch full/x
    status 2 "$LOUPE" db export --loupedb full
    says err 'full: is not empty'
    same x "$(ls -A full)"
    status 2 "$LOUPE" db export --loupedb missing/folder
    [[ ! -e missing ]]
    mkdir void
    (cd void && "$LOUPE" db export --loupedb . >../out 2>../err)
    cmp tree/a/suite/1/data/dyn.csv void/a/suite/1/data/dyn.csv
    same "$(printf '%s\n' err full out tree void)" "$(find . -mindepth 1 -maxdepth 1 ! -name 'loupe.db*' -printf '%f\n' | sort)"
}

@test "the public database is read whole" {
    require_public
    status 0 "$LOUPE" db import "$PUBLIC"
    says out '116 applications, 123 workloads: 125 results \(125 new\), 114 static results \(114 new\), 11 profiles \(11 new\); 0 files refused'
    # Three places, and the others counted; all of them where they are asked for.
    says err 'no header: 11 files: [^,]+, [^,]+, [^, ]*envoy/benchmark-envoy-test/imported/data/dyn.csv and 8 more$'
    says err 'more than 335 rows: 18 files'
    says err 'taken as either: 310 rows in 18 files'
    says err 'taken as not used: 3 rows in 1 file: h2o/'
    says err 'no newline at the end: 86 files'
    # The three places where several runs compete, and no others.
    same 3 "$(grep -c ' is taken, ' err)"
    says err 'iperf3 bench: iperf3-client .* is taken, the last .*; not iperf-test'
    status 0 "$LOUPE" db import --verbose "$PUBLIC"
    says out '125 results \(0 new\), 114 static results \(0 new\), 11 profiles \(0 new\); 0 files refused'
    says err 'no newline at the end: 86 files: ([^,]+, ){85}[^, ]+$'
    says err 'lua bench: lua-test .* is taken'
    says err 'nginx suite: nginx-tests \(run imported\) is taken'
}

@test "the public database comes out as it went in, byte for byte" {
    require_public
    status 0 "$LOUPE" db import "$PUBLIC"
    status 0 "$LOUPE" db import "$PUBLIC"
    says out '125 results \(0 new\)'
    status 0 "$LOUPE" db export --loupedb out.d
    same_tables "$PUBLIC" out.d
    same 239 "$(csv_files out.d | wc -l)"
    # Lists have the same names, in the order of the calls' numbers.
    for list in "$PUBLIC"/*.syscalls; do
        same "$(grep -v '^$' "$list" | LC_ALL=C sort -u)" "$(LC_ALL=C sort -u "out.d/${list##*/}")"
    done
    # What came out is as good as what went in.
    status 0 "$LOUPE" db import --db other.db out.d
    status 0 "$LOUPE" db export --db other.db --loupedb again.d
    diff -r out.d again.d
}

@test "the public database is imported in less than a second" {
    require_public
    [[ -z ${SANITIZED:-} ]] || skip "sanitizers take their time"
    start=$(date +%s%N)
    status 0 "$LOUPE" db import "$PUBLIC"
    end=$(date +%s%N)
    (((end - start) / 1000000 < 1000))
}
