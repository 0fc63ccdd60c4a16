package a

func f() {}

func g() int { return 1 }
