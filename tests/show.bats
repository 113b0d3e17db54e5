#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# What `loupe show` and `loupe diff` tell of a database: a small one in the layout of the public database, whose answers
# are plain to see, and the public one itself where it is at hand (beside the source tree, in ../shared/loupedb).

load small-database

small_database() {
    dyn alpha/benchmark-load/imported 0=required 1=required 2=stub 3=fake 4=either
    dyn alpha/suite/imported 0=required 1=either 2=fake 5=required 6=stub
    dyn beta/benchmark-first/imported 0=either 1=fake
    dyn beta/benchmark-second/imported 0=required 1=stub 7=either
    dyn gamma/suite-unit/imported 1=required 3=fake 4=stub
}

# shown EXPECTED FILTER: what jq's FILTER makes of out.json.
shown() {
    same "$1" "$(jq -c "$2" out.json)"
}

# show ARGUMENT…: its JSON, which the schema allows, in out.json, its messages in log.
show() {
    "$LOUPE" show --json - "$@" >out.json 2>log
    validate out.json usage.schema.json
}

# compare ARGUMENT…: the same of diff.
compare() {
    "$LOUPE" diff --json - "$@" >out.json 2>log
    validate out.json difference.schema.json
}

@test "the verdicts of a benchmark, by number and by name" {
    show alpha --workload bench --numbers
    shown '{"alpha":{"bench":{"required":[0,1],"stub":[2],"fake":[3],"either":[4]}}}' .applications
    same '' "$(cat log)"
    show alpha --workload bench
    shown '{"alpha":{"bench":{"required":["read","write"],"stub":["open"],"fake":["close"],"either":["stat"]}}}' .applications
    shown '"loupe/usage/1"' .schema
    show alpha --workload bench --names
    shown '["read","write"]' .merged.required
}

@test "kinds of workloads, their names, and all" {
    show alpha --numbers
    shown '["bench","suite"]' '.applications.alpha | keys'
    show alpha --numbers --workload all
    shown '["bench","suite"]' '.applications.alpha | keys'
    show alpha --numbers --workload suite
    shown '{"required":[0,5],"stub":[6],"fake":[2],"either":[1]}' .applications.alpha.suite
    shown '["suite"]' '.applications.alpha | keys'
    show all --workload load,unit
    shown '{"alpha":["bench"],"gamma":["suite"]}' '.applications | map_values(keys)'
    show all --workload benchmark,suite
    shown '{"alpha":["bench","suite"],"beta":["bench"],"gamma":["suite"]}' '.applications | map_values(keys)'
}

@test "merged: required wins, and stub only with fake only is required" {
    show alpha --numbers
    # 1: required and either; 2: stub and fake; 3, 4, 6: used by one alone
    shown '{"required":[0,1,2,5],"stub":[6],"fake":[3],"either":[4]}' .merged
    show alpha gamma --numbers
    # 4: either and stub
    shown '{"required":[0,1,2,5],"stub":[4,6],"fake":[3],"either":[]}' .merged
    show gamma,alpha --numbers
    shown '{"required":[0,1,2,5],"stub":[4,6],"fake":[3],"either":[]}' .merged
}

@test "of two benchmarks the last by name is taken, and a note says so" {
    show beta --numbers
    shown '{"required":[0],"stub":[1],"fake":[],"either":[7]}' .applications.beta.bench
    grep -q '^note: beta bench: second (run imported) is taken, the last by name; not first (run imported)$' log
    show beta --numbers --quiet
    same '' "$(cat log)"
    show beta --numbers --workload first
    shown '{"required":[],"stub":[],"fake":[1],"either":[0]}' .applications.beta.bench
    same '' "$(cat log)"
}

@test "every result: a line each, and merged in JSON" {
    show beta --every --numbers
    shown '{"required":[0,1],"stub":[],"fake":[],"either":[7]}' .applications.beta.bench
    same '' "$(cat log)"
    "$LOUPE" show beta --every >out
    grep -qE '^beta +bench +first +imported +2 +0 +0 +1 +1 +100\.0 %$' out
    grep -qE '^beta +bench +second +imported +3 +1 +1 +0 +1 +66\.7 %$' out
}

@test "who has no result of what is asked for is told" {
    show all --workload suite
    shown '["alpha","gamma"]' '.applications | keys'
    shown '["beta"]' .without_data
    grep -q '^note: no result of suite for beta$' log
    show all --workload suite,bench
    shown '[]' .without_data
    grep -q '^note: no result of suite for beta$' log
    grep -q '^note: no result of bench for gamma$' log
    show all
    shown '[]' .without_data
}

