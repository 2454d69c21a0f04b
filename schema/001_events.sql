-- events.db, version 1. SQLite, WAL, STRICT. application_id 'SCWA' (0x53435741); user_version counts the
-- migrations schema/NNN_*.sql that were applied. The writer is collector/store, the reader collector/store/query.
-- Truth and what can be rebuilt are kept apart: `rollup` and the totals in `signature` can be recomputed from
-- `event` (until retention removes rows; then they are the record that remains).
-- Times are milliseconds since the epoch, UTC, unless a column says otherwise. Enumerations are the numbers of
-- include/seccompwatch/event.h. Texts written by monitored processes are escaped (\xNN, \\): valid UTF-8.

-- Whose records these are. The local machine has its machine-id; imported hosts are known by name alone.
CREATE TABLE host (
  id         INTEGER PRIMARY KEY,
  machine_id TEXT UNIQUE,
  name       TEXT NOT NULL,
  is_local   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE host_alias (
  name TEXT PRIMARY KEY,
  host INTEGER NOT NULL REFERENCES host (id)
) STRICT, WITHOUT ROWID;

-- A container is (host, id). Names may become known late; `seq` is the change that touched the row last.
CREATE TABLE container (
  id        INTEGER PRIMARY KEY,
  host      INTEGER NOT NULL REFERENCES host (id),
  runtime   INTEGER NOT NULL,
  cid       TEXT NOT NULL,
  pod_uid   TEXT,
  name      TEXT,
  image     TEXT,
  pod       TEXT,
  namespace TEXT,
  seq       INTEGER NOT NULL,
  UNIQUE (host, cid)
) STRICT;

-- What repeats, interned once. `hash` is over all columns from host to other.
CREATE TABLE signature (
  id          INTEGER PRIMARY KEY,
  hash        INTEGER NOT NULL,
  host        INTEGER NOT NULL REFERENCES host (id),
  container   INTEGER REFERENCES container (id),
  unit        TEXT,
  source      INTEGER NOT NULL,
  time_source INTEGER NOT NULL,
  attribution INTEGER NOT NULL,
  mode        INTEGER NOT NULL,
  action      INTEGER NOT NULL,
  code        INTEGER,           -- as recorded; NULL when the record has none
  arch        INTEGER,           -- AUDIT_ARCH_…; NULL when the record has none
  syscall     INTEGER,           -- NULL only for `other`
  compat      INTEGER,
  sig         INTEGER,
  uid         INTEGER,
  gid         INTEGER,
  auid        INTEGER,
  ses         INTEGER,
  comm        TEXT,
  exe         TEXT,
  subj        TEXT,
  other       INTEGER NOT NULL DEFAULT 0, -- 1: the counted rest beyond a container's cap
  -- totals
  events      INTEGER NOT NULL DEFAULT 0,
  first       INTEGER,
  last        INTEGER,
  seq         INTEGER NOT NULL
) STRICT;
CREATE INDEX signature_hash ON signature (hash);

-- One row: one event, or identical ones (same signature and pid) of the same calendar second.
-- id = first time << 20 | a tie-break: rows stand in order of time and append at the end.
CREATE TABLE event (
  id      INTEGER PRIMARY KEY,
  sig     INTEGER NOT NULL,
  pid     INTEGER,
  ip      INTEGER,            -- of the first
  serial  INTEGER,            -- of the first; NULL: the record had none
  seq     INTEGER NOT NULL,   -- the change that touched the row last
  count   INTEGER NOT NULL,
  span    INTEGER,            -- last time - first time; NULL when count is 1
  serials BLOB                -- the set of serials, see store/serials.h; NULL when count is 1 or serial is NULL
) STRICT;

-- What companions of the record (SYSCALL) or a probe added; rare, so kept apart.
CREATE TABLE detail (
  event  INTEGER PRIMARY KEY REFERENCES event (id),
  ppid   INTEGER,
  tid    INTEGER,
  error  INTEGER,
  args   TEXT                 -- "0x1,0x2,…"
) STRICT;

-- Counts by time: resolution in seconds (60, 3600, 86400), bucket = time / (1000 * resolution).
CREATE TABLE rollup (
  sig        INTEGER NOT NULL,
  resolution INTEGER NOT NULL,
  bucket     INTEGER NOT NULL,
  count      INTEGER NOT NULL,
  PRIMARY KEY (sig, resolution, bucket)
) STRICT, WITHOUT ROWID;

-- Stretches of serials that were read, of any record type: a quick answer to "can this event be known already?".
-- contiguous 1: every serial in between was seen (live); 0: a file's span, with holes.
CREATE TABLE coverage (
  id           INTEGER PRIMARY KEY,
  host         INTEGER NOT NULL REFERENCES host (id),
  boot         TEXT,
  first_serial INTEGER,
  last_serial  INTEGER,
  first_time   INTEGER NOT NULL,
  last_time    INTEGER NOT NULL,
  contiguous   INTEGER NOT NULL
) STRICT;
CREATE INDEX coverage_time ON coverage (host, last_time);

-- Times in which a collector was running. `alive` is the durable heartbeat, at most a minute old while it runs.
CREATE TABLE session (
  id          INTEGER PRIMARY KEY,
  host        INTEGER NOT NULL REFERENCES host (id),
  boot        TEXT NOT NULL,
  pid         INTEGER NOT NULL,
  version     TEXT NOT NULL,
  start       INTEGER NOT NULL,
  alive       INTEGER NOT NULL,
  last_record INTEGER,
  ended       INTEGER            -- NULL: running, or it died without a word
) STRICT;

-- What was lost, and when. kind: gap, enobufs, kernel_lost, malformed, unwritten.
CREATE TABLE loss (
  id    INTEGER PRIMARY KEY,
  host  INTEGER NOT NULL REFERENCES host (id),
  kind  TEXT NOT NULL,
  first INTEGER NOT NULL,
  last  INTEGER NOT NULL,
  count INTEGER NOT NULL,
  seq   INTEGER NOT NULL
) STRICT;
CREATE INDEX loss_last ON loss (last);

-- The change sequence: one row a committed batch; rows with event.seq = seq lie between first_id and last_id.
-- Only the newest 65,536 are kept; who asks for older changes scans.
CREATE TABLE change (
  seq      INTEGER PRIMARY KEY,
  time     INTEGER NOT NULL,
  first_id INTEGER,
  last_id  INTEGER
) STRICT;
