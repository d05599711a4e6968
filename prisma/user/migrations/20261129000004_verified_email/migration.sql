-- no-transaction
-- One of them has it: whoever showed that they read what is sent there.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS account_verified_email_key ON account (email_key) WHERE email_verified_at IS NOT NULL
