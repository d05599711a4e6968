-- Who became private or was suspended, so that open streams are told whom to forget. What is there obeys the narrower
-- rule of before: nothing of it has to be read.
ALTER TABLE timeline_event DROP CONSTRAINT timeline_event_kind_check;
ALTER TABLE timeline_event ADD CONSTRAINT timeline_event_kind_check CHECK (kind IN ('post', 'post_removed', 'repost',
  'repost_removed', 'follow', 'unfollow', 'block', 'unblock', 'mute', 'unmute', 'big', 'private', 'suspended')) NOT VALID;
