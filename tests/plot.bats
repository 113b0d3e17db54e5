#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# Figures: what is drawn, the data behind it, and what cannot be drawn.

load helpers

FIGURES='cumulative histogram heatmap plan completeness'

# calls NUMBER,VERDICT…: a dyn.csv of these.
calls() {
    printf '%s\n' '# syscall, used, works faked, works stubbed, works both'
    printf '%s\n' "$@" | awk -F, '
        BEGIN { columns["required"] = "Y,N,N,N"; columns["fake"] = "Y,Y,N,N"
                columns["stub"] = "Y,N,Y,N"; columns["either"] = "Y,N,N,Y" }
        { row[$1] = columns[$2] }
        END { for (i = 0; i < 336; i++) print i "," (i in row ? row[i] : "N,N,N,N") }'
}

# measured APPLICATION/WORKLOAD/RUN NUMBER,VERDICT…: a result in the folder published.
measured() {
    mkdir -p "published/$1/data"
    calls "${@:2}" >"published/$1/data/dyn.csv"
}

# A database of three results, of two applications, and two profiles.
small_database() {
    measured nginx/benchmark-wrk/imported 0,required 1,required 3,fake 39,either
    measured redis/benchmark-rb/imported 0,required 1,stub
    measured redis/suite/imported 0,required 1,required 3,required 257,either
    printf '%s\n' read write >published/Small.syscalls
    printf '%s\n' read write close >published/Large.syscalls
    awk 'BEGIN { print "# syscall, used"; for (i = 0; i < 336; i++) print i (i ~ /^[015]$/ ? ",Y" : ",N") }' \
        >published/redis/suite/imported/data/static_binary.csv
    status 0 "$LOUPE" db import published
    # Nothing has been refused.
    [[ $("$LOUPE" plot histogram --csv - | wc -l) == 4 ]]
}

# magic FILE FORMAT: the file is a whole one of that format.
magic() {
    case $2 in
    svg) [[ $("$PYTHON" -c '
import sys, xml.etree.ElementTree
print(xml.etree.ElementTree.parse(sys.argv[1]).getroot().tag)' "$1") == '{http://www.w3.org/2000/svg}svg' ]] ;;
    png) [[ $(head -c 8 "$1" | od -An -tx1) == ' 89 50 4e 47 0d 0a 1a 0a' ]] && tail -c 8 "$1" | grep -qa IEND ;;
    pdf) head -c 5 "$1" | grep -qx '%PDF-' && tail -n 1 "$1" | grep -qax '%%EOF' ;;
    *) false ;;
    esac || {
        echo "$1 is no whole $2"
        return 1
    }
}

@test "every figure in every format" {
    small_database
    for figure in $FIGURES 'timeline redis'; do
        for format in svg png pdf; do
            status 0 "$LOUPE" plot $figure -o "figure.$format"
            [[ ! -s out && ! -s err ]]
            magic "figure.$format" "$format"
            status 0 "$LOUPE" plot $figure --format "$format" -o -
            magic out "$format"
            rm "figure.$format"
        done
    done
    [[ -z $(find . -name 'figure*') ]]
}

@test "a figure without a name is called after what it shows" {
    small_database
    status 0 "$LOUPE" plot histogram
    says err 'drawn into histogram\.svg'
    magic histogram.svg svg
    status 0 "$LOUPE" plot histogram --format png
    says err 'drawn into histogram\.png'
    magic histogram.png png
    rm histogram.*
    # Whoever wants the data does not get the figure besides.
    status 0 "$LOUPE" plot histogram --csv -
    [[ -z $(ls histogram.* 2>/dev/null) && ! -s err ]]
    status 0 "$LOUPE" plot histogram --csv data.csv --script - -o figure.pdf
    magic figure.pdf pdf
    cp out script.gp
    gnuplot -d script.gp >again
    magic again pdf
    [[ -s data.csv ]]
}

# data EXPECTED ARGUMENT…: the data behind a figure.
data() {
    status 0 "$LOUPE" plot "${@:2}" --csv -
    same "$1" "$(cat out)"
}

