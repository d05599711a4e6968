-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS block_removed_idx ON block (blocked_id) WHERE NOT active
