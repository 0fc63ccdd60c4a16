pub fn f(x: i32) {}
