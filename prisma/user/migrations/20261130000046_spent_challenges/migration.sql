-- Challenges that were answered: each is good once, and none is kept before that. What runs out is purged.
CREATE TABLE spent_challenge (
  digest bytea PRIMARY KEY,
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX spent_challenge_expires_at_idx ON spent_challenge (expires_at);
