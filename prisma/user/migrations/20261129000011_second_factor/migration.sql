-- What somebody needs besides their password, once it is confirmed. The secret is sealed under a key of its own, which is
-- wrapped by the key `key_id`.
CREATE TABLE second_factor (
  account_id bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  secret bytea NOT NULL,
  key_id text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  confirmed_at timestamptz(3),
  -- The step of time whose code was used last: each is good once.
  last_step bigint NOT NULL DEFAULT 0
);

CREATE TABLE recovery_code (
  account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  used_at timestamptz(3),
  PRIMARY KEY (account_id, code_hash)
);

-- When whoever uses the session last showed that it is them.
ALTER TABLE session ADD COLUMN confirmed_at timestamptz(3);
