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

CREATE TABLE account (
  id bigint PRIMARY KEY DEFAULT next_id(),
  handle text NOT NULL,
  handle_key text NOT NULL,
  email text NOT NULL,
  email_key text NOT NULL,
  password_hash text NOT NULL,
  display_name text NOT NULL,
  bio text NOT NULL DEFAULT '',
  is_private boolean NOT NULL DEFAULT false,
  suspended_at timestamptz(3),
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX account_handle_key_key ON account (handle_key);
CREATE UNIQUE INDEX account_email_key_key ON account (email_key);
-- lower(handle) is how a handle is looked up; the skeleton above only decides who may take one.
CREATE UNIQUE INDEX account_handle_lower_key ON account (lower(handle));

CREATE TABLE session (
  id bigint PRIMARY KEY DEFAULT next_id(),
  account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  current_number integer NOT NULL DEFAULT 1,
  token_hash bytea NOT NULL,
  rotated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3)
);
CREATE INDEX session_account_id_idx ON session (account_id);
CREATE INDEX session_expires_at_idx ON session (expires_at);
-- The revocation list: every gateway reads the last minutes of it every few seconds.
CREATE INDEX session_revoked_at_idx ON session (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE follow (
  follower_id bigint NOT NULL,
  followee_id bigint NOT NULL,
  id bigint NOT NULL DEFAULT next_id(),
  state text NOT NULL CHECK (state IN ('active', 'requested', 'removed')),
  version bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (follower_id, followee_id),
  CHECK (follower_id <> followee_id)
);
CREATE INDEX follow_followee_idx ON follow (followee_id, id) WHERE state = 'active';
CREATE INDEX follow_follower_idx ON follow (follower_id, id) WHERE state = 'active';
CREATE INDEX follow_requested_idx ON follow (followee_id, id) WHERE state = 'requested';

CREATE TABLE block (
  blocker_id bigint NOT NULL,
  blocked_id bigint NOT NULL,
  id bigint NOT NULL DEFAULT next_id(),
  active boolean NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (blocker_id, blocked_id),
  CHECK (blocker_id <> blocked_id)
);
CREATE INDEX block_blocked_idx ON block (blocked_id, blocker_id) WHERE active;
CREATE INDEX block_blocker_idx ON block (blocker_id, id) WHERE active;

-- VOLATILE on purpose: each call reads with a snapshot of its own, so a statement that waited for a row lock
-- sees the block, or the private account, that the holder of the lock committed meanwhile.
CREATE FUNCTION is_blocked_between(a bigint, b bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM block WHERE active
    AND ((blocker_id = a AND blocked_id = b) OR (blocker_id = b AND blocked_id = a)));
END $$;
CREATE FUNCTION state_of_new_follow(followee bigint) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN (SELECT CASE WHEN is_private THEN 'requested' ELSE 'active' END FROM account WHERE id = followee);
END $$;

CREATE TABLE mute (
  muter_id bigint NOT NULL,
  muted_id bigint NOT NULL,
  id bigint NOT NULL DEFAULT next_id(),
  active boolean NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (muter_id, muted_id),
  CHECK (muter_id <> muted_id)
);
CREATE INDEX mute_muter_idx ON mute (muter_id, id) WHERE active;

CREATE TABLE account_count (
  account_id bigint PRIMARY KEY,
  follower_count bigint NOT NULL DEFAULT 0,
  following_count bigint NOT NULL DEFAULT 0
);
CREATE TABLE account_count_delta (
  id bigint PRIMARY KEY DEFAULT next_id(),
  account_id bigint NOT NULL,
  follower_delta integer NOT NULL DEFAULT 0,
  following_delta integer NOT NULL DEFAULT 0
);
CREATE INDEX account_count_delta_account_id_idx ON account_count_delta (account_id);

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
