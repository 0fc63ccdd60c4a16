struct A(i32, u16);
