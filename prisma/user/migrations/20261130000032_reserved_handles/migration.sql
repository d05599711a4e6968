-- Who is erased again after the database was restored from before the first time is erased another time: a count that begins
-- anew with the copy would say the same as then, the time does not.
ALTER TABLE erasure ALTER COLUMN version SET DEFAULT next_id();

-- The handles of whom was erased, for a while nobody's. Nothing else is to be left of the person, so it is digests.
CREATE TABLE reserved_handle (
  skeleton_digest bytea,
  look_digest bytea,
  reserved_until timestamptz(3) NOT NULL,
  PRIMARY KEY (skeleton_digest, look_digest)
);
CREATE INDEX reserved_handle_look_digest_idx ON reserved_handle (look_digest);
CREATE INDEX reserved_handle_reserved_until_idx ON reserved_handle (reserved_until);

CREATE FUNCTION digest_of(folded_handle text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN sha256(convert_to(folded_handle, 'UTF8'));

-- As before, and what is reserved is nobody's at all.
CREATE OR REPLACE FUNCTION handle_rests(wanted text, wanted_by bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM resting_handle r
    WHERE r.rests_until > clock_timestamp() AND r.account_id <> wanted_by
      AND (handle_skeleton(r.handle) = handle_skeleton(wanted) OR handle_look(r.handle) = handle_look(wanted)))
    OR EXISTS (SELECT FROM reserved_handle r
    WHERE r.reserved_until > clock_timestamp() AND (r.skeleton_digest = digest_of(handle_skeleton(wanted))
      OR r.look_digest = digest_of(handle_look(wanted))));
END $$;
