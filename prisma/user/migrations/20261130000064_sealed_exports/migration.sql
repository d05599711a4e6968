-- By which key a piece of an archive is sealed; null: written before they were, and gone once it has expired.
ALTER TABLE account_export_chunk ADD COLUMN key_id text;
