#!/bin/sh
# SPDX-License-Identifier: MIT
# The house's one-way streets: each folder of collector/ and web/ may include the headers of the rooms listed for it,
# and private headers only from beside itself. Prints each violation; exits 1 when there is one.
set -eu
cd "$(dirname "$0")/.."

# room: the public headers (include/seccompwatch/NAME.h) that it may include
rules() {
	cat <<'RULES'
collector/core     base text clock log loop options embed json
collector          base text clock log loop options embed json event
collector/ingest   base text clock log json event record files netlink window control check
collector/resolve  base text clock log loop json embed event names cgroup process connector container code users oom knowledge
collector/store    base text clock log embed json event record names batch store query marks
collector/profile  base text clock log json embed event names knowledge profile bpf
collector/advise   base text clock log json event names knowledge query marks explain suggest learn profile bpf
collector/report   base text clock log json event names knowledge query marks render report explain suggest learn profile bpf
web                base text clock log loop json embed event check names knowledge query marks render report explain suggest learn profile bpf store server
RULES
}
# The pipeline and the commands put the rooms together and may include any of them.
free_rooms="collector/cmd collector/collect"

status=0
check_file() {
	file=$1 room=$2 allowed=" $3 "
	for header in $(sed -nE 's|^#include "seccompwatch/([a-z_]+)\.h".*|\1|p' "$file"); do
		case $allowed in
		*" $header "*) ;;
		*)
			echo "$file: $room must not include seccompwatch/$header.h"
			status=1
			;;
		esac
	done
	for header in $(sed -nE 's|^#include "([^"]+)".*|\1|p' "$file" | grep -v '^seccompwatch/'); do
		[ -e "$(dirname "$file")/$header" ] && continue
		[ "$room" = collector ] && [ -e "collector/$header" ] && continue
		echo "$file: private header $header of another room"
		status=1
	done
}

while read -r room allowed; do
	[ -d "$room" ] || continue
	for file in "$room"/*.c "$room"/*.h; do
		[ -e "$file" ] || continue
		case $file in collector/main.c | collector/cmd.[ch] | collector/collect*.[ch]) continue ;; esac
		check_file "$file" "$room" "$allowed"
	done
done <<EOF
$(rules)
EOF

for dir in $(find collector web -type d); do
	case " $free_rooms web/ui collector " in *" $dir "*) continue ;; esac
	rules | grep -q "^$dir " && continue
	ls "$dir"/*.c >/dev/null 2>&1 || continue
	echo "$dir: a room without a rule in tests/check_layers.sh"
	status=1
done
[ $status = 0 ] && echo "layers: ok"
exit $status
