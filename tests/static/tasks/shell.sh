# SPDX-License-Identifier: BSD-3-Clause
# What shells do by themselves: jobs, pipes, redirections, traps, waiting.
trap 'echo asked' USR1
kill -USR1 $$
mkfifo pipe
echo through >pipe &
read -r line <pipe
wait
(cd tree && pwd; exit 3) || echo "$?"
for file in a.txt b.txt; do
    while read -r word rest; do
        echo "$word" | tr a-z A-Z
    done <"$file" >>words
done
exec 3<>words 4>&1
cat <&3 >/dev/null
exec 3>&- 4>&-
umask 077
ulimit -n
test -x /bin/true && /bin/true
cat <<TEXT
$(ls | wc -l) files
TEXT
times
sleep 0.01 &
kill "$!"
wait "$!" || echo ended
