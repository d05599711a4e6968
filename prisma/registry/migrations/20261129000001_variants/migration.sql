-- Supergraphs that were delivered and are not a version's own text: a contract's, or one without access rules. A gateway
-- reports what it serves by its hash.
CREATE TABLE variant (
  graph_id integer NOT NULL REFERENCES graph (id) ON DELETE CASCADE,
  version_id integer NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (graph_id, version_id, hash)
);
