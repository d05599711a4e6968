-- Every home page asks which of the people it is made of are big; few are.
CREATE INDEX account_big_idx ON account (id) WHERE big_seq IS NOT NULL;
