CREATE TABLE users (
    id BIGINT PRIMARY KEY,
    name TEXT
);
