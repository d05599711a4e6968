-- That a poll ended is told like what somebody did: by its author, in their post. What is there fits, so nothing is looked at.
ALTER TABLE notification DROP CONSTRAINT notification_kind_check, ADD CONSTRAINT notification_kind_check CHECK (kind IN (
  'follow', 'request', 'accepted', 'like', 'repost', 'reply', 'mention', 'quote', 'poll')) NOT VALID;
ALTER TABLE notification_act DROP CONSTRAINT notification_act_cause_check, ADD CONSTRAINT notification_act_cause_check CHECK (
  cause IN ('follow', 'accept', 'like', 'repost', 'post', 'poll')) NOT VALID;
