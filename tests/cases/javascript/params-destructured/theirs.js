function f({ a, b, d }) {}
