-- Ids: 41 bits of milliseconds since 2025-01-01 (clock_timestamp, never now: two rows of one transaction
-- must still be ordered), 12 bits of shard, 10 bits of one sequence for the whole database.
CREATE SEQUENCE id_sequence CYCLE MINVALUE 0 MAXVALUE 1023 START 0 CACHE 1;

CREATE FUNCTION id_at(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (floor(extract(epoch FROM at) * 1000)::bigint - 1735689600000) << 22;

CREATE FUNCTION next_id() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN id_at(clock_timestamp())
  | (coalesce(nullif(current_setting('murmuration.shard', true), ''), '0')::bigint << 10)
  | nextval('id_sequence');

-- Partitions hold one month of ids each, named <table>_pYYYYMM. A default partition never exists: a row
-- that fits nowhere must fail loudly, not hide where it can never be dropped. Times are UTC months.
CREATE FUNCTION ensure_id_partitions(parent text, from_month timestamptz, months integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  starts timestamptz := date_trunc('month', from_month, 'UTC');
  ends timestamptz;
  made integer := 0;
BEGIN
  FOR i IN 0 .. months - 1 LOOP
    ends := date_trunc('month', starts + interval '40 days', 'UTC');
    IF to_regclass(format('%I', parent || '_p' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMM'))) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
        parent || '_p' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMM'), parent, id_at(starts), id_at(ends));
      made := made + 1;
    END IF;
    starts := ends;
  END LOOP;
  RETURN made;
END $$;

CREATE TABLE post (
  id bigint PRIMARY KEY DEFAULT next_id(),
  author_id bigint NOT NULL,
  text text NOT NULL,
  facets jsonb NOT NULL DEFAULT '[]',
  reply_to_id bigint,
  reply_to_author_id bigint,
  root_id bigint NOT NULL,
  quoted_id bigint,
  visibility text NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'followers', 'mentioned')),
  mentioned_ids bigint[] NOT NULL DEFAULT '{}',
  deleted_at timestamptz(3),
  version bigint NOT NULL DEFAULT 1
) PARTITION BY RANGE (id);
-- No foreign key points here: partitions are detached and dropped.
CREATE INDEX post_author_id_id_idx ON post (author_id, id);
CREATE INDEX post_reply_to_id_id_idx ON post (reply_to_id, id) WHERE reply_to_id IS NOT NULL;
-- Two years of history for imports and seeds, half a year ahead; the housekeeping makes more.
SELECT ensure_id_partitions('post', greatest(now() - interval '24 months', timestamptz '2025-01-01Z'), 30);

CREATE TABLE repost (
  author_id bigint NOT NULL,
  original_id bigint NOT NULL,
  id bigint NOT NULL DEFAULT next_id(),
  active boolean NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (author_id, original_id)
);
CREATE UNIQUE INDEX repost_id_key ON repost (id);
CREATE INDEX repost_author_idx ON repost (author_id, id) WHERE active;
CREATE INDEX repost_original_idx ON repost (original_id, id) WHERE active;

CREATE TABLE post_like (
  user_id bigint NOT NULL,
  post_id bigint NOT NULL,
  id bigint NOT NULL DEFAULT next_id(),
  active boolean NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (user_id, post_id)
);
CREATE INDEX post_like_user_idx ON post_like (user_id, id) WHERE active;
CREATE INDEX post_like_post_idx ON post_like (post_id, id) WHERE active;

CREATE TABLE post_hashtag (
  tag text NOT NULL,
  post_id bigint NOT NULL,
  PRIMARY KEY (tag, post_id)
);

CREATE TABLE post_count (
  post_id bigint PRIMARY KEY,
  like_count bigint NOT NULL DEFAULT 0,
  reply_count bigint NOT NULL DEFAULT 0,
  repost_count bigint NOT NULL DEFAULT 0,
  quote_count bigint NOT NULL DEFAULT 0
);
CREATE TABLE post_count_delta (
  id bigint PRIMARY KEY DEFAULT next_id(),
  post_id bigint NOT NULL,
  like_delta integer NOT NULL DEFAULT 0,
  reply_delta integer NOT NULL DEFAULT 0,
  repost_delta integer NOT NULL DEFAULT 0,
  quote_delta integer NOT NULL DEFAULT 0
);
CREATE INDEX post_count_delta_post_id_idx ON post_count_delta (post_id);

CREATE TABLE author_count (
  author_id bigint PRIMARY KEY,
  post_count bigint NOT NULL DEFAULT 0
);
CREATE TABLE author_count_delta (
  id bigint PRIMARY KEY DEFAULT next_id(),
  author_id bigint NOT NULL,
  post_delta integer NOT NULL
);
CREATE INDEX author_count_delta_author_id_idx ON author_count_delta (author_id);

-- The outbox. Debezium's column names, plus the transaction id that orders the feed.
CREATE TABLE outbox (
  id bigint PRIMARY KEY DEFAULT next_id(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  aggregatetype text NOT NULL,
  aggregateid text NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  payload jsonb NOT NULL,
  payload_version integer NOT NULL DEFAULT 1,
  trace_context text
) PARTITION BY RANGE (id);
CREATE INDEX outbox_xid_id_idx ON outbox (xid, id);
SELECT ensure_id_partitions('outbox', now() - interval '1 month', 6);

-- The restore command renews uuid. dropped_*: the last row of the partitions dropped so far, where a reader
-- that stands before it must begin anew.
CREATE TABLE feed_identity (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  uuid uuid NOT NULL DEFAULT gen_random_uuid(),
  dropped_xid xid8,
  dropped_id bigint
);
INSERT INTO feed_identity DEFAULT VALUES;

-- Who reads the feed and how far each has committed: what nobody has passed is not dropped.
CREATE TABLE feed_consumer (
  name text PRIMARY KEY,
  incarnation text NOT NULL,
  xid xid8 NOT NULL,
  id bigint NOT NULL,
  seen_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE idempotency_key (
  viewer_id bigint NOT NULL,
  mutation text NOT NULL,
  key text NOT NULL,
  input_hash bytea NOT NULL,
  result_id bigint,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (viewer_id, mutation, key)
);
CREATE INDEX idempotency_key_created_at_idx ON idempotency_key (created_at);
