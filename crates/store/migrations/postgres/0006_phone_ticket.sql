-- From where a phone may fetch its settings, once. Only the hash of the token
-- is kept; the settings are made when they are fetched.
CREATE TABLE phone_ticket (
    token_hash TEXT PRIMARY KEY,
    agent      BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
