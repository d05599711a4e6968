-- What a person may do to others. The first admin is made by a command.
ALTER TABLE account ADD COLUMN role text NOT NULL DEFAULT 'member';
ALTER TABLE account ADD CONSTRAINT account_role_known CHECK (role IN ('member', 'moderator', 'admin')) NOT VALID;
