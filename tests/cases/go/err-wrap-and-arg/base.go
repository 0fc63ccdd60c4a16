package m

func load(p string) error {
	f, err := os.Open(p)
	if err != nil {
		return err
	}
	return parse(f)
}
