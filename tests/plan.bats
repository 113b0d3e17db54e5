#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# What `loupe plan` makes of a database: of a small one in the layout of the public database, whose plans are worked out
# by hand, and of the public one itself where it is at hand (beside the source tree, in ../shared/loupedb).

load small-database

# read 0, write 1, open 2, close 3, stat 4, openat 257
small_database() {
    dyn alpha/benchmark-load/imported 0=required 1=required 3=either
    dyn beta/benchmark-load/imported 0=required 3=fake
    dyn gamma/benchmark-load/imported 2=required 3=stub
    dyn delta/suite/imported 4=required
    printf 'read\n' >"$STAGE/small/Tiny.syscalls"
    printf 'read\nopenat\nopne\n' >"$STAGE/small/At.syscalls"
}

# plan ARGUMENT…: its JSON, which the schema allows, in out.json, its messages in log.
plan() {
    "$LOUPE" plan --json - "$@" >out.json 2>log
    validate out.json plan.schema.json
}

# planned EXPECTED FILTER: what jq's FILTER makes of out.json.
planned() {
    same "$1" "$(jq -c "$2" out.json)"
}

# fails PATTERN ARGUMENT…: exit status 2, one line on standard error that the pattern fits, and nothing else.
fails() {
    local pattern=$1
    shift
    run -2 --separate-stderr "$LOUPE" plan "$@"
    same '' "$output"
    grep -qE -e "$pattern" <<<"$stderr" || { echo "$stderr"; return 1; }
}

@test "greedy: the cheapest next, and one treatment a call" {
    plan --os Tiny --workload bench --numbers
    planned '"loupe/plan/1"' .schema
    planned '["Tiny","greedy",[],["delta"]]' '[.os, .strategy, .initial, .without_data]'
    # beta needs close faked, gamma stubbed: whoever comes later has it implemented.
    planned '[[["beta"],[],[],[3]],[["alpha"],[1],[],[]],[["gamma"],[2,3],[],[]]]' \
        '[.steps[] | [.apps, .implement, .stub, .fake]]'
    planned '[3,3,4]' '[.applications, .implemented, .objective]'
    grep -q '^note: no result that fits for delta: left out of the plan$' log
}

@test "published: treatments contradict one another, and a note says so" {
    plan --os Tiny --workload bench --strategy published --numbers
    planned '[["beta"],[[["alpha"],[1],[3],[]],[["gamma"],[2],[],[]]]]' \
        '[.initial, [.steps[] | [.apps, .implement, .stub, .fake]]]'
    grep -q '^note: a published plan need not hold, and this one does not: step 0: beta does not work: close is not there (fake)$' log
}

@test "optimal is never worse than greedy, and the bound below both" {
    for os in none Tiny At; do
        plan --os $os
        greedy=$(jq .objective out.json)
        plan --os $os --strategy optimal
        jq -e --argjson greedy "$greedy" '.bound <= .objective and .objective <= $greedy' out.json
    done
}

@test "equivalents: what the system has stands for what it lacks" {
    plan --os At --workload bench --names
    planned '[["open","close"]]' '[.steps[] | select(.apps == ["gamma"]) | .implement]'
    plan --os At --workload bench --names --equivalents
    planned '[["close"]]' '[.steps[] | select(.apps == ["gamma"]) | .implement]'
    planned '[{"call":"open","by":"openat","app":null,"how":"AT_FDCWD"}]' .equivalents
    "$LOUPE" plan --os At --equivalents >text 2>/dev/null
    grep -qx 'open by openat (AT_FDCWD)' text
}

@test "weights, costs and order from files" {
    printf 'application,weight\ngamma,5\n# rare\nalpha,0.5\n' >weights
    printf 'write,3\n' >costs
    printf 'gamma\nalpha\n' >order
    plan --workload bench --strategy published --order order --numbers
    planned '[["gamma"],["beta"],["alpha"]]' '[.steps[].apps]'
    plan --os Tiny --workload bench --strategy published --order order --numbers
    planned '[["gamma"],["alpha"]]' '[.steps[].apps]'
    plan --os Tiny --workload bench --costs costs
    planned '[["beta"],["gamma"],["alpha"]]' '[.steps[].apps]'
    planned 7 .objective
    plan --os Tiny --workload bench --costs costs --weights weights
    planned 12.5 .objective
    # Applications that were not asked for may stand in there.
    plan --os Tiny --apps alpha,beta --weights weights --order order
    planned 2 .applications
}

@test "the popularity contest weighs applications" {
    cat >by_inst <<'END'
#Format
#rank name                            inst  vote   old recent no-files (maintainer)
1     gamma                            1000   800   100   100     0 (Nobody)
2     alpha                             250   100   100    50     0 (Nobody)
-----------------------------------------------------------------------
3     Total                            1250   900   200   150     0
END
    plan --os Tiny --workload bench --weights popcon --popcon by_inst
    grep -q '^note: 1 of 3 applications are no package of the popularity contest' log
    # Machines of a thousand: alpha 250 times 1, gamma 1000 times 3.
    planned 3250 .objective
}

