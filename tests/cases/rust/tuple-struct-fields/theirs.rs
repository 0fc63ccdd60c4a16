struct P(u8, u8, u32);
