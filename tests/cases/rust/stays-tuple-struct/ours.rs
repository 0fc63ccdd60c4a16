struct A(i32, u8);
