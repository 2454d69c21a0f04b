#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh SECCOMPWATCH VIOLATE LISTEN: runs the program, commits one harmless violation of each kind, and stays.
set -eu
"$1" run --listen "$3" &
run=$!
trap 'kill $run 2>/dev/null' INT TERM
for _ in $(seq 50); do
	"$1" status --format json 2>/dev/null | grep -q '"running": *true' && break
	kill -0 $run 2>/dev/null || exit 1
	sleep 0.1
done
"$2"
echo "See them at http://$3 or with: seccompwatch events. Ctrl-C ends."
status=0
wait $run || status=$?
# A signal ends the first wait.
wait $run 2>/dev/null || status=$?
exit $status
