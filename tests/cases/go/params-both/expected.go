package a

func f(ctx context.Context, a int) (int, error) {
	return nil
}
