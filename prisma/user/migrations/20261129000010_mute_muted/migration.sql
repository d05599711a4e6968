-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS mute_muted_idx ON mute (muted_id)
