-- Public halves of the keys by which processes sign the audience of live events. The private halves never leave the
-- processes that made them; the key set that any process answers is what is here and has not expired.
CREATE TABLE audience_key (
  id text PRIMARY KEY,
  jwk jsonb NOT NULL,
  expires_at timestamptz(3) NOT NULL
);
