-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS repost_ref_original_author_idx ON repost_ref (original_author_id, id) WHERE active
