-- Notifications stand beside the log of the home timelines and have consumers of their own, so that a hundred thousand
-- likes never delay a post. They name posts and people by key only.

-- One row. Whoever tells of something new takes its place from here and holds the row until commit, so that the order of
-- places is the order of commits: nothing ever appears below a place that was read before.
CREATE TABLE notification_head (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  seq bigint NOT NULL DEFAULT 0,
  incarnation uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO notification_head DEFAULT VALUES;

-- What is told together: one thing that one person did, or what many did to the same within a day ("anna and 12 others").
CREATE TABLE notification (
  -- Made of the time and the place at which it began: what is too old goes by a range of the key.
  id bigint PRIMARY KEY,
  recipient_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('follow', 'request', 'accepted', 'like', 'repost', 'reply', 'mention', 'quote')),
  -- The recipient's post that was liked or reposted, or what was said; 0: it is about people alone.
  post_id bigint NOT NULL,
  -- Where it stands among the recipient's: it moves up with everybody who joins, and never down.
  place bigint NOT NULL,
  -- Those who still do it: taken back is not counted.
  actor_count integer NOT NULL,
  began_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  grew_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
-- A page takes the newest of each kind that its reader wants, however many there are of the others.
CREATE INDEX notification_place_idx ON notification (recipient_id, kind, place);
-- The one that is still open for more of the same.
CREATE INDEX notification_open_idx ON notification (recipient_id, kind, post_id, id);

-- What one person did that concerns another, once for ever: the key is what was done, so whatever is told again, changes
-- nothing, and what is taken back and done again is not told a second time. Tombstones keep late events out.
CREATE TABLE notification_act (
  recipient_id bigint NOT NULL,
  cause text NOT NULL CHECK (cause IN ('follow', 'accept', 'like', 'repost', 'post')),
  -- The post; 0 where it is about people alone.
  object_id bigint NOT NULL,
  actor_id bigint NOT NULL,
  kind text NOT NULL,
  active boolean NOT NULL,
  -- Of what was said: whom it is for.
  visibility text,
  is_mentioned boolean NOT NULL DEFAULT false,
  -- Where it is told, and since which place; null while it never was.
  notification_id bigint,
  place bigint,
  version bigint NOT NULL,
  generation bigint NOT NULL DEFAULT 0,
  noted_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (recipient_id, cause, object_id, actor_id)
);
-- What nobody was told of goes by its age.
CREATE INDEX notification_act_untold_idx ON notification_act (noted_at) WHERE notification_id IS NULL;
CREATE INDEX notification_act_newest_idx ON notification_act (notification_id, active, place, actor_id);

-- From whom somebody wants to hear of something of a kind. Truth: nothing else has it.
CREATE TABLE notification_setting (
  viewer_id bigint NOT NULL,
  kind text NOT NULL,
  source text NOT NULL CHECK (source IN ('everyone', 'followed', 'nobody')),
  PRIMARY KEY (viewer_id, kind)
);

-- What is known of a person who is gone goes once the consumers of notifications have been told so, too.
CREATE INDEX notification_act_actor_idx ON notification_act (actor_id);
ALTER TABLE erasure
  ALTER COLUMN by_user SET DEFAULT false,
  ALTER COLUMN by_post SET DEFAULT false,
  ADD COLUMN news_by_user boolean NOT NULL DEFAULT false,
  ADD COLUMN news_by_post boolean NOT NULL DEFAULT false;
