-- Who wants to read by mail what they have not seen, and when the next one is due. Whoever has no row wants none.
CREATE TABLE mail_digest (
  account_id bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  every text NOT NULL CHECK (every IN ('day', 'week')),
  due_at timestamptz(3) NOT NULL
);
CREATE INDEX mail_digest_due_at_idx ON mail_digest (due_at);
