#!/bin/sh
# SPDX-License-Identifier: MIT
# make_denials.sh FILE ROWS: a database of ROWS denials of eight kinds in container "web", spread over a week, as the writer
# would leave it; of one kind the arguments are known.
set -eu
file=$1 rows=$2
schema=$(dirname "$0")/../../schema
rm -f "$file" "$file-wal" "$file-shm"
{
	echo "PRAGMA journal_mode=wal; PRAGMA synchronous=off; PRAGMA journal_size_limit=0; BEGIN;"
	cat "$schema"/0*.sql
	cat <<SQL
PRAGMA application_id = 0x53435741;
PRAGMA user_version = $(ls "$schema"/0*.sql | wc -l);
INSERT INTO host (id, machine_id, name, is_local) VALUES (1, 'm', 'bench', 1);
INSERT INTO container (id, host, runtime, cid, name, image, seq) VALUES (1, 1, 1, printf('%064x', 7919), 'web', 'image', 1);
CREATE TEMP TABLE setting AS SELECT $rows AS n, (unixepoch() - 7 * 86400) * 1000 AS start, 7 * 86400000 AS span;
CREATE TEMP TABLE kind (id INTEGER PRIMARY KEY, syscall INTEGER);
INSERT INTO kind (syscall) VALUES (435), (101), (135), (425), (462), (272), (165), (41);
INSERT INTO signature (id, hash, host, container, source, time_source, attribution, mode, action, code, arch, syscall,
	compat, sig, uid, gid, comm, exe, seq)
SELECT id, id, 1, 1, 0, 0, 1, 0, 4, 327680, 0xc000003e, syscall, 0, 0, 0, 0, 'app', '/usr/bin/app', 1 FROM kind;
WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n + 1 < (SELECT n FROM setting))
INSERT INTO event (id, sig, pid, ip, serial, seq, count)
SELECT ((start + i.n * span / setting.n) << 20) | (i.n & 1048575), 1 + i.n % 8, 1000 + i.n % 30000, 140000000000000 + i.n, i.n, 1, 1
FROM i, setting;
INSERT INTO detail (event, error, args) SELECT id, 1, '0x40000,0x0,0x0,0x0' FROM event WHERE sig = 3;
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
