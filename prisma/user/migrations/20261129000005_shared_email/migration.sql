-- That an address has an account is told to nobody who only names it, and nobody keeps another's address by naming it first.
DROP INDEX account_email_key_key;
