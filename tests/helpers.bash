# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# What the whole-program tests have in common. The build gives LOUPE (the program under test), TEST_PROGRAMS
# (the folder with what it is to analyse), SOURCE_ROOT, and SANITIZED (not empty where loupe has sanitizers in it).

: "${LOUPE:?}" "${TEST_PROGRAMS:?}" "${SOURCE_ROOT:?}"
bats_require_minimum_version 1.5.0

PYTHON=/usr/bin/python3

# stage: copies the programs where every user can read them, which a clone need not be, and outside
# of /tmp, which is another one in a sandbox. For setup_file; unstage is for teardown_file.
stage() {
    STAGE=$(mktemp -d /var/tmp/loupe-test.XXXXXX)
    mkdir "$STAGE/bin"
    install -m 755 "$LOUPE" "$STAGE/bin/loupe"
    find "$TEST_PROGRAMS/oracle" "$TEST_PROGRAMS/misbehaviour" "$TEST_PROGRAMS/refused" -maxdepth 1 -type f -perm -u+x \
        -exec install -m 755 -t "$STAGE/bin" {} +
    install -m 755 "$SOURCE_ROOT/tests/scripts/ask" "$STAGE/bin"
    chmod 755 "$STAGE"
    # Nothing goes into the database of who runs the tests.
    export STAGE LOUPE=$STAGE/bin/loupe LOUPE_DB=$STAGE/loupe.db P=$STAGE/bin
}

unstage() {
    rm -rf "$STAGE"
}

setup_file() {
    stage
}

teardown_file() {
    unstage
}

# Each test has a folder of its own that every user may write to, and starts in it; each user has a database beside it.
setup() {
    W=$(mktemp -d "$STAGE/test.XXXXXX")
    chmod 777 "$W"
    cd "$W"
    mkdir "$W.data"
    chmod 777 "$W.data"
    export LOUPE_DB=$W.data/loupe.db
}

teardown() {
    cd / && rm -rf "$W" "$W.data"
}

# identities: who the tests can be run as: this user, and an ordinary one where this is root. The address sanitizer
# takes more memory for itself than the limits of an ordinary user's processes can allow.
identities() {
    echo self
    if ((EUID == 0)) && [[ -z ${SANITIZED:-} ]]; then
        echo ordinary
    fi
}

# prefix WHO: sets PREFIX to what makes a command one of that user.
prefix() {
    PREFIX=(env)
    if [[ $1 == ordinary ]]; then
        PREFIX=(setpriv --reuid=65534 --regid=65534 --clear-groups env "LOUPE_DB=$W.data/ordinary.db")
    fi
}

# as WHO COMMAND…
as() {
    local -a PREFIX
    prefix "$1"
    "${PREFIX[@]}" "${@:2}"
}

require_root() {
    ((EUID == 0)) || skip "needs root"
}

# analyze ARGUMENT…: the analysis ends with 0 and a result of the right shape, in analysis.json.
analyze() {
    analyze_as self "$@"
}

analyze_as() {
    local status=0
    as "$1" "$LOUPE" analyze --json - "${@:2}" >analysis.json 2>analysis.log || status=$?
    if ((status != 0)); then
        echo "loupe analyze ${*:2}: status $status"
        tail -n 30 analysis.log
        return 1
    fi
    validate analysis.json analysis.schema.json
    consistent analysis.json
}

# validate FILE SCHEMA: SCHEMA is a file in data/.
validate() {
    "$PYTHON" -W ignore -m jsonschema -i "$1" "$SOURCE_ROOT/data/$2"
}

