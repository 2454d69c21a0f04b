#!/bin/sh
# SPDX-License-Identifier: MIT
# embed.sh NAME FILE…: writes C that holds the files' bytes in a table `embed_NAME` (see include/seccompwatch/embed.h).
# Each file is also kept gzip'd, so that the server never compresses.
set -eu
name=$1
shift
echo '#include "seccompwatch/embed.h"'
bytes() {
	od -An -v -tx1 | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
}
i=0
for f in "$@"; do
	printf 'static const unsigned char plain_%d[] = {\n' "$i"
	bytes < "$f"
	printf '0};\nstatic const unsigned char gzip_%d[] = {\n' "$i"
	gzip -9nc "$f" | bytes
	printf '0};\n'
	i=$((i + 1))
done
printf 'const struct embed_file embed_%s[] = {\n' "$name"
i=0
for f in "$@"; do
	printf '\t{"%s", plain_%d, sizeof(plain_%d) - 1, gzip_%d, sizeof(gzip_%d) - 1},\n' "$(basename "$f")" "$i" "$i" "$i" "$i"
	i=$((i + 1))
done
printf '\t{0},\n};\n'
