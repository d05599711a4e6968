-- The documents that one version of an app was built with. They stay until nobody uses that version any more.
CREATE TABLE trusted_manifest (
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  app text NOT NULL,
  version text NOT NULL,
  -- Of the content { "<id>": "<text>" }, in the order of ids.
  documents_hash bytea NOT NULL REFERENCES content (hash),
  documents integer NOT NULL,
  by text NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (graph_id, app, version)
);
