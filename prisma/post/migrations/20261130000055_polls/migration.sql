-- What a post asks, beside it: few posts do.
CREATE TABLE poll (
  post_id bigint PRIMARY KEY,
  -- Nothing any more once the post was deleted.
  options text[] NOT NULL,
  is_multiple boolean NOT NULL,
  ends_at timestamptz(3) NOT NULL,
  removed_at timestamptz(3),
  -- When there is something to do about it next: to tell its end or, of a deleted post, to forget the votes. Null: never more.
  due_at timestamptz(3),
  -- Of those who are told its end, in the order of their numbers: the last one that was.
  told_through bigint NOT NULL DEFAULT 0
);
CREATE INDEX poll_due_idx ON poll (due_at) WHERE due_at IS NOT NULL;

-- Who takes part in a poll, and is told its end: who voted, once and for good, and its author, who has no choice.
CREATE TABLE poll_vote (
  post_id bigint NOT NULL,
  voter_id bigint NOT NULL,
  -- Places of options, from 0, in their order.
  choices smallint[] NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (post_id, voter_id)
);
CREATE INDEX poll_vote_voter_idx ON poll_vote (voter_id, post_id);

-- How many voted, and for each option: base and deltas, as of posts.
CREATE TABLE poll_count (
  post_id bigint PRIMARY KEY,
  voter_count bigint NOT NULL DEFAULT 0,
  count_0 bigint NOT NULL DEFAULT 0,
  count_1 bigint NOT NULL DEFAULT 0,
  count_2 bigint NOT NULL DEFAULT 0,
  count_3 bigint NOT NULL DEFAULT 0
);
CREATE TABLE poll_count_delta (
  id bigint PRIMARY KEY DEFAULT next_id(),
  post_id bigint NOT NULL,
  voter_delta integer NOT NULL,
  delta_0 integer NOT NULL,
  delta_1 integer NOT NULL,
  delta_2 integer NOT NULL,
  delta_3 integer NOT NULL
);
CREATE INDEX poll_count_delta_post_id_idx ON poll_count_delta (post_id);
