-- How far somebody has seen something, on whichever device. Truth: nothing else has it, and no backfill touches it.
CREATE TABLE marker (
  viewer_id bigint NOT NULL,
  name text NOT NULL CHECK (name IN ('home', 'notifications')),
  -- The place of the newest that was seen; it never goes back.
  place bigint NOT NULL,
  -- Counts the moves.
  version integer NOT NULL DEFAULT 1,
  moved_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (viewer_id, name)
);
