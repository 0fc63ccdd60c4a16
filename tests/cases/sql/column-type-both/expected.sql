<<<<<<< ours
ALTER TABLE t ADD c BIGINT;
||||||| base
ALTER TABLE t ADD c INT;
=======
ALTER TABLE t ADD c TEXT;
>>>>>>> theirs
