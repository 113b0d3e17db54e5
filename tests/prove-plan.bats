#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# What `loupe prove --plan` makes of plans for programs whose needs are known by construction, and for real ones; and
# what `loupe plan` then knows.

load helpers

teardown() {
    [[ -z ${loupe:-} ]] || kill -KILL "$loupe" 2>/dev/null || true
    cd / && rm -rf "$W" "$W.data"
}

# workload NAME WORD…: NAME/workload.yaml, which runs that command.
workload() {
    mkdir -p "$1"
    printf 'application: {name: %s}\ncommand: [%s]\n' "$1" "$(tr ' ' ',' <<<"${*:2}")" >"$1/workload.yaml"
}

# measured NAME PROGRAM [OPTION…]: there is such a workload, and its verdicts are in the database.
measured() {
    workload "$1" "$P/$2"
    status 0 "$LOUPE" analyze -q -o "$1.analysis" --replicas 1 "${@:3}" "$1/workload.yaml"
}

# plan ARGUMENT…: loupe's plan is in plan.json.
plan() {
    status 0 "$LOUPE" plan --json plan.json "$@"
    validate plan.json plan.schema.json
}

# written STEP…: the plan of these steps is in plan.json. A step is "APP,… implement NAME… stub NAME… fake NAME…".
written() {
    jq -n '{schema: "loupe/plan/1", os: null, strategy: "greedy", initial: [], steps: [$ARGS.positional[] | split(" ") |
        reduce .[1:][] as $word ({apps: .[0] | split(","), implement: [], stub: [], fake: []};
            if $word | IN("implement", "stub", "fake") then .to = $word else .[.to] += [$word] end) | del(.to)]}' \
        --args "$@" >plan.json
}

# prove STATUS ARGUMENT…: the proof of plan.json, of the right shape, in proof.json; its folder is out-folder.
prove() {
    rm -rf out-folder
    status "$1" "$LOUPE" prove --plan plan.json -q -o out-folder --json proof.json "${@:2}"
    valid_proof
}

valid_proof() {
    validate proof.json plan-proof.schema.json
    cmp proof.json out-folder/proof.json
    # The parts tell the same as the whole.
    jq -e '(.proven == all(.steps[]; .proven)) and all(.steps[]; .proven == all(.apps[]; .works)
            and all(.apps[]; .works == (.runs > 0 and .passed == .runs) and .untested == (.runs == 0)))
        and ([.steps[].promises[]] | length) == (.steps[-1].apps | length)' proof.json >/dev/null
}

# proven EXPECTED FILTER: what jq's FILTER makes of proof.json.
proven() {
    same "$1" "$(jq -c "$2" proof.json)"
}

