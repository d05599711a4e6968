-- By which folding the tags of post_hashtag are stored. Rows of before are folded anew by a chore, in batches.
CREATE TABLE hashtag_folding (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  version integer NOT NULL
);
INSERT INTO hashtag_folding (version) VALUES (1);
