CREATE TABLE t (
  a INT
);
