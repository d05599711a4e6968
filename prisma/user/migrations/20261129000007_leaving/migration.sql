-- Whoever leaves is hidden like somebody who was suspended, and comes back by signing in. Once what they left is being
-- erased nobody signs in any more, and at the end the row is gone.
ALTER TABLE account
  ADD COLUMN deactivated_at timestamptz(3),
  -- Of an account that its owner deleted: when it is erased.
  ADD COLUMN erase_at timestamptz(3),
  ADD COLUMN erasing_at timestamptz(3);

-- Who was erased: a number that leads to nothing, for subgraphs whose copy of the events begins after that.
CREATE TABLE erasure (
  account_id bigint PRIMARY KEY,
  version bigint NOT NULL DEFAULT 1,
  finished_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