# What a plan is, in few words: of plan.json and proof.json alike.
STEPS='[.steps[] | select((.apps + .implement + .stub + .fake | length) > 0)
    | [(.promises // .apps), .implement, .stub, .fake] | map(sort)]'

@test "a plan that holds" {
    measured required required
    measured either either
    measured only fake-only
    plan
    prove 0 .
    proven '[true,0,[]]' '[.proven, .repairs, .lessons]'
    # It is the plan that was given, and each application was run at each step from its own on.
    same "$(jq -c "$STEPS" plan.json)" "$(jq -c "$STEPS" proof.json)"
    proven '[[],["either"],["either","only"],["either","only","required"]]' '[.steps[] | [.apps[].app]]'
    proven '"--only-allow sysinfo,exit_group --fake mlock"' '.steps[-1].policy'
    proven '[3]' '[.steps[].apps[].passed] | unique'
    says out '^Plan for a system that offers nothing yet \(greedy\), carried out$'
    says out '^ +3 +1 +0 +0 +3 of 3 +proven +required$'
    says out '^4 of 4 steps proven, the start counted; so the whole plan is\.$'
    "$LOUPE" plan --proven >out 2>err
    says out 'then 3 of 3 applications are proven to work'
}

@test "two stubs that do not go together: the plan is made anew, and known from then on" {
    measured pair conflict-pair --no-joint
    measured either either
    plan
    same '[[["either"],["exit_group"],["sched_yield"],[]],[["pair"],[],["getcpu","sysinfo"],[]]]' \
        "$(jq -c "$STEPS" plan.json)"
    prove 0 .
    proven '[true,1]' '[.proven, .repairs]'
    proven '[["pair",["getcpu stub","sysinfo stub"]]]' \
        '[.lessons[] | [.app, ([.features[] | "\(.name) \(.mode)"] | sort)]]'
    # One of the two is implemented now, at the step that promises pair.
    proven '[1,1]' '.steps[-1] | [(.implement, .stub) | map(select(IN("getcpu", "sysinfo"))) | length]'
    says out '^  pair does not work with (sysinfo stubbed and getcpu|getcpu stubbed and sysinfo) stubbed$'
    says out 'the plan was made anew 1 time\)'
    cp proof.json repaired.json
    # loupe plan makes that plan now, and all of it is proven; proven once more, it holds at once.
    "$LOUPE" plan --json plan.json 2>err
    says err '^note: 1 lesson of proofs counts beside the verdicts$'
    same "$(jq -c "$STEPS" repaired.json)" "$(jq -c "$STEPS" plan.json)"
    "$LOUPE" plan --proven --json proven.json 2>/dev/null
    same "$(jq -c "$STEPS" plan.json)" "$(jq -c "$STEPS" proven.json)"
    same '[]' "$(jq -c .unproven proven.json)"
    prove 0 .
    proven '[true,0,[]]' '[.proven, .repairs, .lessons]'
}

@test "without repairs it says what fails, where, and for want of what" {
    measured pair conflict-pair --no-joint
    measured either either
    plan
    prove 1 --repairs 0 .
    proven '[false,0,[true,true,false]]' '[.proven, .repairs, [.steps[].proven]]'
    proven '[["either",true],["pair",false]]' '[.steps[-1].apps[] | [.app, .works]]'
    proven '["getcpu ENOSYS","sysinfo ENOSYS"]' \
        '[.steps[-1].apps[1].culprits[] | "\(.feature) \(.answer)"] | sort'
    says out '^step 2: pair: .* in 3 of 3 runs for want of .*ENOSYS, conflict-pair\) together with .*ENOSYS, conflict-pair\)'
    says out 'not proven +pair$'
    says out '^2 of 3 steps proven, the start counted; the plan is not\.$'
    # What was learnt is kept all the same.
    "$LOUPE" plan --json repaired.json 2>err
    says err '^note: 1 lesson of proofs counts'
    same 2 "$(jq .implemented repaired.json)"
}

@test "without the results of an application the plan is proven as it stands" {
    workload pair "$P/conflict-pair"
    written 'pair implement exit_group stub getcpu sysinfo'
    prove 1 pair
    says err '^note: the plan is proven as it stands, without repairs: '
    proven '[false,0,1]' '[.proven, .repairs, (.lessons | length)]'
    # Nor is a database made by --no-db.
    rm "$LOUPE_DB"
    prove 1 --no-db pair
    [[ ! -e $LOUPE_DB ]]
}

@test "a fallback that is refused: a call is learnt that was never used" {
    measured detour detour
    plan
    same '[[["detour"],["exit_group","sysinfo"],["getcpu"],[]]]' "$(jq -c "$STEPS" plan.json)"
    prove 0 .
    proven '["getcpu stub","times stub"]' '[.lessons[0].features[] | "\(.name) \(.mode)"] | sort'
    proven '[true,1]' '[.proven, .repairs]'
    jq -e '.steps[-1] | (.implement | any(IN("getcpu", "times")))' proof.json
}

@test "a plan that was changed by hand: what it lacks is told, and put back" {
    measured required required
    measured either either
    plan
    jq '.steps |= map(.implement -= ["sysinfo"])' plan.json >edited.json
    mv edited.json plan.json
    prove 1 --repairs 0 .
    says out '^step [12]: required: .* for want of sysinfo \(ENOSYS, required\)$'
    prove 0 .
    proven '[true,1]' '[.proven, .repairs]'
    jq -e '[.steps[].implement[]] | index("sysinfo")' proof.json
}

@test "an application that worked and does not any more, since a later step fakes" {
    # detour's getcpu is stubbed first, and faked later: then it asks for sysinfo, which is not there.
    workload detour "$P/detour"
    workload only "$P/fake-only"
    written 'detour implement exit_group times stub getcpu' 'only fake mlock getcpu'
    prove 1 .
    proven '[[],[true],[false,true]]' '[.steps[] | [.apps[].works]]'
    proven '["sysinfo ENOSYS"]' '[.steps[-1].apps[0].culprits[] | "\(.feature) \(.answer)"]'
    proven '[true,true,false]' '[.steps[].proven]'
}

@test "flaky: what fails by chance teaches nothing" {
    workload fickle "$P/fickle"
    workload either "$P/either"
    written 'either implement exit_group' 'fickle implement getrandom'
    prove 1 --replicas 1 .
    proven '[false,0,[]]' '[.proven, .repairs, .lessons]'
    proven '[["either",true],["fickle",false]]' '[.steps[-1].apps[] | [.app, .works]]'
    says out '^step 2: fickle: .* could not be found: it worked with all that it asked for in vain withheld alone$'
}

@test "what does not work unmodified is untested, and so nothing is proven" {
    workload broken "$P/outcomes" exit 3
    workload either "$P/either"
    written 'either implement exit_group' 'broken implement read'
    prove 1 .
    proven '[["either",true,false],["broken",false,true]]' '[.steps[-1].apps[] | [.app, .works, .untested]]'
    says out '^broken does not work unmodified: '
}

@test "from a profile, with equivalents, by any strategy" {
    printf 'exit_group\nclone3\nwaitid\n' >Paper.syscalls
    "$LOUPE" os import Paper.syscalls >/dev/null
    workload chain "$P/chain" fork sysinfo
    status 0 "$LOUPE" analyze -q -o chain.analysis --replicas 1 chain/workload.yaml
    for strategy in greedy optimal published; do
        plan --os Paper --strategy "$strategy"
        prove 0 .
        proven '[false,true]' '[.equivalents, .proven]'
        proven '[["clone","wait4"],["sysinfo"]]' '[([.steps[].implement[]] | sort), [.steps[].fake[]]]'
        plan --os Paper --equivalents --strategy "$strategy"
        prove 0 .
        proven '["Paper",true,true]' '[.os, .equivalents, .proven]'
        proven '[[],["sysinfo"]]' '[[.steps[].implement[]], [.steps[].fake[]]]'
    done
    # One that did not hold, since the published algorithm thinks of calls only, was made anew by the simplest that does.
    proven '["greedy",1]' '[.strategy, .repairs]'
}

@test "only what is asked for is proven: --proven leaves the rest out" {
    measured required required
    measured either either
    plan
    # Nothing yet.
    "$LOUPE" plan --proven --json proven.json
    same '[[],["either","required"]]' "$(jq -c '[.steps, (.unproven | sort)]' proven.json)"
    written "$(jq -r '.steps[0] | "\(.apps | join(",")) implement \(.implement | join(" ")) stub \(.stub | join(" "))"' plan.json)"
    prove 0 .
    "$LOUPE" plan --proven --json proven.json
    validate proven.json plan.schema.json
    same '[["either"],["required"]]' "$(jq -c '[[.steps[].apps[]], .unproven]' proven.json)"
    "$LOUPE" plan --proven >out
    says out '^ *not proven +required$'
    says out '^loupe prove --plan tries the whole plan\.$'
}

# runs: how many stand in all journals.
runs() {
    cat out-folder/*/journal.jsonl 2>/dev/null | grep -c '"key"' || true
}

has_runs() {
    (($(runs) >= $1))
}

@test "what was interrupted is resumed, and no run is made twice" {
    cat >slow <<EOF
#!/bin/sh
sleep 0.1; exec "$P/either"
EOF
    chmod 755 slow
    workload first "$W/slow"
    workload second "$W/slow"
    written "first implement $("$LOUPE" trace --json - -- ./slow 2>/dev/null | jq -r '[.calls[].name] | join(" ")')" \
        'second implement personality'
    env --default-signal=INT "$LOUPE" prove -q -o out-folder --jobs 1 --replicas 8 --plan plan.json . >out 2>err &
    loupe=$!
    wait_until 60 has_runs 12
    kill -INT "$loupe"
    result=0
    wait "$loupe" || result=$?
    loupe=
    same 130 "$result"
    says err 'interrupted; continue with: loupe prove --resume out-folder$'
    [[ ! -e out-folder/proof.json && ! -s out ]]
    cat out-folder/*/journal.jsonl >before
    mkdir elsewhere
    (cd elsewhere && status 0 "$LOUPE" prove -q --resume ../out-folder --json ../proof.json)
    valid_proof
    proven '[true,[0,1,2]]' '[.proven, [.steps[].apps | length]]'
    # 3 unmodified ones of each, and 8 at each step: one step of second, two of first.
    same 30 "$(runs)"
    for name in first second; do
        same '' "$(grep -ho '"key":"[^"]*"' "out-folder/$name/journal.jsonl" | sort | uniq -d)"
    done
    grep '"key"' before | while read -r line; do
        grep -qFx -- "$line" out-folder/*/journal.jsonl
    done
    # A second time there is nothing left to do.
    status 0 "$LOUPE" prove -q --resume out-folder
    same 30 "$(runs)"
}

@test "an ordinary user can do it, too" {
    for who in $(identities); do
        rm -rf out-folder pair.analysis
        workload pair "$P/conflict-pair"
        as "$who" "$LOUPE" analyze -q -o pair.analysis --replicas 1 --no-joint pair/workload.yaml >/dev/null
        as "$who" "$LOUPE" plan --json - >plan.json 2>/dev/null
        as "$who" "$LOUPE" prove -q -o out-folder --json - --plan plan.json pair >proof.json
        valid_proof
        proven '[true,1]' '[.proven, .repairs]'
        as "$who" "$LOUPE" plan --proven >out 2>/dev/null
        says out 'then 1 of 1 application is proven to work'
    done
}

# fails REGEX ARGUMENT…: exit status 2, one line on standard error, nothing begun.
fails() {
    status 2 "$LOUPE" prove "${@:2}"
    says err "$1"
    same 1 "$(wc -l <err)"
    [[ ! -s out ]]
    ! compgen -G 'loupe-proof-*' || return 1
    [[ ! -e out-folder ]]
}

# broken REGEX FILTER: of plan.json changed by jq's FILTER.
broken() {
    jq "$2" plan.json >broken.json
    fails "broken.json:$1" --plan broken.json -o out-folder .
}

@test "bad input: one line that says where, and nothing is begun" {
    workload either "$P/either"
    workload required "$P/required"
    written 'either implement exit_group stub sched_yield' 'required implement sysinfo'
    fails 'nowhere.json' --plan nowhere.json .
    fails 'what is to be tried' --plan plan.json
    fails 'not written as CSV' --plan plan.json --csv - .
    fails '--explain goes with --os' --plan plan.json --explain .
    fails '--repairs is about a plan' --os none --repairs 3 .
    printf '{\n"schema": nonsense\n' >text.json
    fails 'text.json:2: no JSON' --plan text.json .
    : >text.json
    fails 'text.json:[01]: no JSON' --plan text.json .
    broken '2: .*"loupe/analysis/1".*loupe plan --json' '.schema = "loupe/analysis/1"'
    broken '1: .*"steps" is missing' 'del(.steps)'
    broken "[0-9]+: there is no workload of 'eiter' among those given: did you mean 'either'\?" '.steps[0].apps = ["eiter"]'
    broken "[0-9]+: there is no workload of 'nginx' among those given$" '.initial = ["nginx"]'
    broken "[0-9]+: .*'sysnfo'.*'sysinfo'" '.steps[1].implement = ["sysnfo"]'
    broken '[0-9]+: sysinfo is to be stubbed, but it is implemented since line [0-9]+' '.steps[1].stub = ["sysinfo"]'
    broken '[0-9]+: mlock is to be faked, but it is stubbed since line [0-9]+' \
        '.steps[0] |= (.stub = ["mlock"] | .fake = ["mlock"])'
    broken '[0-9]+: either is promised, as it is since line' '.steps[1].apps = ["either"]'
    broken '[0-9]+: the step promises no application' '.steps[1].apps = []'
    broken '1: the plan promises no application' '.steps = []'
    # The line is the right one.
    jq '.steps[1].stub = ["sysinfo"]' plan.json >broken.json
    line=$(grep -n '"sysinfo"' broken.json | tail -n 1 | cut -d: -f1)
    fails "broken.json:$line: sysinfo is to be stubbed" --plan broken.json .
    # Systems and workloads that do not fit.
    printf 'exit_group\n' >Kerla.syscalls
    "$LOUPE" os import Kerla.syscalls >/dev/null
    jq '.os = "Krela"' plan.json >broken.json
    fails "'Krela'.*'Kerla'" --plan broken.json .
    fails "'Krela'.*'Kerla'" --plan plan.json --os Krela .
    mkdir suite
    printf 'application: {name: either}\nworkload: {name: long, kind: suite}\ncommand: [%s]\n' "$P/either" \
        >suite/workload.yaml
    fails 'either has two workloads here, .*either/workload.yaml and .*suite/workload.yaml: ' --plan plan.json .
    # One of the two can be chosen.
    prove 0 --workload health .
}

# A few of the real applications, from nothing and from Kerla's profile.
@test "a plan from nothing and from Kerla's is proven to its last step" {
    [[ -e $SOURCE_ROOT/../shared/loupedb/Kerla.syscalls ]] || skip "needs the public database in ../shared"
    cp -r "$SOURCE_ROOT/apps" .
    for name in hello-musl-static sqlite3 redis; do
        status 0 "$LOUPE" analyze -q -o "$name" --replicas 1 "apps/$name/workload.yaml"
    done
    "$LOUPE" os import "$SOURCE_ROOT/../shared/loupedb/Kerla.syscalls" >/dev/null
    for system in none Kerla "Kerla --equivalents"; do
        # shellcheck disable=SC2086 # a name and an option
        plan --os $system
        prove 0 --replicas 1 --workload health --apps hello-musl-static,sqlite3,redis apps
        proven '[true,3]' '[.proven, (.steps[-1].apps | length)]'
        # shellcheck disable=SC2086
        "$LOUPE" plan --os $system --proven --json proven.json 2>/dev/null
        same '[]' "$(jq -c .unproven proven.json)"
    done
}
