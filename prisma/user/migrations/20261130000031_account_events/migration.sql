-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS outbox_account_idx ON outbox (aggregateid, id) WHERE aggregatetype = 'account'
