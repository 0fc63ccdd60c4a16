<<<<<<< ours
x = "hello world"
||||||| base
x = "hello"
=======
x = "hi hello"
>>>>>>> theirs
