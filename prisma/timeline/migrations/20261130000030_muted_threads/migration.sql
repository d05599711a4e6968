-- The first post of the conversation that a post is of. What was there before has none until a backfill has read it, and is
-- taken for a conversation of its own.
ALTER TABLE post_ref ADD COLUMN root_id bigint;
ALTER TABLE notification_act ADD COLUMN root_id bigint;

-- Conversations that somebody does not want to hear of. Truth: nothing else has it, and no backfill touches it.
CREATE TABLE muted_thread (
  viewer_id bigint NOT NULL,
  root_id bigint NOT NULL,
  -- The post of it by which the viewer named it: the first one may be hidden from them, or gone.
  post_id bigint NOT NULL,
  scope text NOT NULL CHECK (scope IN ('home', 'notifications', 'everywhere')),
  until timestamptz(3),
  muted_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (viewer_id, root_id)
);

-- What was moved just now is told to the person's other devices.
CREATE INDEX marker_moved_idx ON marker (moved_at);
