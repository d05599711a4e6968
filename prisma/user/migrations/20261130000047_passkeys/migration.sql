-- What people sign in by besides their password. Public keys are no secret.
CREATE TABLE passkey (
  id bigint PRIMARY KEY DEFAULT next_id(),
  account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  -- As its authenticator names it; found by it when nobody says whose it is.
  credential_id bytea NOT NULL UNIQUE,
  -- COSE
  public_key bytea NOT NULL,
  -- How often it signed, as it says itself; those that are synced say 0 for ever.
  sign_count bigint NOT NULL,
  -- How a browser reaches it, as it said.
  transports text[] NOT NULL,
  is_synced boolean NOT NULL,
  name text,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  last_used_at timestamptz(3)
);
CREATE INDEX passkey_account_id_id_idx ON passkey (account_id, id);
