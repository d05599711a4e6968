-- Whether a person reads what is sent to their address. It is theirs alone from then on; until then anybody may claim it.
ALTER TABLE account ADD COLUMN email_verified_at timestamptz(3);

-- What is sent to people. A row is made in the transaction of what it tells of, and is kept for a while after it was sent.
CREATE TABLE mail (
  id bigint PRIMARY KEY DEFAULT next_id(),
  account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  kind text NOT NULL,
  -- Whom it goes to; also the address that its link is about.
  email text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  sent_at timestamptz(3),
  -- Of its link: until when it is good, when it was used, and when something else made it void. Without a link: null.
  expires_at timestamptz(3),
  used_at timestamptz(3),
  voided_at timestamptz(3)
);
CREATE INDEX mail_account_id_idx ON mail (account_id, kind);
CREATE INDEX mail_email_idx ON mail (lower(email), kind, id);
CREATE INDEX mail_created_at_idx ON mail (created_at);

-- What opens the link of a mail, as a hash. Each attempt to send makes one anew, so that none needs to be kept; those of
-- before are good as well, for a mail whose answer was lost has arrived.
CREATE TABLE mail_link (
  token_hash bytea PRIMARY KEY,
  mail_id bigint NOT NULL REFERENCES mail (id) ON DELETE CASCADE
);
CREATE INDEX mail_link_mail_id_idx ON mail_link (mail_id);

-- Whoever writes a mail has sent it: the job is enqueued with the row, or not at all.
CREATE FUNCTION enqueue_mail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM graphile_worker.add_job('send_mail', json_build_object('mailId', NEW.id::text), max_attempts := 12);
  RETURN NULL;
END $$;
CREATE TRIGGER mail_enqueued AFTER INSERT ON mail FOR EACH ROW EXECUTE FUNCTION enqueue_mail();
