-- events.db, version 1. SQLite, WAL, STRICT. application_id 'SCWA' (0x53435741); user_version counts the
-- migrations schema/NNN_*.sql that were applied. The writer is collector/store, the reader collector/store/query.
-- Truth and what can be rebuilt are kept apart: `rollup` and the totals in `signature` can be recomputed from
-- `event` (until retention removes rows; then they are the record that remains).
-- Times are milliseconds since the epoch, UTC, unless a column says otherwise. Enumerations are the numbers of
-- include/seccompwatch/event.h. Texts written by monitored processes are escaped (\xNN, \\): valid UTF-8.

-- What the writer remembers of itself. hash_key: 16 random bytes that key signature.hash, so that nobody who
-- chooses a comm can choose its hash.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

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

-- Profiles as the engines applied them (linux.seccomp of the OCI spec), once per distinct content.
CREATE TABLE profile (
  id     INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,   -- of `text`, lower-case hex
  text   TEXT NOT NULL
) STRICT;

-- A container is (host, id). Names may become known late; `seq` is the change that touched the row last.
-- spec 1: the engine's spec was read, so that profile NULL means "unconfined" and not "unknown". The exit code and
-- what follows are the engine's own word (Docker's config.v2.json); NULL: not known.
CREATE TABLE container (
  id         INTEGER PRIMARY KEY,
  host       INTEGER NOT NULL REFERENCES host (id),
  runtime    INTEGER NOT NULL,
  cid        TEXT NOT NULL,
  pod_uid    TEXT,
  name       TEXT,
  image      TEXT,
  pod        TEXT,
  namespace  TEXT,
  outer_cid  TEXT,               -- of the container around it
  spec       INTEGER NOT NULL DEFAULT 0,
  profile    INTEGER REFERENCES profile (id),
  exit_code  INTEGER,
  oom_killed INTEGER,
  restarts   INTEGER,
  seq        INTEGER NOT NULL,
  UNIQUE (host, cid)
) STRICT;

-- Processes that violated: what they were, and how they ended. The newest 65,536 are kept.
CREATE TABLE process (
  id        INTEGER PRIMARY KEY,
  host      INTEGER NOT NULL REFERENCES host (id),
  pid       INTEGER NOT NULL,
  started   INTEGER NOT NULL,    -- as /proc/PID/stat dates the process
  container INTEGER REFERENCES container (id),
  cmdline   TEXT,                -- arguments, escaped, separated by blanks
  parents   TEXT,                -- the chain upwards: "sh(812) < containerd-shim(790)"
  ended     INTEGER,             -- NULL: not seen to end
  status    INTEGER,             -- as wait(2) gives it
  threads   INTEGER,             -- when it violated; NULL: not known
  seq       INTEGER NOT NULL,
  UNIQUE (host, pid, started)
) STRICT;
CREATE INDEX process_container ON process (container);

-- What repeats, interned once. `hash` is over all columns from host to other. Beyond the cap of signatures of a
-- container (and of what has none, for each host) events go to `other` rows, of which there is one for each
-- (host, container, source, time_source, attribution, mode, action); every field that is not one of these is NULL.
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
CREATE INDEX signature_container ON signature (host, container);

-- One row: one event, or identical ones (same signature and pid) of the same calendar second.
-- id = first time << 20 | a tie-break (the serial's low 20 bits where they are free): rows stand in order of time
-- and append at the end. A row whose first event arrives late gets another id (and seq, so that it is seen anew).
-- Rows whose serial is NULL are of one ip besides; they go, or lose count, when their stamped twin arrives.
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
CREATE INDEX event_unstamped ON event (id) WHERE serial IS NULL;

-- What companions of the record (SYSCALL) or a probe added; rare, so kept apart.
CREATE TABLE detail (
  event  INTEGER PRIMARY KEY REFERENCES event (id),
  ppid   INTEGER,
  tid    INTEGER,
  error  INTEGER,
  args   TEXT,                -- "0x1,0x2,…"
  module TEXT,                -- which code made the call: a file,
  module_offset INTEGER,      -- where in it,
  symbol TEXT                 -- and in which of its functions, where that is known
) STRICT;

-- Counts by time: resolution in seconds (60, 3600, 86400), bucket = time / (1000 * resolution).
CREATE TABLE rollup (
  sig        INTEGER NOT NULL,
  resolution INTEGER NOT NULL,
  bucket     INTEGER NOT NULL,
  count      INTEGER NOT NULL,
  PRIMARY KEY (resolution, bucket, sig) -- time before signature: writing appends, a dashboard reads one run
) STRICT, WITHOUT ROWID;

-- Stretches that were read: a quick answer to "can this event be known already?", which is no outside of all of them.
-- contiguous 1: every serial in between, of any record type, was seen (live); 0: a span that holds all stored events
-- that no other row covers, with holes, boot and serials NULL.
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
CREATE INDEX loss_kind ON loss (host, kind);

-- The change sequence: one row a committed batch; rows with event.seq = seq lie between first_id and last_id.
-- Only the newest 65,536 are kept; who asks for older changes scans.
CREATE TABLE change (
  seq      INTEGER PRIMARY KEY,
  time     INTEGER NOT NULL,
  first_id INTEGER,
  last_id  INTEGER
) STRICT;

-- Sums that would cost a scan, kept in the transaction that changes them. name: rows (of event).
CREATE TABLE counter (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
