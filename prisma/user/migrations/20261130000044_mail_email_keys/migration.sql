-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS mail_email_keys_idx ON mail (email_keys)
