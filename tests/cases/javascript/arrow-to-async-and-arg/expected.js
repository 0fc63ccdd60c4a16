const f = async (x) => g(x, 1);
