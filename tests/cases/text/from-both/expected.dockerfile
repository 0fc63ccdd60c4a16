<<<<<<< ours
FROM a:2
||||||| base
FROM a:1
=======
FROM a:3
>>>>>>> theirs
