class A:
<<<<<<< ours
    @property
||||||| base
=======
    @cached
>>>>>>> theirs
    def x(self):
        return 1
