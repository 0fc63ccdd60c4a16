const { a, b, c } = x;
