-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS post_reply_to_author_id_idx ON post (reply_to_author_id) WHERE reply_to_author_id IS NOT NULL
