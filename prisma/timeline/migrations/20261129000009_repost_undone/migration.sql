-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS repost_ref_undone_idx ON repost_ref (original_author_id) WHERE NOT active
