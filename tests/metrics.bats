#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# What `loupe metrics` tells: of a small database in the layout of the public one, whose figures are worked out by hand,
# and of the public one itself where it is at hand (beside the source tree, in ../shared/loupedb).

load small-database

# binary FOLDER NUMBER…: what static analysis of the binary found.
binary() {
    local call
    {
        echo "# syscall, used"
        for ((call = 0; call < 335; call++)); do
            [[ " ${*:2} " == *" $call "* ]] && echo "$call,Y" || echo "$call,N"
        done
    } >"$STAGE/small/$1/data/static_binary.csv"
}

# read 0, write 1, open 2, close 3, pipe 22.
small_database() {
    dyn alpha/benchmark-load/imported 0=required 1=required 3=either
    binary alpha/benchmark-load/imported 0 1 2 3 4 5
    dyn alpha/suite/imported 0=required 1=required 2=fake 3=stub
    dyn beta/benchmark-load/imported 0=required 2=fake
    dyn gamma/benchmark-load/imported 0=either 3=fake
}

# told FILTER EXPECTED: what jq's FILTER makes of the JSON.
told() {
    same "$(jq -c . <<<"$2")" "$(jq -c "$1" out)"
}

# metrics ARGUMENT…: as JSON of the right shape, in out.
metrics() {
    status 0 "$LOUPE" metrics --json - "$@"
    validate out metrics.schema.json
}

# percent_avoidable: what the text in out says, which is about one result.
percent_avoidable() {
    grep -oE '^[0-9.]+ % of the calls' out | cut -d' ' -f1
}

@test "headline figures, importance and the curve" {
    metrics
    told '[.datasets, .applications, .used, .required, .avoidable]' '[4,3,4,2,0.583333]'
    told '[.features[] | [.name, .used, .required, .stub, .fake, .either]]' \
        '[["read",4,3,0,0,1],["write",2,2,0,0,0],["close",3,0,1,1,1],["open",2,0,0,2,0]]'
    told '[.features[0] | .used_share, .required_share]' '[1.0,0.75]'
    told '[.curve[].completeness.required.supported]' '[1,2,4,4,4]'
    told '[.curve[].completeness."not-stubbed".supported]' '[0,0,1,2,4]'
    told '[.results, .os, .popularity, .features[0].importance]' '[null,null,null,null]'
    status 0 "$LOUPE" metrics --curve
    says out '^4 results of 3 applications: 4 calls used, 2 required\.$'
    says out '^58\.3 % of the calls that a result uses are avoidable, on average\.$'
    says out '^read +4 +3 +0 +0 +1 +100\.0 %$'
    says out '^ +2  write +100\.0 % +25\.0 %$'
}

@test "each of the results, with what static analysis says" {
    metrics alpha
    told '[.results[] | [.application, .workload, .kind, .used, .required, .avoidable, .static.binary]]' \
        '[["alpha","load","bench",3,2,0.333333,6],["alpha","suite","suite",4,2,0.5,6]]'
    told '.static' '{"binary":{"datasets":2,"found":6.0,"used":3.5,"required":2.0}}'
    status 0 "$LOUPE" metrics alpha --workload suite
    says out '^alpha +suite +suite +4 +2 +50\.0 % +6 +-$'
    says out ': 3\.0 times what is required\.$'
    status 0 "$LOUPE" metrics all --workload suite
    ! grep -q '^alpha' out
    status 0 "$LOUPE" metrics --details
    says out '^gamma +load'
}

