-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS post_hashtag_post_id_idx ON post_hashtag (post_id)
