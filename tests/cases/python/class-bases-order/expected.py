<<<<<<< ours
class A(B, C):
||||||| base
class A(B):
=======
class A(B, D):
>>>>>>> theirs
    pass
