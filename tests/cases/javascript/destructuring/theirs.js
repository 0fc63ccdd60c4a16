const { a, c } = x;