@test "one result in full, several as a table" {
    "$LOUPE" show alpha --workload bench >out 2>log
    same 'alpha, bench (load), run imported

Required (2)
  read write
Stub only (1)
  open
Fake only (1)
  close
Either (1)
  stat

5 calls used: 2 required, 1 stub only, 1 fake only, 1 either; 60.0 % avoidable.' "$(cat out)"
    "$LOUPE" show >out 2>log
    same 'application  kind   workload  used  required  stub  fake  either  avoidable
alpha        bench  load         5         2     1     1       1     60.0 %
alpha        suite  suite        5         2     1     1       1     60.0 %
beta         bench  second       3         1     1     0       1     66.7 %
gamma        suite  unit         3         1     1     1       0     66.7 %

All 4 merged:

Required (4)
  read write open fstat
Stub only (2)
  stat lstat
Fake only (1)
  close
Either (1)
  poll

8 calls used: 4 required, 2 stub only, 1 fake only, 1 either; 50.0 % avoidable.' "$(cat out)"
}

@test "results into files, in several forms at once" {
    "$LOUPE" show beta --json a.json --csv a.csv -o a.txt >out 2>log
    same '' "$(cat out)"
    validate a.json usage.schema.json
    same 'application,kind,workload,run,feature,verdict
beta,bench,second,imported,read,required
beta,bench,second,imported,write,stub
beta,bench,second,imported,poll,either' "$(cat a.csv)"
    grep -q '^3 calls used: 1 required, 1 stub only, 0 fake only, 1 either; 66.7 % avoidable\.$' a.txt
    "$LOUPE" show beta --numbers --csv - 2>log | grep -qx 'beta,bench,second,imported,7,either'
}

# with_statics: a database of its own, with static results of some of the small one's programs.
with_statics() {
    STAGE=$W
    small_database
    static alpha/benchmark-load/imported 0 1 2 3 4 41 42
    static gamma/suite-unit/imported 0 1 3
    export LOUPE_DB=$W/statics.db
    "$LOUPE" db import "$W/small" >/dev/null
}

@test "static analysis of the binary beside what was used" {
    local STAGE
    with_statics
    show all --numbers
    # alpha's suite has none of its own: the program is the same.
    shown '{"alpha":{"bench":{"found":[0,1,2,3,4,41,42],"missed":[],"unshown":[41,42]},"suite":{"found":[0,1,2,3,4,41,42],"missed":[5,6],"unshown":[3,4,41,42]}},"gamma":{"suite":{"found":[0,1,3],"missed":[4],"unshown":[0]}}}' .static
    "$LOUPE" show alpha --workload bench >out
    same 'Named by static analysis, and not used (2)
  socket connect

Static analysis names 7 calls: 5 are used, 2 are not.' "$(tail -n 4 out)"
    "$LOUPE" show gamma >out
    same 'Used, and MISSED by static analysis (1)
  stat

Static analysis names 3 calls: 2 are used, 1 is not.
It misses 1 call that is used, though it should name all that can be: it is wrong, or of another program.' "$(tail -n 5 out)"
    "$LOUPE" show --csv - gamma >out
    same 'application,kind,workload,run,feature,verdict,static
gamma,suite,unit,imported,write,required,yes
gamma,suite,unit,imported,stat,stub,no
gamma,suite,unit,imported,close,fake,yes
gamma,suite,unit,imported,read,unused,yes' "$(cat out)"
    "$LOUPE" show >out 2>log
    grep -qE '^application +kind .* either +static +missed +avoidable$' out
    grep -qE '^alpha +suite +suite +5 +2 +1 +1 +1 +7 +2 +60\.0 %$' out
    grep -qE '^beta +bench +second +3 +1 +1 +0 +1 +66\.7 %$' out
}

@test "names whose letters take several bytes stand in line" {
    cp -r "$STAGE/small/alpha" tree-alpha
    mkdir tree
    mv tree-alpha "tree/äöüß"
    export LOUPE_DB=$W/wide.db
    "$LOUPE" db import tree >/dev/null
    "$LOUPE" show all >out
    grep -q '^application  kind   workload' out
    grep -q '^äöüß         bench  load' out
}

