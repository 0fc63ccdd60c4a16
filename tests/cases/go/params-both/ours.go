package a

func f(ctx context.Context, a int) error {
	return nil
}
