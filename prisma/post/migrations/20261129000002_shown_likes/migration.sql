-- Who lets others see what they like. Without a row nobody does.
CREATE TABLE shown_likes (
  author_id bigint PRIMARY KEY,
  is_shown boolean NOT NULL
);
