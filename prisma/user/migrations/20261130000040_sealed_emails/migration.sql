-- Addresses are sealed, and found by a digest under a key that the database does not have. What versions of before read and
-- write stands beside it while there are such (EMAILS_IN_CLEAR), and is empty after that.
ALTER TABLE account
  ALTER COLUMN email DROP NOT NULL,
  ALTER COLUMN email_key DROP NOT NULL,
  -- Under a key of its own, which is wrapped by the key whose id stands in front.
  ADD COLUMN email_sealed bytea,
  -- HMAC-SHA-256 of the address in lower case.
  ADD COLUMN email_digest bytea,
  -- By which keys the two were made: `<of the seal>/<of the digest>`. Null when they must be made anew.
  ADD COLUMN email_keys text;
ALTER TABLE account ADD CONSTRAINT account_has_email CHECK (email IS NOT NULL OR email_sealed IS NOT NULL) NOT VALID;

ALTER TABLE mail
  ALTER COLUMN email DROP NOT NULL,
  ADD COLUMN email_sealed bytea,
  ADD COLUMN email_digest bytea,
  ADD COLUMN email_keys text;
ALTER TABLE mail ADD CONSTRAINT mail_has_email CHECK (email IS NOT NULL OR email_sealed IS NOT NULL) NOT VALID;

-- Whose a verified address is: its digests under every key that a process may know, so that it is one account's while keys
-- are replaced, too.
CREATE TABLE verified_email (
  digest bytea CONSTRAINT account_verified_email_digest_key PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  key_id text NOT NULL
);
CREATE INDEX verified_email_account_id_idx ON verified_email (account_id);
CREATE INDEX verified_email_key_id_idx ON verified_email (key_id);

-- Whoever writes an address or verifies it seals it anew in the same statement. One that does not is a version of before:
-- what it left as it was is not true any more.
CREATE FUNCTION account_email_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.email_keys := NULL;
  IF NEW.email IS NOT NULL AND NEW.email IS DISTINCT FROM OLD.email THEN
    NEW.email_sealed := NULL;
    NEW.email_digest := NULL;
    DELETE FROM verified_email WHERE account_id = NEW.id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER account_email_changed BEFORE UPDATE OF email, email_verified_at ON account FOR EACH ROW
  WHEN (NEW.email_sealed IS NOT NULL AND NEW.email_sealed IS NOT DISTINCT FROM OLD.email_sealed)
  EXECUTE FUNCTION account_email_changed();
