package m

func load(p string) error {
	f, err := os.Open(p)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	return parse(f)
}
