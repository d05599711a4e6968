-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS account_erase_at_idx ON account (erase_at) WHERE erase_at IS NOT NULL
