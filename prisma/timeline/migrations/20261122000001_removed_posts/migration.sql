-- A replay looks for deleted originals of reposts in its whole stretch of the log; few events are deletions.
CREATE INDEX timeline_event_removed_idx ON timeline_event (seq) WHERE kind = 'post_removed';
