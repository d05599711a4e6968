-- Whether a person may follow one more, or follows this one already. Who asks holds up the person's other follows until
-- the end of the transaction, and it is VOLATILE on purpose: it then counts what those have committed, so that no race
-- gets past the limit. Asked before any row of `follow` is locked: who holds one never waits here.
CREATE FUNCTION has_room_to_follow(follower bigint, followee bigint, most integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock('follow'::regclass::integer, hashint8(follower));
  RETURN EXISTS (SELECT FROM follow WHERE follower_id = follower AND followee_id = followee AND state = 'active')
    OR coalesce((SELECT following_count FROM account_count WHERE account_id = follower), 0)
      + coalesce((SELECT sum(following_delta) FROM account_count_delta WHERE account_id = follower), 0) < most;
END $$;
