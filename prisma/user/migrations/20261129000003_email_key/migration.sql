-- no-transaction
-- Several accounts may claim one address.
CREATE INDEX CONCURRENTLY IF NOT EXISTS account_email_key_idx ON account (email_key)
