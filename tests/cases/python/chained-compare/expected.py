<<<<<<< ours
if a and b and c:
||||||| base
if a and b:
=======
if a and b or d:
>>>>>>> theirs
    x()
