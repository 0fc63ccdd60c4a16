<<<<<<< ours
x = f"{a} {b}"
||||||| base
x = "%s %d" % (a, b)
=======
x = "%s %d" % (a, b + 1)
>>>>>>> theirs
