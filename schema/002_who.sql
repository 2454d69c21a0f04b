-- Version 2: more of who it was. All of it is this machine's alone: of imported hosts it is not known.

-- Labels that say what a container is part of (compose, swarm, nomad, …: the list is collector/resolve/container_labels.c):
-- a JSON object of texts, escaped like names. The first process of a container, as the kernel tells its life; `status`
-- is as wait(2) gives it. This holds for any runtime; exit_code and restarts are the engine's own word. oom_killed is
-- either's: the engine's, or the kernel log's.
ALTER TABLE container ADD COLUMN labels TEXT;
ALTER TABLE container ADD COLUMN started INTEGER;
ALTER TABLE container ADD COLUMN ended INTEGER;
ALTER TABLE container ADD COLUMN status INTEGER;

-- Whose number a uid is: the host's name of it, and the uid and its name inside the container's user namespace.
-- container 0: outside of containers. Few: one a container and uid that violated.
CREATE TABLE account (
  host       INTEGER NOT NULL REFERENCES host (id),
  container  INTEGER NOT NULL,
  uid        INTEGER NOT NULL,
  name       TEXT,
  inner_uid  INTEGER,
  inner_name TEXT,
  seq        INTEGER NOT NULL,
  PRIMARY KEY (host, container, uid)
) STRICT, WITHOUT ROWID;

-- How well processes could be watched, as the collector last said. watching 0: attribution is by /proc alone, and
-- `watch_why` says why; moves 0: moves between cgroups are not seen. NULL: not told.
ALTER TABLE session ADD COLUMN watching INTEGER;
ALTER TABLE session ADD COLUMN watch_why TEXT;
ALTER TABLE session ADD COLUMN moves INTEGER;
ALTER TABLE session ADD COLUMN processes INTEGER;      -- kept now,
ALTER TABLE session ADD COLUMN process_bytes INTEGER;  -- in so much memory
ALTER TABLE session ADD COLUMN process_evicted INTEGER;-- lives that memory did not hold
ALTER TABLE session ADD COLUMN process_events INTEGER; -- heard of the kernel
ALTER TABLE session ADD COLUMN process_lost INTEGER;   -- times that some were lost
