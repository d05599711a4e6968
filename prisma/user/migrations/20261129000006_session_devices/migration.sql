-- What a person tells their sessions apart by. The address is kept as a network, and what the device says of itself as the
-- names of a browser and a system: enough for its owner to know it, and no trace of where they were.
ALTER TABLE session ADD COLUMN device_name text, ADD COLUMN client text, ADD COLUMN network text;
