#!/bin/sh
# SPDX-License-Identifier: MIT
# check_syscalls.sh [DIR]: compares the number columns of schema/syscalls.csv with the kernel headers found on this
# machine (linux-libc-dev, its -cross packages), or with those below DIR (an unpacked linux-libc-dev: DIR/usr/…), and
# looks for doubled names and numbers. A call that a header has and the table lacks is printed, so that a newer
# header's rows can be copied in. tests/unit/test_names.c compares the table with libseccomp's.
# Then the columns of knowledge, and systemd's groups against the systemd-analyze of this machine, if it is the same one.
# Only the last column (why) is quoted: awk splits at commas.
set -eu
cd "$(dirname "$0")/.."
table=schema/syscalls.csv
groups=schema/systemd_groups.csv
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

# ---- knowledge ----

capabilities=$(sed -nE 's/^#define[[:blank:]]+(CAP_[A-Z_]+)[[:blank:]]+[0-9]+$/\1/p' "$root/usr/include/linux/capability.h" |
	tr '\n' ' ')
[ -n "$capabilities" ] || { echo "no capabilities in $root/usr/include/linux/capability.h"; status=1; }

# Rows of x86_64 and aarch64 must be complete, others complete or empty.
grep -v '^#' "$table" | awk -F, -v table="$table" -v capabilities="$capabilities" '
	function wrong(what) { print table ": " $name ": " what; bad = 1 }
	function one_of(word, list) { return index(" " list " ", " " word " ") > 0 }
	NR == 1 {
		for (i = 1; i <= NF; i++) at[$i] = i
		name = at["name"]; group = at["group"]; capability = at["capability"]; risk = at["risk"]
		fallback = at["fallback"]; since = at["since"]; why = at["why"]
		if (why != NF || !group || !capability || !risk || !fallback || !since) { print table ": columns"; bad = 1; exit }
		next
	}
	{
		text = $why
		for (i = why + 1; i <= NF; i++) text = text "," $i
		quoted = text ~ /^".*"$/
		gsub(/^"|"$/, "", text)
		names[$name] = 1
		if ($fallback != "") falls[$name] = $fallback
		required = $at["x86_64"] != "" || $at["aarch64"] != ""
		if (!required && $group $capability $risk $fallback $since text == "") next
		if (!one_of($group, "file io network process signal identity sched memory time ipc keys mount namespace " \
			"tracing security modules system obsolete")) wrong("group " $group)
		if (!one_of($risk, "low medium high")) wrong("risk " $risk)
		if ($capability != "" && !one_of($capability, capabilities)) wrong("no capability " $capability)
		if ($since !~ /^[0-9]+\.[0-9]+(\.[0-9]+)?$/ && (required && $group != "obsolete" || $since != ""))
			wrong("since " $since)
		if (length(text) < 20 || length(text) > 120) wrong("why has " length(text) " characters")
		if (text ~ /\.$|^[ A-Z]|"|  / || (text ~ /,/) != quoted) wrong("why: " text)
		if (text in said) wrong("why says what it says of " said[text])
		said[text] = $name
	}
	END {
		for (n in falls) if (!(falls[n] in names) || falls[n] == n) { print table ": " n " falls back to " falls[n]; bad = 1 }
		exit bad
	}' || status=1

# ---- systemd ----

members() { grep -v '^#' "$groups" | sed 1d; }

members | awk -F, -v groups="$groups" '
	NF != 2 || $1 !~ /^@[a-z-]+$/ || $2 !~ /^[a-z0-9_]+$/ || seen[$0]++ { print groups ": " $0; bad = 1 }
	$1 != last && last { if (size > 0 && n < size) { print groups ": " last " is not in order of size"; bad = 1 }; size = n; n = 0 }
	{ last = $1; n++ }
	END { if (n < size || n == 0) { print groups ": " last " is not in order of size"; bad = 1 }; exit bad }' || status=1

strangers=$(members | cut -d, -f2 | sort -u | { grep -v '^#' "$table" | cut -d, -f1 | sort | comm -23 /dev/fd/3 -; } 3<&0)
[ -z "$strangers" ] || { echo "$strangers" | sed "s|^|$groups: not in $table: |"; status=1; }

# "@group call" a line, nested groups expanded.
analyzed() {
	systemd-analyze syscall-filter 2>/dev/null | awk '
		/^@/ { group = $1; order[++n] = group }
		/^    [@a-z0-9_]/ { if (group) holds[group] = holds[group] " " $1 }
		/^#/ { group = "" }
		function expand(top, group,   i, count, words) {
			count = split(holds[group], words, " ")
			for (i = 1; i <= count; i++)
				if (words[i] ~ /^@/) expand(top, words[i]); else print top "," words[i]
		}
		END { for (i = 1; i <= n; i++) if (order[i] != "@known") expand(order[i], order[i]) }' | sort -u
}
case $(systemd-analyze --version 2>/dev/null | head -1) in
"systemd 252 "*)
	if members | sort | { analyzed | diff /dev/fd/3 - >/dev/null; } 3<&0; then
		echo "systemd: $(members | cut -d, -f1 | sort -u | wc -l) groups as in systemd 252"
	else
		echo "$groups: not as systemd-analyze syscall-filter has it"
		status=1
	fi ;;
*) echo "systemd: groups not compared, there is no systemd-analyze 252" ;;
esac

[ "$compared" -gt 0 ] || { echo "no kernel headers below $root/usr: install linux-libc-dev"; status=1; }
[ $status = 0 ] && echo "syscalls: ok ($compared of 9 columns compared)"
exit $status
