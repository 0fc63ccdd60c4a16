function f({ a, b }) {}
