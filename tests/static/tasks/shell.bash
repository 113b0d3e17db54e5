# SPDX-License-Identifier: BSD-3-Clause
# What only bash does.
. ./shell.sh
coproc cat
echo word >&"${COPROC[1]}"
read -r -t 5 line <&"${COPROC[0]}"
eval "exec ${COPROC[1]}>&-"
wait
mapfile -t lines < <(sort a.txt)
printf '%(%F)T %s\n' -1 "${#lines[@]}"
set -m
sleep 0.01 &
fg >/dev/null
jobs
shopt -s globstar
echo ** >/dev/null
read -r -t 0.01 -n 1 <> <(:) || true
help cd >/dev/null
ulimit -c 0
enable -n test
type -a ls
disown -a
: >/dev/tcp/127.0.0.1/1 || echo refused
