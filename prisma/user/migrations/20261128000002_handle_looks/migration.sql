-- no-transaction
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS account_handle_look_key ON account (handle_look(handle))
