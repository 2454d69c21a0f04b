-- marks.db, version 1: what the user says. SQLite, STRICT, a rollback journal (few writes, and a reader makes no file).
-- application_id 'SCWM' (0x5343574d); user_version counts the migrations schema/marks/NNN_*.sql that were applied.
-- Its directory belongs to the server's user, who needs no right to write events. Times are milliseconds since the
-- epoch, UTC.

-- Known noise: violations of which no suggestion is wanted. scope 0: everywhere, 1: a container (its name or id),
-- 2: an image, 3: a systemd unit. Empty arch and action mean any. Names are as events show them.
CREATE TABLE mute (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: an undo cannot hit another's
  scope   INTEGER NOT NULL,
  subject TEXT NOT NULL,                      -- '' everywhere
  syscall TEXT NOT NULL,
  arch    TEXT NOT NULL,
  action  TEXT NOT NULL,
  note    TEXT NOT NULL,
  time    INTEGER NOT NULL,
  author  TEXT NOT NULL,
  UNIQUE (scope, subject, syscall, arch, action)
) STRICT;

-- When somebody last looked at the page, and said so.
CREATE TABLE looked (
  viewer TEXT PRIMARY KEY,
  time   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
