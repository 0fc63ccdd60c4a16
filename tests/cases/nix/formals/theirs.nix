{ a, b, d }: a
