#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
set -euo pipefail

diff - "$1" <<'END'
parts|2000|2001000|part-02000
emptied|0
rolled back|2000
by shelf|A|2489
by shelf|B|2490
by shelf|C|1988
by shelf|D|2485
reopened|part-00001|99.5|1
reopened|part-01990|199.0|0
ok
all parts|2000|40020000
END

# What the file holds for another process, and that no journal was left behind.
[[ $(sqlite3 -readonly -batch -bail /tmp/inventory.db \
    'PRAGMA integrity_check; SELECT count(*), sum(amount) FROM stock') == $'ok\n1990|9452' ]]
[[ ! -e /tmp/inventory.db-journal ]]
