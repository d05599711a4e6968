-- Fan-out work. A task pushes some events of the log to the followers of their authors: many events of authors
-- with few followers in one step, or one event of an author with many, step by step, in a range of buckets.
CREATE TABLE fanout_task (
  -- The first event: everything below the lowest of these has been pushed.
  seq bigint NOT NULL,
  -- Buckets of followers this task is for: from `after_bucket` on, through this one.
  through_bucket smallint NOT NULL DEFAULT 63,
  -- All its events, in order; more than one only where one step pushes them to everybody.
  seqs bigint[] NOT NULL,
  -- Large ones have workers of their own, so that they never delay the small.
  is_large boolean NOT NULL,
  -- How far it came.
  after_bucket smallint NOT NULL DEFAULT -1,
  after_follower_id bigint NOT NULL DEFAULT 0,
  -- Followers taken in a step, halved when one fails; NULL: as many as the worker takes.
  step integer,
  attempts integer NOT NULL DEFAULT 0,
  -- Pushing failed for good: the epochs of the followers move instead.
  is_given_up boolean NOT NULL DEFAULT false,
  -- Who works on it, until next_attempt_at.
  claim uuid,
  next_attempt_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (seq, through_bucket)
);
CREATE INDEX fanout_task_next_idx ON fanout_task (is_large, next_attempt_at, seq);

-- `fanout_chunk` stays for a release: a worker of the last one may still write to it, and dispatching takes over
-- what it finds there.

-- `seq`: tasks have been made of everything up to here. `namespace`: the Redis that is pushed to, and
-- `namespace_seq` the log's head when that began: a list made in it before lacks what was pushed elsewhere.
ALTER TABLE fanout_cursor
  ADD COLUMN namespace text NOT NULL DEFAULT '',
  ADD COLUMN namespace_seq bigint NOT NULL DEFAULT 0,
  ADD COLUMN pushed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp();

-- Two statements, so that the head is read once the row is held: all that was claimed before is at or below it.
CREATE FUNCTION fanout_adopt_namespace(wanted text, rest_ms integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  cursor_row fanout_cursor;
BEGIN
  SELECT * INTO cursor_row FROM fanout_cursor FOR UPDATE;
  IF cursor_row.namespace = wanted THEN
    RETURN true;
  END IF;
  IF cursor_row.namespace <> '' AND cursor_row.pushed_at > clock_timestamp() - rest_ms * interval '1 millisecond' THEN
    RETURN false;
  END IF;
  UPDATE fanout_cursor SET namespace = wanted, namespace_seq = (SELECT seq FROM timeline_head),
    pushed_at = clock_timestamp();
  RETURN true;
END $$;

-- When an id was made.
CREATE FUNCTION id_time(id bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_timestamp(((id >> 22) + 1735689600000) / 1000.0);
