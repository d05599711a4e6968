-- no-transaction
-- Who claims an address.
CREATE INDEX CONCURRENTLY IF NOT EXISTS account_email_digest_idx ON account (email_digest)
