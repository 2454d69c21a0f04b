-- Version 3: the capabilities a container may have, by which engines choose the rules of a profile with conditions.

-- The bounding set of the spec's process: names separated by commas, or "none". NULL: the spec was not read.
ALTER TABLE container ADD COLUMN caps TEXT;
