-- Whom people may know, as a job found it out: what may still be suggested is decided when it is read. The highest score
-- comes first. Rows of account 0 are nobody's own: whom many began to follow of late, for those of whom little is known.
CREATE TABLE suggestion (
  account_id bigint NOT NULL,
  suggested_id bigint NOT NULL,
  score bigint NOT NULL,
  PRIMARY KEY (account_id, suggested_id)
);
CREATE INDEX suggestion_suggested_id_idx ON suggestion (suggested_id);

-- For whom there are suggestions: when they were asked for last, and since when they are as they are; NULL: not made yet.
CREATE TABLE suggestion_reader (
  account_id bigint PRIMARY KEY,
  read_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  made_at timestamptz(3)
);
CREATE INDEX suggestion_reader_made_at_idx ON suggestion_reader (made_at);
CREATE INDEX suggestion_reader_read_at_idx ON suggestion_reader (read_at);

-- Whom somebody does not want to be suggested any more.
CREATE TABLE dismissed_suggestion (
  account_id bigint NOT NULL,
  dismissed_id bigint NOT NULL,
  id bigint NOT NULL DEFAULT next_id(),
  PRIMARY KEY (account_id, dismissed_id)
);
CREATE INDEX dismissed_suggestion_account_id_id_idx ON dismissed_suggestion (account_id, id);
CREATE INDEX dismissed_suggestion_dismissed_id_idx ON dismissed_suggestion (dismissed_id);
