-- Ids: 41 bits of milliseconds since 2025-01-01 (clock_timestamp, never now: two rows of one transaction
-- must still be ordered), 12 bits of shard, 10 bits of one sequence for the whole database.
CREATE SEQUENCE id_sequence CYCLE MINVALUE 0 MAXVALUE 1023 START 0 CACHE 1;

CREATE FUNCTION id_at(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (floor(extract(epoch FROM at) * 1000)::bigint - 1735689600000) << 22;

CREATE FUNCTION next_id() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN id_at(clock_timestamp())
  | (coalesce(nullif(current_setting('murmuration.shard', true), ''), '0')::bigint << 10)
  | nextval('id_sequence');

-- Partitions hold half a year of ids each, named <table>_pYYYYMM by their first month: a home timeline looks
-- for every followee in all of them, so they are few (seen: monthly ones cost a read 1.2 ms before its first
-- row). A default partition never exists: a row that fits nowhere must fail loudly. Times are UTC.
CREATE FUNCTION ensure_half_year_partitions(parent text, from_time timestamptz, halves integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  starts timestamptz := date_trunc('year', from_time, 'UTC');
  ends timestamptz;
  made integer := 0;
BEGIN
  IF extract(month FROM from_time AT TIME ZONE 'UTC') > 6 THEN
    starts := date_trunc('month', starts + interval '190 days', 'UTC');
  END IF;
  FOR i IN 1 .. halves LOOP
    ends := date_trunc('month', starts + interval '190 days', 'UTC');
    IF to_regclass(format('%I', parent || '_p' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMM'))) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
        parent || '_p' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMM'), parent, id_at(starts), id_at(ends));
      made := made + 1;
    END IF;
    starts := ends;
  END LOOP;
  RETURN made;
END $$;

-- What the projection knows of a person. An event may name someone before their account's own event came:
-- then the row is a stub with version 0.
CREATE TABLE account (
  id bigint PRIMARY KEY,
  is_private boolean NOT NULL DEFAULT false,
  is_suspended boolean NOT NULL DEFAULT false,
  version bigint NOT NULL DEFAULT 0,
  follower_count integer NOT NULL DEFAULT 0,
  -- Too many followers to push to: readers pull this author. Sticky; set by the event of this seq.
  big_seq bigint,
  big_at timestamptz(3)
);

-- A person as a reader. The epoch moves in the transaction of whatever changes whom they see, and makes every
-- cached list of theirs that carries another epoch worthless.
CREATE TABLE reader (
  id bigint PRIMARY KEY,
  epoch bigint NOT NULL DEFAULT 0,
  followee_count integer NOT NULL DEFAULT 0
);

-- Which of the 64 buckets a reader's cached keys lie in; packages of reads and pushes compute the same.
CREATE FUNCTION reader_bucket(reader_id bigint) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (((reader_id >> 22) # reader_id) & 63)::smallint;

CREATE TABLE follow (
  follower_id bigint NOT NULL,
  followee_id bigint NOT NULL,
  active boolean NOT NULL,
  version bigint NOT NULL,
  -- Live events of the followee after this one are for the follower.
  since_seq bigint NOT NULL,
  bucket smallint NOT NULL GENERATED ALWAYS AS (reader_bucket(follower_id)) STORED,
  PRIMARY KEY (follower_id, followee_id)
);
CREATE INDEX follow_followee_bucket_idx ON follow (followee_id, bucket, follower_id) WHERE active;

CREATE TABLE block (
  blocker_id bigint NOT NULL,
  blocked_id bigint NOT NULL,
  active boolean NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (blocker_id, blocked_id)
);
CREATE INDEX block_blocked_idx ON block (blocked_id, blocker_id) WHERE active;

CREATE TABLE mute (
  muter_id bigint NOT NULL,
  muted_id bigint NOT NULL,
  active boolean NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (muter_id, muted_id)
);

CREATE TABLE post_ref (
  id bigint PRIMARY KEY,
  author_id bigint NOT NULL,
  reply_to_author_id bigint,
  visibility text NOT NULL,
  mentioned_ids bigint[] NOT NULL DEFAULT '{}',
  is_deleted boolean NOT NULL,
  version bigint NOT NULL
) PARTITION BY RANGE (id);
CREATE INDEX post_ref_author_idx ON post_ref (author_id, id) WHERE NOT is_deleted;
-- Two years of history, at least half a year ahead; the housekeeping makes more.
SELECT ensure_half_year_partitions('post_ref', greatest(now() - interval '24 months', timestamptz '2025-01-01Z'), 6);

-- Unique by author and original, so unpartitioned. A repost may come before its original: it waits here.
CREATE TABLE repost_ref (
  author_id bigint NOT NULL,
  original_id bigint NOT NULL,
  id bigint NOT NULL,
  original_author_id bigint NOT NULL,
  active boolean NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (author_id, original_id)
);
CREATE UNIQUE INDEX repost_ref_id_key ON repost_ref (id);
CREATE INDEX repost_ref_author_idx ON repost_ref (author_id, id) WHERE active;
CREATE INDEX repost_ref_original_idx ON repost_ref (original_id, id) WHERE active;

-- One row. Whoever writes to the log takes seq from here and holds the row until commit, so that the order of
-- seq is the order of commits, without gaps. A projection built anew is another incarnation.
CREATE TABLE timeline_head (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  seq bigint NOT NULL DEFAULT 0,
  incarnation uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO timeline_head DEFAULT VALUES;

CREATE TABLE timeline_event (
  seq bigint PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('post', 'post_removed', 'repost', 'repost_removed',
    'follow', 'unfollow', 'block', 'unblock', 'mute', 'unmute', 'big')),
  -- Who did it.
  author_id bigint NOT NULL,
  -- The post's or the repost's id: the place in home timelines.
  entry_id bigint,
  post_id bigint,
  -- The other person, of a relation.
  subject_id bigint,
  trace_context text,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (seq);
CREATE INDEX timeline_event_author_seq_idx ON timeline_event (author_id, seq);

-- Partitions hold a million numbers each; there is always one ahead of the head.
CREATE FUNCTION ensure_seq_partitions(head bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  size CONSTANT bigint := 1000000;
  made integer := 0;
BEGIN
  FOR number IN head / size .. head / size + 1 LOOP
    IF to_regclass(format('timeline_event_s%s', number)) IS NULL THEN
      EXECUTE format('CREATE TABLE timeline_event_s%s PARTITION OF timeline_event FOR VALUES FROM (%s) TO (%s)',
        number, number * size, (number + 1) * size);
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;
SELECT ensure_seq_partitions(0);

-- How far the log has been pushed to the cached lists. One row.
CREATE TABLE fanout_cursor (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  seq bigint NOT NULL DEFAULT 0
);
INSERT INTO fanout_cursor DEFAULT VALUES;

-- Pushes to more followers than one step takes, in a lane of their own: how far each one is.
CREATE TABLE fanout_chunk (
  seq bigint PRIMARY KEY,
  after_bucket smallint NOT NULL DEFAULT -1,
  after_follower_id bigint NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0
);
-- Where the projection stands in the feeds of `user` and `post`; from packages/events/sql/consumer.sql.

-- One row a feed. `cursor` is also the fence: every transaction that has effects moves it from the value its
-- leader knows, so a leader that lost its lock changes nothing. NULL: never began. 'backfill:…': the state
-- must be read anew from the snapshots before the feed goes on.
CREATE TABLE consumer (
  feed text PRIMARY KEY,
  cursor text,
  moved_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- Events that could not be applied. Kept for people: nothing reads them back.
CREATE TABLE dead_letter (
  feed text NOT NULL,
  event_id bigint NOT NULL,
  aggregatetype text NOT NULL,
  aggregateid text NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  payload jsonb NOT NULL,
  error text NOT NULL,
  attempts integer NOT NULL,
  failed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (feed, event_id)
);

-- Aggregates whose state must be fetched again because one of their events is a dead letter.
CREATE TABLE dirty_aggregate (
  feed text NOT NULL,
  aggregatetype text NOT NULL,
  aggregateid text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  last_error text,
  marked_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (feed, aggregatetype, aggregateid)
);
CREATE INDEX dirty_aggregate_next_attempt_idx ON dirty_aggregate (feed, next_attempt_at);
