const x = { a: 1, b, d: 2 };
