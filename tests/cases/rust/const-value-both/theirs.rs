const A: u8 = 3;