@test "the data behind each figure" {
    small_database
    data 'label,application,workload,kind,used,required,stub,fake,either,untested
redis / suite,redis,suite,suite,4,3,0,0,1,0
nginx,nginx,wrk,bench,4,2,0,1,1,0
redis / rb,redis,rb,bench,2,1,1,0,0,0' histogram
    data 'label,application,workload,kind,used,required,stub,fake,either,untested
nginx,nginx,wrk,bench,4,2,0,1,1,0
redis,redis,rb,bench,2,1,1,0,0,0' histogram --workload bench
    data 'rank,required_call,required_results,required_share,used_call,used_results,used_share,static_binary_call,static_binary_results,static_binary_share
1,read,3,1,read,3,1,read,2,1
2,write,2,0.666667,write,3,1,write,2,1
3,close,1,0.333333,close,2,0.666667,fstat,2,1
4,,,,getpid,1,0.333333,,,
5,,,,openat,1,0.333333,,,' cumulative
    data 'row,label,application,workload,kind,rank,call,verdict
1,nginx,nginx,wrk,bench,1,read,required
1,nginx,nginx,wrk,bench,2,write,required
1,nginx,nginx,wrk,bench,3,close,fake
1,nginx,nginx,wrk,bench,4,getpid,either
2,redis,redis,rb,bench,1,read,required
2,redis,redis,rb,bench,2,write,stub' heatmap all -w bench
    data 'calls,call,required_results,required_share,not_stubbed_results,not_stubbed_share
0,,0,0,0,0
1,read,1,0.333333,1,0.333333
2,write,2,0.666667,1,0.333333
3,close,3,1,3,1
4,getpid,3,1,3,1
5,openat,3,1,3,1' completeness
    # Of three installs two have nginx, which needs two calls, and one redis, which needs three.
    printf '%s\n' '1 nginx 1000 1 1 1 1' '2 redis 500 1 1 1 1' >by_inst
    status 0 "$LOUPE" plot completeness --popcon by_inst --csv -
    same $'calls required_weighted\n0 0\n1 0\n2 0.666667\n3 1\n4 1\n5 1' "$(cut -d, -f 1,7 --output-delimiter=' ' out)"
    data 'os,strategy,step,implemented,stubbed,faked,applications,all_applications
Small,greedy,0,0,0,0,0,2
Small,greedy,1,0,1,1,1,2
Small,greedy,2,1,2,1,2,2
Large,greedy,0,0,0,0,0,2
Large,greedy,1,0,1,0,1,2
Large,greedy,2,0,2,0,2,2' plan --os Small,Large
    status 0 "$LOUPE" plot timeline redis --by version --csv -
    same 'position label workload used required' \
        "$(head -n 1 out | cut -d, -f 1,2,4,10,11 --output-delimiter=' ')"
    same $'1 imported rb 2 1\n1 imported suite 4 3' \
        "$(tail -n +2 out | cut -d, -f 1,2,4,10,11 --output-delimiter=' ' | sort)"
}

@test "plans of a system that has nothing, by all strategies" {
    small_database
    status 0 "$LOUPE" plot plan --csv -
    [[ ! -s err ]]
    same $'none,greedy\nnone,optimal\nnone,published' "$(tail -n +2 out | cut -d, -f 1,2 | LC_ALL=C sort -u)"
    for strategy in greedy optimal published; do
        says out "^none,$strategy,[0-9]+,3,.*,2,2\$"
    done
    status 0 "$LOUPE" plot plan --os Small --os Large,none --strategy published,greedy --csv -
    same $'Large,greedy\nLarge,published\nSmall,greedy\nSmall,published\nnone,greedy\nnone,published' \
        "$(tail -n +2 out | cut -d, -f 1,2 | LC_ALL=C sort -u)"
    status 2 "$LOUPE" plot plan --strategy gredy
    says err "did you mean 'greedy'"
    status 2 "$LOUPE" plot plan --os Smal
    says err "Small"
    status 2 "$LOUPE" plot plan --os ,
    says err 'no profile is named'
}

@test "more results than can be read are cut off, and that is told" {
    small_database
    status 0 "$LOUPE" plot histogram --top 2 --csv -
    says err 'of 3 results the 2 that require most'
    [[ $(wc -l <out) == 3 ]]
    status 0 "$LOUPE" plot heatmap --top 3 --csv -
    [[ ! -s err ]]
    status 2 "$LOUPE" plot histogram --top 0
    status 2 "$LOUPE" plot histogram --top 1000000
}

# rename_application FROM TO, and the workload of that application as well; any bytes but NUL.
rename_application() {
    "$PYTHON" - "$LOUPE_DB" "$@" <<'END'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
number, = database.execute("SELECT id FROM application WHERE name = ?", (sys.argv[2],)).fetchone()
database.execute("UPDATE application SET name = ? WHERE id = ?", (sys.argv[3], number))
database.execute("UPDATE workload SET name = ? || kind WHERE application_id = ?", (sys.argv[3], number))
database.execute("UPDATE profile SET name = ? WHERE name = ?", (sys.argv[3], "Small"))
database.commit()
END
}

