-- The words of a post, folded, each once. What was there before has none, and nothing matches it until a backfill has read it.
ALTER TABLE post_ref ADD COLUMN words text[] NOT NULL DEFAULT '{}';
ALTER TABLE notification_act ADD COLUMN words text[] NOT NULL DEFAULT '{}';

-- Words that somebody does not want to meet. Truth: nothing else has it, and no backfill touches it.
CREATE TABLE muted_word (
  viewer_id bigint NOT NULL,
  -- Its folded words, sorted and joined by blanks: whatever has all of them matches.
  phrase text NOT NULL,
  -- As the viewer wrote it.
  text text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('home', 'notifications', 'everywhere')),
  until timestamptz(3),
  muted_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (viewer_id, phrase)
);

-- People whose reposts somebody does not want to see, whatever else they say. Truth as well.
CREATE TABLE hidden_repost (
  viewer_id bigint NOT NULL,
  person_id bigint NOT NULL,
  hidden_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (viewer_id, person_id)
);
CREATE INDEX hidden_repost_person_idx ON hidden_repost (person_id);
