CREATE TABLE t (
<<<<<<< ours
  a INT,
  b INT
||||||| base
  a INT
=======
  a INT,
  c INT
>>>>>>> theirs
);
