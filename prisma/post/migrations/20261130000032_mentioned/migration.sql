-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS post_mentioned_ids_idx ON post USING gin (mentioned_ids) WHERE mentioned_ids <> '{}'
