-- no-transaction
-- What was sent to an address.
CREATE INDEX CONCURRENTLY IF NOT EXISTS mail_email_digest_idx ON mail (email_digest, kind, id)
