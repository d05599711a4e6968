-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS follow_removed_idx ON follow (followee_id) WHERE NOT active
