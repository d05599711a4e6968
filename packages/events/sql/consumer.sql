-- What a database needs to consume event feeds. Copy it into the database's own migration.

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
