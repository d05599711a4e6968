-- Whom the others have erased. What is known of a person goes once both feeds have told so: by then each has told all that
-- it ever will. The row stays: a number that leads to nothing, for whatever is read anew tells of the erased again.
CREATE TABLE erasure (
  account_id bigint PRIMARY KEY,
  by_user boolean NOT NULL,
  by_post boolean NOT NULL,
  erased_at timestamptz(3)
);
CREATE INDEX erasure_waiting_idx ON erasure (account_id) WHERE erased_at IS NULL;
