<<<<<<< ours
s = f'a {c}'
||||||| base
s = f'a {b}'
=======
s = f'a {d}'
>>>>>>> theirs
