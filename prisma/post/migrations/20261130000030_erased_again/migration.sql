-- Which erasure of a person `user` told of last: a person who came back with an older copy of `user` is erased again.
ALTER TABLE erasure ADD COLUMN told_version bigint NOT NULL DEFAULT 1;