@test "what show refuses" {
    run -2 --separate-stderr "$LOUPE" show alhpa
    [[ $stderr == "loupe show: $LOUPE_DB: there is no application 'alhpa': did you mean 'alpha'?" ]]
    run -2 --separate-stderr "$LOUPE" show alpha --workload sutie
    [[ $stderr == "loupe show: $LOUPE_DB: there is no result for the workload 'sutie': did you mean 'suite'?" ]]
    run -2 --separate-stderr "$LOUPE" show alpha, --workload suite
    [[ $stderr == *"'alpha,' holds an empty name"* ]]
    run -2 --separate-stderr "$LOUPE" show --names --numbers
    [[ $stderr == *"--names and --numbers exclude each other"* ]]
    run -2 --separate-stderr "$LOUPE" show --db "$W/none.db"
    [[ $stderr == *"$W/none.db"*"there is no database"* ]]
    run -2 --separate-stderr "$LOUPE" show -- true
    [[ $stderr == *"there is no program to start"* ]]
    run -2 --separate-stderr "$LOUPE" show --json /dev/full
    [[ $stderr == *"/dev/full: No space left on device"* ]]
}

@test "whom two workloads differ in" {
    compare alpha/bench alpha/suite --numbers
    shown '{"selection":"alpha/bench","used":5,"required":2,"datasets":["load"]}' \
        '.a | {selection, used, required, datasets: [.datasets[].workload]}'
    shown '{"selection":"alpha/suite","used":5,"required":2,"datasets":["suite"]}' \
        '.b | {selection, used, required, datasets: [.datasets[].workload]}'
    shown 1 .same
    shown '[{"feature":3,"a":"fake"},{"feature":4,"a":"either"}]' .only_a
    shown '[{"feature":5,"b":"required"},{"feature":6,"b":"stub"}]' .only_b
    shown '[{"feature":1,"a":"required","b":"either"},{"feature":2,"a":"stub","b":"fake"}]' .differing
    "$LOUPE" diff alpha,workload=bench alpha,workload=suite >out
    same 'Both use, A requires (1)
 write required either' "$(grep -A 1 '^Both use, A requires' out | tr -s ' ')"
    same '2 used by A only, 2 by B only; of 3 used by both 2 have different verdicts, 1 the same.' "$(tail -n 1 out)"
}

@test "sides of several results are merged" {
    compare all/bench all/suite
    shown '["load","second"]' '[.a.datasets[].workload]'
    grep -q '^note: A: beta bench: second (run imported) is taken' log
    shown '[{"feature":"poll","a":"either"}]' .only_a
    shown '[{"feature":"fstat","b":"required"},{"feature":"lstat","b":"stub"}]' .only_b
    shown '[{"feature":"open","a":"stub","b":"fake"},{"feature":"stat","a":"either","b":"stub"}]' .differing
    shown 3 .same
    compare beta/bench beta/bench --every
    shown '["first","second"]' '[.b.datasets[].workload]'
    shown '[[],[],[],3]' '[.only_a, .only_b, .differing, .same]'
    "$LOUPE" diff beta/bench beta/bench 2>log | grep -q '^No difference: both use the same 3, with the same verdicts\.$'
}

@test "what diff refuses, and what it says there is" {
    run -2 --separate-stderr "$LOUPE" diff gamma/bench alpha
    [[ $stderr == "loupe diff: $LOUPE_DB: no result fits gamma/bench; there is: gamma, suite (unit), run imported" ]]
    run -2 --separate-stderr "$LOUPE" diff alpha alpha,libc=musl
    [[ $stderr == *"no result fits alpha,libc=musl; there is: alpha, bench (load), run imported; alpha, suite, run imported" ]]
    run -2 --separate-stderr "$LOUPE" diff alpha alpah
    [[ $stderr == *"there is no application 'alpah': did you mean 'alpha'?" ]]
    run -2 --separate-stderr "$LOUPE" diff alpha beta,verison=7
    [[ $stderr == *"did you mean 'version=…'?" ]]
    run -2 --separate-stderr "$LOUPE" diff alpha
    [[ $stderr == *"two selections are needed"* ]]
}

# analyze_release VERSION OPTION…: stores an analysis of that release of one program in releases.db.
analyze_release() {
    printf '%s\n' 'application:' '  name: controller' "  version: [echo, '$1']" "command: [$P/subfeature-fcntl]" \
        "environment: [RELEASE=$1]" >workload.yaml
    "$LOUPE" analyze --db releases.db -o "results-$1" --replicas 1 --features --json analysis.json "${@:2}" workload.yaml 2>log
}

