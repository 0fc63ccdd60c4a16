<<<<<<< ours
SELECT a FROM t WHERE b = 2;
||||||| base
SELECT a FROM t WHERE b = 1;
=======
SELECT a FROM t WHERE b = 3;
>>>>>>> theirs