# consistent FILE: the parts of a result do not contradict each other. Nothing is unstable, but where UNSTABLE is set:
# real programs may use what a faked call should have filled, which is something else each time.
consistent() {
    jq -e --arg unstable "${UNSTABLE:-}" '
        def verdict: if .kind == "subfeature" and .stub == null and .fake == null then "untested"
            elif .stub.works and .fake.works then "either"
            elif .stub.works then "stub" elif .fake.works then "fake" else "required" end;
        def sound: .passed <= .runs and .works == (.runs > 0 and .passed == .runs)
            and (.works == (.outcome == "passed"));
        # What is avoidable and not part of a call that is.
        def avoidable: [.features[] | select(.verdict | . != "required" and . != "untested")]
            | (map(select(.kind == "syscall").name)) as $calls
            | map(select(.kind != "subfeature" or (.syscall | IN($calls[]) | not)).name);
        def tested: .verdict == "untested" or ((.stub | sound) and (.fake | sound));
        all(.features[];
            .verdict == verdict and tested and (.kind != "file" or (.deny | sound)) and .count > 0
            and ($unstable != "" or (.unstable | not)))
        and .baseline.failures == 0
        and ((.joint.stub + .joint.fake) - [.features[] | select(.verdict | . != "required" and . != "untested") | .name] == [])
        and (.joint.stub - .joint.fake == .joint.stub)
        and (((.joint.tested and .joint.works) | not) or (avoidable | sort) == (.joint.stub + .joint.fake | sort))
        and (.impact == null or (avoidable | sort) == ([.impact.features[].name] | sort))
    ' "$1" >/dev/null || {
        echo "the result contradicts itself:"
        cat "$1"
        return 1
    }
}

# same EXPECTED ACTUAL: compares texts, and shows where they differ.
same() {
    diff -u --label expected --label actual <(printf '%s\n' "$1") <(printf '%s\n' "$2")
}

# verdicts 'NAME VERDICT'…: these are the features of analysis.json, and no others.
verdicts() {
    same "$(printf '%s\n' "$@" | LC_ALL=C sort)" \
        "$(jq -r '.features[] | "\(.name) \(.verdict)"' analysis.json | LC_ALL=C sort)"
}

# verdicts_of KIND 'NAME VERDICT'…: these are the features of that kind, and no others.
verdicts_of() {
    same "$(printf '%s\n' "${@:2}" | LC_ALL=C sort)" \
        "$(jq -r --arg kind "$1" '.features[] | select(.kind == $kind) | "\(.name) \(.verdict)"' analysis.json |
            LC_ALL=C sort)"
}

# verdicts_in SYSCALL SELECTOR 'VALUE VERDICT'…: these are the sub-features of the call by that selector, and no
# others; by any selector where that is a star.
verdicts_in() {
    same "$(printf '%s\n' "${@:3}" | LC_ALL=C sort)" \
        "$(jq -r --arg call "$1" --arg selector "$2" '.features[] | select(.kind == "subfeature" and .syscall == $call
            and ($selector == "*" or .selector == $selector)) | "\(.value) \(.verdict)"' analysis.json | LC_ALL=C sort)"
}

# verdict NAME: of one feature.
verdict() {
    jq -r --arg name "$1" '.features[] | select(.name == $name).verdict' analysis.json
}

# status N COMMAND…: it ends with that; what it wrote is in the files out and err.
status() {
    local actual=0
    "${@:2}" >out 2>err || actual=$?
    if ((actual != $1)); then
        echo "status $actual instead of $1: ${*:2}"
        head -n 50 out err
        return 1
    fi
}

# says FILE REGEX
says() {
    grep -qE -- "$2" "$1" || {
        echo "$1 does not say /$2/:"
        head -n 50 "$1"
        return 1
    }
}

# reproduces [STATUS]: the command in the file out, run by a shell, ends with that (1).
reproduces() {
    local command
    command=$(grep -oE 'loupe run .*' out | head -n 1)
    [[ -n $command ]]
    cp out explanation
    PATH=$P:$PATH status "${1:-1}" sh -c "$command"
}

# outcome NAME MODE: how the first failure of NAME looked in MODE: stub, fake, or deny.
outcome() {
    jq -r --arg name "$1" --arg mode "$2" '.features[] | select(.name == $name)[$mode].outcome' \
        analysis.json
}

# expect_outcome NAME MODE TEXT
expect_outcome() {
    same "$1 $2: $3" "$1 $2: $(outcome "$1" "$2")"
}

# joint FILTER: the joint result of analysis.json through a jq filter, on one line.
joint() {
    jq -c ".joint | $1" analysis.json
}

# The verdicts of tests/oracle/probes.h, and what to tell analyze so that only these are tested.
PROBES=sysinfo,mlock,getcpu,sched_yield

probe_verdicts() {
    verdicts 'sysinfo required' 'mlock fake' 'getcpu stub' 'sched_yield either'
}

# wait_until SECONDS COMMAND…: until the command succeeds.
wait_until() {
    local end=$((SECONDS + $1))
    until "${@:2}"; do
        ((SECONDS < end)) || return 1
        sleep 0.05
    done
}
