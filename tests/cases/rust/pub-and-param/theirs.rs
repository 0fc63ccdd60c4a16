fn f(x: i64) {}
