CREATE TABLE t (
  a BIGINT,
  b INT
);
