-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS timeline_event_list_idx ON timeline_event (entry_id, seq) WHERE kind IN ('list_joined', 'list_left')