@test "what an operating system lacks" {
    printf 'read\nwrite\n' >Small.syscalls
    metrics --os ./Small.syscalls
    told '.os.completeness | [.required.supported, .required.share, ."not-stubbed".supported]' '[4,1.0,1]'
    told '[.os.name, .os.missing_total]' '["Small",2]'
    told '[.os.missing[] | [.name, .support, .used]]' '[["close","missing",3],["open","missing",2]]'
    told '[.os.missing[0] | .fake_works_in, .stub_works_in]' \
        '[["alpha/load","gamma/load"],["alpha/load","alpha/suite"]]'
    metrics --os ./Small.syscalls --top 1
    told '[.os.missing_total, [.os.missing[].name]]' '[2,["close"]]'
    metrics --os ./Small.syscalls --exclude close,pipe
    told '[.os.missing[].name]' '["open"]'
    metrics --os ./Small.syscalls --definition not-stubbed
    told '[[.os.missing[].name], .definition]' '[["open","close"],"not-stubbed"]'
    status 0 "$LOUPE" metrics --os ./Small.syscalls --details
    says out '^  what they require +4 of 4, 100\.0 %$'
    says out '^  what they use and cannot do stubbed +1 of 4, 25\.0 %$'
    says out '^close +missing +3 +2 +2 +0$'
    says out '^  stubbing works in alpha/load alpha/suite$'
    printf 'write\n' >Less.syscalls
    metrics --os ./Less.syscalls
    told '.os.completeness.required.supported' 1
    told '.os.missing[0] | [.name, (.required_in | length)]' '["read",3]'
}

@test "what is partial counts as it is wanted" {
    printf 'name,status\nread,partial\nwrite,supported\nopen,fake\n' >Some.csv
    metrics --os ./Some.csv
    told '.os | [.completeness.required.supported, [.missing[] | [.name, .support]]]' \
        '[4,[["close","missing"],["open","fake"]]]'
    metrics --os ./Some.csv --partial-missing
    told '.os | [.completeness.required.supported, [.missing[] | [.name, .support]]]' \
        '[1,[["read","partial"],["close","missing"],["open","fake"]]]'
}

@test "popularity, weighted completeness and dependencies" {
    cat >by_inst <<-'END'
		#rank name inst vote old recent no-files (maintainer)
		1 base  200 1 1 1 1 (Somebody)
		2 alpha 100 1 1 1 1 (Somebody)
		3 gamma  80 1 1 1 1 (Somebody)
		4 bee    40 1 1 1 1 (Somebody)
		---------------------------------
		4 Total 420 4 4 4 4
	END
    printf '%s\n' 'Package: gamma' 'Depends: base (>= 1)' '' 'Package: base' 'Depends: bee | other' '' 'Package: bee' >Packages
    printf 'beta,bee\n' >names
    printf 'write\n' >Less.syscalls
    # read: 1 - (1 - 0.5)(1 - 0.4)(1 - 0.2), required but for gamma.
    metrics --popcon by_inst
    told '.features[0] | [.name, .importance, .importance_required]' '["read",0.7,0.5]'
    told .popularity '{"packages":3,"packages_without_installs":1,"dependencies_without_data":0}'
    metrics --popcon by_inst --package-names names --os ./Less.syscalls
    told '.features[0] | [.name, .importance, .importance_required]' '["read",0.76,0.6]'
    told '.os.completeness.required | [.supported, .weighted]' '[1,0.363636]'
    # gamma depends on bee by way of base, which has no results: so nothing works without read.
    metrics --popcon by_inst --package-names names --packages Packages --os ./Less.syscalls
    told '.os.completeness.required | [.supported, .weighted]' '[1,0.0]'
    told .popularity '{"packages":3,"packages_without_installs":0,"dependencies_without_data":1}'
    told '[.curve[].completeness.required.weighted]' '[0.0,0.545455,1.0,1.0,1.0]'
    status 0 "$LOUPE" metrics --popcon by_inst --package-names names --packages Packages --os ./Less.syscalls
    says out '^  what they require +1 of 4, 25\.0 %; weighted by installs 0\.0 %$'
    says out '^They depend on 1 package without data'
}

@test "CSV, names and numbers, files" {
    status 0 "$LOUPE" metrics --csv -
    same '1,write,2,2,0,0,0,0.5,0.5,,,,1,0.25,,' "$(sed -n 3p out)"
    same 5 "$(wc -l <out)"
    says out '^2,open,2,0,0,2,0,'
    says out '^3,close,3,0,1,1,1,'
    printf 'read\n' >Small.syscalls
    status 0 "$LOUPE" metrics --numbers --os ./Small.syscalls --csv m.csv --json m.json -o m.txt
    [[ ! -s out ]]
    validate m.json metrics.schema.json
    says m.txt '^1 +missing +2 +0 +0 +2$'
    same 'write,missing' "$(cut -d, -f2,12 m.csv | sed -n 3p)"
}

