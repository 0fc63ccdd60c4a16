<<<<<<< ours
x = ["a", "b"]
||||||| base
x = ["a"]
=======
x = ["a", "c"]
>>>>>>> theirs
