-- Which version a gateway runs is asked by the hash that it reports; there is a row for each version and variant.
CREATE INDEX variant_graph_id_hash_idx ON variant (graph_id, hash);
