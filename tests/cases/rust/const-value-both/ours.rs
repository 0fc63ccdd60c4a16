const A: u8 = 2;
