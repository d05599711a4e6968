-- Months of posts are made apart and then attached, as days of the outbox are: that keeps nobody from reading or writing
-- meanwhile, while PARTITION OF locks the whole table. The outbox, which has days, is still answered for processes of
-- before; to be contracted when none of them is left.
CREATE OR REPLACE FUNCTION ensure_id_partitions(parent text, from_month timestamptz, months integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  starts timestamptz := date_trunc('month', from_month, 'UTC');
  ends timestamptz;
  name text;
  made integer := 0;
BEGIN
  IF parent = 'outbox' THEN
    RETURN ensure_day_partitions(parent, from_month, 33);
  END IF;
  FOR i IN 0 .. months - 1 LOOP
    ends := date_trunc('month', starts + interval '40 days', 'UTC');
    name := parent || '_p' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMM');
    IF to_regclass(format('%I', name)) IS NULL THEN
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', name, parent);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        parent, name, id_at(starts), id_at(ends));
      made := made + 1;
    END IF;
    starts := ends;
  END LOOP;
  RETURN made;
END $$;
