const f = (x) => g(x);
