-- Which handles are one and the same, said once, here: for the index that keeps them apart, for what looks whether one is
-- free, and whoever writes. Lower case, no underscores, zero as o, one as l, vv as w. Few rules, for each takes names away
-- from people: i is not l (neil and nell are two people), rn is not m.
CREATE FUNCTION handle_skeleton(handle text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN replace(translate(replace(lower(handle), '_', ''), '01', 'ol'), 'vv', 'w');

-- Only the capital I passes for an l, and a handle keeps its owner's spelling: paypaI. So a second thing must be unique.
CREATE FUNCTION handle_look(handle text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN handle_skeleton(translate(handle, 'I', 'l'));

-- A handle that was given up: nobody else may take it until then, and it leads to its old owner.
CREATE TABLE resting_handle (
  handle text PRIMARY KEY,
  account_id bigint NOT NULL,
  rests_until timestamptz(3) NOT NULL
);
CREATE UNIQUE INDEX resting_handle_lower_key ON resting_handle (lower(handle));
CREATE INDEX resting_handle_skeleton_idx ON resting_handle (handle_skeleton(handle));
CREATE INDEX resting_handle_look_idx ON resting_handle (handle_look(handle));
CREATE INDEX resting_handle_account_id_idx ON resting_handle (account_id, rests_until);
CREATE INDEX resting_handle_rests_until_idx ON resting_handle (rests_until);

-- VOLATILE on purpose: it reads with a snapshot of its own, after the unique index was waited for, so whoever takes a
-- handle at the moment in which it is given up sees that it rests.
CREATE FUNCTION handle_rests(wanted text, wanted_by bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM resting_handle r
    WHERE r.rests_until > clock_timestamp() AND r.account_id <> wanted_by
      AND (handle_skeleton(r.handle) = handle_skeleton(wanted) OR handle_look(r.handle) = handle_look(wanted)));
END $$;

-- Whom a handle in lower case leads to.
CREATE FUNCTION handle_owner(wanted text) RETURNS bigint LANGUAGE sql STABLE
RETURN coalesce((SELECT id FROM account WHERE lower(handle) = wanted),
  (SELECT account_id FROM resting_handle WHERE lower(handle) = wanted AND rests_until > now()));

CREATE FUNCTION set_handle_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.handle_key := handle_skeleton(NEW.handle);
  RETURN NEW;
END $$;
CREATE TRIGGER account_handle_key BEFORE INSERT OR UPDATE OF handle, handle_key ON account
  FOR EACH ROW EXECUTE FUNCTION set_handle_key();

CREATE FUNCTION refuse_resting_handle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF handle_rests(NEW.handle, NEW.id) THEN
    RAISE EXCEPTION 'the handle is at rest (account_handle_rests)'
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'account_handle_rests';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER account_handle_rests AFTER INSERT OR UPDATE OF handle ON account
  FOR EACH ROW EXECUTE FUNCTION refuse_resting_handle();

-- Nothing of `user` ever wrote it.
DROP TABLE idempotency_key;
