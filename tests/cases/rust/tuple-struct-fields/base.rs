struct P(u8, u8);