@test "names from a database are never commands" {
    local name=redis next
    small_database
    for next in "it's" '"' "'" '\' '`touch pwned`' "'; system('touch pwned'); '" \
        $'a\nset output "pwned"\n' $'a\r\nset output \'pwned\'\r' $'\nEND\nset output "pwned"' \
        '"; set output "pwned"; x="' '$(touch pwned)' '%s%n%d' '</text><script>' $'\e[31m\x01' '@x' \
        "$(printf 'x%.0s' {1..300})"; do
        rename_application "$name" "$next"
        name=$next
        for figure in $FIGURES; do
            status 0 "$LOUPE" plot "$figure" -o figure.svg --csv data.csv
            [[ ! -s err ]] || { cat err && false; }
            magic figure.svg svg
        done
        [[ ! -e pwned ]]
        # The data has the name as it is.
        status 0 "$LOUPE" plot histogram --csv histogram.csv
        "$PYTHON" - histogram.csv "$next" <<'END'
import csv, sys
with open(sys.argv[1], newline="") as file:
    names = [row["application"] for row in csv.DictReader(file)]
assert sorted(set(names)) == sorted(["nginx", sys.argv[2]]), names
END
    done
}

@test "no data is an error that says so" {
    status 2 "$LOUPE" plot cumulative
    says err 'loupe\.db'
    small_database
    status 2 "$LOUPE" plot histogram --workload health
    says err 'no result'
    status 2 "$LOUPE" plot histogram redi
    says err "redis"
    status 2 "$LOUPE" plot timeline
    says err 'nginx and redis: name one'
    [[ -z $(ls ./*.svg 2>/dev/null) ]]
}

@test "wrong usage" {
    small_database
    status 2 "$LOUPE" plot
    says err 'cumulative'
    status 2 "$LOUPE" plot histogramm
    says err "did you mean 'plot histogram'"
    status 2 "$LOUPE" plot histogram redis -- nginx
    says err 'take away the --'
    status 2 "$LOUPE" plot histogram -o figure.gif
    says err '\.svg, \.png or \.pdf'
    status 2 "$LOUPE" plot histogram -o -
    says err '--format'
    status 2 "$LOUPE" plot histogram --csv - --script -
    says err 'only one'
    status 2 "$LOUPE" plot timeline redis --by colour
    for figure in $FIGURES timeline; do
        status 0 "$LOUPE" plot "$figure" --help
        says out "loupe plot $figure"
    done
}

@test "without gnuplot there is a clear error, and no file" {
    small_database
    mkdir empty
    PATH=$PWD/empty status 2 "$LOUPE" plot histogram -o figure.svg
    says err 'gnuplot-nox'
    [[ ! -e figure.svg && -z $(ls figure.* 2>/dev/null) ]]
    # The data needs no gnuplot.
    PATH=$PWD/empty status 0 "$LOUPE" plot histogram --csv -
    # One that fails leaves the old figure.
    printf '#!/bin/sh\necho half; echo broken >&2; exit 1\n' >empty/gnuplot
    chmod +x empty/gnuplot
    echo old >figure.svg
    PATH=$PWD/empty:/bin status 2 "$LOUPE" plot histogram -o figure.svg
    says err 'broken'
    [[ $(cat figure.svg) == old ]]
    status 2 "$LOUPE" plot histogram -o nowhere/figure.svg
    says err 'nowhere'
    if [[ -w /dev/full ]]; then
        status 2 "$LOUPE" plot histogram --format svg -o /dev/full
        says err 'No space left'
    fi
}

@test "the public database" {
    local published=$SOURCE_ROOT/../shared/loupedb
    [[ -d $published ]] || skip "the public database is not there"
    status 0 "$LOUPE" db import "$published"
    status 0 "$LOUPE" plot cumulative --workload bench --csv -
    # The published figure: 149 calls required, 181 used.
    [[ $(cut -d, -f 2 out | tail -n +2 | grep -c .) == 149 ]]
    [[ $(cut -d, -f 5 out | tail -n +2 | grep -c .) == 181 ]]
    status 0 "$LOUPE" plot histogram redis --csv - -w suite
    says out '^redis,redis,.*,suite,68,42,'
    for figure in $FIGURES 'timeline iperf3'; do
        status 0 "$LOUPE" plot $figure -o figure.png
        magic figure.png png
    done
}

@test "an empty environment and an ordinary user are no obstacle" {
    small_database
    chmod 666 "$LOUPE_DB"
    for who in $(identities); do
        for format in svg png pdf; do
            as "$who" env -i PATH="$PATH" "$LOUPE" plot heatmap --db "$LOUPE_DB" -o "$who.$format" >out 2>err
            [[ ! -s out && ! -s err ]] || { cat err && false; }
            magic "$who.$format" "$format"
        done
    done
    # Nor is a locale in which numbers have commas.
    LC_ALL=de_DE.UTF-8 status 0 "$LOUPE" plot completeness --csv -
    says out '^1,read,1,0\.333333,'
}
