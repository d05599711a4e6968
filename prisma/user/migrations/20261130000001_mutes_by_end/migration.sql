-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS mute_until_idx ON mute (until) WHERE active AND until IS NOT NULL
