-- Whom the others have erased. What is known of a person goes once both feeds have told so: by then each has told all that
-- it ever will. The row goes at the end.
CREATE TABLE erasure (
  account_id bigint PRIMARY KEY,
  by_user boolean NOT NULL,
  by_post boolean NOT NULL
);
