class A:
<<<<<<< ours
    @cached
||||||| base
=======
    @property
>>>>>>> theirs
    def f(self):
        return 1
