-- no-transaction
-- The keys of before folded more (i and l, rn and m) and keep names from people that nobody has. In batches, each committed:
-- one long transaction would hold back the event feed. A key that a newcomer took meanwhile stays as it was.
DO $$
DECLARE
  done bigint := 0;
BEGIN
  LOOP
    WITH batch AS (
      SELECT id FROM account WHERE id > done ORDER BY id LIMIT 5000
    ), changed AS (
      UPDATE account a SET handle_key = handle_skeleton(a.handle) FROM batch
      WHERE a.id = batch.id AND a.handle_key <> handle_skeleton(a.handle)
        AND NOT EXISTS (SELECT FROM account o WHERE o.handle_key = handle_skeleton(a.handle))
    )
    SELECT max(id) INTO done FROM batch;
    EXIT WHEN done IS NULL;
    COMMIT;
  END LOOP;
END $$
