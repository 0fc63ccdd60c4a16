<<<<<<< ours
echo b
||||||| base
echo a
=======
echo c
>>>>>>> theirs