@test "text, Markdown and CSV tell the same" {
    "$LOUPE" plan --os Tiny --workload bench --markdown plan.md --csv plan.csv -o plan.txt 2>/dev/null
    same '| 3 | gamma | open, close |  |  | 3 | 3 |' "$(grep '^| 3 ' plan.md)"
    same $'3,implement,open\n3,implement,close\n3,works,gamma' "$(grep ^3, plan.csv)"
    same ',without-data,delta' "$(tail -n 1 plan.csv)"
    grep -q '^   3        3        3  implement  open, close$' plan.txt
    grep -q '^3 steps, 3 features to implement: then all 3 applications work, 0 of them from the start\.$' plan.txt
}

@test "names that mean something to Markdown and CSV stay what they are" {
    export LOUPE_DB=$PWD/odd.db
    STAGE=$PWD dyn 'a|b,"c" <i>_x_/benchmark-load/imported' 0=required
    "$LOUPE" db import small >/dev/null 2>&1
    "$LOUPE" plan --markdown plan.md --csv plan.csv -o plan.txt 2>/dev/null
    same '| 1 | a\|b,"c" \<i\>\_x\_ | read |  |  | 1 | 1 |' "$(grep '^| 1 ' plan.md)"
    same '1,works,"a|b,""c"" <i>_x_"' "$(grep works plan.csv)"
    # What works from the start counts as working.
    STAGE=$PWD dyn other/benchmark-load/imported 1=required
    "$LOUPE" db import small >/dev/null 2>&1
    printf 'read\n' >Has.syscalls
    "$LOUPE" plan --os ./Has.syscalls --markdown plan.md -o plan.txt 2>/dev/null
    same '| 1 | other | write |  |  | 2 | 1 |' "$(grep '^| 1 ' plan.md)"
}

@test "what is wrong is refused, with its place" {
    printf 'alpha,1\nbetta,2\n' >weights
    fails "weights:2: there is no application 'betta': did you mean 'beta'\\?\$" --weights weights
    printf 'raed,2\n' >costs
    fails "costs:1: .*read" --costs costs
    printf 'alpha\nalpha\n' >order
    fails "order:2: 'alpha' stands here a second time\$" --order order
    fails 'missing: No such file' --costs missing
    fails 'Tiny' --os Tinny
    printf '1 alpha 250 100 100 50 0\n' >by_inst
    fails '--weights popcon needs --popcon FILE' --weights popcon
    fails '--popcon tells something with --weights popcon only' --popcon by_inst
    fails '--package-names tells something with --popcon only' --package-names costs
    fails '--names and --numbers exclude each other' --names --numbers
    fails 'either by --apps or without' --apps alpha bravo
    fails 'take away the --' -- alpha
    fails 'only one form' --json - --csv -
    fails "bravo|beta" --apps betta
    fails 'database' --db "$W/nothing.db"
}

@test "names in a profile that are no calls are told of" {
    "$LOUPE" plan --os "$STAGE/small/At.syscalls" >/dev/null 2>log
    grep -q 'opne' log
}

@test "the published plans of the public database, step by step" {
    require_public
    for os in Kerla Gvisor Unikraft Graphene; do
        plan --os $os --workload bench --strategy published --numbers
        jq -S '{initial, steps}' out.json >ours
        jq -S '{initial, steps}' "$SHARED/truth/plan-$os.json" >true
        diff -u true ours
        planned '["django","flask","memcached","python","ruby"]' .without_data
        # By its path the profile says the same.
        plan --os "$SHARED/loupedb/$os.syscalls" --workload bench --strategy published --numbers
        jq -S '{initial, steps}' out.json | diff -u true -
    done
}

@test "plans for all profiles of the public database hold, and optimal is the better one" {
    require_public
    profiles=0
    for path in "$SHARED"/loupedb/*.syscalls; do
        os=$(basename "$path" .syscalls)
        profiles=$((profiles + 1))
        plan --os "$os"
        # Every application works in the end, each once, and nothing is implemented twice.
        jq -e '(.initial + [.steps[].apps[]]) | length == 116 and (unique | length) == 116' out.json
        jq -e '[.steps[].implement[]] | length == (unique | length)' out.json
        greedy=$(jq .objective out.json)
        plan --os "$os" --strategy optimal
        jq -e --argjson greedy "$greedy" '.bound <= .objective and .objective <= $greedy' out.json
        plan --os "$os" --equivalents
        jq -e --argjson greedy "$greedy" '.applications == 116 and .objective <= $greedy' out.json
    done
    same 11 $profiles
}
