-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS timeline_event_blocked_idx ON timeline_event (subject_id, seq) WHERE kind = 'block'
