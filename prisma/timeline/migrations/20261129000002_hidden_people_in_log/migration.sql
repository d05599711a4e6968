-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS timeline_event_hidden_idx ON timeline_event (seq) WHERE kind IN ('private', 'suspended')
