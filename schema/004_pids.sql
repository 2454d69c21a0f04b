-- Version 4: what makes two questions cheap that had to read every row or every minute.

-- Which processes have rows in a minute (event.id >> 20, divided by 60000): a set in the stored form of
-- collector/store/serials.h, of whatever host; empty: too many to keep, any may be there. It may name a process whose
-- row has gone, never miss one. Rows without a pid are in none. The writer fills it for the rows that are there.
CREATE TABLE pids (
  minute INTEGER PRIMARY KEY,
  pids   BLOB NOT NULL
) STRICT;

-- Roll-ups of 900 seconds beside those of 60, 3600 and 86400: a day in quarters of an hour is drawn from them.
INSERT INTO rollup (sig, resolution, bucket, count)
SELECT sig, 900, bucket / 15, sum(count) FROM rollup WHERE resolution = 60 GROUP BY bucket / 15, sig;
