<<<<<<< ours
@A
func f() {}
||||||| base
func f() {}
=======
private func f() {}
>>>>>>> theirs
