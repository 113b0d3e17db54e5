# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# For tests of questions to a database: a small one, made by the function small_database of the test file, and the public
# one where it is at hand (beside the source tree, in ../shared/loupedb).

load helpers

export SHARED=$SOURCE_ROOT/../shared

setup_file() {
    stage
    cd "$STAGE" || return 1
    small_database
    LOUPE_DB=$STAGE/small.db "$LOUPE" db import "$STAGE/small" >/dev/null 2>&1
    if [[ -d $SHARED/loupedb ]]; then
        LOUPE_DB=$STAGE/public.db "$LOUPE" db import "$SHARED/loupedb" >/dev/null 2>&1
    fi
    chmod 644 "$STAGE"/*.db
}

setup() {
    W=$(mktemp -d "$STAGE/test.XXXXXX")
    chmod 777 "$W"
    cd "$W" || return 1
    export LOUPE_DB=$STAGE/small.db
}

# require_public: makes the public database the one that is asked.
require_public() {
    [[ -d $SHARED/loupedb && -d $SHARED/truth ]] || skip "needs the public database in ../shared"
    export LOUPE_DB=$STAGE/public.db
}

# static FOLDER NUMBER…: a static_binary.csv in the folder below small/, which names these calls.
static() {
    local folder=$STAGE/small/$1/data
    shift
    mkdir -p "$folder"
    printf '%s\n' "$@" | awk '
        { named[$1] = 1 }
        END { print "# syscall, used"; for (i = 0; i < 335; i++) print i "," (i in named ? "Y" : "N") }
        ' >"$folder/static_binary.csv"
}

# dyn FOLDER NUMBER=VERDICT…: a dyn.csv in the folder below small/; calls that are not named are not used.
dyn() {
    local folder=$STAGE/small/$1/data
    shift
    mkdir -p "$folder"
    printf '%s\n' "$@" | awk -F= '
        BEGIN {
            row["required"] = "Y,N,N,N"; row["fake"] = "Y,Y,N,N"
            row["stub"] = "Y,N,Y,N"; row["either"] = "Y,N,N,Y"
        }
        NF == 2 { verdict[$1] = row[$2] }
        END {
            print "# syscall, used, works faked, works stubbed, works both"
            for (i = 0; i < 335; i++) print i "," (i in verdict ? verdict[i] : "N,N,N,N")
        }' >"$folder/dyn.csv"
}
