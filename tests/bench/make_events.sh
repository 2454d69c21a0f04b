#!/bin/sh
# SPDX-License-Identifier: MIT
# make_events.sh FILE ROWS [DAYS]: a database of ROWS rows spread evenly over the last DAYS (7), of 200 signatures in 20
# containers, as the writer would leave it. One signature (comm "rare") has a row in 100,000.
set -eu
file=$1 rows=$2 days=${3:-7}
schema=$(dirname "$0")/../../schema
rm -f "$file" "$file-wal" "$file-shm"
{
	echo "PRAGMA journal_mode=wal; PRAGMA synchronous=off; PRAGMA journal_size_limit=0; BEGIN;"
	cat "$schema/001_events.sql"
	cat <<SQL
PRAGMA application_id = 0x53435741;
PRAGMA user_version = 1;
INSERT INTO host (id, machine_id, name, is_local) VALUES (1, 'm', 'bench', 1);
CREATE TEMP TABLE setting AS SELECT $rows AS n, (unixepoch() - $days * 86400) * 1000 AS start, $days * 86400000 AS span;
WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 20)
INSERT INTO container (id, host, runtime, cid, name, image, seq)
SELECT n, 1, 1, printf('%064x', n * 7919), 'web' || n, 'image', 1 FROM i;
WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 200)
INSERT INTO signature (id, hash, host, container, source, time_source, attribution, mode, action, code, arch, syscall,
	compat, sig, uid, gid, auid, comm, exe, seq)
SELECT n, n, 1, 1 + n % 20, 0, 0, 1, 0, 1 + n % 7, 0, 0xc000003e, n % 90, 0, 0, 1000 + n % 5, 0, NULL,
	CASE n WHEN 200 THEN 'rare' ELSE 'prog' || (n % 30) END, '/usr/bin/prog' || (n % 30), 1 FROM i;
WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n + 1 < (SELECT n FROM setting))
INSERT INTO event (id, sig, pid, ip, serial, seq, count)
SELECT ((start + i.n * span / setting.n) << 20) | (i.n & 1048575), CASE WHEN i.n % 100000 = 77 THEN 200
	ELSE 1 + (i.n * 2654435761 >> 7) % 199 END, 1000 + (i.n * 2654435761 >> 9) % 30000, 140000000000000 + i.n, i.n, 1, 1
FROM i, setting;
INSERT INTO rollup (sig, resolution, bucket, count) SELECT sig, 60, (id >> 20) / 60000 AS b, sum(count) FROM event GROUP BY b, sig;
INSERT INTO rollup (sig, resolution, bucket, count) SELECT sig, 3600, bucket / 60 AS b, sum(count) FROM rollup WHERE resolution = 60 GROUP BY b, sig;
INSERT INTO rollup (sig, resolution, bucket, count) SELECT sig, 86400, bucket / 24 AS b, sum(count) FROM rollup WHERE resolution = 3600 GROUP BY b, sig;
UPDATE signature SET events = t.n, first = t.a, last = t.b
FROM (SELECT sig, sum(count) AS n, min(id >> 20) AS a, max(id >> 20) AS b FROM event GROUP BY sig) t WHERE t.sig = id;
INSERT INTO counter (name, value) SELECT 'rows', count(*) FROM event;
INSERT INTO change (seq, time, first_id, last_id) SELECT 1, start, (SELECT min(id) FROM event), (SELECT max(id) FROM event) FROM setting;
COMMIT;
PRAGMA wal_checkpoint(truncate);
SQL
} | sqlite3 -bail "$file" >/dev/null
# What later versions keep besides, the program makes itself.
"${SECCOMPWATCH:-build/seccompwatch}" --quiet --db "$file" import /dev/null 2>/dev/null
