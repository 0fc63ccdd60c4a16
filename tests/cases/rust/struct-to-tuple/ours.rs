struct S(u8);