@test "wrong usage, and files that are none" {
    printf 'nonsense\n' >nonsense
    printf '1 dpkg 2 1 1 0 0\n' >by_inst
    status 0 "$LOUPE" metrics alpha beta --csv two.csv
    status 0 "$LOUPE" metrics beta,alpha --csv list.csv
    cmp two.csv list.csv
    status 2 "$LOUPE" metrics alpha -- beta
    says err 'take away the --'
    status 2 "$LOUPE" metrics --csv - --json -
    says err 'only one form'
    status 2 "$LOUPE" metrics alhpa
    says err "did you mean 'alpha'"
    status 2 "$LOUPE" metrics --names --numbers
    status 2 "$LOUPE" metrics --packages nonsense
    says err '^loupe metrics: --packages tells something with --popcon only$'
    status 2 "$LOUPE" metrics --partial-missing
    says err '^loupe metrics: --partial-missing tells something with --os only$'
    status 2 "$LOUPE" metrics --popcon nonsense
    says err "^loupe metrics: nonsense:1: 'nonsense' is no rank"
    status 2 "$LOUPE" metrics --popcon missing
    says err '^loupe metrics: missing: No such file or directory$'
    status 2 "$LOUPE" metrics --popcon by_inst --packages nonsense
    says err "^loupe metrics: nonsense:1: 'nonsense' is no field"
    status 2 "$LOUPE" metrics --popcon by_inst --package-names nonsense
    says err '^loupe metrics: nonsense:1: 1 fields'
    printf 'read\n' >Small.syscalls
    status 2 "$LOUPE" metrics --os ./Small.syscalls --exclude raed
    says err "^loupe metrics: --exclude: .*read"
    status 2 "$LOUPE" metrics --top 0
    status 2 "$LOUPE" metrics --db nowhere.db
}

@test "the published figures" {
    require_public
    status 0 "$LOUPE" metrics --workload bench
    says out '^111 results of 111 applications: 181 calls used, 149 required\.$'
    metrics all --workload bench --details
    told '[.used, .required]' '[181,149]'
    status 0 "$LOUPE" metrics nginx --workload suite
    same 31.0 "$(percent_avoidable)"
    status 0 "$LOUPE" metrics lighttpd --workload suite
    same 58.2 "$(percent_avoidable)"
    # The seven servers and libraries of the paper.
    status 0 "$LOUPE" metrics haproxy,lighttpd,memcached,nginx,redis,sqlite,weborf --workload suite
    same 46.4 "$(percent_avoidable)"
    status 0 "$LOUPE" metrics haproxy,lighttpd,nginx,redis,sqlite,weborf --workload bench
    same 56.1 "$(percent_avoidable)"
    metrics redis
    told '.results[] | select(.kind == "suite") | [.static.binary, .used, .required]' '[103,68,42]'
    told '.results[] | select(.kind == "bench") | .required' 20
    status 0 "$LOUPE" metrics redis
    says out '^redis +suite +suite +68 +42 +38\.2 % +103 '
    says out '^redis +redis-benchmark +bench +40 +20 '
}

@test "the same as counting anew from the public database's files" {
    require_public
    status 0 "$PYTHON" "$SOURCE_ROOT/tests/metrics-of-loupedb.py" "$LOUPE" "$SHARED/loupedb"
    says out '^122 results, 11 profiles$'
}

# Against Debian's whole list, where there is one on the machine: the closure of all that the applications depend on.
@test "a real list of packages" {
    require_public
    local list
    list=$(find /var/lib/apt/lists -maxdepth 1 -name '*_main_binary-*_Packages*' -size +1M -print -quit 2>/dev/null || true)
    [[ -n $list ]] || skip "needs a list of packages in /var/lib/apt/lists"
    case $list in
    *.lz4) command -v lz4cat >/dev/null || skip "needs lz4cat" && lz4cat "$list" >Packages ;;
    *Packages) cp "$list" Packages ;;
    *) skip "does not know how to unpack $list" ;;
    esac
    printf '# Submissions: 100\n1 nginx 40 1 1 1 1\n2 memcached 10 1 1 1 1\n' >by_inst
    metrics nginx,memcached --popcon by_inst --packages Packages
    jq -e '.popularity | .packages == 2 and .packages_without_installs == 0 and .dependencies_without_data > 2' out
}
