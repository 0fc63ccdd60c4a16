const { a, b } = x;