@test "sub-features of analyses, chosen by version and C library" {
    analyze_release 1.0 --only fcntl,madvise
    analyze_release 2.0
    export LOUPE_DB=$W/releases.db
    show controller
    shown '["fcntl","fcntl:F_SETFL"]' '.applications.controller.health.required | map(select(startswith("fcntl") and . != "fcntl:F_GETFL"))'
    shown '["madvise:MADV_SEQUENTIAL"]' .applications.controller.health.untested
    show controller --numbers
    shown '[72,"fcntl:F_SETFL"]' '.applications.controller.health.required | map(select(. == 72 or . == "fcntl:F_SETFL"))'
    # Of the two one counts, unless the other is asked for.
    grep -qE '^note: controller health: health \(run [0-9a-f]+\) is taken, the last (measured|by name); not health \(run [0-9a-f]+\)$' log
    show controller --app-version 1 --libc static
    shown '[]' '.merged | [.required[], .fake[], .either[]] | map(select(. == "pipe2" or . == "read" or . == "close"))'
    "$LOUPE" show controller --app-version 1 >out
    grep -q '^controller 1\.0, health, static, run ' out
    grep -qE '^2 calls used: 1 required, ' out
    grep -qE '^8 sub-features used: .*, 1 untested; ' out
    run -2 --separate-stderr "$LOUPE" show controller --libc musl
    [[ $stderr == *"no result fits what is asked for; there is: controller 1.0, health"* ]]
    compare controller,version=1 controller,version=2
    shown '[]' .only_a
    shown '["exit_group","pipe2","read"]' '[.only_b[] | select(.b == "required") | .feature] | sort'
    shown '["1.0","2.0"]' '[.a, .b | .datasets[].version]'
    same "$(jq -c '[.features[] | select(.verdict == "required").name] | length' analysis.json)" "$(jq .b.required out.json)"
}

@test "an ordinary user can ask" {
    require_root
    as ordinary env LOUPE_DB="$LOUPE_DB" "$LOUPE" show alpha --json - | jq -e '.applications.alpha.bench.required == ["read", "write"]'
}

@test "every application and workload of the public database has exactly the sets that are right" {
    require_public
    show all --numbers
    jq -n --slurpfile shown out.json --slurpfile truth "$SHARED/truth/usage.json" '
        def sets: {required, stub, fake, either};
        [$truth[0] | to_entries[] | .key as $application | .value | to_entries[] | .key as $kind
            | {application: $application, kind: $kind, right: (.value | sets),
               shown: ($shown[0].applications[$application][$kind] // {} | sets)}]
        | {count: length, wrong: map(select(.right != .shown) | [.application, .kind])}' >result.json
    same '[]' "$(jq -c .wrong result.json)"
    (($(jq .count result.json) >= 63))
}

@test "one application at a time gives the same as all at once" {
    require_public
    for application in redis nginx iperf3 lua; do
        for kind in bench suite; do
            jq -e --arg a "$application" --arg k "$kind" 'has($a) and (.[$a] | has($k))' \
                "$SHARED/truth/usage.json" >/dev/null || continue
            show "$application" --workload "$kind" --numbers
            same "$(jq -cS --arg a "$application" --arg k "$kind" '.[$a][$k]' "$SHARED/truth/usage.json")" \
                "$(jq -cS --arg a "$application" --arg k "$kind" '.applications[$a][$k]' out.json)"
        done
    done
}

@test "the figures that were published" {
    require_public
    # Redis: 68 calls traced by the suite, 42 required; 20 by the benchmark.
    "$LOUPE" show redis 2>log >out
    grep -qE '^redis +bench +redis-benchmark +40 +20 ' out
    grep -qE '^redis +suite +suite +68 +42 ' out
    # The suites of nginx and lighttpd: 31 % and 58 % avoidable.
    "$LOUPE" show nginx lighttpd --workload suite 2>log >out
    grep -qE '^nginx +suite .* 31\.0 %$' out
    grep -qE '^lighttpd +suite .* 58\.2 %$' out
    # nginx's benchmark: accept4 is stub-only, setuid fake-only; not the other way round.
    show nginx --workload bench
    shown '[true,true,false,false]' '.applications.nginx.bench
        | [(.stub | index("accept4")), (.fake | index("setuid")), (.fake | index("accept4")), (.stub | index("setuid"))]
        | map(. != null)'
    # Over the benchmarks 181 calls are used, and 149 required.
    show all --workload bench --numbers
    shown 111 '.applications | length'
    shown '[181,149]' '[([.merged[] | length] | add), (.merged.required | length)]'
    shown 5 '.without_data | length'
}
