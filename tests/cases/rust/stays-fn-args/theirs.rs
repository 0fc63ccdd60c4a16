fn f(a: u8, c: u8) {}
