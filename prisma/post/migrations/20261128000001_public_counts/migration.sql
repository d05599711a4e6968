-- Replies and quotes are counted that are for everyone; those counted before that are not come off again. They are read
-- first: reading takes no transaction id, and a long transaction with one would hold up the event feed. What
-- processes of before count while this is rolled out stays.
DO $$
DECLARE
  ids bigint[];
  replies integer[];
  quotes integer[];
BEGIN
  SELECT array_agg(id), array_agg(reply_count), array_agg(quote_count) INTO ids, replies, quotes FROM (
    SELECT answered.id, sum(answered.replies) AS reply_count, sum(answered.quotes) AS quote_count FROM (
      SELECT reply_to_id AS id, 1 AS replies, 0 AS quotes FROM post
      WHERE reply_to_id IS NOT NULL AND visibility <> 'public' AND deleted_at IS NULL
      UNION ALL
      SELECT quoted_id, 0, 1 FROM post
      WHERE quoted_id IS NOT NULL AND visibility <> 'public' AND deleted_at IS NULL) answered
    GROUP BY answered.id) counted;
  INSERT INTO post_count_delta (post_id, reply_delta, quote_delta)
  SELECT id, -reply_count, -quote_count FROM unnest(ids, replies, quotes) AS u (id, reply_count, quote_count);
END $$;
