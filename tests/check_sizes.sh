#!/bin/sh
# SPDX-License-Identifier: MIT
# Keeps the longest function and file in sight (universal-ctags): prints the ten longest functions and fails above
# the limits.
set -eu
cd "$(dirname "$0")/.."
max_function=${MAX_FUNCTION:-80}
max_file=${MAX_FILE:-450}

list=$(ctags --languages=C --kinds-C=f --fields=+ne -o - -R collector web include |
	awk -F'\t' '{ first = last = 0
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^line:/) first = substr($i, 6)
			if ($i ~ /^end:/) last = substr($i, 5)
		}
		if (last) print last - first + 1, $1, $2 }' | sort -rn)
echo "longest functions (lines name file):"
echo "$list" | head -10
echo "$list" | awk -v max="$max_function" '$1 > max { print "too long: " $2 " in " $3 " (" $1 " lines, at most " max ")"; bad = 1 } END { exit bad }'
find collector web include -name '*.[ch]' -exec wc -l {} + |
	awk -v max="$max_file" '$2 != "total" && $1 > max { print "too long: " $2 " (" $1 " lines, at most " max ")"; bad = 1 } END { exit bad }'
