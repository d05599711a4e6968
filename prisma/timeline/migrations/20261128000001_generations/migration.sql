-- A backfill goes on beside the feed. Rows carry the generation in which they were last confirmed: versions compare
-- within one generation only, and what a backfill did not confirm is removed at its end.
ALTER TABLE consumer ADD COLUMN generation bigint NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN generation bigint NOT NULL DEFAULT 0;
ALTER TABLE follow ADD COLUMN generation bigint NOT NULL DEFAULT 0;
ALTER TABLE block ADD COLUMN generation bigint NOT NULL DEFAULT 0;
ALTER TABLE mute ADD COLUMN generation bigint NOT NULL DEFAULT 0;
ALTER TABLE post_ref ADD COLUMN generation bigint NOT NULL DEFAULT 0;
ALTER TABLE repost_ref ADD COLUMN generation bigint NOT NULL DEFAULT 0;

-- From packages/events/sql/consumer.sql: a backfill that goes on beside the feed, and how far it came.
CREATE TABLE backfill (
  feed text PRIMARY KEY,
  generation bigint NOT NULL,
  phase text NOT NULL DEFAULT 'read' CHECK (phase IN ('read', 'sweep')),
  aggregate text NOT NULL,
  after_key text,
  expected bigint,
  states bigint NOT NULL DEFAULT 0,
  removed bigint NOT NULL DEFAULT 0,
  began_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  moved_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- While a backfill goes on no cached list is believed. Whether it changed anything decides at its end, once, whether
-- the projection is another one.
ALTER TABLE timeline_head
  ADD COLUMN is_rebuilding boolean NOT NULL DEFAULT false,
  ADD COLUMN is_rebuilt boolean NOT NULL DEFAULT false;

-- Which life of which server this is, as far as Postgres knows: a standby that was promoted is another one. A
-- projection that lost its last commits must not be taken for the one that told them.
CREATE FUNCTION server_identity() RETURNS text LANGUAGE sql STABLE
RETURN (SELECT system_identifier FROM pg_control_system()) || '/' ||
  left(pg_walfile_name(pg_current_wal_lsn()), 8);

-- Back to the first id for ever: a projection made from nothing holds everything there is.
SELECT ensure_half_year_partitions('post_ref', timestamptz '2025-01-01Z',
  2 * (extract(year FROM now())::integer - 2025) + 4);
