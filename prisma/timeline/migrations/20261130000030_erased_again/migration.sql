-- Which erasure of a person each consumer was told of last: whoever comes back with an older copy of a feed's database is
-- erased again.
ALTER TABLE erasure
  ADD COLUMN by_user_version bigint NOT NULL DEFAULT 1,
  ADD COLUMN by_post_version bigint NOT NULL DEFAULT 1,
  ADD COLUMN news_by_user_version bigint NOT NULL DEFAULT 1,
  ADD COLUMN news_by_post_version bigint NOT NULL DEFAULT 1;
