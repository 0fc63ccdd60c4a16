if a:
    x()
<<<<<<< ours
elif b:
    z()
||||||| base
=======
elif c:
    w()
>>>>>>> theirs
else:
    y()
