-- When a mute ends by itself; NULL: never. A chore ends it, so that whoever consumes mutes need not look at a clock.
ALTER TABLE mute ADD COLUMN until timestamptz(3);
