package a

func f() error {
<<<<<<< ours
	x := open()
	defer x.Close()
||||||| base
	x := open()
=======
	x, err := open()
	if err != nil {
		return err
	}
>>>>>>> theirs
	return use(x)
}
