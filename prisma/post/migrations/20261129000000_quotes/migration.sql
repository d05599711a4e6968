-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS post_quoted_id_id_idx ON post (quoted_id, id) WHERE quoted_id IS NOT NULL
