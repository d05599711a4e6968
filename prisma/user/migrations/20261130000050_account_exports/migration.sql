-- What people asked to have of their accounts: of each person the newest.
CREATE TABLE account_export (
  account_id bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  -- Of each request another one, by which jobs and links name it.
  id bigint NOT NULL DEFAULT next_id(),
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'ready', 'failed')),
  requested_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- Which attempt writes the archive, or wrote it: what another one writes is nobody's.
  run bigint,
  ready_at timestamptz(3),
  expires_at timestamptz(3),
  size_bytes bigint,
  downloads integer NOT NULL DEFAULT 0,
  CHECK (state <> 'ready' OR (run IS NOT NULL AND ready_at IS NOT NULL AND expires_at IS NOT NULL AND size_bytes IS NOT NULL))
);
CREATE UNIQUE INDEX account_export_id_key ON account_export (id);
CREATE INDEX account_export_expires_at_idx ON account_export (expires_at);
CREATE INDEX account_export_requested_at_idx ON account_export (requested_at);

-- The archives, in pieces: any worker writes them and any process serves them, without a disk that they share.
CREATE TABLE account_export_chunk (
  account_id bigint NOT NULL REFERENCES account_export (account_id) ON DELETE CASCADE,
  run bigint NOT NULL,
  number integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (account_id, run, number)
);
-- They are compressed already.
ALTER TABLE account_export_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
