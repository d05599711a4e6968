-- An outbox partition holds a day instead of a month: at the disk cap all but today's can go, and what every consumer
-- has passed goes a day later and not after the month's end.
--
-- Made apart and then attached: that keeps nobody from writing, while PARTITION OF locks the whole outbox.
CREATE FUNCTION ensure_day_partitions(parent text, from_day timestamptz, days integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  starts timestamptz := date_trunc('day', from_day, 'UTC');
  ends timestamptz;
  name text;
  made integer := 0;
BEGIN
  FOR i IN 0 .. days - 1 LOOP
    ends := starts + interval '24 hours';
    -- By the bounds and not by the name: a month of before may hold the day.
    IF NOT EXISTS (
      SELECT FROM pg_inherits p JOIN pg_class c ON c.oid = p.inhrelid,
        regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''?(\d+)''?\) TO \(''?(\d+)') AS bound
      WHERE p.inhparent = parent::regclass
        AND bound[1]::bigint <= id_at(starts) AND id_at(starts) < bound[2]::bigint
    ) THEN
      name := parent || '_p' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMMDD');
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', name, parent);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        parent, name, id_at(starts), id_at(ends));
      made := made + 1;
    END IF;
    starts := ends;
  END LOOP;
  RETURN made;
END $$;

-- While this is rolled out, processes of before ask for months of the outbox; they get days. For other tables it is
-- what it was. To be contracted when none of them is left.
CREATE OR REPLACE FUNCTION ensure_id_partitions(parent text, from_month timestamptz, months integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  starts timestamptz := date_trunc('month', from_month, 'UTC');
  ends timestamptz;
  made integer := 0;
BEGIN
  IF parent = 'outbox' THEN
    RETURN ensure_day_partitions(parent, from_month, 33);
  END IF;
  FOR i IN 0 .. months - 1 LOOP
    ends := date_trunc('month', starts + interval '40 days', 'UTC');
    IF to_regclass(format('%I', parent || '_p' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMM'))) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
        parent || '_p' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMM'), parent, id_at(starts), id_at(ends));
      made := made + 1;
    END IF;
    starts := ends;
  END LOOP;
  RETURN made;
END $$;

-- Months that hold nothing become days at once; those that hold something stay until they are retired like any other.
-- The lock is held for some milliseconds, and waited for at most five seconds: then nothing has changed.
SET LOCAL lock_timeout = '5s';
LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE;
DO $$
DECLARE
  month regclass;
  is_used boolean;
BEGIN
  FOR month IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'outbox'::regclass LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', month) INTO is_used;
    IF NOT is_used THEN
      EXECUTE format('DROP TABLE %s', month);
    END IF;
  END LOOP;
END $$;
SELECT ensure_day_partitions('outbox', now() - interval '1 day', 34);
