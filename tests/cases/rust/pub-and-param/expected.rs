pub fn f(x: i64) {}
