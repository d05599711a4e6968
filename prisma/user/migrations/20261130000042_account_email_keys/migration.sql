-- no-transaction
-- Which addresses are still to be sealed by the present keys.
CREATE INDEX CONCURRENTLY IF NOT EXISTS account_email_keys_idx ON account (email_keys)
