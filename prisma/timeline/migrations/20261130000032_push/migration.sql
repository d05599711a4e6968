-- Where people are told on their devices while no app is open. Truth, as settings are: nothing else has it.
CREATE TABLE push_endpoint (
  -- Of whoever is signed in there: one device, one session.
  session_id bigint PRIMARY KEY,
  viewer_id bigint NOT NULL,
  provider text NOT NULL CHECK (provider IN ('web', 'apns', 'fcm')),
  -- What names the device at its provider: as a hash, by which it is found again, and sealed.
  target_hash bytea NOT NULL,
  key_id text NOT NULL,
  box bytea NOT NULL,
  registered_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- When its device registered it last.
  seen_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- What was sent to it within the hour that began then.
  hour_began_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  sent_in_hour integer NOT NULL DEFAULT 0
);
-- A device is one person's: whoever signs in there next takes it over.
CREATE UNIQUE INDEX push_endpoint_target_idx ON push_endpoint (target_hash);
CREATE INDEX push_endpoint_viewer_idx ON push_endpoint (viewer_id, seen_at);
CREATE INDEX push_endpoint_seen_idx ON push_endpoint (seen_at);
CREATE INDEX push_endpoint_key_idx ON push_endpoint (key_id);

-- Sessions that have ended, for as long as an endpoint lives: a registration may be on its way when its session ends.
CREATE TABLE ended_session (
  id bigint PRIMARY KEY,
  ended_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ended_session_ended_idx ON ended_session (ended_at);

-- What may stand in a message, and when none is sent. Truth.
CREATE TABLE push_setting (
  viewer_id bigint PRIMARY KEY,
  content text NOT NULL DEFAULT 'kind' CHECK (content IN ('kind', 'full')),
  -- Minutes after midnight, where the person is.
  quiet_from smallint CHECK (quiet_from BETWEEN 0 AND 1439),
  quiet_to smallint CHECK (quiet_to BETWEEN 0 AND 1439),
  time_zone text,
  CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND (quiet_from IS NULL) = (time_zone IS NULL))
);

-- Whether devices are told of a kind; null: nothing was said, and they are.
ALTER TABLE notification_setting ADD COLUMN push boolean;
