#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# Every command that README.md shows in a block marked ```sh works as it stands there: in the folder of the sources,
# with this build's loupe. What takes minutes or installs packages is only looked up.

load helpers

setup_file() {
    stage
    # A copy, so that nothing is left in the sources.
    cp -r "$SOURCE_ROOT/apps" "$SOURCE_ROOT/README.md" "$STAGE"
    mkdir "$STAGE/build"
    ln -s "$LOUPE" "$STAGE/build/loupe"
}

# The commands, one a line; lines that end in a backslash are joined.
commands() {
    awk '/^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$SOURCE_ROOT/README.md" |
        sed -e ':join' -e '/\\$/ { N; s/\\\n */ /; b join }' -e '/^ *#/d' -e '/^ *$/d'
}

@test "README.md shows commands" {
    (($(commands | wc -l) >= 4))
}

@test "the commands of README.md work" {
    cd "$STAGE"
    while read -r command; do
        echo "# $command"
        case $command in
        make\ *)
            make -C "$SOURCE_ROOT" -n "${command##* }" >/dev/null
            # What it ends with, that later commands build upon.
            [[ $command != "make demo" ]] || build/loupe analyze --replicas 1 apps/redis/workload.yaml >log 2>&1
            ;;
        *)
            PATH=$STAGE/bin:$PATH bash -euc "$command" </dev/null >log 2>&1 || {
                tail -n 20 log
                return 1
            }
            ;;
        esac
    done < <(commands)
}
