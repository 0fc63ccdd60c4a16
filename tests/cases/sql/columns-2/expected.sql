CREATE TABLE t (
  a BIGINT,
  b INT,
  c INT
);
