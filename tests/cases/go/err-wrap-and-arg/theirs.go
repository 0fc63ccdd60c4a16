package m

func load(p string) error {
	f, err := os.OpenFile(p, os.O_RDONLY, 0)
	if err != nil {
		log.Print(p)
		return err
	}
	return parse(f)
}
