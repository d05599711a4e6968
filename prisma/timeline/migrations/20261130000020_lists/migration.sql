-- People whom somebody put together under a name. Truth, with all that hangs on it: nothing else has it, and no backfill
-- touches it.
CREATE TABLE list (
  id bigint PRIMARY KEY DEFAULT next_id(),
  owner_id bigint NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  is_private boolean NOT NULL,
  -- Moved by whoever holds the row, so that the limit is exact.
  member_count integer NOT NULL DEFAULT 0,
  -- Of whoever made it: the same is not made twice.
  idempotency_key text,
  input_hash bytea,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- Nobody sees it any more; what hangs on it goes in bounded steps, and then the row.
  deleted_at timestamptz(3)
);
CREATE INDEX list_owner_idx ON list (owner_id, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX list_idempotency_key ON list (owner_id, idempotency_key);
CREATE INDEX list_deleted_idx ON list (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE list_member (
  list_id bigint NOT NULL,
  member_id bigint NOT NULL,
  -- The list's, who never changes: across a block nobody is in a list of the other's.
  owner_id bigint NOT NULL,
  -- The place in the list.
  id bigint NOT NULL DEFAULT next_id(),
  -- Live events of the member after this one are for the list.
  since_seq bigint NOT NULL,
  PRIMARY KEY (list_id, member_id)
);
CREATE UNIQUE INDEX list_member_place_key ON list_member (list_id, id);
CREATE INDEX list_member_member_idx ON list_member (member_id);

-- Lists of others that somebody keeps at hand.
CREATE TABLE list_follow (
  follower_id bigint NOT NULL,
  list_id bigint NOT NULL,
  id bigint NOT NULL DEFAULT next_id(),
  PRIMARY KEY (follower_id, list_id)
);
CREATE UNIQUE INDEX list_follow_place_key ON list_follow (follower_id, id);
CREATE INDEX list_follow_list_idx ON list_follow (list_id);

-- How far somebody has seen a list, on whichever device.
CREATE TABLE list_marker (
  viewer_id bigint NOT NULL,
  list_id bigint NOT NULL,
  -- The place of the newest that was seen; it never goes back.
  place bigint NOT NULL,
  -- Counts the moves.
  version integer NOT NULL DEFAULT 1,
  moved_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (viewer_id, list_id)
);
CREATE INDEX list_marker_list_idx ON list_marker (list_id);

-- Who came into a list and who left it, and that a list is not for everybody any more, so that open streams are told.
-- What is there obeys the narrower rule of before: nothing of it has to be read.
ALTER TABLE timeline_event DROP CONSTRAINT timeline_event_kind_check;
ALTER TABLE timeline_event ADD CONSTRAINT timeline_event_kind_check CHECK (kind IN ('post', 'post_removed', 'repost',
  'repost_removed', 'follow', 'unfollow', 'block', 'unblock', 'mute', 'unmute', 'big', 'private', 'suspended',
  'list_joined', 'list_left', 'list_closed')) NOT VALID;
