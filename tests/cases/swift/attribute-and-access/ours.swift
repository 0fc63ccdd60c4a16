@A
func f() {}
