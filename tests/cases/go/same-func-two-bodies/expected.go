package a

func f() {}
<<<<<<< ours

func g() int { return 1 }
||||||| base
=======

func g() int { return 2 }
>>>>>>> theirs
