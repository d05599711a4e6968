-- What `post` needs to read the feed of `user`; from packages/events/sql/consumer.sql.

-- One row a consumer: the producer's name, and behind a slash what for, where that is not the projection.
-- `cursor` is also the fence: every transaction that has effects moves it from the value its leader knows, so a
-- leader that lost its lock changes nothing. NULL: never began. `generation` counts the times the state was read
-- anew; rows that are written carry it.
CREATE TABLE consumer (
  feed text PRIMARY KEY,
  cursor text,
  generation bigint NOT NULL DEFAULT 0,
  moved_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- A backfill that goes on beside the feed, and how far it came: a restart continues here. In the phase `read` it
-- pages through the snapshots, in `sweep` it removes what none of them named. Moving the row is its fence.
CREATE TABLE backfill (
  feed text PRIMARY KEY,
  generation bigint NOT NULL,
  phase text NOT NULL DEFAULT 'read' CHECK (phase IN ('read', 'sweep')),
  aggregate text NOT NULL,
  after_key text,
  -- How many states will have been read at the end of this aggregate, as its owner estimates.
  expected bigint,
  states bigint NOT NULL DEFAULT 0,
  removed bigint NOT NULL DEFAULT 0,
  began_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
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

-- Whom `user` has erased, and how far we are with it. Rows stay: a number that leads to nothing, so that nobody is erased
-- again when the feed is read anew.
CREATE TABLE erasure (
  account_id bigint PRIMARY KEY,
  version bigint NOT NULL DEFAULT 1,
  -- Posts of others up to this one no longer name the person.
  after_post_id bigint NOT NULL DEFAULT 0,
  finished_at timestamptz(3)
);
CREATE INDEX erasure_unfinished_idx ON erasure (account_id) WHERE finished_at IS NULL;
