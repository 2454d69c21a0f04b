#!/bin/sh
# SPDX-License-Identifier: MIT
# check_syscalls.sh [DIR]: compares the number columns of schema/syscalls.csv with the kernel headers found on this
# machine (linux-libc-dev, its -cross packages), or with those below DIR (an unpacked linux-libc-dev: DIR/usr/…), and
# looks for doubled names and numbers. A call that a header has and the table lacks is printed, so that a newer
# header's rows can be copied in. tests/unit/test_names.c compares the table with libseccomp's.
# The number columns stand before any quoted column: awk splits at commas.
set -eu
cd "$(dirname "$0")/.."
table=schema/syscalls.csv
root=${1:-}
status=0

# column, the header's name, the places it may be at (the all-architectures package, native or -cross ones)
headers() {
	cat <<'LIST'
x86_64      asm/unistd_64.h    lib/linux/uapi/x86 include/x86_64-linux-gnu x86_64-linux-gnu/include
i386        asm/unistd_32.h    lib/linux/uapi/x86 include/x86_64-linux-gnu i686-linux-gnu/include
x32         asm/unistd_x32.h   lib/linux/uapi/x86 include/x86_64-linux-gnu x86_64-linux-gnux32/include
aarch64     asm/unistd_64.h    lib/linux/uapi/arm64 include/aarch64-linux-gnu aarch64-linux-gnu/include
arm         asm/unistd-eabi.h  lib/linux/uapi/arm include/arm-linux-gnueabihf arm-linux-gnueabihf/include
riscv64     asm/unistd_64.h    lib/linux/uapi/riscv include/riscv64-linux-gnu riscv64-linux-gnu/include
ppc64le     asm/unistd_64.h    lib/linux/uapi/powerpc include/powerpc64le-linux-gnu powerpc64le-linux-gnu/include
s390x       asm/unistd_64.h    lib/linux/uapi/s390 include/s390x-linux-gnu s390x-linux-gnu/include
loongarch64 asm/unistd_64.h    lib/linux/uapi/loongarch include/loongarch64-linux-gnu loongarch64-linux-gnu/include
LIST
}

# "name number" a line: "#define __NR_name 12" or "(__NR_SYSCALL_BASE + 12)", and ARM's private calls.
numbers() {
	sed -nE -e 's/^#define[[:blank:]]+__NR_([a-z0-9_]+)[[:blank:]]+([0-9]+)$/\1 \2/p' \
		-e 's/^#define[[:blank:]]+__NR_([a-z0-9_]+)[[:blank:]]+\(__[A-Z0-9_]+ ?\+ ?([0-9]+)\)$/\1 \2/p' "$1"
	[ "$2" = arm ] || return 0
	sed -nE 's/^#define[[:blank:]]+__ARM_NR_([a-z0-9_]+)[[:blank:]]+\(__ARM_NR_BASE ?\+ ?([0-9]+)\)$/\1 \2/p' \
		"$(dirname "$1")/unistd.h" | while read -r name number; do echo "$name $((0xf0000 + number))"; done
}

column() {
	grep -v '^#' "$table" | awk -F, -v want="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) c = i; if (!c) exit 1; next }
		$c != "" { print $1, $c }'
}

for doubled in $(grep -v '^#' "$table" | cut -d, -f1 | sort | uniq -d); do
	echo "$table: $doubled twice"
	status=1
done

compared=0
while read -r arch file places; do
	column "$arch" | cut -d' ' -f2 | sort | uniq -d | sed "s|^|$table: $arch number twice: |" | grep . && status=1
	for place in $places; do
		header=$root/usr/$place/$file
		[ -e "$header" ] || continue
		found=$(numbers "$header" "$arch" | sort)
		[ "$(echo "$found" | wc -l)" -gt 250 ] || continue
		wrong=$(column "$arch" | sort | { echo "$found" | comm -23 - /dev/fd/3; } 3<&0)
		echo "$arch: $(echo "$found" | wc -l) calls of $header"
		[ -z "$wrong" ] || { echo "$wrong" | sed "s|^|$table: $arch lacks |"; status=1; }
		compared=$((compared + 1))
		break
	done
done <<EOF
$(headers)
EOF

[ "$compared" -gt 0 ] || { echo "no kernel headers below $root/usr: install linux-libc-dev"; status=1; }
[ $status = 0 ] && echo "syscalls: ok ($compared of 9 columns compared)"
exit $status
