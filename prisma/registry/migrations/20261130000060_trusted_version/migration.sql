-- Counts up with every manifest that comes or goes: a gateway takes none that is older than what it took.
ALTER TABLE graph ADD COLUMN trusted_version integer NOT NULL DEFAULT 0;
