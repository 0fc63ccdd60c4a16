CREATE TABLE t (
  a INT,
  c INT
);
