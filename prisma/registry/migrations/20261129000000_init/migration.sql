-- One graph of subgraphs: an environment of one (staging, production) is a graph of its own.
CREATE TABLE graph (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  -- The newest version; 0 before the first. Whoever appends holds this row.
  head integer NOT NULL DEFAULT 0,
  -- { by, reason, at } while nobody may publish.
  frozen jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- Schemas and operations under the SHA-256 of their text, each once however many versions have it.
CREATE TABLE content (
  hash bytea PRIMARY KEY,
  body text NOT NULL
);

-- A published state. Never changed and never deleted: its address is for ever.
CREATE TABLE version (
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  id integer NOT NULL,
  at timestamptz(3) NOT NULL,
  by text NOT NULL,
  message text NOT NULL,
  equal_to integer,
  -- [{ name, url, file, schema }]; `schema` is the hexadecimal hash of its content.
  subgraphs jsonb NOT NULL,
  supergraph_hash bytea NOT NULL REFERENCES content (hash),
  operations_hash bytea REFERENCES content (hash),
  contracts jsonb,
  PRIMARY KEY (graph_id, id)
);
-- Which version a gateway runs is asked by the hash that it reports.
CREATE INDEX version_graph_id_supergraph_hash_idx ON version (graph_id, supergraph_hash);

CREATE TABLE approval (
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  context text NOT NULL,
  change_id text NOT NULL,
  by text NOT NULL,
  reason text NOT NULL,
  at text NOT NULL,
  PRIMARY KEY (graph_id, context, change_id)
);

-- What a check said, for people; kept for a while.
CREATE TABLE checked (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  by text NOT NULL,
  context text,
  verdict text NOT NULL,
  report jsonb NOT NULL
);
CREATE INDEX checked_graph_id_id_idx ON checked (graph_id, id);
CREATE INDEX checked_at_idx ON checked (at);

-- Who may do what. Of the secret only its hash is kept.
CREATE TABLE token (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  name text NOT NULL,
  kinds text[] NOT NULL,
  hash bytea NOT NULL UNIQUE,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz(3),
  revoked_at timestamptz(3)
);
CREATE INDEX token_graph_id_idx ON token (graph_id);

-- Whole usage files, as people hand them in.
CREATE TABLE usage_file (
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  hash bytea NOT NULL,
  body jsonb NOT NULL,
  added_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (graph_id, hash)
);

-- What gateways report. An operation is its text without values, or its coordinates where no text is sent.
CREATE TABLE usage_operation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  hash bytea NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  document text,
  coordinates text[] NOT NULL DEFAULT '{}',
  seen_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (graph_id, hash)
);
CREATE TABLE usage_client (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  name text NOT NULL,
  version text NOT NULL,
  UNIQUE (graph_id, name, version)
);
-- A row for each operation, client and day.
CREATE TABLE usage_count (
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  day date NOT NULL,
  operation_id bigint NOT NULL REFERENCES usage_operation (id) ON DELETE CASCADE,
  client_id bigint NOT NULL REFERENCES usage_client (id) ON DELETE CASCADE,
  count bigint NOT NULL,
  errors bigint NOT NULL,
  latency bigint[] NOT NULL,
  last_at timestamptz(3) NOT NULL,
  PRIMARY KEY (graph_id, day, operation_id, client_id)
);
CREATE INDEX usage_count_operation_id_idx ON usage_count (operation_id);
CREATE INDEX usage_count_client_id_idx ON usage_count (client_id);
-- For which time every call is known: the hours in which gateways reported and nothing was lost.
CREATE TABLE usage_hour (
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  hour timestamptz(3) NOT NULL,
  first_at timestamptz(3) NOT NULL,
  last_at timestamptz(3) NOT NULL,
  lost bigint NOT NULL,
  PRIMARY KEY (graph_id, hour)
);
-- Reports that were counted: one whose answer was lost comes again.
CREATE TABLE usage_report (
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  reporter text NOT NULL,
  sequence bigint NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (graph_id, reporter, sequence)
);
CREATE INDEX usage_report_at_idx ON usage_report (at);

-- Which gateway runs which supergraph, by its latest report.
CREATE TABLE gateway (
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  name text NOT NULL,
  -- First half of the SHA-256 of the supergraph that it serves, or all of it.
  supergraph text NOT NULL,
  since timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (graph_id, name)
);
CREATE INDEX gateway_seen_at_idx ON gateway (seen_at);
