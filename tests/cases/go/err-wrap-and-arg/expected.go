package m

func load(p string) error {
	f, err := os.OpenFile(p, os.O_RDONLY, 0)
	if err != nil {
		log.Print(p)
		return fmt.Errorf("load: %w", err)
	}
	return parse(f)
}
